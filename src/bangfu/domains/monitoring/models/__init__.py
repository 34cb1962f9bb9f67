"""Tables of the proceedings, by part; private to this domain."""

from bangfu.domains.monitoring.models.cases import CasePaper, DecisionBatch, DecisionBatchRow
from bangfu.domains.monitoring.models.clues import (
    BulkAct,
    ExplainedHit,
    HeldBatch,
    VillageList,
    VillageListRow,
)
from bangfu.domains.monitoring.models.proceedings import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingNumber,
    ProceedingStep,
)

__all__ = [
    "BulkAct",
    "CasePaper",
    "ClueOrigin",
    "DecisionBatch",
    "DecisionBatchRow",
    "ExplainedHit",
    "HeldBatch",
    "Proceeding",
    "ProceedingClock",
    "ProceedingHandler",
    "ProceedingNumber",
    "ProceedingStep",
    "VillageList",
    "VillageListRow",
]
