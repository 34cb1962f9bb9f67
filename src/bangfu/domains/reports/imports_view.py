"""A batch or the job before it as the console sees it: counts, mapping, issues in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bangfu.domains.reports.places import ref
from bangfu.foundation.intake.domain import BatchRecord
from bangfu.foundation.jobs.api import describe as describe_job
from bangfu.foundation.jobs.domain import JobRecord
from bangfu.standards import datasets, errors
from bangfu.standards.datasets import Dataset

# The domains count in their own words; the console shows the first that is there.
_COUNTS = {
    "rows": ("rows",),
    "good": ("good", "good_persons", "landed"),
    "bad": ("bad", "bad_rows"),
    "new": ("new", "households_new"),
    "changed": ("changed", "households_changed"),
    "unchanged": ("unchanged", "households_unchanged"),
    "gone": ("gone",),
    "matched": ("matched",),
    "unmatched": ("unmatched",),
}


# Jobs that take one dataset only do not name it.
_DATASETS = {
    "registry.import": "registry/household",
    "authorizations.import": "feeds/authorization",
}


def _contract(dataset: str) -> Dataset | None:
    return next((one for one in datasets.list_datasets() if one.id == dataset), None)


def _titles(dataset: str) -> dict[str, str]:
    contract = _contract(dataset)
    title = contract.title if contract else {"zh": dataset, "en": dataset}
    return {"dataset": dataset, "title_zh": title["zh"], "title_en": title["en"]}


def counts(found: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts that the console shows."""
    return {
        name: next((int(found[key]) for key in keys if key in found), 0)
        for name, keys in _COUNTS.items()
    }


def describe_issue(issue: Mapping[str, Any], dataset: str, language: str) -> dict[str, Any]:
    """Return one issue with its text and remedy; the value is masked already by who found it."""
    column = str(issue.get("column") or "")
    contract = _contract(dataset)
    found = contract.find_column(column) if contract and column else None
    text = errors.text(str(issue["code"]), issue.get("params") or {}, language)
    return {
        "row": issue.get("row_no", issue.get("row")),
        "column": column,
        "column_zh": found.zh if found else str(issue.get("header") or column),
        "code": issue["code"],
        "message": issue.get("message") or text.message,
        "remedy": issue.get("remedy") or text.remedy,
        "value_masked": str(issue.get("value_masked", issue.get("value")) or ""),
    }


def _mapped(mapping: Mapping[str, Any]) -> list[dict[str, str]]:
    sheets = mapping.get("sheets") or [mapping]
    return [
        {key: str(column.get(key, "")) for key in ("header", "column", "zh", "how")}
        for sheet in sheets
        for column in sheet.get("columns", [])
    ]


def _headers(mapping: Mapping[str, Any]) -> list[str]:
    sheets = mapping.get("sheets") or [mapping]
    found = [one for sheet in sheets for one in sheet.get("unmapped", [])]
    return [str(one["header"]) if isinstance(one, dict) else str(one) for one in found]


def _missing(mapping: Mapping[str, Any], contract: Dataset | None) -> list[str]:
    sheets = mapping.get("sheets") or [mapping]
    names = [str(one) for sheet in sheets for one in sheet.get("missing", [])]
    found = [contract.find_column(name) if contract else None for name in names]
    return [column.zh if column else name for column, name in zip(found, names, strict=True)]


def describe_batch(batch: BatchRecord, job: JobRecord | None, language: str) -> dict[str, Any]:
    """Return one import."""
    contract = _contract(batch.dataset)
    return {
        "id": str(batch.id),
        **_titles(batch.dataset),
        "region": ref(batch.region_code),
        "period": batch.period,
        "as_of": batch.as_of,
        "state": str(batch.state),
        "file_name": batch.file_name,
        "counts": counts(batch.counts),
        "created_by": batch.created_by,
        "created_at": batch.created_at,
        "committed_at": batch.committed_at,
        "mapping": _mapped(batch.mapping),
        "unmapped": _headers(batch.mapping),
        "missing": _missing(batch.mapping, contract),
        "issues": [describe_issue(one, batch.dataset, language) for one in batch.issues],
        "warnings": [
            describe_issue(one, batch.dataset, language) for one in batch.detail.get("warnings", [])
        ],
        "errors": [describe_issue(one, batch.dataset, language) for one in batch.errors],
        "has_error_workbook": batch.error_file_id is not None,
        "job": describe_job(job, language) if job else None,
        "duplicate_of": str(batch.duplicate_of) if batch.duplicate_of else None,
        "detail": {"counts": batch.counts},
    }


def describe_pending(job: JobRecord, language: str) -> dict[str, Any]:
    """Return an import whose file has not been opened yet: only its job is known."""
    return {
        "id": str(job.id),
        **_titles(str(job.args.get("dataset", _DATASETS.get(job.kind, "")))),
        "region": ref(job.region_code),
        "period": job.args.get("period"),
        "as_of": job.args.get("as_of"),
        "state": "RECEIVED",
        "file_name": str(job.args.get("file_name", "")),
        "counts": counts({}),
        "created_by": job.created_by,
        "created_at": job.created_at,
        "committed_at": None,
        "mapping": [],
        "unmapped": [],
        "missing": [],
        "issues": [],
        "warnings": [],
        "errors": [],
        "has_error_workbook": False,
        "job": describe_job(job, language),
        "duplicate_of": None,
        "detail": {},
    }
