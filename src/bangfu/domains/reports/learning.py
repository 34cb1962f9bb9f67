"""What is learned from answers (规则精准率、村级信号数): precision of rules, signals of villages.

A rule of a class that is closed to the reader is not told, and counts in no total here (ADR 0093):
a total with it less the open ones would tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from bangfu.domains.monitoring import learning
from bangfu.domains.monitoring.learning import Answers, Signals, Span
from bangfu.domains.reports.places import read_region, ref
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.packs import find_pack, national_pack
from bangfu.domains.screening.withholding import closed_to
from bangfu.engine.packs import Pack
from bangfu.foundation.access.roles import require
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.standards.learning import Floor, floor_on

MONTHS = 12
# The ends of a clue, as the clue's procedure calls them.
_OUTCOMES = {
    "NO_RISK": ("无风险", "No risk"),
    "EXPLAINED": ("情况可解释", "Explained"),
    "DATA_WRONG": ("数据有误", "Data wrong"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A place and months as they are read."""

    place: RegionCode
    span: Span
    floor: Floor


def read(
    scope: Scope, region: str | None, start: str | None, end: str | None, *, at: datetime
) -> Asked:
    """Return the asked place and months; the last twelve when none are asked.

    Raises NotFound for a place outside the scope, InvalidValue E-PERIOD-FORMAT.
    """
    today = local_day(at)
    last = Period.parse(end) if end else Period.containing(today)
    first = Period.parse(start) if start else last.plus(1 - MONTHS)
    return Asked(read_region(scope, region), Span(first, last), floor_on(today))


def get_learning(scope: Scope, asked: Asked) -> dict[str, Any]:
    """Return precision by rule, rules below the floor first, then by their false clues."""
    require(scope, learning.READ)
    pack, closed = _pack(scope, asked.place), closed_to(scope, asked.place)
    found = [
        _rule(each, asked.floor, pack)
        for each in learning.count_by_rule(scope, asked.place, asked.span)
        if not closed.holds(each.key)
    ]
    found.sort(
        key=lambda one: (
            not one["is_below"],
            one["confirmed"] - one["answered"],
            -one["open"],
            one["rule_id"],
        )
    )
    floor = asked.floor
    return {
        "region": ref(str(asked.place)),
        "from_period": str(asked.span.start),
        "to_period": str(asked.span.end),
        "floor": {name: getattr(floor, name) for name in _FLOOR},
        "rules": found,
        "closed_rules": sum(closed.holds(rule.id) for rule in pack.rules),
    }


_FLOOR = ("valid_from", "least_percent", "least_answered", "document", "status")


def get_rule_learning(scope: Scope, rule_id: str, asked: Asked) -> dict[str, Any]:
    """Return a rule's answers by place and month and its false cases.

    Raises NotAllowed E-ACCESS-RULE-CLOSED for a rule that is closed to the scope, NotFound
    E-SCREENING-RULE for a name that no rule of the pack has and of which nothing was answered.
    """
    require(scope, learning.READ)
    closed_to(scope, asked.place).check(rule_id)
    months = learning.count_by_month(scope, asked.place, asked.span, rule_id)
    pack = _pack(scope, asked.place)
    if not months and all(rule.id != rule_id for rule in pack.rules):
        raise NotFound("E-SCREENING-RULE", rule=rule_id[:80])
    whole: dict[str, int] = {}
    for month in months:
        for outcome, number in month.by_outcome.items():
            whole[outcome] = whole.get(outcome, 0) + number
    places = learning.count_by_place(scope, asked.place, asked.span, rule_id)
    return {
        "rule": _rule(Answers(rule_id, whole), asked.floor, pack),
        "by_place": [{"region": ref(each.key), **_counts(each, asked.floor)} for each in places],
        "by_month": [{"period": each.key, **_counts(each, asked.floor)} for each in months],
        "false_cases": [
            {
                "id": str(each.id),
                "no": each.no,
                "region": ref(each.region_code),
                "household_no": each.household_no,
                "head_name": each.head_name,
                "outcome": _outcome(each.outcome),
                "period": each.period,
                "closed_on": each.closed_on,
            }
            for each in learning.list_false(scope, asked.place, asked.span, rule_id)
        ],
    }


def _outcome(code: str) -> dict[str, str]:
    zh, en = _OUTCOMES.get(code, (code, code))
    return {"code": code, "zh": zh, "en": en}


def _pack(scope: Scope, place: RegionCode) -> Pack:
    run = screening.find_run(scope, place)
    return (find_pack(run.pack_hash) if run else None) or national_pack()


def _rule(answers: Answers, floor: Floor, pack: Pack) -> dict[str, Any]:
    rule = next((each for each in pack.rules if each.id == answers.key), None)
    return {
        "rule_id": answers.key,
        "title_zh": rule.title.zh if rule else answers.key,
        "title_en": rule.title.en if rule else answers.key,
        "is_below": floor.is_below(answers.confirmed, answers.answered),
        **_counts(answers, floor),
    }


def _counts(answers: Answers, floor: Floor) -> dict[str, Any]:
    enough = answers.answered >= max(1, floor.least_answered)
    share = round(100 * answers.confirmed / answers.answered, 1) if enough else None
    return {
        "answered": answers.answered,
        "confirmed": answers.confirmed,
        "explained": answers.by_outcome.get("EXPLAINED", 0),
        "data_wrong": answers.by_outcome.get("DATA_WRONG", 0),
        "no_risk": answers.by_outcome.get("NO_RISK", 0),
        "open": answers.open,
        "precision": share,
    }


def get_signals(scope: Scope, *, region: str | None, months: int, at: datetime) -> dict[str, Any]:
    """Return new clues by month for a place and the places below it, up to this month."""
    require(scope, learning.READ)
    place = read_region(scope, region)
    last = Period.containing(local_day(at))
    series = [str(last.plus(step - months + 1)) for step in range(months)]
    first = Period(series[0]).first_day
    since = timezone.make_aware(datetime(first.year, first.month, first.day))
    found = learning.count_signals(scope, place, since=since, level=VILLAGE)
    now = [each for each in found if each.month == series[-1]]
    villages = {each.region_code for each in found}
    return {
        "region": ref(str(place)),
        "months": _months(found, series),
        "places": _places(found, series, place),
        "villages": len(now),
        "per_village": (
            round(sum(each.new for each in now) / len(villages), 2) if villages else None
        ),
    }


def _months(found: list[Signals], series: list[str]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for month in series:
        of_month = [each for each in found if each.month == month]
        new = sum(each.new for each in of_month)
        listed.append(
            {
                "month": month,
                "new": new,
                "screened": sum(each.screened for each in of_month),
                "change": new - listed[-1]["new"] if listed else None,
            }
        )
    return listed


def _places(found: list[Signals], series: list[str], place: RegionCode) -> list[dict[str, Any]]:
    """Return the places directly below, those with the most new ones of the last month first."""
    level = min(place.level + 1, VILLAGE)
    by_place: dict[str, dict[str, int]] = {}
    for each in found:
        code = str(RegionCode(each.region_code).at_level(level))
        months = by_place.setdefault(code, {})
        months[each.month] = months.get(each.month, 0) + each.new
    listed = []
    for code, months in by_place.items():
        numbers = [months.get(month, 0) for month in series]
        before = numbers[-2] if len(numbers) > 1 else 0
        listed.append(
            {
                "region": ref(code),
                "now": numbers[-1],
                "before": before,
                "change": numbers[-1] - before,
                "series": numbers,
            }
        )
    return sorted(listed, key=lambda one: (-one["now"], -one["change"], one["region"]["code"]))
