"""Background jobs of the departmental data: the same functions that a command calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.domains.feeds import authorizations, services
from bangfu.domains.feeds.domain import Manifest
from bangfu.foundation import files, jobs
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode


@contextmanager
def _copied(context: Any, file_id: str, file_name: str) -> Iterator[Path]:
    """Lay a stored file where the reader can open it, under a name that keeps its suffix only."""
    with scratch_folder() as folder:
        path = folder / f"file{Path(file_name).suffix.lower()}"
        files.copy_file(context.scope, UUID(file_id), path)
        yield path


@jobs.handler("feeds.import")
def import_feed(
    context: Any,
    dataset: str,
    file_id: str,
    file_name: str,
    region: str,
    period: str,
    as_of: str | None = None,
    manifest: str | None = None,
    supersede: bool = False,
    reason: str = "",
    commit: bool = False,
) -> dict[str, Any]:
    """Take in a stored file of a dataset; with `commit` put it in force.

    `manifest` is the text of the manifest, `as_of` a day as 2026-08-31.
    """
    with _copied(context, file_id, file_name) as path:
        result = services.import_feed(
            scope=context.scope,
            at=timezone.now(),
            dataset=dataset,
            file=path,
            region=RegionCode.parse(region),
            period=Period.parse(period),
            manifest=Manifest.parse(manifest) if manifest else None,
            as_of=date.fromisoformat(as_of) if as_of else None,
            supersede=supersede,
            reason=reason,
            commit=commit,
            file_name=file_name,
            file_id=UUID(file_id),
            job_id=context.job.id,
            progress=context.progress,
            check_cancelled=context.check_cancelled,
        )
    return result.as_dict()


@jobs.handler("feeds.commit")
def commit_batch(
    context: Any, batch_id: str, supersede: bool | None = None, reason: str | None = None
) -> dict[str, Any]:
    """Put a staged batch in force."""
    result = services.commit_batch(
        scope=context.scope,
        at=timezone.now(),
        batch_id=UUID(batch_id),
        supersede=supersede,
        reason=reason,
        progress=context.progress,
    )
    return result.as_dict()


@jobs.handler("authorizations.import")
def import_authorizations(
    context: Any,
    file_id: str,
    file_name: str,
    region: str,
    commit: bool = False,
    dataset: str = authorizations.DATASET,
    as_of: str | None = None,
) -> dict[str, Any]:
    """Check a stored list of signed papers; with `commit` write them.

    `dataset` and `as_of` come with every upload; a ledger needs neither.
    """
    with _copied(context, file_id, file_name) as path:
        result = authorizations.import_authorizations(
            scope=context.scope,
            at=timezone.now(),
            file=path,
            region=RegionCode.parse(region),
            commit=commit,
            file_name=file_name,
            file_id=UUID(file_id),
            job_id=context.job.id,
        )
    return result.as_dict()


@jobs.handler("authorizations.commit")
def commit_authorizations(context: Any, batch_id: str) -> dict[str, Any]:
    """Write a staged list of signed papers."""
    result = authorizations.commit_authorizations(
        scope=context.scope, at=timezone.now(), batch_id=UUID(batch_id)
    )
    return result.as_dict()
