"""What a person's step of a case is held against beside the machine's guards.

The number of a document is that of a paper on file; the notice hangs since the day that is told;
the county decides by lists; what the quality rules say of a household is worked out and not typed.
"""

from __future__ import annotations

from bangfu.domains.monitoring.cases.quality import STOPS, count_stops
from bangfu.domains.monitoring.domain import cases
from bangfu.domains.monitoring.domain.proceedings import CLUE, SUSPICION
from bangfu.domains.monitoring.models.cases import DecisionBatch, DecisionBatchRow
from bangfu.domains.monitoring.papers.evidence import EVIDENCE_NO
from bangfu.domains.monitoring.papers.filing import has_number
from bangfu.domains.monitoring.ports import Asked
from bangfu.domains.publicity import selectors as publicity
from bangfu.domains.publicity.domain import NoticeState
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.errors import Conflict, Refused
from bangfu.kernel.region import RegionCode

_CONFIRM, _SIGNED = "CONFIRM", "assessed_by"


def check_case_step(asked: Asked) -> None:
    """Refuse a step whose papers, notice, list or quality findings are not as it says.

    Raises Refused E-MONITORING-PAPER-MISSING, E-MONITORING-NOTICE-MISSING,
    E-MONITORING-NOTICE-OTHERWISE, E-MONITORING-STOPS, Conflict E-MONITORING-BATCH-NEEDED.
    """
    if asked.row.procedure not in cases.CASES:
        return
    _check_documents(asked)
    _check_notice(asked)
    _check_batch(asked)
    _check_stops(asked)


def check_evidence(asked: Asked) -> None:
    """The evidence of a household, where a step names it, is on file with its suspicion.

    Raises Refused E-MONITORING-PAPER-MISSING.
    """
    if asked.row.procedure == SUSPICION and EVIDENCE_NO in asked.step.takes:
        _check_document(asked, EVIDENCE_NO)


def check_confirmation(asked: Asked) -> None:
    """A confirmed risk goes on as a case, and a case is about a household.

    Raises Conflict E-MONITORING-CASE-NEEDS-HOUSEHOLD.
    """
    is_asked = asked.row.procedure == CLUE and asked.step.name == _CONFIRM
    if is_asked and asked.row.household_id is None:
        raise Conflict("E-MONITORING-CASE-NEEDS-HOUSEHOLD", no=asked.row.no)


def check_signature(asked: Asked) -> None:
    """The assessed level is signed by the person whose step it is, and by nobody for another.

    Raises Refused E-MONITORING-SIGNED-BY-OTHER.
    """
    if asked.scope.actor.kind != "USER" or _SIGNED not in asked.step.takes:
        return
    named = asked.facts.get(_SIGNED)
    if isinstance(named, tuple) and set(named) != {asked.scope.actor.id}:
        raise Refused("E-MONITORING-SIGNED-BY-OTHER")


def _check_documents(asked: Asked) -> None:
    for name in cases.documents_of(asked.definition, asked.step):
        _check_document(asked, name)


def _check_document(asked: Asked, name: str) -> None:
    no = asked.facts.get(name)
    if isinstance(no, str) and no.strip() and not has_number(asked.row, no.strip()):
        title = asked.definition.facts[name].title
        raise Refused(
            "E-MONITORING-PAPER-MISSING", fact_zh=title.zh, fact_en=title.en, paper_no=no[:80]
        )


def _check_notice(asked: Asked) -> None:
    no = asked.facts.get(cases.OF_NOTICE)
    if cases.OF_NOTICE not in asked.step.takes or not isinstance(no, str):
        return
    notice = publicity.find_by_number(asked.scope, asked.row.id, no)
    if notice is None or notice.state is not NoticeState.PUBLISHED:
        raise Refused("E-MONITORING-NOTICE-MISSING", notice_no=no[:80])
    told: tuple[object, object] = (asked.facts.get("noticed_on"), asked.facts.get("notice_way"))
    if told != (notice.posted_on, str(notice.way)):
        raise Refused(
            "E-MONITORING-NOTICE-OTHERWISE", notice_no=no[:80], posted_on=str(notice.posted_on)
        )


def _check_batch(asked: Asked) -> None:
    """The county's yes and its no are each a line of a list with its 批复 and its sealed page."""
    if "decision_no" not in asked.step.takes:
        return
    row = asked.row
    listed = DecisionBatchRow.objects.filter(proceeding_id=row.id, is_live=True).first()
    batch = None
    if listed is not None:
        with activate(system_scope(RegionCode(row.region_code).county, "monitoring.batch")):
            batch = DecisionBatch.objects.filter(id=listed.batch_id).first()
    if batch is None or listed is None or _listed(batch, listed) != _told(asked):
        raise Conflict("E-MONITORING-BATCH-NEEDED", no=row.no)


def _listed(batch: DecisionBatch, line: DecisionBatchRow) -> tuple[object, ...]:
    deciders = tuple(str(each) for each in batch.deciders)
    return batch.approval_no, batch.no, batch.decided_on, deciders, line.decision


def _told(asked: Asked) -> tuple[object, ...]:
    is_refused = asked.step.name == cases.COUNTY_REFUSE
    decision = cases.BatchDecision.REFUSE if is_refused else cases.BatchDecision.AGREE
    told = (asked.facts.get(name) for name in ("decision_no", "batch_no", "decided_on", "deciders"))
    return *told, str(decision)


def _check_stops(asked: Asked) -> None:
    said = asked.facts.get(STOPS)
    if STOPS not in asked.step.takes or not isinstance(said, int) or STOPS in asked.worked_out:
        return
    found = count_stops(asked.row, asked.at)
    if said != found:
        raise Refused("E-MONITORING-STOPS", said=said, found=found)
