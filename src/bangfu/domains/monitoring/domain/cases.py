"""Cases (识别、消除), their papers and the county's batches as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from bangfu.procedures import Definition, Level, StepDef
from bangfu.procedures.model import FactType

CASES = ("identification", "clearing")
# The number of the clue that a case comes from; the county's own three come with its batch.
OF_CLUE = "clue_no"
OF_BATCH = ("decision_no", "batch_no", "sealed_scan_no")
OF_NOTICE = "notice_no"
COUNTY_REFUSE = "COUNTY_REFUSE"


class PaperKind(StrEnum):
    """MADE by the platform, the signed ORIGINAL (a file or its number alone), or its SCAN."""

    MADE = "MADE"
    ORIGINAL = "ORIGINAL"
    SCAN = "SCAN"


class BatchStage(StrEnum):
    """DRAFT until the sealed page is there and the county has decided."""

    DRAFT = "DRAFT"
    DECIDED = "DECIDED"
    DROPPED = "DROPPED"


class BatchDecision(StrEnum):
    """How the county decides on one case of a list."""

    AGREE = "AGREE"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class CasePaperRecord:
    """A paper of a case that is on file."""

    id: UUID
    paper: str
    no: str
    kind: PaperKind
    dated_on: date | None
    file_id: UUID | None
    name: str
    size: int
    note: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class BatchRowRecord:
    """One case of a list, with what the list prints of it."""

    proceeding_id: UUID
    no: str
    region_code: str
    household_no: str
    head_name: str
    state: str
    decision: BatchDecision
    category: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A list of the county with its cases."""

    id: UUID
    region_code: str
    no: str
    procedure: str
    stage: BatchStage
    approval_no: str
    decided_on: date | None
    agency: str
    meeting: str
    deciders: tuple[UUID, ...]
    scan_file_id: UUID | None
    scan_name: str
    created_at: datetime
    created_by: str
    decided_at: datetime | None
    reason: str
    rows: tuple[BatchRowRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one case of a list cannot be decided: an error's code and its values."""

    proceeding_id: UUID
    no: str
    head_name: str
    code: str
    params: Mapping[str, object]


def documents_of(definition: Definition, step: StepDef) -> tuple[str, ...]:
    """Return the facts of a step that are numbers of the case's own papers."""
    apart = {OF_CLUE, OF_NOTICE, *OF_BATCH}
    return tuple(
        name
        for name in step.takes
        if definition.facts[name].type is FactType.DOCUMENT and name not in apart
    )


def level_of(step: StepDef) -> Level:
    """Return who issues the papers of a step: the lowest level that may take it."""
    order = (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
    held = {who.level for who in step.who}
    return next((level for level in order if level in held), Level.VILLAGE)
