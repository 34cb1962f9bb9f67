"""How guards judge: TRUE, FALSE, or UNKNOWN while a fact they need is not there.

KNOWN       all `facts` are known
EQUALS      the fact is the value
ONE_OF      the fact is one of the values
AT_LEAST    a number, or how many people, is at least `least`
NOT_ABOVE   the numbers do not fall: each is at most the next
SHARE       the first number is more than (`is_strict`) or at least `share` of the second
ORDER       the days do not fall (`is_strict`: each is later than the one before)
FULL        `limit` whole units lie between the first day and the second, or today: never on a
            day on which WITHIN of the same limit still holds
WITHIN      the second day, or today, is no later than `limit` after the first
DIFFERENT   nobody is named in two of the facts
SUM         the numbers before the last add up to no more than the last
NOT_SHARE   the first number is not what SHARE of the same share asks for

NOT_ABOVE, ORDER and DIFFERENT compare several facts: they are FALSE as soon as two that are known
contradict them, whatever the others will be. SUM waits for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations, pairwise

from bangfu.kernel.decision import Decision
from bangfu.procedures.facts import as_count, as_day, as_people
from bangfu.procedures.limits import Terms
from bangfu.procedures.model import Guard, GuardKind, Value

Facts = Mapping[str, Value]
_COMPARING = (GuardKind.NOT_ABOVE, GuardKind.ORDER, GuardKind.DIFFERENT)


def judge(guard: Guard, facts: Facts, terms: Terms, today: date) -> Decision:
    """Return whether a guard holds today with what is known."""
    if guard.kind is GuardKind.KNOWN:
        return Decision.of(all(name in facts for name in guard.facts))
    known = [facts[name] for name in guard.facts if name in facts]
    if len(known) == len(guard.facts):
        return Decision.of(_holds(guard, known, terms, today))
    is_broken = guard.kind in _COMPARING and not _holds(guard, known, terms, today)
    return Decision.FALSE if is_broken else Decision.UNKNOWN


def missing(guard: Guard, facts: Facts) -> tuple[str, ...]:
    """Return the facts that a guard waits for."""
    return tuple(name for name in guard.facts if name not in facts)


def _holds(guard: Guard, known: list[Value], terms: Terms, today: date) -> bool:
    match guard.kind:
        case GuardKind.EQUALS | GuardKind.ONE_OF:
            # 1 == True in Python, and a count is no flag.
            return any(type(known[0]) is type(v) and known[0] == v for v in guard.values)
        case GuardKind.AT_LEAST:
            return as_count(known[0]) >= guard.least
        case GuardKind.NOT_ABOVE:
            return all(as_count(one) <= as_count(other) for one, other in pairwise(known))
        case GuardKind.SHARE:
            return _is_share(guard, as_count(known[0]), as_count(known[1]))
        case GuardKind.NOT_SHARE:
            return not _is_share(guard, as_count(known[0]), as_count(known[1]))
        case GuardKind.SUM:
            return sum(as_count(one) for one in known[:-1]) <= as_count(known[-1])
        case GuardKind.ORDER:
            return all(_in_order(guard, as_day(a), as_day(b)) for a, b in pairwise(known))
        case GuardKind.FULL | GuardKind.WITHIN:
            return _in_time(guard, known, terms, today)
        case GuardKind.DIFFERENT:
            named = combinations((as_people(value) for value in known), 2)
            return not any(one & other for one, other in named)
    raise AssertionError(guard.kind)


def _in_order(guard: Guard, one: date, other: date) -> bool:
    return one < other if guard.is_strict else one <= other


def _is_share(guard: Guard, part: int, whole: int) -> bool:
    """Whether part / whole is more than, or at least, the share; nobody of nobody is none."""
    over, under = part * guard.share[1], whole * guard.share[0]
    return whole > 0 and (over > under if guard.is_strict else over >= under)


def _in_time(guard: Guard, known: list[Value], terms: Terms, today: date) -> bool:
    since = as_day(known[0])
    until = as_day(known[1]) if len(known) > 1 else today
    limit = terms.limit(guard.limit, since)
    due = terms.calendar.due(since, limit.count, limit.unit, rolls=limit.rolls)
    return until > due.on if guard.kind is GuardKind.FULL else until <= due.on
