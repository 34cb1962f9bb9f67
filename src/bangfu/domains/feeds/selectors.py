"""Reads of the departmental data: what is in force, what may be used for a month, what used it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bangfu.domains.feeds.domain import (
    REGISTER,
    LandingRecord,
    LandingState,
    in_force,
)
from bangfu.domains.feeds.lake import lake_root
from bangfu.domains.feeds.models import Authorization, Landing, Use
from bangfu.foundation.access.departments import in_department
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import datasets
from bangfu.standards.datasets import Dataset

REGISTRY_DEPARTMENT = "registry/"


def feed_contracts() -> list[Dataset]:
    """Return the contracts that are departmental data, in the order of their ids."""
    return sorted(
        (
            contract
            for contract in datasets.list_datasets()
            if contract.coverage != REGISTER and not contract.id.startswith(REGISTRY_DEPARTMENT)
        ),
        key=lambda contract: contract.id,
    )


def get_feed_contract(dataset: str) -> Dataset:
    """Return a feed's contract. Raises Refused E-FEED-UNKNOWN for any other dataset."""
    known = {contract.id: contract for contract in feed_contracts()}
    if dataset not in known:
        raise Refused("E-FEED-UNKNOWN", dataset=dataset, known="、".join(known))
    return known[dataset]


def to_record(row: Landing) -> LandingRecord:
    """Return the plain record of a landing."""
    return LandingRecord(
        batch_id=row.batch_id,
        dataset=row.dataset,
        county=row.region_code,
        period=Period(row.period),
        as_of=row.as_of,
        state=LandingState(row.state),
        path=row.path,
        content_sm3=row.content_sm3,
        rows=row.rows,
        matched=row.matched,
        unmatched=row.unmatched,
        sums=row.sums,
        supersedes=row.supersedes,
        reason=row.reason,
    )


def landings(scope: Scope) -> QuerySet[Landing]:
    """Return the landings of the scope and its department; call it inside `activate(scope)`."""
    return in_department(in_scope(Landing.objects.all(), scope), scope)


def list_landings(
    scope: Scope,
    *,
    county: RegionCode | None = None,
    dataset: str | None = None,
    live_only: bool = True,
) -> list[LandingRecord]:
    """Return landed batches, by dataset, then newest month first."""
    with activate(scope):
        rows = landings(scope).order_by("dataset", "region_code", "-period", "-landed_at")
        if county is not None:
            rows = rows.filter(region_code=str(county))
        if dataset is not None:
            rows = rows.filter(dataset=dataset)
        if live_only:
            rows = rows.filter(state=LandingState.LIVE)
        return [to_record(row) for row in rows]


def get_landing(scope: Scope, batch_id: UUID) -> LandingRecord:
    """Return the landing of a batch. Raises NotFound E-INTAKE-NOT-FOUND."""
    with activate(scope):
        row = landings(scope).filter(batch_id=batch_id).first()
    if row is None:
        raise NotFound("E-INTAKE-NOT-FOUND")
    return to_record(row)


def lake_files(
    scope: Scope, dataset: str, county: RegionCode, period: Period
) -> list[tuple[LandingRecord, Path]]:
    """Return the batches whose data may be used for a month, with their files, oldest first."""
    contract = get_feed_contract(dataset)
    live = list_landings(scope, county=county, dataset=dataset)
    usable = usable_batches(contract, live, period)
    return [(landing, lake_root() / landing.path) for landing in usable]


def usable_batches(
    contract: Dataset, live: Iterable[LandingRecord], period: Period
) -> list[LandingRecord]:
    """Return which of a contract's batches may be used for a month, oldest first."""
    return in_force(
        live,
        period,
        valid_months=contract.valid_months,
        coverage=contract.coverage,
        accumulates=contract.accumulates,
    )


