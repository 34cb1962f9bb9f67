"""A county tries a pack, adopts it under a document, and returns to the national one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from bangfu.domains.quality import results, rulebook
from bangfu.domains.quality import services as quality
from bangfu.domains.quality.models import QualityCheck
from bangfu.domains.screening import adopting, packs, services
from bangfu.domains.screening.folders import runs_root
from bangfu.domains.screening.models import HouseholdHint, PackAdoption, Run
from bangfu.engine.errors import PackRefused
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import NotAllowed, Refused
from bangfu.kernel.period import Period
from bangfu.standards.paths import packs_root
from tests.api.conftest import add_household, add_source
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN, add_small_country

pytestmark = pytest.mark.django_db

NATIONAL = packs_root() / "national"
RULES = {"income_below_line", "income_near_line", "water_unsafe"}
SEPTEMBER, OCTOBER, NOVEMBER = Period("2026-09"), Period("2026-10"), Period("2026-11")
AT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
ILL = {"household_type": "LIFTED", "risk_kinds": ["ILLNESS"], "water_safe": True}


@pytest.fixture
def scope():
    return command_scope(YUNXI, "test")


@pytest.fixture(autouse=True)
def register(db, scope):
    """Two households with a registered risk, at 9,000 and 12,000 yuan a head.

    The national line of 2026 with its range of 1.3 times reaches neither or both alike only by
    the county's own line: 10,000 yuan puts the first below it and leaves the second near it.
    """
    add_small_country()
    with activate(scope):
        source = add_source(YUNXI, "名册.xlsx")
        for number, village, income in (("A1", "01", 9_000), ("A2", "02", 12_000)):
            add_household(
                source, number, f"9901011012{village}", "户主", number.lower(), int(village),
                net_income=income, claim_income=0, eligible_out_of_pocket=0,
                income_as_of=datetime(2026, 9, 30).date(), **ILL,
            )  # fmt: skip


def write_base(folder: Path) -> Path:
    """Write three rules of the national pack, with all that they rest on, as a pack: to run the
    cases of forty rules takes half a minute."""
    if not folder.exists():
        every = {path.stem for path in (NATIONAL / "rules").glob("*.yaml")} - RULES
        left_out = shutil.ignore_patterns("quality", *(f"{name}.yaml" for name in every))
        shutil.copytree(NATIONAL, folder, ignore=left_out)
    return folder


def write_pack(folder: Path, line: int, *, region: str = "990101") -> Path:
    """Write a county's pack: rules of the national one with the county's own income line."""
    (folder / "thresholds").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        f'id: yunxi\nversion: "1"\nregion: "{region}"\n'
        "title: {zh: 云溪县规则包, en: Pack of Yunxi}\n"
        f"extends: {write_base(folder.parent / 'national')}\n",
        encoding="utf-8",
    )
    (folder / "thresholds/income_line.yaml").write_text(
        "id: income_line\nunit: yuan/person\n"
        "title: {zh: 收入监测线（人均）, en: Monitoring income line per head}\nvalues:\n"
        f'  - {{region: "990101", valid_from: 2026-01-01, value: {line}, '
        "source: {document: 云溪县测试文件, status: unverified}}\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_pack(tmp_path / "yunxi", 10_000)


def trial(scope, folder, **more):
    wanted = {"scope": scope, "region": YUNXI, "period": OCTOBER, "folder": folder, "at": AT}
    return adopting.try_pack(**{**wanted, **more})


def adopt(scope, folder, month=OCTOBER, document="云帮办〔2026〕8号", **more):
    wanted = {
        "scope": scope,
        "region": YUNXI,
        "folder": folder,
        "document_no": document,
        "from_period": month,
        "at": AT,
    }
    return adopting.adopt_pack(**{**wanted, **more})


def screen(scope, period=OCTOBER):
    return services.screen(scope=scope, region=YUNXI, period=period, at=AT).run


def test_a_trial_names_who_would_be_new_and_publishes_nothing(scope, folder):
    found = trial(scope, folder)
    told = {line.kind: line for line in found.lines}
    homes = {str(line.household_id) for line in found.lines}
    assert found.count("new") + found.count("changed") == 2
    assert "income_below_line" in {rule for line in found.lines for rule in line.rules_after}
    assert found.rules["income_below_line"] == (0, 1)
    assert found.households == 2
    assert len(homes) == 2
    assert told
    with activate(scope):
        assert Run.objects.count() == 0
        assert HouseholdHint.objects.count() == 0
        assert PackAdoption.objects.count() == 0
        assert AuditEvent.objects.filter(action="screening.pack.tried").count() == 1
    assert not list(runs_root().glob(".trial-*"))


def test_the_trial_of_the_pack_in_force_changes_nothing(scope):
    found = trial(scope, NATIONAL)
    assert (found.lines, found.rules) == ([], {})


def test_an_adopted_pack_decides_from_its_month_on_and_not_before(scope, folder):
    record = adopt(scope, folder)
    assert packs.pack_in_force(scope, YUNXI, OCTOBER)[0].id == "yunxi"
    assert packs.pack_in_force(scope, YUNXI_TOWN, NOVEMBER)[0].id == "yunxi"
    assert packs.pack_in_force(scope, YUNXI, SEPTEMBER) == (packs.national_pack(), None)
    assert packs.pack_in_force(command_scope(SHIQIAO, "t"), SHIQIAO, OCTOBER)[1] is None
    run = screen(scope)
    assert (run.pack, run.pack_hash) == ("yunxi", record.pack_hash)
    assert screen(scope, SEPTEMBER).pack == "national"


def test_a_later_edit_of_the_folder_changes_nothing_until_it_is_adopted(scope, folder):
    record = adopt(scope, folder)
    path = folder / "thresholds/income_line.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("10000", "20000"), encoding="utf-8")
    packs._kept_pack.cache_clear()
    assert packs.pack_in_force(scope, YUNXI, OCTOBER)[0].hash == record.pack_hash
    second = adopt(scope, folder, document="云帮办〔2026〕9号")
    assert second.pack_hash != record.pack_hash
    assert packs.pack_in_force(scope, YUNXI, OCTOBER)[1].document_no == "云帮办〔2026〕9号"


def test_an_adopted_pack_explains_the_household_with_its_own_line(scope, folder):
    from bangfu.domains.registry.models import Household
    from bangfu.domains.screening import explaining

    adopt(scope, folder)
    screen(scope)
    with activate(scope):
        home = Household.objects.get(household_no="A1")
    found = explaining.explain(scope, home.id, YUNXI, None)
    income = next(rule for rule in found["rules"] if rule["rule_id"] == "income_below_line")
    assert income["outcome"] == "TRUE"
    assert any(clause["threshold"] == "10000" for clause in income["clauses"])


def test_release_returns_to_the_national_pack_under_its_own_document(scope, folder):
    adopt(scope, folder)
    record = adopting.release_pack(
        scope=scope, region=YUNXI, document_no="云帮办〔2026〕12号", from_period=NOVEMBER, at=AT
    )
    assert record.pack_hash == ""
    assert packs.pack_in_force(scope, YUNXI, NOVEMBER)[0] is packs.national_pack()
    assert packs.pack_in_force(scope, YUNXI, OCTOBER)[0].id == "yunxi"
    with activate(scope):
        actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"screening.pack.adopted", "screening.pack.released"} <= actions


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"document_no": "  "}, "E-PACK-DOCUMENT"),
        ({"region": YUNXI_TOWN}, "E-SCREENING-COUNTY"),
        ({"folder": NATIONAL}, "E-PACK-SAME"),
    ],
)
def test_what_cannot_be_adopted_is_refused_and_leaves_nothing(scope, folder, change, code):
    with pytest.raises(Refused) as refused:
        adopt(scope, change.pop("folder", folder), **change)
    assert refused.value.code == code
    with activate(scope):
        assert PackAdoption.objects.count() == 0


QUALITY_RULE = """
rules:
  - id: county_income
    rule_no: "云-01"
    kind: QUALITY
    unit: household
    title: {zh: 本县复核年收入, en: The county looks at the income again}
    source: {document: 云溪县测试文件, status: unverified}
    valid_from: 2021-01-01
    when: household.net_income < 10000
    reason: {zh: 年收入不足一万元, en: Less than 10000 yuan a year}
    remedy: {zh: 实地核实, en: Check on the spot}
    column: household.net_income
