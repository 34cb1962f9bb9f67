"""What the year was like, in figures, and as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import quantiles
from typing import Any

from bangfu.domains.monitoring import learning
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingStep
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY as COUNTY_LEVEL
from bangfu.kernel.workdays import local_day
from bangfu.procedures.facts import as_day
from tests.cast import YUNXI
from tests.year.checks import CLIMBED
from tests.year.county import COUNTY, Size
from tests.year.days import instant
from tests.year.simulation import Told

LEVELS = ("VILLAGE", "TOWNSHIP", "COUNTY", "SECTOR", "PREFECTURE")
_MONTH = (
    "month", "hits", "silent", "opened", "told", "closed", "open", "signals_a_village",
)  # fmt: skip
SEVERITIES = (Severity.URGENT, Severity.ATTENTION)


def figures(size: Size, told: Told) -> dict[str, Any]:
    """Return the figures of a year, ready for JSON."""
    villages = size.towns * size.villages
    with activate(COUNTY):
        found = {
            "days_to_answer": _by_severity(_answered()),
            "days_to_decision": _by_severity(_decided()),
            "escalations": _rungs(),
            "in_time": _in_time(),
            "open_at_end": _open_at_end(),
            "outcomes": _outcomes(),
            "suspicions": _suspicions(),
        }
    return {
        "households": size.households,
        "villages": villages,
        "cadres": size.cadres,
        "months": _months(size, told, villages),
        **found,
        "precision": _precision(),
        "held_and_released": told.released,
        "answered_on_paper": told.on_paper,
        "refused_on_paper": len(told.paper_problems),
        "households_merged": told.merged,
        "households_moved": told.moved,
        "cadres_who_left": told.left,
        "decided_by_lists": told.decided,
        "clearings_proposed": told.cleared,
        "rounds": told.rounds,
        "entered_in_rounds": told.entered,
        "clues_told_in_rounds": len(told.reported),
    }


def _answered() -> Iterable[tuple[int, int]]:
    """Each answered clue's severity and days from its making to its answer."""
    closed = Proceeding.objects.filter(procedure="clue").exclude(closed_at=None)
    for severity, opened, ended in closed.values_list("severity", "opened_at", "closed_at"):
        yield severity, (local_day(ended) - local_day(opened)).days


def _decided() -> Iterable[tuple[int, int]]:
    """Each decided case's severity and days from its clue to the decision of the county."""
    for row in Proceeding.objects.filter(procedure="identification"):
        facts = unseal(row.facts)
        if "decided_on" in facts:
            days = as_day(facts["decided_on"]) - as_day(facts["clue_on"])
            yield row.severity, days.days


def _by_severity(found: Iterable[tuple[int, int]]) -> dict[str, dict[str, float]]:
    listed = list(found)
    names = [("ALL", None), *((one.name, int(one)) for one in SEVERITIES)]
    return {
        name: _spread([days for each, days in listed if severity in (None, each)])
        for name, severity in names
    }


def _spread(days: Sequence[int]) -> dict[str, float]:
    if len(days) < 2:
        return {"count": len(days)}
    cuts = quantiles(days, n=10, method="inclusive")
    return {"count": len(days), "median": cuts[4], "p90": round(cuts[8], 1), "longest": max(days)}


def _rungs() -> dict[str, int]:
    steps = ProceedingStep.objects.filter(step__in=CLIMBED)
    counted = Counter(str(unseal(one.facts)["level"]) for one in steps)
    return {level: counted[level] for level in LEVELS}


def _in_time() -> dict[str, float]:
    """Of the clocks of clues that have ended, which part ended in time."""
    ended = ProceedingClock.objects.filter(proceeding__procedure="clue").exclude(ended_on=None)
    counted = Counter(ended.values_list("clock", "is_late"))
    names = sorted({name for name, _ in counted})
    return {
        name: round(counted[name, False] / (counted[name, False] + counted[name, True]), 3)
        for name in names
    }


def _open_at_end() -> dict[str, int]:
    found = Proceeding.objects.filter(closed_at=None)
    return dict(sorted(Counter(found.values_list("procedure", flat=True)).items()))


def _outcomes() -> dict[str, int]:
    found = Proceeding.objects.filter(procedure="clue").exclude(closed_at=None)
    return dict(sorted(Counter(found.values_list("outcome", flat=True)).items()))


def _suspicions() -> dict[str, int]:
    """How suspicions were decided; "OPEN" those that are not yet."""
    rows = Proceeding.objects.filter(procedure="suspicion")
    counted = Counter(
        str(unseal(one.facts).get("outcome", one.outcome)) if one.closed_at else "OPEN"
        for one in rows
    )
    return dict(sorted(counted.items()))


