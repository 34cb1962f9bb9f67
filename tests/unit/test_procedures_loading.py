"""Procedures as data: what the national pack says, and that every slip is told with its line."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest

from bangfu.foundation.access import roles
from bangfu.kernel.errors import NotFound
from bangfu.kernel.workdays import Unit
from bangfu.procedures import Level, ProceduresRefused, Running, load, lost_versions
from bangfu.standards.paths import packs_root

LIMITS = """\
limits:
  - name: answer
    zh: 答复
    en: Answer
    values:
      - {region: "000000000000", valid_from: "2021-01-01", count: 5, unit: WORKING_DAYS,
         document: 试, status: unverified}
      - {region: "000000000000", valid_from: "2026-07-01", count: 3, unit: DAYS,
         document: 试, status: unverified}
      - {region: "9901", valid_from: "2022-01-01", count: 9, unit: DAYS,
         document: 试, status: unverified}
ladders:
  - name: plain
    zh: 一般
    en: Plain
    values:
      - region: "000000000000"
        valid_from: "2021-01-01"
        unit: DAYS
        rungs: [{level: TOWNSHIP, after: 0}, {level: COUNTY, after: 2}]
        document: 试
        status: unverified
"""
SMALL = """\
id: letter
version: "1"
zh: 来信
en: A letter
valid_from: "2021-01-01"
document: 试
status: unverified
facts:
  - {name: came_on, type: DATE, zh: 来信日期, en: Came on}
  - {name: answered_on, type: DATE, zh: 答复日期, en: Answered on}
  - {name: readers, type: PEOPLE, zh: 阅信人, en: Readers}
  - name: way
    type: CODE
    zh: 方式
    en: Way
    codes: [{name: POST, zh: 邮寄, en: By post}]
guards:
  - {name: in_order, kind: ORDER, facts: [came_on, answered_on], zh: 日期不对, en: Wrong order}
  - {name: two_read, kind: AT_LEAST, facts: [readers], least: 2, zh: 须两人阅, en: Two read}
  - {name: by_post, kind: EQUALS, facts: [way], values: [POST], zh: 须邮寄, en: By post}
always: [in_order]
clocks:
  - {name: answer, zh: 答复, en: Answer, limit: answer, ladder: plain, runs_in: [CAME, READ],
     counts_from: came_on}
states:
  - {name: CAME, zh: 收到, en: Came}
  - {name: READ, zh: 已阅, en: Read}
  - {name: ANSWERED, is_end: true, zh: 已答复, en: Answered}
opening:
  - name: RECEIVE
    zh: 登记
    en: Receive
    to: CAME
    who: [{levels: [COUNTY], permission: CASE_COUNTY}]
    takes: [came_on]
    needs: [came_on]
steps:
  - name: READ
    zh: 阅
    en: Read
    from: [CAME]
    to: READ
    who: [{levels: [COUNTY], permission: CASE_COUNTY}]
    takes: [readers]
    needs: [readers]
    guards: [two_read]
  - name: ANSWER
    zh: 答复
    en: Answer
    from: [READ]
    to: ANSWERED
    who: [{levels: [COUNTY], permission: CASE_COUNTY}]
    takes: [answered_on, way]
    needs: [answered_on, way]
    guards: [by_post]
