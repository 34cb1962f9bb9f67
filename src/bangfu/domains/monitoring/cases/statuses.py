"""What the county decides of a monitored status alone: taking a clearing back (回退), ending the
monitoring (停止监测), making it void (作废).

No list of cases carries such a decision, so its sealed page is on file with the status, put there
by somebody else than who takes the step. A number under which the platform holds a list of cases
is that of another decision.
"""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.domains.monitoring.domain.cases import BatchStage
from bangfu.domains.monitoring.domain.proceedings import STATUS
from bangfu.domains.monitoring.models.cases import DecisionBatch
from bangfu.domains.monitoring.papers.filing import number_on_file
from bangfu.domains.monitoring.ports import Asked
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode


@dataclass(frozen=True, slots=True)
class Decided:
    """Which facts of a step are the decision's number and day, and what the register holds after
    it, by column; an empty text makes a column unknown."""

    no: str
    on: str
    columns: dict[str, str]


# After 回退 the risk stands open as before the clearing; who is not monitored has no category.
DECIDED = {
    "REVERT": Decided(
        "revert_no",
        "reverted_on",
        {"risk_status": "ACTIVE", "clearing_method": "", "risk_cleared_month": ""},
    ),
    "END": Decided("end_no", "ended_on", {"monitored_category": "", "risk_status": ""}),
    "VOID": Decided(
        "void_no",
        "voided_on",
        {
            "monitored_category": "",
            "risk_status": "",
            "risk_identified_month": "",
            "clearing_method": "",
            "risk_cleared_month": "",
        },
    ),
}


def check_status_step(asked: Asked) -> None:
    """Refuse a decision on a status of which no sealed page is on file by somebody else.

    Raises Refused E-MONITORING-DECISION-MISSING, E-MONITORING-DECISION-OTHER,
    E-MONITORING-DECISION-SECOND.
    """
    decided = DECIDED.get(asked.step.name) if asked.row.procedure == STATUS else None
    no = asked.facts.get(decided.no) if decided else None
    if decided is None or not isinstance(no, str) or not no.strip():
        return
    if _is_of_cases(asked, no.strip()):
        raise Refused("E-MONITORING-DECISION-OTHER", paper_no=no[:80])
    held = [one for one in number_on_file(asked.row, no.strip()) if one.file_id is not None]
    if not held:
        title = asked.step.title
        raise Refused(
            "E-MONITORING-DECISION-MISSING", step_zh=title.zh, step_en=title.en, paper_no=no[:80]
        )
    if all(one.by_id == asked.scope.actor.id for one in held):
        raise Refused("E-MONITORING-DECISION-SECOND", paper_no=no[:80])


def _is_of_cases(asked: Asked, no: str) -> bool:
    county = RegionCode(asked.row.region_code).county
    with activate(system_scope(county, "monitoring.status")):
        held = DecisionBatch.objects.filter(approval_no=no, stage=BatchStage.DECIDED)
        return held.filter(region_code=str(county)).exists()
