"""What the platform knows for the next steps of a case, so that nobody types it again.

The comparison's result comes from the last screening and from suspicions that were answered; where
a suspicion is open a person has to say what it is. The county's asset lists are compared only for
people who authorised it, so a comparison before the authorisation gives nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.cases.conditions import known_conditions
from bangfu.domains.monitoring.cases.quality import list_stops
from bangfu.domains.monitoring.domain.cases import CASES
from bangfu.domains.monitoring.domain.proceedings import CLEARING, IDENTIFICATION, SUSPICION
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers import homes
from bangfu.domains.monitoring.papers.context import Read, read_case
from bangfu.domains.quality.domain import Found
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.domain import HintRecord, RunRecord
from bangfu.domains.screening.rules import titles
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value

PERMISSION = "CASE_PREPARE"
CLEAR, EXPLAINED, CANNOT_TELL, UNDUE = "CLEAR", "EXPLAINED", "CANNOT_TELL", "UNDUE"


@dataclass(frozen=True, slots=True)
class Prefill:
    """Facts by name, the checks that speak against a clearing, what the screening said."""

    facts: Mapping[str, Value]
    stops: tuple[Found, ...]
    screened_in: str
    hits: tuple[tuple[str, str, str], ...]


def prefill_of(scope: Scope, proceeding_id: UUID, *, at: datetime) -> Prefill:
    """Return what is known for the next steps of a case, as facts that its steps take.

    Raises NotFound E-MONITORING-NOT-FOUND, E-MONITORING-NO-CASE.
    """
    require(scope, PERMISSION)
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        if row.procedure not in CASES:
            raise NotFound("E-MONITORING-NO-CASE", no=row.no)
        read = read_case(scope, row, at)
        run, hint = _screened(row)
        stops = tuple(list_stops(row, at)) if row.procedure == CLEARING else ()
        facts = {**_visit(read), **_comparison(read, run, hint, at)}
        if row.procedure == CLEARING:
            known_now = known_conditions(row, at)
            facts |= {
                **_conditions(read),
                **known_now,
                "quality_stops": len({one.rule_id for one in stops}),
            }
        told = None
        if run is not None and row.household_id is not None:
            told = screening.find_hint(scope, row.household_id, run.period)
    hits = ((told.severity.word, told.reason_zh, told.reason_en),) if told else ()
    known = {name: value for name, value in facts.items() if name not in read.known.facts}
    for name in ("quality_stops", "has_new_risk"):
        if name in facts:
            known[name] = facts[name]
    return Prefill(known, stops, run.period if run else "", hits)


def _screened(row: Proceeding) -> tuple[RunRecord | None, HintRecord | None]:
    """The last run of the county and the household's hint of it, as the system sees them."""
    county = RegionCode(row.region_code).county
    system = system_scope(county, "monitoring.prefill")
    run = screening.find_run(system, county)
    if run is None or row.household_id is None:
        return run, None
    return run, screening.find_hint(system, row.household_id, run.period)


def _visit(read: Read) -> dict[str, Value]:
    """A check at home of the clue is the home check of its case."""
    clue = read.clue
    if clue is None or read.row.procedure != IDENTIFICATION or clue.text("check_way") != "VISIT":
        return {}
    names = {"visited_on": "checked_on", "visitors": "checkers", "visit_finding": "finding"}
    return {name: clue.facts[of] for name, of in names.items() if of in clue.facts}


def _comparison(
    read: Read, run: RunRecord | None, hint: HintRecord | None, at: datetime
) -> dict[str, Value]:
    """The result, where nobody has to judge; its day is the run's, after the authorisation."""
    if run is None:
        return {"comparison_result": CANNOT_TELL}
    on, authorised = local_day(run.finished_at), read.known.day("authorised_on")
    if on > local_day(at) or (authorised is not None and on < authorised):
        return {}
    result = _result(read.row, run, hint)
    return {"compared_on": on, "comparison_result": result} if result else {"compared_on": on}


def _result(row: Proceeding, run: RunRecord, hint: HintRecord | None) -> str:
    """ "" where a suspicion is not answered yet."""
    suspicions = Proceeding.objects.filter(household_id=row.household_id, procedure=SUSPICION)
    answered = [unseal(each.facts).get("outcome") for each in suspicions.exclude(closed_at=None)]
    if suspicions.filter(closed_at__isnull=True).exists():
        return ""
    if "TRUE_UNDUE" in answered:
        return UNDUE
    kinds = titles(run)
    fired = hint.fired if hint else []
    raised = [rule for rule in fired if kinds.get(rule, {}).get("kind") == "SUSPICION"]
    if raised and "TRUE_EXPLAINED" not in answered:
        return ""
    return EXPLAINED if "TRUE_EXPLAINED" in answered else CLEAR


def _conditions(read: Read) -> dict[str, Value]:
    """What the register says of the conditions of a clearing."""
    if read.record is None:
        return {}
    measures = homes.value(read.record.facts, "measures")
    without = homes.value(read.record.facts, "no_labour_household")
    found: dict[str, Value] = {}
    if isinstance(measures, list | tuple):
        found["measures_count"] = len(measures)
    if isinstance(without, bool):
        found["is_all_without_labour"] = without
    return found