"""
PERMISSIONS = frozenset(one.code for one in roles.list_permissions())


def files(folder: Path, **texts: str) -> dict[str, Path]:
    """Write texts and return them as `load` takes them; limits.yaml goes below limits/."""
    found = {}
    for name, text in {"limits/limits": LIMITS, **texts}.items():
        path = folder / "procedures" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        found[path.relative_to(folder).as_posix()] = path
    return found


def national() -> dict[str, Path]:
    root = packs_root() / "national"
    return {path.relative_to(root).as_posix(): path for path in root.glob("procedures/**/*.yaml")}


def problems(folder: Path, **texts: str) -> list[tuple[str, int, str]]:
    with pytest.raises(ProceduresRefused) as refused:
        load(files(folder, **texts), PERMISSIONS)
    return [(one.code, one.line, one.where) for one in refused.value.problems]


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


def test_the_national_pack_has_its_procedures_with_known_permissions():
    book = load(national(), PERMISSIONS)
    assert [one.id for one in book.definitions] == [
        "clearing",
        "clue",
        "followup",
        "identification",
        "status",
        "suspicion",
    ]
    for definition in book.definitions:
        assert definition.source.document
        assert definition.source.status == "unverified"
    for limit in book.limits.values():
        assert all(value.source.document for value in limit.values)


@pytest.mark.parametrize(
    ("region", "count", "unit"),
    [
        ("990101000000", 15, Unit.DAYS),
        ("620522000000", 15, Unit.WORKING_DAYS),
        ("469001000000", 20, Unit.WORKING_DAYS),
    ],
)
def test_the_limit_of_a_province_is_its_own(region, count, unit):
    limit = load(national()).terms(region).limit("case_decision", date(2026, 5, 1))
    assert (limit.count, limit.unit) == (count, unit)


def test_a_limit_is_that_of_the_smallest_place_then_the_newest(tmp_path):
    book = load(files(tmp_path, letter=SMALL))
    nation, place = book.terms("510101000000"), book.terms("990101000000")
    assert nation.limit("answer", date(2026, 6, 30)).count == 5
    assert nation.limit("answer", date(2026, 7, 1)).count == 3
    assert nation.limit("answer", date(2020, 1, 1)).count == 5, "the oldest, before any had begun"
    assert place.limit("answer", date(2026, 7, 1)).count == 9
    assert place.limit("answer", date(2021, 7, 1)).count == 5, "the place's own had not begun"
    assert [rung.level for rung in place.ladder("plain", date(2026, 1, 1)).rungs] == [
        Level.TOWNSHIP,
        Level.COUNTY,
    ]


def test_a_second_main_step_of_a_state_is_refused_and_what_is_main_changes_no_digest(tmp_path):
    main = SMALL.replace("    to: READ\n", "    to: READ\n    main: true\n", 1)
    two = main.replace(
        "from: [READ]\n    to: ANSWERED", "from: [CAME, READ]\n    main: true\n    to: ANSWERED"
    )
    assert (
        "E-PROCEDURE-MAIN",
        line_of(two, "main: true\n    to: ANSWERED"),
        "steps[ANSWER].main",
    ) in (problems(tmp_path, letter=two))
    (plain,) = load(files(tmp_path / "plain", letter=SMALL)).definitions
    (marked,) = load(files(tmp_path / "main", letter=main)).definitions
    assert [one.is_main for one in marked.steps.values()] == [True, False]
    assert marked.digest == plain.digest


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("to: READ\n", "to: RAED\n", "E-PROCEDURE-STATE", "steps[READ].to"),
        ("from: [CAME]", "from: [COME]", "E-PROCEDURE-STATE", "steps[READ].from"),
        ("from: [CAME]", "from: []", "E-PROCEDURE-NO-ORIGIN", "steps[READ].from"),
        ("from: [CAME]", "from: [CAME, ANSWERED]", "E-PROCEDURE-END-LEFT", "steps[READ].from"),
        ("takes: [readers]", "takes: [raeders]", "E-PROCEDURE-FACT", "steps[READ].takes"),
        ("guards: [two_read]", "guards: [two]", "E-PROCEDURE-GUARD", "steps[READ].guards"),
        ("always: [in_order]", "always: [order]", "E-PROCEDURE-GUARD", "always"),
        ("limit: answer", "limit: anwser", "E-PROCEDURE-LIMIT", "clocks[answer].limit"),
        ("ladder: plain", "ladder: plian", "E-PROCEDURE-LADDER", "clocks[answer].ladder"),
        ("[CAME, READ]", "[CAME, RAED]", "E-PROCEDURE-STATE", "clocks[answer].runs_in"),
        ("[CAME, READ]", "[CAME]", "E-PROCEDURE-NO-CLOCK", "states[READ].name"),
        ("counts_from: came_on", "counts_from: way", "E-PROCEDURE-COUNTS", "counts_from"),
        ("came_on}\nst", "came_on, until: [way]}\nst", "E-PROCEDURE-NO-CLOCK", "states[CAME].name"),
        ("facts: [readers]", "facts: [way]", "E-PROCEDURE-GUARD-TYPE", "guards[two_read].facts"),
        ("values: [POST]", "values: [MAIL]", "E-PROCEDURE-CODE", "guards[by_post].values"),
        ("facts: [came_on, answered_on]", "facts: [came_on]", "E-PROCEDURE-GUARD-FACTS", "facts"),
        ("permission: CASE_COUNTY", "permission: CASE", "E-PROCEDURE-PERMISSION", "who"),
        ("guards: [by_post]", "guards: []", "E-PROCEDURE-UNUSED", "guards[by_post].name"),
        ("from: [READ]", "from: [CAME]", "E-PROCEDURE-DEAD-END", "states[READ].name"),
        ("needs: [came_on]", "needs: [came_on, way]", "E-PROCEDURE-NEVER", "RECEIVE].needs"),
        ("takes: [readers]", "renews: [way]\n    takes: [readers]", "E-PROCEDURE-RENEWS", "renews"),
        (
            "needs: [readers]",
            "needs: [readers]\n    keeps_day: way",
            "E-PROCEDURE-KEEPS",
            "keeps_day",
        ),
        (
            "needs: [readers]",
            "needs: [readers]\n    keeps_doer: readers",
            "E-PROCEDURE-KEEPS",
            "keeps_doer",
        ),
        (
            "takes: [readers]",
            "forgets: [readers]\n    takes: [readers]",
            "E-PROCEDURE-FORGETS",
            "forgets",
        ),
        (
            "takes: [readers]",
            "extends: answer\n    extends_to: came_on\n    extends_limit: answer\n"
            "    takes: [readers]",
            "E-PROCEDURE-EXTENSION",
            "extends_to",
        ),
    ],
)
def test_a_slip_is_refused_with_its_line(tmp_path, old, new, code, where):
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    found = problems(tmp_path, letter=text)
    told = [(line, place) for name, line, place in found if name == code]
    assert told, found
    line, place = told[0]
    assert place.endswith(where)
    entry = place.split("[")[1].split("]")[0] if "[" in place else ""
    shown = text.split("\n")[line - 1]
    assert place.split(".")[-1] in shown or entry in shown


def test_a_state_that_nothing_leads_to_is_refused(tmp_path):
    text = SMALL.replace(
        "  - {name: ANSWERED",
        "  - {name: LOST, zh: 遗失, en: Lost, is_end: true}\n  - {name: ANSWERED",
    )
    line = line_of(text, "{name: LOST")
    assert problems(tmp_path, letter=text) == [
        ("E-PROCEDURE-UNREACHABLE", line, "states[LOST].name")
    ]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("type: PEOPLE", "type: PERSONS", "facts[readers].type"),
        ("kind: ORDER", "kind: SEQUENCE", "guards[in_order].kind"),
        ("levels: [COUNTY]", "levels: [COUNTRY]", "levels"),
        ("facts: [readers], least", "facts: [readers], limit: answer, least", "limit"),
        ('valid_from: "2021-01-01"', 'valid_from: "2021-02-30"', "valid_from"),
        ("name: ANSWERED, is_end: true", "name: READ, is_end: true", "name"),
        ("zh: 来信\n", "", "zh"),
        ("always: [in_order]", "alwasy: [in_order]", "alwasy"),
        ("    codes: [{name: POST, zh: 邮寄, en: By post}]\n", "", "codes"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, old, new, field):
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    [(code, line, where)] = problems(tmp_path, letter=text)
    assert code == "E-STANDARD-MALFORMED"
    assert where.endswith(field)
    assert line >= 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count: 5,", "count: 4000,"),
        ("unit: WORKING_DAYS", "unit: WEEKS"),
        ('region: "9901"', 'region: "990"'),
        ('"2026-07-01"', '"2021-01-01"'),
        ("after: 2", "after: 0"),
        ('region: "000000000000", valid_from: "2021', 'region: "99", valid_from: "2021'),
    ],
)
def test_a_slip_in_the_limits_is_refused(tmp_path, old, new):
    text = LIMITS.replace(old, new, 1)
    if "99" in new and "000000" in old:
        text = text.replace("000000000000", "99")
    assert text != LIMITS
    with pytest.raises(ProceduresRefused) as refused:
        load(files(tmp_path, **{"limits/limits": text, "letter": SMALL}))
    assert refused.value.problems[0].code == "E-STANDARD-MALFORMED"


def test_versions_of_one_procedure_may_not_overlap(tmp_path):
    newer = SMALL.replace('version: "1"', 'version: "2"').replace(
        'valid_from: "2021', 'valid_from: "2026', 1
    )
    found = problems(tmp_path, letter=SMALL, letter_2=newer)
    assert [code for code, _, _ in found] == ["E-PROCEDURE-OVERLAP"]
    ends_late = SMALL.replace('"2021-01-01"\n', '"2021-01-01"\nvalid_to: "2026-01-01"\n', 1)
    found = problems(tmp_path, letter=ends_late, letter_2=newer)
    assert [code for code, _, _ in found] == ["E-PROCEDURE-OVERLAP"], "both hold on 1 January"
    ended = SMALL.replace('"2021-01-01"\n', '"2021-01-01"\nvalid_to: "2025-12-31"\n', 1)
    book = load(files(tmp_path, letter=ended, letter_2=newer))
    assert book.in_force("letter", date(2025, 12, 31)).version == "1"
    assert book.in_force("letter", date(2026, 1, 1)).version == "2"
    with pytest.raises(NotFound, match="E-PROCEDURE-UNKNOWN"):
        book.in_force("letter", date(2020, 12, 31))


def test_the_same_version_twice_and_the_same_limit_twice_are_refused(tmp_path):
    found = problems(tmp_path, letter=SMALL, letter_2=SMALL)
    assert {code for code, _, _ in found} == {"E-PROCEDURE-TWICE", "E-PROCEDURE-OVERLAP"}
    found = problems(tmp_path, **{"limits/more": LIMITS})
    assert [code for code, _, _ in found] == ["E-PROCEDURE-TWICE"] * 2


def test_a_version_that_cases_run_by_must_stay_as_it_is(tmp_path):
    book = load(files(tmp_path, letter=SMALL))
    used = book.version("letter", "1")
    running = [Running("letter", "1", used.digest), Running("letter", "0", "x")]
    assert lost_versions(book, running) == (running[1],)
    changed = load(files(tmp_path, letter=SMALL.replace("least: 2", "least: 1")))
    assert lost_versions(changed, running[:1]) == (running[0],)
    moved = load(files(tmp_path / "elsewhere", letter=SMALL))
    assert lost_versions(moved, running[:1]) == (), "where the file lies does not matter"


def test_every_problem_is_told_and_the_refusal_survives_a_queue(tmp_path):
    text = SMALL.replace("to: READ\n", "to: RAED\n").replace("limit: answer", "limit: none")
    with pytest.raises(ProceduresRefused) as refused:
        load(files(tmp_path, letter=text))
    assert len(refused.value.problems) == 2
    again = pickle.loads(pickle.dumps(refused.value))
    assert again.problems == refused.value.problems
