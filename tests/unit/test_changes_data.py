"""Kinds, words and policy of change requests: whole, sourced, and used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bangfu.domains.changes import words
from bangfu.domains.changes.domain import OUTCOMES, State, Step
from bangfu.domains.changes.kinds import list_kinds
from bangfu.domains.changes.policy import policy
from bangfu.domains.registry import columns
from bangfu.kernel.errors import Refused
from bangfu.standards.paths import standards_root

SOURCE = Path(__file__).resolve().parents[2] / "src" / "bangfu" / "domains" / "changes"
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))


def test_every_state_step_and_decision_has_its_words() -> None:
    assert words.codes("states") == {str(state) for state in State}
    assert words.codes("steps") == {str(step) for step in Step}
    assert words.codes("decisions") == {decision for _, decision in OUTCOMES}


def test_every_mark_and_conflict_has_its_words_and_is_used() -> None:
    marks = set(re.findall(r'Flag\(\s*"([A-Z_]+)"', CODE))
    marks |= {"ID_KNOWN_ELSEWHERE"}  # chosen by a condition
    assert words.codes("flags") == marks
    assert words.codes("conflicts") == set(re.findall(r'"(SAME_[A-Z]+|HOUSEHOLD_CLOSES)"', CODE))
    assert words.codes("parts") == {part for part in words.codes("parts") if f'"{part}"' in CODE}


def test_both_languages_are_filled_alike() -> None:
    for group in ("states", "steps", "decisions", "conflicts", "flags", "parts"):
        for code in words.codes(group):
            zh, en = words.word(group, code)
            names = [sorted(set(re.findall(r"{(\w+?)(?:_zh|_en)?}", text))) for text in (zh, en)]
            assert names[0] == names[1], code


def test_every_kind_says_where_its_clock_comes_from_and_asks_for_what_its_effect_names() -> None:
    for kind in list_kinds():
        assert kind.source_document
        assert kind.village_days > 0
        assert kind.town_days > 0
        known = {field.name for field in kind.fields} | {"on", "household_no"}
        made = {"new_head_zh", "new_head_en", "along_zh", "along_en", "where_zh", "where_en"}
        for text in (kind.effect_zh, kind.effect_en):
            assert set(re.findall(r"{(\w+)}", text)) <= known | made, kind.code


def test_what_goes_on_after_a_split_are_columns_of_a_household() -> None:
    assert set(policy().inherited) <= {fact.name for fact in columns.household_facts()}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("status: unverified", "status: surely"),
        ("  - {name: person, zh", "  - {nmae: person, zh"),
        ("type: person, required: true", "type: animal, required: true"),
        ("clock: {village_days: 5, town_days: 5}", "clock: {village_days: 5}"),
    ],
)
def test_a_malformed_kind_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    text = (standards_root() / "changes" / "kinds" / "death.yaml").read_text(encoding="utf-8")
    assert before in text
    folder = tmp_path / "changes" / "kinds"
    folder.mkdir(parents=True)
    (folder / "death.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    monkeypatch.setenv("BANGFU_STANDARDS", str(tmp_path))
    with pytest.raises(Refused) as caught:
        list_kinds.__wrapped__()
    assert caught.value.params["line"] > 1
