"""What an import answers with. Plain values, ready for JSON by `as_dict`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class ImportResult:
    """What was found in a file and, once it is in force, what it changed.

    `counts`: rows, households, persons (in the file); good_households, good_persons,
    bad_households, bad_rows, outside (households of another place); after the commit also
    households_new, households_changed, households_unchanged, the same of persons,
    memberships_new, memberships_changed, missing, left, older, held, renamed, reviews, and gone:
    people who died or were merged into another record, whom the list names still.
    """

    state: str
    region_code: str
    as_of: date
    batch_id: UUID | None = None
    duplicate_of: UUID | None = None
    is_committed: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    error_workbook: Path | None = None
    error_file_id: UUID | None = None
    missing: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    renamed: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as JSON-ready values."""
        return {
            "state": self.state,
            "region": self.region_code,
            "as_of": self.as_of.isoformat(),
            "batch_id": str(self.batch_id) if self.batch_id else None,
            "duplicate_of": str(self.duplicate_of) if self.duplicate_of else None,
            "committed": self.is_committed,
            "counts": self.counts,
            "mapping": self.mapping,
            "repairs": self.repairs,
            "warnings": self.warnings,
            "issues": self.issues,
            "errors": self.errors,
            "error_workbook": str(self.error_workbook) if self.error_workbook else None,
            "error_file_id": str(self.error_file_id) if self.error_file_id else None,
            "missing": self.missing,
            "held": self.held,
            "older": self.older,
            "renamed": self.renamed,
        }
