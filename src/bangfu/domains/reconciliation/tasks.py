"""The background job of a reconciliation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.domains.reconciliation import services
from bangfu.foundation import files, jobs
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.kernel.region import RegionCode


@jobs.handler(services.JOB_KIND)
def run_reconciliation(
    context: Any, run_id: str, file_id: str, file_name: str, region: str, as_of: str
) -> dict[str, Any]:
    """Compare a stored export with the register."""
    with scratch_folder() as folder:
        path = folder / f"file{Path(file_name).suffix.lower()}"
        files.copy_file(context.scope, UUID(file_id), path)
        record = services.reconcile(
            scope=context.scope,
            region=RegionCode.parse(region),
            as_of=date.fromisoformat(as_of),
            file=path,
            at=timezone.now(),
            file_name=file_name,
            run_id=UUID(run_id),
            progress=context.progress,
            check_cancelled=context.check_cancelled,
        )
    return {"reconciliation_id": run_id, "state": str(record.state), "counts": record.counts}