"""
QUALITY_CASES = """
cases:
  - {rule: county_income, name: below, household: {net_income: "9999"}, expect: "%s"}
  - {rule: county_income, name: at, household: {net_income: "10000"}, expect: "%s"}
"""


def with_quality(folder: Path, expected: tuple[str, str] = ("TRUE", "FALSE")) -> Path:
    for name, text in (("", QUALITY_RULE), ("cases/", QUALITY_CASES % expected)):
        path = folder / f"{name}quality/county.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_county_is_checked_by_the_quality_rules_of_the_pack_that_it_adopted(scope, folder):
    def rules_found(month: int) -> dict[str, str]:
        at = datetime(2026, month, 3, 2, 0, tzinfo=UTC)
        quality.check_county(scope=scope, region=YUNXI, at=at)
        with freeze_day(at):
            shown = results.list_items(
                scope, region=None, rule=None, state="OPEN", q="", cursor=None, limit=200
            )
        return {item["rule_id"]: item["title_zh"] for item in shown["items"]}

    adopt(scope, with_quality(folder), OCTOBER)
    before = rules_found(9)
    assert "illness_without_expense" in before
    assert "county_income" not in before
    assert rules_found(10) == {"county_income": "本县复核年收入"}
    with activate(scope):
        row = QualityCheck.objects.order_by("-id").first()
        assert (row.pack, row.rules_run) == ("yunxi", 1)
    assert rulebook.rulebook_of(command_scope(SHIQIAO, "t"), SHIQIAO, AT.date()) is (
        rulebook.national()
    )


def test_a_pack_whose_quality_rules_or_their_cases_are_wrong_is_not_adopted(scope, folder):
    with pytest.raises(Refused, match="E-PACK-CASES"):
        adopt(scope, with_quality(folder, ("FALSE", "TRUE")))
    (folder / "quality/county.yaml").write_text(
        QUALITY_RULE.replace("net_income <", "no_column <"), encoding="utf-8"
    )
    with pytest.raises(PackRefused):
        adopt(scope, folder)
    with activate(scope):
        assert PackAdoption.objects.count() == 0


@contextmanager
def freeze_day(at: datetime) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results.timezone, "localdate", lambda *args: at.date())
        yield


def test_what_is_seen_at_once_is_refused_before_any_case_is_run(scope, folder, monkeypatch):
    def run(pack):
        raise AssertionError("cases were run")

    monkeypatch.setattr(adopting.packs, "check", run)
    with pytest.raises(Refused, match="E-PACK-SAME"):
        adopt(scope, NATIONAL)
    monkeypatch.setattr(adopting, "check_running", refuse_as_running)
    with pytest.raises(Refused, match="E-PACK-RUNNING"):
        adopt(scope, folder)


def refuse_as_running(*args):
    raise Refused("E-PACK-RUNNING", region="990101", versions="identification 1")


def test_a_pack_made_for_another_county_is_refused(scope, tmp_path):
    other = write_pack(tmp_path / "other", 10_000, region="990102")
    with pytest.raises(Refused) as refused:
        trial(scope, other)
    assert refused.value.code == "E-PACK-ELSEWHERE"


def test_a_pack_with_a_case_that_comes_out_otherwise_is_refused(scope, folder):
    cases = (NATIONAL / "cases/water_unsafe.yaml").read_text(encoding="utf-8")
    (folder / "cases").mkdir()
    turned = cases.replace('expect: "TRUE"', 'expect: "SWAP"').replace(
        'expect: "FALSE"', 'expect: "TRUE"'
    )
    (folder / "cases/water_unsafe.yaml").write_text(
        turned.replace('expect: "SWAP"', 'expect: "FALSE"'), encoding="utf-8"
    )
    with pytest.raises(Refused) as refused:
        adopt(scope, folder)
    assert refused.value.code == "E-PACK-CASES"


def test_only_who_may_adopt_adopts_and_only_in_their_county(scope, folder, cast):
    with pytest.raises(NotAllowed):
        adopt(cast.township.scope, folder)
    with pytest.raises(NotAllowed):
        adopt(command_scope(SHIQIAO, "t"), folder)


def test_the_neighbour_reads_no_adoption_even_without_the_filter(scope, folder, settings):
    adopt(scope, folder)
    settings.BANGFU_SCOPE_FILTER = False
    neighbour = command_scope(SHIQIAO, "t")
    assert packs.list_adoptions(neighbour, YUNXI) == []
    town = command_scope(YUNXI_TOWN, "t")
    assert [one.pack for one in packs.list_adoptions(town, YUNXI)] == ["yunxi"]


def test_an_adoption_can_be_neither_changed_nor_deleted(scope, folder):
    adopt(scope, folder)
    for statement in (
        "UPDATE screening_pack_adoption SET pack = 'x'",
        "DELETE FROM screening_pack_adoption",
    ):
        with (
            activate(scope),
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
