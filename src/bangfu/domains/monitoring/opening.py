"""Opening a proceeding: about whom, by which version, under which number, or joined to which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from bangfu.domains.monitoring import numbers, rows
from bangfu.domains.monitoring.advancing import SUBJECT, advance
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.doers import doer_of
from bangfu.domains.monitoring.domain.proceedings import (
    CLUE,
    ONCE,
    OPENED_BY_PEOPLE,
    OTHER,
    ProceedingRecord,
    prefix_of,
)
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding
from bangfu.domains.monitoring.titles import title_of
from bangfu.domains.registry.selectors.people import get_brief
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.regions.selectors import get_region
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound, Refused
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Done, Refusal, Value, as_error, open_instance
from bangfu.standards import codelists

JOINED = "monitoring.clue.joined"
# What people say in their own words may tell of both; nobody can say beforehand.
OWN_WORDS = ("FINANCE", "HEALTH")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('monitoring.household.' || %s, 0))"
_MATTERS = "matter"


@dataclass(frozen=True, slots=True)
class Report:
    """What a proceeding is opened with beside its facts.

    `words` is what was said, `reporter` the name and telephone of who said it; `risk` a code of
    the list `matter`; `titles` in Chinese and English (empty: made from source and matter);
    `classes` what title, facts and words tell. `run_id`, `rule_id`, `facts_digest` and `period`
    where a screening said it; `origin_id` the proceeding that this one comes from.
    """

    words: str = ""
    reporter: str = ""
    risk: str = ""
    titles: tuple[str, str] = ("", "")
    classes: Collection[str] = field(default=OWN_WORDS)
    severity: int = 0
    run_id: UUID | None = None
    rule_id: str = ""
    facts_digest: str = ""
    period: str = ""
    origin_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """About whom: a household with its village, or a place alone."""

    region_code: str
    household_id: UUID | None = None
    household_no: str = ""
    head_name: str = ""


def find_home(scope: Scope, household_no: str | None, region: RegionCode | None) -> Home:
    """Return the household of the scope, or the place named.

    A post that does not read the register may name a household all the same. Raises NotFound,
    Conflict E-REGISTRY-HOUSEHOLD-CLOSED, InvalidValue E-MONITORING-PLACE.
    """
    if household_no:
        asking = scope
        if not scope.allows("REGISTRY_READ"):
            asking = system_scope(scope.region, "monitoring.report")
        found = get_brief(asking, household_no)
        if found.closed_on is not None:
            raise Conflict("E-REGISTRY-HOUSEHOLD-CLOSED", household_no=household_no)
        return Home(found.region_code, found.id, found.household_no, found.head_name)
    if region is None or region.level < COUNTY:
        raise InvalidValue("E-MONITORING-PLACE")
    if not scope.covers(region):
        raise NotFound("E-API-NOT-FOUND")
    get_region(str(region))
    return Home(str(region))


def lock(home: Home) -> None:
    """Let one report about a household be handled at a time, until the transaction ends."""
    if home.household_id is not None:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [str(home.household_id)])


def find_open(procedure: str, home: Home, risk: str) -> Proceeding | None:
    """Return the open clue of the matter about the household, locked, if there is one.

    Raises InvalidValue E-MONITORING-RISK for a clue of no known matter.
    """
    if procedure == CLUE and codelists.get(_MATTERS).by_code(risk) is None:
        raise InvalidValue("E-MONITORING-RISK", risk=risk[:40])
    if home.household_id is None or procedure != CLUE or risk == OTHER:
        return None
    found = _open_of(procedure, home)
    return found.filter(risk=risk).select_for_update().order_by("id").first()


def _open_of(procedure: str, home: Home) -> QuerySet[Proceeding]:
    return Proceeding.objects.filter(
        household_id=home.household_id, procedure=procedure, closed_at__isnull=True
    )


def _refuse_second(procedure: str, home: Home) -> None:
    """A household has one open case of a kind and one status; waits for who is opening one.

    Raises Conflict E-MONITORING-OPEN-ALREADY.
    """
    if procedure not in ONCE or home.household_id is None:
        return
    lock(home)
    for row in _open_of(procedure, home).order_by("id")[:1]:
        raise Conflict("E-MONITORING-OPEN-ALREADY", no=row.no)


def open_by_hand(
    scope: Scope,
    at: datetime,
    procedure: str,
    household_no: str | None,
    region: RegionCode | None,
    facts: Mapping[str, Value],
    report: Report,
    language: str,
) -> ProceedingRecord:
    """Open what somebody reports, or join it to the open clue of the matter.

    Raises Refused E-MONITORING-OPENS-OTHERWISE for what nobody opens by telling of it: a case, a
    status or a second clock begins with what went before.
    """
    if procedure not in OPENED_BY_PEOPLE:
        raise Refused("E-MONITORING-OPENS-OTHERWISE", procedure=procedure[:40])
    home = find_home(scope, household_no, region)
    with activate(scope):
        lock(home)
        joined = find_open(procedure, home, report.risk)
        if joined is not None:
            return join(scope, at, joined, facts, report)
        return open_new(scope, at, procedure, home, facts, report, language)


def join(
    scope: Scope, at: datetime, row: Proceeding, facts: Mapping[str, Value], report: Report
) -> ProceedingRecord:
    """Add a report to an open clue; it becomes as urgent and as closed as the report is."""
    add_origin(scope, at, row, str(facts.get("source", "")), report)
    classes = sorted({*row.classes, *report.classes})
    if (classes, max(row.severity, report.severity)) != (row.classes, row.severity):
        row.classes, row.severity = classes, max(row.severity, report.severity)
        row.save(update_fields=["classes", "severity"])
    audit.record(
        scope,
        JOINED,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, "source": str(facts.get("source", ""))},
    )
    return rows.to_record(row, joined_now=True)


def open_new(
    scope: Scope,
    at: datetime,
    procedure: str,
    home: Home,
    facts: Mapping[str, Value],
    report: Report,
    language: str,
) -> ProceedingRecord:
    """Open a new proceeding; inside `activate`.

    Raises Conflict E-MONITORING-OPEN-ALREADY for a second one of which a household has one, and
    what `as_error` gives for a refusal.
    """
    _refuse_second(procedure, home)
    today, place = local_day(at), RegionCode(home.region_code)
    county = book_for(place, at, scope)
    definition = county.book.in_force(procedure, today)
    done = Done(definition.opening.name, doer_of(scope), at, facts)
    taken = open_instance(definition, done, county.terms(home.region_code))
    if isinstance(taken, Refusal):
        raise as_error(definition, taken, language)
    zh, en = report.titles if any(report.titles) else title_of(definition, facts, report.risk)
    (no,) = numbers.reserve(place, prefix_of(procedure), today.year)
    row = Proceeding(
        id=uuid7(),
        region_code=home.region_code,
        no=no,
        procedure=definition.id,
        version=definition.version,
        digest=definition.digest,
        household_id=home.household_id,
        household_no=home.household_no,
        head_name=home.head_name,
        source=str(facts.get("source", "")),
        risk=report.risk,
        title_zh=zh[:300],
        title_en=en[:300],
        classes=sorted(report.classes),
        severity=report.severity,
        period=report.period,
        origin_id=report.origin_id,
        opened_at=at,
    )
    advance(row, definition, taken, scope=scope, at=at, note=report.note, facts=facts)
    add_origin(scope, at, row, row.source, report)
    return rows.to_record(row)


def add_origin(scope: Scope, at: datetime, row: Proceeding, source: str, report: Report) -> None:
    """Keep a report with a proceeding."""
    ClueOrigin.objects.create(
        region_code=row.region_code,
        proceeding=row,
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
        source=source[:40],
        words=report.words.strip(),
        reporter=report.reporter.strip(),
        run_id=report.run_id,
        rule_id=report.rule_id,
        facts_digest=report.facts_digest,
        period=report.period,
    )
