"""Opening a round over all households of a county, keeping its list in step, closing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.domains.rounds import rows
from bangfu.domains.rounds.domain import Result, RoundRecord, RoundState, Season, code_of
from bangfu.domains.rounds.messages import tell_opened
from bangfu.domains.rounds.models import Round
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Conflict, InvalidValue
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

SUBJECT = "rounds.round"
MANAGE = "ROUND_MANAGE"

# The county's open households for the statements below: under row security the planner guesses a
# few rows where there are twenty thousand, and would go through them once for each entry.
_HOMES = """
DROP TABLE IF EXISTS pg_temp.rounds_home;
CREATE TEMPORARY TABLE rounds_home ON COMMIT DROP AS {households};
ALTER TABLE pg_temp.rounds_home ADD PRIMARY KEY (id);
ANALYZE pg_temp.rounds_home
"""
# Households of the register that the round does not have yet.
_ADD = """
INSERT INTO rounds_entry (id, region_code, round_id, household_id, household_no, head_name,
                          result, way, entered_by, entered_by_id, clue_no)
SELECT gen_random_uuid(), h.region_code, %s, h.id, h.household_no, h.head_name, '', '', '', '', ''
  FROM pg_temp.rounds_home h
 WHERE NOT EXISTS (SELECT 1 FROM rounds_entry e WHERE e.round_id = %s AND e.household_id = h.id)
"""
# Households that moved, or whose number or head was corrected, or that are back.
_FOLLOW = """
UPDATE rounds_entry e
   SET region_code = h.region_code, household_no = h.household_no, head_name = h.head_name,
       result = CASE WHEN e.result = %s THEN '' ELSE e.result END
  FROM pg_temp.rounds_home h
 WHERE e.round_id = %s AND e.household_id = h.id
   AND (e.region_code, e.household_no, e.head_name, e.result = %s)
       IS DISTINCT FROM (h.region_code, h.household_no, h.head_name, false)
"""
# Households that were closed or left the county before anybody entered them.
_DROP = """
UPDATE rounds_entry e SET result = %s
 WHERE e.round_id = %s AND e.result = ''
   AND NOT EXISTS (SELECT 1 FROM pg_temp.rounds_home h WHERE h.id = e.household_id)
