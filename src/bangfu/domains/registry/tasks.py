"""Background jobs of the register: the same functions that a command calls."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.domains.registry import services
from bangfu.foundation import files, jobs
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.kernel.region import RegionCode


@jobs.handler(services.IMPORT_JOB)
def import_households(
    context: Any, file_id: str, file_name: str, region: str, as_of: str, commit: bool = False
) -> dict[str, Any]:
    """Read a stored file of households; with `commit` put it in force."""
    with scratch_folder() as folder:
        path = folder / f"file{Path(file_name).suffix.lower()}"
        files.copy_file(context.scope, UUID(file_id), path)
        result = services.import_households(
            scope=context.scope,
            at=timezone.now(),
            file=path,
            region=RegionCode.parse(region),
            as_of=date.fromisoformat(as_of),
            commit=commit,
            file_name=file_name,
            file_id=UUID(file_id),
            job_id=context.job.id,
            progress=context.progress,
            check_cancelled=context.check_cancelled,
        )
    return result.as_dict()


@jobs.handler(services.COMMIT_JOB)
def commit_batch(context: Any, batch_id: str) -> dict[str, Any]:
    """Put a staged list of households in force."""
    result = services.commit_batch(
        scope=context.scope,
        at=timezone.now(),
        batch_id=UUID(batch_id),
        progress=context.progress,
        check_cancelled=context.check_cancelled,
    )
    return result.as_dict()
