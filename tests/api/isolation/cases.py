"""A case with a paper, a notice and a list of its county in each village of the country."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bangfu.domains.monitoring import opening
from bangfu.domains.monitoring.models.cases import CasePaper, DecisionBatch, DecisionBatchRow
from bangfu.domains.monitoring.opening import Report
from bangfu.domains.publicity.models import Notice
from bangfu.foundation import files
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.scope import Scope
from tests.api.conftest import AS_OF, NOW
from tests.api.isolation.country import Village

if TYPE_CHECKING:
    from tests.api.isolation.victims import Things


def add_case(scope: Scope, village: Village, home: Any, things: Things) -> None:
    """Open a case of the village's household and put what belongs to it beside it."""
    by = {"created_at": NOW, "created_by": "tests", "created_by_id": "tests"}
    system = system_scope(scope.region, "tests")
    report = Report(words=village.reason, reporter=village.head, risk="WATER", classes=())
    facts = {"clue_on": NOW.date(), "is_fast_track": False}
    about = opening.find_home(system, village.household_no(), None)
    with activate(system):
        case = opening.open_new(system, NOW, "identification", about, facts, report, "zh").id
    things.add("case", case, village.code)
    paper = files.save(
        scope, f"{village.head}.docx", village.reason.encode(), "monitoring.case_paper",
        at=NOW, region=village.code,
    )  # fmt: skip
    kept = CasePaper.objects.create(
        region_code=str(village.code),
        proceeding_id=case,
        paper="home_check",
        no=village.reason,
        kind="MADE",
        file_id=paper.id,
        name=f"{village.head}.docx",
        at=NOW,
        by="tests",
        by_id="tests",
    )
    things.add("case_paper", kept.id, village.code)
    notice = Notice.objects.create(
        region_code=str(village.code),
        no=f"{village.head}示〔2026〕{village.place + 1}号",
        year=2026,
        serial=village.place + 1,
        kind="IDENTIFICATION",
        way="BOARD",
        state="PUBLISHED",
        posted_on=AS_OF,
        until_on=AS_OF + timedelta(days=5),
        days=5,
        report_phone="0990-6210002",
        lines=[
            {
                "subject_id": str(case),
                "household_id": str(home),
                "household_no": village.household_no(),
                "head_name": village.head,
                "group": village.reason,
                "people": 1,
                "category": "",
                "way": "",
            }
        ],
        subjects=[case],
        board_file_id=paper.id,
        **by,
    )
    things.add("notice", notice.id, village.code)
    batch = DecisionBatch.objects.create(
        region_code=str(village.county),
        no=f"{village.reason}批",
        procedure="identification",
        meeting=village.reason,
        **by,
    )
    DecisionBatchRow.objects.create(
        region_code=str(village.code),
        batch_id=batch.id,
        proceeding_id=case,
        decision="AGREE",
        reason=village.reason,
    )
    things.add("decision_list", batch.id, village.county)