def coverage(scope: Scope, county: RegionCode, period: Period) -> list[dict[str, Any]]:
    """Return which months of which dataset are in force up to a month: the coverage manifest.

    One entry per landed batch: dataset, table, county, period, batch_id, as_of, coverage, basis,
    valid_months, list_threshold, rows, content_sm3, and `used`: whether it is valid for the month.
    A dataset without an entry was never delivered; one without a used entry is stale.
    """
    live = list_landings(scope, county=county)
    entries = []
    for contract in feed_contracts():
        own = [item for item in live if item.dataset == contract.id and item.period <= period]
        used = {item.batch_id for item in usable_batches(contract, own, period)}
        for landing in sorted(own, key=lambda item: item.period):
            entries.append(_coverage_entry(contract, landing, landing.batch_id in used))
    return entries


def _coverage_entry(contract: Dataset, landing: LandingRecord, used: bool) -> dict[str, Any]:
    threshold = contract.list_threshold
    return {
        "dataset": contract.id,
        "table": contract.table,
        "county": landing.county,
        "period": str(landing.period),
        "batch_id": str(landing.batch_id),
        "as_of": landing.as_of.isoformat(),
        "coverage": contract.coverage,
        "basis": contract.basis,
        "cadence": contract.cadence,
        "valid_months": contract.valid_months,
        "silent": list(contract.silent),
        "list_threshold": {"column": threshold.column, "at_least": str(threshold.at_least)}
        if threshold
        else None,
        "rows": landing.rows,
        "content_sm3": landing.content_sm3,
        "used": used,
    }


def list_freshness(scope: Scope, county: RegionCode, period: Period) -> list[dict[str, Any]]:
    """Return each dataset with its newest month in force and whether that is stale for `period`.

    Keys: dataset, title_zh, title_en, basis, coverage, period, as_of, rows, stale; the last four
    columns are None, None, 0 and True for a dataset that was never delivered.
    """
    live = list_landings(scope, county=county)
    found = []
    for contract in feed_contracts():
        own = [item for item in live if item.dataset == contract.id and item.period <= period]
        newest = max(own, key=lambda item: item.period, default=None)
        stale = newest is None or period.months_since(newest.period) >= contract.valid_months
        found.append(
            {
                "dataset": contract.id,
                "title_zh": contract.title["zh"],
                "title_en": contract.title["en"],
                "basis": contract.basis,
                "coverage": contract.coverage,
                "period": str(newest.period) if newest else None,
                "as_of": newest.as_of if newest else None,
                "rows": newest.rows if newest else 0,
                "batch_id": str(newest.batch_id) if newest else None,
                "stale": stale,
            }
        )
    return found


def list_uses(scope: Scope, batch_id: UUID) -> list[dict[str, Any]]:
    """Return what has read a batch, oldest first: kind, id, label, at."""
    with activate(scope):
        rows = in_scope(Use.objects.all(), scope).filter(batch_id=batch_id).order_by("used_at")
        return [
            {
                "kind": row.used_by_kind,
                "id": row.used_by_id,
                "label": row.label,
                "at": row.used_at.isoformat(),
            }
            for row in rows
        ]


def live_authorizations(
    scope: Scope, county: RegionCode, on: date
) -> Iterable[tuple[str, date, date]]:
    """Return (person_token, signed_on, expires_on) of the papers in force on a day."""
    lower, upper = county.bounds
    with activate(scope):
        return list(
            in_scope(Authorization.objects.all(), scope)
            .filter(region_code__gte=lower, region_code__lt=upper)
            .filter(signed_on__lte=on, expires_on__gte=on)
            .filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=on))
            .order_by("person_token", "signed_on", "expires_on")
            .values_list("person_token", "signed_on", "expires_on")
        )


def papers_of(
    scope: Scope, county: RegionCode, tokens: Collection[str], *, on: date, today: date
) -> dict[str, str]:
    """Return the number of the newest paper of some people by their tokens: in force on a day
    and not taken back until today."""
    lower, upper = county.bounds
    with activate(scope):
        found = (
            in_scope(Authorization.objects.all(), scope)
            .filter(region_code__gte=lower, region_code__lt=upper, person_token__in=list(tokens))
            .filter(signed_on__lte=on, expires_on__gte=on)
            .filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=today))
        )
        ordered = found.order_by("person_token", "signed_on", "paper_no")
        return dict(ordered.values_list("person_token", "paper_no"))
