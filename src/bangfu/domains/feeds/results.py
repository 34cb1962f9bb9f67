"""What an import is asked to do, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from bangfu.domains.feeds.domain import Manifest
from bangfu.foundation.intake.domain import BatchRecord, BatchState
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Request:
    """Everything one import needs to know, gathered once."""

    scope: Scope
    at: datetime
    contract: Dataset
    file: Path
    region: RegionCode
    period: Period
    as_of: date
    manifest: Manifest | None
    supersede: bool
    reason: str
    batch: BatchRecord
    progress: Callable[[int, int, str], None]
    check_cancelled: Callable[[], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file.

    `counts`: rows, good, bad, repeated, dropped, landed, matched, unmatched; and people who are
    new, changed, unchanged or gone against what is in force. `errors`: why it was refused whole,
    [{code, params}]. `issues`: the first 200 row findings, values masked.
    """

    batch_id: UUID
    dataset: str
    region_code: str
    period: str | None
    as_of: date | None
    state: BatchState
    counts: dict[str, Any] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    sums: dict[str, str] = field(default_factory=dict)
    error_file_id: UUID | None = None
    duplicate_of: UUID | None = None

    @classmethod
    def of(cls, batch: BatchRecord) -> ImportResult:
        """Return the result that a batch stands for."""
        return cls(
            batch_id=batch.id,
            dataset=batch.dataset,
            region_code=batch.region_code,
            period=batch.period,
            as_of=batch.as_of,
            state=batch.state,
            counts=batch.counts,
            mapping=batch.mapping,
            issues=batch.issues,
            warnings=batch.detail.get("warnings", []),
            errors=batch.errors,
            sums=batch.detail.get("landing", {}).get("sums", {}),
            error_file_id=batch.error_file_id,
            duplicate_of=batch.duplicate_of,
        )

    def with_sheet(self, staged: ImportResult) -> ImportResult:
        """Return this result with what the staging found, for an import in one go."""
        return replace(self, mapping=staged.mapping, issues=staged.issues)

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "batch_id": str(self.batch_id),
            "dataset": self.dataset,
            "region": self.region_code,
            "period": self.period,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "state": str(self.state),
            "counts": self.counts,
            "sums": self.sums,
            "mapping": self.mapping,
            "issues": self.issues,
            "warnings": self.warnings,
            "errors": self.errors,
            "error_file_id": str(self.error_file_id) if self.error_file_id else None,
            "duplicate_of": str(self.duplicate_of) if self.duplicate_of else None,
        }
