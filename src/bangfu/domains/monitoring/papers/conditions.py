"""The conditions of a clearing as its home check prints them: what was said of each, what that
rests on, and whether it is met.

A statement that lets the clearing go on was held against the data when it was recorded; it rests
on the data, or, where they are silent (`conditions_stated`), on what a person says. A statement
against it is a person's. What was never recorded is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bangfu.domains.monitoring.papers.known import NO, YES, Known
from bangfu.foundation.papers.context import Condition as Printed
from bangfu.kernel.decision import Decision
from bangfu.procedures import Terms, Value
from bangfu.procedures.conditions import Condition
from bangfu.procedures.guards import judge
from bangfu.procedures.model import Guard, GuardKind

MET, NOT_MET, UNKNOWN = "具备", "不具备", "资料不足"
_STATED = "conditions_stated"
_BY_DATA, _BY_WORD, _NOT_RECORDED = "登记数据和部门清单核对一致", "以陈述为准", "未登记"
_LACKING = "数据中缺："
_BETWEEN = "；"


def conditions_of(
    known: Known, conditions: Iterable[Condition], terms: Terms, today: date
) -> tuple[Printed, ...]:
    """Return every condition of the county's pack, in its order, as far as the case knows it."""
    said = known.text(_STATED)
    found = []
    for one in conditions:
        value, title = known.facts.get(one.fact), _title(known, one)
        if value is None:
            found.append(Printed(title, None, _NOT_RECORDED, UNKNOWN))
            continue
        result = _result(known, one, value, terms, today)
        basis = _basis(title, said) if result == MET else _BY_WORD
        found.append(Printed(title, _said(value), basis, result))
    return tuple(found)


def _title(known: Known, one: Condition) -> str:
    fact = known.definition.facts.get(one.fact) if known.definition else None
    return fact.title.zh if fact else one.fact


def _said(value: Value) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return value.isoformat() + "起" if isinstance(value, date) else str(value)


def _basis(title: str, said: str | None) -> str | None:
    """What a statement for the clearing rests on: the case keeps those the data do not know; None
    to a reader who may not see them."""
    if said is None:
        return None
    for each in said.split(_BETWEEN):
        if each == title:
            return _BY_WORD
        if each.startswith(f"{title}（"):
            lacking = each.removeprefix(title).strip("（）")
            return f"{_BY_WORD}（{_LACKING}{lacking}）"
    return _BY_DATA


def _result(known: Known, one: Condition, value: Value, terms: Terms, today: date) -> str:
    """A flag is what lets the clearing go on, or not; a day passes the guard of the procedure."""
    if one.says is not None:
        return MET if value is one.says else NOT_MET
    judged = [judge(guard, known.facts, terms, today) for guard in _guards(known, one)]
    if Decision.FALSE in judged:
        return NOT_MET
    return MET if judged and Decision.UNKNOWN not in judged else UNKNOWN


def _guards(known: Known, one: Condition) -> Iterator[Guard]:
    if known.definition is not None:
        for guard in known.definition.guards.values():
            if guard.kind is GuardKind.FULL and one.fact in guard.facts:
                yield guard
