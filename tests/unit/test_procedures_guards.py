"""Guards: how each kind judges, and that comparing ones speak as soon as two facts contradict."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bangfu.procedures import Lack, Lacks, Refusal, Why
from bangfu.procedures.guards import judge
from bangfu.procedures.model import Guard, GuardKind, Text
from tests.procedure_kit import attempt, begin, definition, go, terms

MONDAY = date(2026, 10, 12)


def day(after: int) -> date:
    return MONDAY + timedelta(days=after)


def test_an_opinion_before_the_check_is_refused_at_once_and_not_only_when_all_is_decided():
    case = go(begin("suspicion", day(0)), ("TELL", day(1)), ("HEAR", day(1)), ("CHECK", day(3)))
    early = attempt(case, "GIVE_OPINION", day(4), township_on=day(2))
    assert isinstance(early, Refusal)
    assert (early.why, early.lacks) == (Why.LACKING, (Lack(Lacks.GUARD, "decided_in_order"),))
    assert attempt(case, "GIVE_OPINION", day(4), township_on=day(3)).instance.state == "COUNTY"


@pytest.mark.parametrize("procedure", ["identification", "clearing"])
def test_a_recheck_asked_for_before_the_refusal_was_told_is_refused_at_once(procedure):
    guard = definition(procedure).guards["recheck_after_told"]
    told = {"told_on": day(3), "recheck_asked_on": day(2)}
    assert judge(guard, told, terms(), day(9)).as_bool() is False


@pytest.mark.parametrize(
    ("kind", "facts", "extra", "holds"),
    [
        ("ORDER", {"a": day(0), "b": day(0)}, {}, True),
        ("ORDER", {"a": day(0), "b": day(0)}, {"is_strict": True}, False),
        ("ORDER", {"a": day(1), "b": day(0)}, {}, False),
        ("ORDER", {"a": day(0)}, {"facts": ("a", "b")}, None),
        # Two that are known decide it as soon as they contradict it.
        ("ORDER", {"a": day(1), "b": day(0)}, {"facts": ("a", "b", "c")}, False),
        ("ORDER", {"a": day(1), "c": day(0)}, {"facts": ("a", "b", "c")}, False),
        ("ORDER", {"a": day(0), "c": day(1)}, {"facts": ("a", "b", "c")}, None),
        ("ORDER", {}, {"facts": ("a", "b")}, None),
        ("NOT_ABOVE", {"a": 2, "c": 1}, {"facts": ("a", "b", "c")}, False),
        ("DIFFERENT", {"a": ("甲",), "c": ("甲",)}, {"facts": ("a", "b", "c")}, False),
        ("DIFFERENT", {"a": ("甲",)}, {"facts": ("a", "b")}, None),
        ("SHARE", {"a": 1}, {"facts": ("a", "b"), "share": (1, 2)}, None),
        ("SHARE", {"a": 1, "b": 2}, {"share": (1, 2)}, True),
        ("SHARE", {"a": 1, "b": 2}, {"share": (1, 2), "is_strict": True}, False),
        ("SHARE", {"a": 0, "b": 0}, {"share": (0, 1)}, False),
        ("NOT_SHARE", {"a": 15, "b": 30}, {"share": (1, 2), "is_strict": True}, True),
        ("NOT_SHARE", {"a": 16, "b": 30}, {"share": (1, 2), "is_strict": True}, False),
        ("NOT_SHARE", {"a": 16}, {"facts": ("a", "b"), "share": (1, 2)}, None),
        ("SUM", {"a": 20, "b": 10, "c": 30}, {}, True),
        ("SUM", {"a": 20, "b": 20, "c": 30}, {}, False),
        ("SUM", {"a": 20, "c": 30}, {"facts": ("a", "b", "c")}, None),
        ("NOT_ABOVE", {"a": 2, "b": 1}, {}, False),
        ("AT_LEAST", {"a": ("甲", "乙")}, {"least": 2}, True),
        ("EQUALS", {"a": 1}, {"values": (True,)}, False),
        ("EQUALS", {"a": False}, {"values": (0,)}, False),
        ("DIFFERENT", {"a": ("甲",), "b": ("乙",), "c": ("甲",)}, {}, False),
        ("KNOWN", {}, {"facts": ("a",)}, False),
        ("WITHIN", {"a": day(0), "b": day(5)}, {"limit": "case_notice"}, True),
        ("WITHIN", {"a": day(0), "b": day(6)}, {"limit": "case_notice"}, False),
        ("FULL", {"a": day(0), "b": day(5)}, {"limit": "case_notice"}, False),
        ("FULL", {"a": day(0), "b": day(6)}, {"limit": "case_notice"}, True),
    ],
)
def test_a_guard_judges_as_it_says(kind, facts, extra, holds):
    about = {"facts": tuple(facts), **extra}
    guard = Guard("g", GuardKind(kind), Text("条件", "guard"), **about)
    assert judge(guard, facts, terms(), day(9)).as_bool() is holds
