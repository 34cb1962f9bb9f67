"""Each kind of change from the form to the register, and the marks that deciders see."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bangfu.domains.changes import selectors, view
from bangfu.domains.changes.domain import RequestRecord
from bangfu.domains.changes.kinds import list_kinds
from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.acts.records import ActKind
from tests.acts_kit import family
from tests.cast import Cast
from tests.changes_kit import Village, approved, draft, settle
from tests.registry_kit import id_number


@pytest.fixture
def village(cast: Cast, tmp_path: Path) -> Village:
    return settle(cast, tmp_path)


def marks(request: RequestRecord) -> list[str]:
    return [flag.code for flag in request.flags]


def effect(village: Village, request: RequestRecord) -> str:
    detail = view.detail(village.town, selectors.get_detail(village.town, request.id))
    return str(detail["effects"][0]["text_zh"])


def test_there_is_a_form_for_every_act() -> None:
    assert {kind.code for kind in list_kinds()} == {str(kind) for kind in ActKind}


def test_marriage_moves_a_member_of_the_town(village: Village) -> None:
    bride = {"name": "孙八", "id_number": id_number(8), "relation": "SPOUSE"}
    made = approved(village, "MARRIAGE", "2", bride, scope=village.cast.county.scope)
    assert family(village.town, "2") == {"钱六": "HEAD", "孙八": "SPOUSE"}
    assert marks(made) == ["ID_KNOWN", "NO_EVIDENCE"]
    assert effect(village, made) == (
        "孙八自2026-10-10起登记为2户成员（配偶），原在其他户的同时迁出"
    )


def test_divorce_opens_a_household_with_the_child(village: Village) -> None:
    facts = {
        "person": village.person("1", "赵四"),
        "persons": [{"person": village.person("1", "赵五"), "relation": "SON"}],
    }
    made = approved(village, "DIVORCE", "1", facts)
    assert family(village.town, "1-2") == {"赵四": "HEAD", "赵五": "SON"}
    assert effect(village, made) == "赵四、赵五自2026-10-10起离开1户，另立一户"


def test_divorce_into_a_household_that_is_there(village: Village) -> None:
    facts = {
        "person": village.person("1", "赵四"),
        "to_household": "3",
        "relation": "DAUGHTER",
    }
    approved(village, "DIVORCE", "1", facts)
    assert family(village.town, "3")["赵四"] == "DAUGHTER"


def test_moving_out_and_back_in(village: Village) -> None:
    facts = {"persons": [village.person("3", "孙八")], "destination": "白石镇"}
    approved(village, "MOVE_OUT", "3", facts)
    assert family(village.town, "3") == {"孙七": "HEAD"}
    back = {"name": "孙八", "id_number": id_number(8), "relation": "DAUGHTER", "origin": "白石镇"}
    made = approved(village, "MOVE_IN", "3", back)
    assert "ID_KNOWN_FREE" in marks(made)
    assert family(village.town, "3") == {"孙七": "HEAD", "孙八": "DAUGHTER"}


def test_a_whole_household_that_leaves_is_marked_and_closed(village: Village) -> None:
    facts = {
        "persons": [village.person("3", "孙七"), village.person("3", "孙八")],
        "destination": "外省",
    }
    made = approved(village, "MOVE_OUT", "3", facts)
    assert marks(made) == ["WHOLE_HOUSEHOLD_LEAVES", "NO_EVIDENCE"]
    assert registry.get_household(village.town, "3").closed_on == date(2026, 10, 10)


def test_merging_households_and_records(village: Village) -> None:
    approved(village, "MERGE", "1", {"other": "3", "relation": "SIBLING"})
    assert family(village.town, "1")["孙七"] == "SIBLING"
    facts = {"person": village.person("1", "赵三"), "other_id_number": id_number(8)}
    made = approved(village, "PERSON_MERGE", "1", facts)
    assert "孙八" not in family(village.town, "1")
    assert "990101" in effect(village, made)
    assert id_number(8) not in effect(village, made)


def test_marks_of_the_day_the_number_and_the_head(village: Village) -> None:
    child = {"name": "赵六", "id_number": id_number(9, "20261009"), "relation": "SON"}
    tomorrow = draft(village, "BIRTH", "1", child, on=date(2026, 10, 21))
    assert marks(tomorrow) == ["FUTURE_DATE", "BIRTHDAY_DIFFERS", "NO_EVIDENCE"]
    old = draft(
        village, "HEAD_CHANGE", "1", {"person": village.person("1", "赵二")}, on=date(2026, 4, 22)
    )
    assert marks(old) == ["LONG_AGO"]  # 181 days; 180 would be no mark
    recent = draft(
        village, "HEAD_CHANGE", "1", {"person": village.person("1", "赵二")}, on=date(2026, 4, 23)
    )
    assert marks(recent) == []
    other_name = {"name": "孙九", "id_number": id_number(8), "relation": "SPOUSE"}
    assert marks(draft(village, "MOVE_IN", "1", other_name)) == [
        "ID_KNOWN",
        "NAME_DIFFERS",
        "NO_EVIDENCE",
    ]


def test_a_minor_as_head_is_marked(village: Village) -> None:
    child = {"name": "孙九", "id_number": id_number(9, "20081011"), "relation": "SON"}
    approved(village, "MOVE_IN", "3", child)
    facts = {"person": village.person("3", "孙九")}
    # Born on 11 October 2008: 17 on the 10th, 18 on the 11th.
    assert marks(draft(village, "HEAD_CHANGE", "3", facts, on=date(2026, 10, 10))) == ["MINOR_HEAD"]
    assert marks(draft(village, "HEAD_CHANGE", "3", facts, on=date(2026, 10, 11))) == []


def test_a_dead_recipient_is_marked_with_what_he_receives(village: Village) -> None:
    person = village.person("1", "赵五")
    fact = {"field": "member.dibao", "person": person, "value": "是"}
    approved(village, "CORRECTION", "1", fact)
    made = draft(village, "DEATH", "1", {"person": person})
    (flag,) = [each for each in made.flags if each.code == "DEATH_BENEFITS"]
    assert flag.params["benefits_zh"] == "低保"


# F25: the split before a cut-off stands in tests/faults/test_f25_*; here the plain ones.


def test_a_split_outside_every_window_carries_the_rule_of_continuity_only(
    village: Village,
) -> None:
    facts: dict[str, Any] = {
        "persons": [village.person("1", "赵三")],
        "head": village.person("1", "赵三"),
    }
    made = draft(village, "SPLIT", "1", facts, on=date(2026, 9, 30))
    assert marks(made) == ["BENEFIT_CONTINUITY", "SPLIT_INCOME_UNKNOWN", "NO_EVIDENCE"]