def _months(size: Size, told: Told, villages: int) -> list[dict[str, Any]]:
    """By month: hits, those that stayed silent, new clues, closed ones, open at its end."""
    signals = {
        one.month: one
        for one in learning.count_signals(
            COUNTY, YUNXI, since=instant(date(2026, 1, 1), 0), level=COUNTY_LEVEL
        )
    }
    with activate(COUNTY):
        clues = Proceeding.objects.filter(procedure="clue").exclude(closed_at=None)
        closed = Counter(
            f"{local_day(at):%Y-%m}" for at in clues.values_list("closed_at", flat=True)
        )
    found, open_now = [], 0
    for number in range(1, size.months + 1):
        month = f"2026-{number:02d}"
        one = signals.get(month)
        new, screened = (one.new, one.screened) if one else (0, 0)
        open_now += new - closed[month]
        found.append(
            {
                "month": month,
                "hits": told.hits[number - 1],
                "silent": told.made[number - 1].silent,
                "opened": screened,
                "told": new - screened,
                "closed": closed[month],
                "open": open_now,
                "signals_a_village": round(new / villages, 2),
            }
        )
    return found


def _precision() -> dict[str, dict[str, float]]:
    span = learning.Span(Period("2025-12"), Period("2026-12"))
    return {
        one.key: {"answered": one.answered, "confirmed": round(one.confirmed / one.answered, 3)}
        for one in learning.count_by_rule(COUNTY, YUNXI, span)
        if one.answered
    }


def page(found: dict[str, Any]) -> str:
    """Return the page about a year's figures."""
    return _HEAD.format(**found) + "\n\n".join(
        [
            _table(_MONTH, found["months"]),
            "## How long it takes\n\nIn days, weekends and holidays counted.\n\n"
            + _spreads("from the clue to its answer", found["days_to_answer"])
            + "\n\n"
            + _spreads("from the clue to the decision of the county", found["days_to_decision"]),
            "## What climbed\n\n"
            + _table(LEVELS, [found["escalations"]])
            + "\n\nOf the clocks of clues that ended, this part ended in time:\n\n"
            + _table(tuple(found["in_time"]), [found["in_time"]]),
            "## What was found\n\n"
            + _table(tuple(found["outcomes"]), [found["outcomes"]])
            + "\n\nSuspicions, heard first and decided by the county:\n\n"
            + _table(tuple(found["suspicions"]), [found["suspicions"]])
            + "\n\nOf the answered clues of a rule, this part was confirmed:\n\n"
            + _table(("rule", "answered", "confirmed"),
                     [{"rule": rule, **one} for rule, one in found["precision"].items()]),
            "## Still open at the end\n\n"
            + _table(tuple(found["open_at_end"]), [found["open_at_end"]]),
        ]
    ) + "\n"  # fmt: skip


def _spreads(what: str, found: dict[str, dict[str, float]]) -> str:
    rows = [{what: name, **one} for name, one in found.items()]
    return _table((what, "count", "median", "p90", "longest"), rows)


def _table(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    lines = ["| " + " | ".join(name.replace("_", " ") for name in names) + " |"]
    lines.append("|" + "---|" * len(names))
    lines += ["| " + " | ".join(str(row.get(name, "")) for name in names) + " |" for row in rows]
    return "\n".join(lines)


_HEAD = """# A simulated year

An invented county of {households:,} households in {villages} villages with {cadres} paired cadres
goes through 2026 day by day: the hits of each month are drawn from a model, all that follows is
done by the platform's own services in the hands of people with realistic delays. What is drawn
(how often a rule fires and is right, how late people are) is an assumption; what is shown is that
nothing gets lost, and what such people mean for a county. The checks that must hold are in
`tests/year/checks.py`. Written by the run itself; a test holds the page to its figures.

- command: `{command}`, seed {seed}
- {seconds} s in all ({cpu_seconds} processor seconds of the simulation's own process), of which
  {settling_seconds} s were needed to settle the county; {steps:,} steps of people; {machine}
- a flood was held back and released {held_and_released} time(s); {answered_on_paper} clues were
  answered on paper lists; {cadres_who_left} cadres left for good; {households_merged} households
  merged and {households_moved} moved; {decided_by_lists} cases were decided by lists of the county;
  {clearings_proposed} clearings were proposed; in {rounds} round(s) {entered_in_rounds:,}
  households were entered, of which {clues_told_in_rounds} became clues

## Month by month

"""