"""
_COLUMNS = ("id", "region_code", "household_no", "head_name")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a county decides about a round: which, under which document, from when to when."""

    year: int
    season: Season
    document_no: str
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many households a round gained, followed to another place or name, and lost."""

    added: int
    followed: int
    gone: int


def open_round(*, scope: Scope, at: datetime, county: RegionCode, plan: Plan) -> RoundRecord:
    """Open a round and list every household of the county in it, in one transaction.

    Raises NotAllowed, NotFound, InvalidValue E-ROUNDS-COUNTY-ONLY, E-ROUNDS-DAYS,
    E-ROUNDS-DOCUMENT, Conflict E-ROUNDS-EXISTS, E-ROUNDS-OTHER-OPEN.
    """
    require(scope, MANAGE)
    _check(scope, county, plan)
    code = code_of(plan.year, plan.season)
    with activate(scope):
        rows.lock_county(county)
        known = Round.objects.filter(region_code=str(county))
        if known.filter(code=code).exists():
            raise Conflict("E-ROUNDS-EXISTS", code=code)
        running = known.filter(state=RoundState.OPEN).first()
        if running is not None:
            raise Conflict("E-ROUNDS-OTHER-OPEN", code=running.code)
        row = Round(
            id=uuid7(),
            region_code=str(county),
            code=code,
            season=plan.season,
            year=plan.year,
            document_no=plan.document_no.strip(),
            from_on=plan.from_on,
            to_on=plan.to_on,
            households=0,
            opened_at=at,
            opened_by=scope.actor.label[:120],
        )
        row.save(force_insert=True)
        row.households = _add(scope, row)
        Round.objects.filter(id=row.id).update(households=row.households)
        _record(scope, at, row, "rounds.round.opened", {"households": row.households})
        tell_opened(scope, at, row)
    return rows.to_round(row)


def _check(scope: Scope, county: RegionCode, plan: Plan) -> None:
    rows.check_county(scope, county)
    if county.level != COUNTY:
        raise InvalidValue("E-ROUNDS-COUNTY-ONLY")
    if not plan.document_no.strip():
        raise InvalidValue("E-ROUNDS-DOCUMENT")
    if plan.to_on < plan.from_on or plan.year not in (plan.from_on.year, plan.to_on.year):
        raise InvalidValue("E-ROUNDS-DAYS")


def refresh(*, scope: Scope, at: datetime, county: RegionCode, code: str) -> Refreshed:
    """Bring the list of an open round in step with the register: new households join it, moved
    ones follow, closed ones nobody has entered are GONE. Raises NotFound, Conflict E-ROUNDS-CLOSED.
    """
    require(scope, MANAGE)
    rows.check_county(scope, county)
    with activate(scope):
        row = open_one(scope, county, code)
        found = _refresh(scope, row)
        detail = {"added": found.added, "followed": found.followed, "gone": found.gone}
        _record(scope, at, row, "rounds.round.refreshed", detail)
    return found


def close_round(
    *, scope: Scope, at: datetime, county: RegionCode, code: str, note: str = ""
) -> RoundRecord:
    """Close a round, its list brought in step first. Households left over need a reason.

    Raises NotFound, Conflict E-ROUNDS-CLOSED, InvalidValue E-ROUNDS-LEFT with their number.
    """
    require(scope, MANAGE)
    rows.check_county(scope, county)
    with activate(scope):
        row = open_one(scope, county, code)
        _refresh(scope, row)
        left = row.entries.filter(result=Result.TO_DO).count()
        if left and not note.strip():
            raise InvalidValue("E-ROUNDS-LEFT", left=left)
        row.state, row.closed_at = RoundState.CLOSED, at
        row.closed_by, row.close_note = scope.actor.label[:120], note.strip()[:500]
        row.save()
        _record(scope, at, row, "rounds.round.closed", {"left": left})
    return rows.to_round(row)


def open_one(scope: Scope, county: RegionCode, code: str) -> Round:
    """Return an open round, locked; inside `activate`. Raises NotFound, E-ROUNDS-CLOSED."""
    row = rows.find_round(scope, county, code, is_locked=True)
    if row.state != RoundState.OPEN:
        raise Conflict("E-ROUNDS-CLOSED", code=row.code)
    return row


# The list and the register


def _refresh(scope: Scope, row: Round) -> Refreshed:
    gone = str(Result.GONE)
    with connection.cursor() as cursor:
        _gather(scope, row, cursor)
        cursor.execute(_FOLLOW, [gone, row.id, gone])
        followed = cursor.rowcount
        cursor.execute(_DROP, [gone, row.id])
        dropped = cursor.rowcount
        cursor.execute(_ADD, [row.id, row.id])
        return Refreshed(cursor.rowcount, followed, dropped)


def _add(scope: Scope, row: Round) -> int:
    with connection.cursor() as cursor:
        _gather(scope, row, cursor)
        cursor.execute(_ADD, [row.id, row.id])
        return int(cursor.rowcount)


def _gather(scope: Scope, row: Round, cursor: Any) -> None:
    """Put the county's open households aside; the register's selector says which they are."""
    found = registry.filtered(scope, HouseholdFilter(region=RegionCode(row.region_code)))
    sql, params = found.order_by().values_list(*_COLUMNS).query.sql_with_params()
    for statement in _HOMES.split(";"):
        held = "{households}" in statement
        cursor.execute(statement.replace("{households}", sql), params if held else [])


def _record(scope: Scope, at: datetime, row: Round, action: str, detail: dict[str, Any]) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"code": row.code, "document_no": row.document_no, **detail},
    )
