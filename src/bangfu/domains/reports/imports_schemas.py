"""Wire shapes of datasets and imports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field

from bangfu.foundation.http.schemas import RegionRef, Schema
from bangfu.foundation.jobs.schemas import JobOut


class ColumnOut(Schema):
    """One column of a dataset contract."""

    name: str
    zh: str
    en: str
    type: str
    required: bool
    unit: str | None
    code_list: str | None
    synonyms: list[str]


class DatasetOut(Schema):
    """A dataset contract (数据目录): what a department delivers, how completely and how often."""

    id: str
    title_zh: str
    title_en: str
    department: str
    department_zh: str
    department_en: str
    basis: str
    coverage: str
    cadence: str
    valid_months: int | None
    has_period: bool
    may_import: bool
    columns: list[ColumnOut]


class ImportForm(Schema):
    """What a file is: its dataset, its place, its month or day; what its sender says about it.

    `rows` and `sums` (JSON, column → yuan) are the control totals of a manifest. `supersede` with
    a `reason` replaces a month in force or takes an older one.
    """

    dataset: str
    region: str
    period: str | None = None
    as_of: date | None = None
    rows: int | None = None
    sums: str | None = Field(None, max_length=4000)
    supersede: bool = False
    reason: str = Field("", max_length=500)


class ImportStarted(Schema):
    """The batch of the file and the job that checks or commits it."""

    batch_id: str
    job_id: str


class ImportCounts(Schema):
    """Rows of the file by what happened or would happen to them; of a department's list `new`,
    `changed`, `unchanged` and `gone` count people against what is in force."""

    rows: int = 0
    good: int = 0
    bad: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    matched: int = 0
    unmatched: int = 0


class MappedColumn(Schema):
    """A column of the file and the contract's column that it was taken for."""

    header: str
    column: str
    zh: str
    how: str


class IssueOut(Schema):
    """Why a row was not taken; the value is masked where it is personal."""

    row: int | None
    column: str
    column_zh: str
    code: str
    message: str
    remedy: str
    value_masked: str


class ImportItem(Schema):
    """One import in the list."""

    id: str
    dataset: str
    title_zh: str
    title_en: str
    region: RegionRef
    period: str | None
    as_of: date | None
    state: str
    file_name: str
    counts: ImportCounts
    created_by: str
    created_at: datetime
    committed_at: datetime | None


class ImportList(Schema):
    """A page of imports, newest first."""

    items: list[ImportItem]
    next_cursor: str | None


class ImportOut(ImportItem):
    """One import with everything found in its file."""

    mapping: list[MappedColumn]
    unmapped: list[str]
    missing: list[str]
    issues: list[IssueOut]
    warnings: list[IssueOut] = Field(default_factory=list)
    errors: list[IssueOut] = Field(default_factory=list)
    has_error_workbook: bool
    job: JobOut | None
    duplicate_of: str | None
    detail: dict[str, Any] = Field(default_factory=dict)
