"""What the answers to clues say of the rules that raised them, and how many signals a place gets.

A rule's clue is answered when it ends as NO_RISK, EXPLAINED, DATA_WRONG or CONFIRMED; one that was
made void or joined answers nothing. Its month is that of the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Substr, TruncMonth

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.clues.explained import ANSWERS
from bangfu.domains.monitoring.domain.proceedings import CLUE
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.period import Period
from bangfu.kernel.region import LENGTH, PREFIX_LENGTHS, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

CONFIRMED = "CONFIRMED"
SCREENING = "SCREENING"
READ = "HINT_READ"


@dataclass(frozen=True, slots=True)
class Span:
    """Months of runs, both inclusive."""

    start: Period
    end: Period


@dataclass(frozen=True, slots=True)
class Answers:
    """The clues of a key (a rule, place or month) by how they were answered, and those open."""

    key: str
    by_outcome: dict[str, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many somebody has answered."""
        return sum(self.by_outcome.get(each, 0) for each in ANSWERS)

    @property
    def confirmed(self) -> int:
        """How many were a risk indeed."""
        return self.by_outcome.get(CONFIRMED, 0)

    @property
    def open(self) -> int:
        """How many wait for an answer."""
        return self.by_outcome.get("", 0)


@dataclass(frozen=True, slots=True)
class Signals:
    """New clues of a place in a month: all, and those that a screening raised."""

    region_code: str
    month: str
    new: int
    screened: int


@dataclass(frozen=True, slots=True)
class FalseCase:
    """A clue of a rule that was answered otherwise than confirmed."""

    id: UUID
    no: str
    region_code: str
    household_no: str
    head_name: str
    outcome: str
    period: str
    closed_on: date


def count_by_rule(scope: Scope, region: RegionCode, span: Span) -> list[Answers]:
    """Return answers by rule, by rule id. Closed rules are the caller's to leave out."""
    require(scope, READ)
    with activate(scope):
        return _counted(_hits(scope, region, span), F("rule_id"))


def count_by_place(scope: Scope, region: RegionCode, span: Span, rule_id: str) -> list[Answers]:
    """Return a rule's answers in the places directly below a place, by code."""
    require(scope, READ)
    length = PREFIX_LENGTHS[min(region.level + 1, VILLAGE)]
    with activate(scope):
        hits = _hits(scope, region, span).filter(rule_id=rule_id)
        found = _counted(hits, Substr("region_code", 1, length))
    return [Answers(each.key.ljust(LENGTH, "0"), each.by_outcome) for each in found]


def count_by_month(scope: Scope, region: RegionCode, span: Span, rule_id: str) -> list[Answers]:
    """Return a rule's answers by month of the run, the earliest first."""
    require(scope, READ)
    with activate(scope):
        return _counted(_hits(scope, region, span).filter(rule_id=rule_id), F("period"))


def list_false(
    scope: Scope, region: RegionCode, span: Span, rule_id: str, *, limit: int = 100
) -> list[FalseCase]:
    """Return a rule's clues that were answered otherwise than confirmed, the newest first."""
    require(scope, READ)
    with activate(scope):
        hits = _hits(scope, region, span).filter(rule_id=rule_id).values("proceeding_id")
        found = rows.visible(scope).filter(id__in=hits, outcome__in=ANSWERS - {CONFIRMED})
        listed = found.defer("facts").order_by("-closed_at", "-id")[:limit]
        return [_false(row) for row in listed]


def _false(row: Proceeding) -> FalseCase:
    assert row.closed_at is not None, "an answered clue is closed"
    return FalseCase(
        id=row.id,
        no=row.no,
        region_code=row.region_code,
        household_no=row.household_no,
        head_name=row.head_name,
        outcome=row.outcome,
        period=row.period,
        closed_on=local_day(row.closed_at),
    )


def count_signals(
    scope: Scope, region: RegionCode, *, since: datetime, level: int
) -> list[Signals]:
    """Return new clues since an instant by month and place of `level` inside a place."""
    require(scope, READ)
    lower, upper = region.bounds
    with activate(scope):
        found = (
            rows.visible(scope)
            .filter(
                procedure=CLUE, opened_at__gte=since, region_code__gte=lower, region_code__lt=upper
            )
            .annotate(
                place=Substr("region_code", 1, PREFIX_LENGTHS[level]) if level else Value(""),
                month=TruncMonth("opened_at"),
            )
            .values_list("place", "month")
            .annotate(new=Count("id"), screened=Count("id", filter=Q(source=SCREENING)))
            .order_by("place", "month")
        )
        return [
            Signals(place.ljust(LENGTH, "0"), f"{month:%Y-%m}", new, screened)
            for place, month, new, screened in found
        ]


def _hits(scope: Scope, region: RegionCode, span: Span) -> QuerySet[ClueOrigin]:
    """Return the reports of screenings within a place and months."""
    lower, upper = region.bounds
    return in_scope(ClueOrigin.objects.exclude(rule_id=""), scope).filter(
        proceeding__procedure=CLUE,
        period__gte=str(span.start),
        period__lte=str(span.end),
        region_code__gte=lower,
        region_code__lt=upper,
    )


def _counted(hits: QuerySet[ClueOrigin], key: F | Substr) -> list[Answers]:
    counted: Iterable[tuple[str, str, int]] = (
        hits.annotate(key=key)
        .values_list("key", "proceeding__outcome")
        .annotate(number=Count("proceeding_id", distinct=True))
        .order_by("key")
    )
    found: dict[str, dict[str, int]] = {}
    for name, outcome, number in counted:
        found.setdefault(name, {})[outcome] = number
    return [Answers(name, outcomes) for name, outcomes in found.items()]
