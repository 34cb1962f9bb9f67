"""Screening a county: extract, run, publish all or nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from bangfu.domains.feeds.inputs import Inputs, remember_run
from bangfu.domains.screening import events, results
from bangfu.domains.screening.domain import Changes, RunRecord, ScreenResult
from bangfu.domains.screening.extract import extract
from bangfu.domains.screening.folders import inputs_of, results_of, run_folder, runs_root
from bangfu.domains.screening.locking import one_at_a_time
from bangfu.domains.screening.models import Run
from bangfu.domains.screening.packs import keep_pack, pack_in_force
from bangfu.domains.screening.publishing import publish_hints
from bangfu.domains.screening.selectors import find_run, list_periods, to_record
from bangfu.engine import runs
from bangfu.foundation import audit, jobs
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.jobs.domain import JobRecord
from bangfu.kernel.errors import NotAllowed, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

JOB_KIND = "screening.run"

Progress = Callable[[int, int, str], None]
STEPS = 4


def _silent(done: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


def _never() -> None:
    """Cancellation that nobody asks for."""


@dataclass
class _Work:
    """One screening under way."""

    scope: Scope
    region: RegionCode
    period: Period
    at: datetime
    progress: Progress
    check_cancelled: Callable[[], None]
    run_id: UUID = field(default_factory=uuid7)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        return run_folder(self.region, self.period, self.run_id)

    def step(self, number: int, name: str, began: float) -> float:
        """Note what a step took, tell the watcher, stop when asked; return the time now."""
        now = time.monotonic()
        self.seconds[name] = round(now - began, 3)
        self.progress(number, STEPS, name)
        self.check_cancelled()
        return now


def check_place(scope: Scope, region: RegionCode) -> None:
    """Refuse a place that is no county or lies outside the scope.

    Raises NotAllowed E-ACCESS-REGION, Refused E-SCREENING-COUNTY.
    """
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION")
    if region.level > COUNTY:
        raise Refused("E-SCREENING-COUNTY", region=str(region), county=str(region.county))
    if region.level < COUNTY:
        raise Refused("E-SCREENING-TOO-WIDE", region=str(region))


def start_screening(*, scope: Scope, region: RegionCode, period: Period, at: datetime) -> JobRecord:
    """Start a job that screens a county; return the job. Raises as `check_place`."""
    require(scope, "SCREENING_RUN")
    check_place(scope, region)
    return jobs.start(scope, JOB_KIND, {"region": str(region), "period": str(period)}, at=at)


def screen(
    *,
    scope: Scope,
    region: RegionCode,
    period: Period,
    at: datetime,
    progress: Progress = _silent,
    check_cancelled: Callable[[], None] = _never,
) -> ScreenResult:
    """Screen a county for a month and publish the hints, all or nothing.

    Only rows that differ are written. With the same register, feeds and pack as the run that
    stands, nothing is written at all and that run is returned with `is_repeat`.
    Raises NotAllowed, Refused E-SCREENING-COUNTY / E-SCREENING-EMPTY, Conflict E-SCREENING-RUNNING.
    """
    require(scope, "SCREENING_RUN")
    check_place(scope, region)
    work = _Work(scope, region, period, at, progress, check_cancelled)
    with one_at_a_time(region):
        try:
            return _screen(work)
        except BaseException:
            shutil.rmtree(runs_root() / work.folder, ignore_errors=True)
            raise


def _screen(work: _Work) -> ScreenResult:
    now = time.monotonic()
    work.progress(0, STEPS, "extract")
    inputs = extract(work.scope, work.region, work.period, inputs_of(work.folder))
    now = work.step(1, "extract", now)
    pack, _ = pack_in_force(work.scope, work.region, work.period)
    keep_pack(pack)
    manifest = runs.run(pack, inputs_of(work.folder), results_of(work.folder), work.period)
    now = work.step(2, "run", now)
    standing = find_run(work.scope, work.region, work.period)
    found = results.describe(manifest)
    if standing is not None and _says_the_same(standing, work.period, found):
        shutil.rmtree(runs_root() / work.folder)
        work.step(STEPS, "publish", now)
        return ScreenResult(standing, written=0, is_repeat=True, seconds=work.seconds)
    run, changes = _publish(work, found, inputs)
    work.step(STEPS, "publish", now)
    return ScreenResult(run, written=changes.written, is_repeat=False, seconds=work.seconds)


def _says_the_same(standing: RunRecord, period: Period, found: results.Found) -> bool:
    return (
        standing.period == str(period)
        and standing.result_hash == found.result_hash
        and standing.inputs_hash == found.inputs_hash
        and standing.pack_hash == found.pack_hash
        and results_of(standing.folder).is_dir()
        and runs.read_manifest(results_of(standing.folder)).format == runs.FORMAT
    )


def _publish(work: _Work, found: results.Found, inputs: Inputs) -> tuple[RunRecord, Changes]:
    later = [one for one in list_periods(work.scope, work.region) if one > str(work.period)]
    with activate(work.scope):
        changes = publish_hints(
            results.read_hints(results_of(work.folder)),
            region=work.region,
            period=work.period,
            next_period=min(later, default=None),
            run_id=work.run_id,
            at=work.at,
        )
        row = Run.objects.create(
            id=work.run_id,
            region_code=str(work.region),
            period=str(work.period),
            **found.columns(),
            new=changes.new,
            changed=changes.changed,
            gone=changes.gone,
            coverage=inputs.coverage,
            folder=work.folder,
            started_at=work.at,
            finished_at=timezone.now(),
            created_by=work.scope.actor.label,
        )
        _audit(work, row, changes)
        remember_run(
            scope=work.scope,
            at=work.at,
            inputs=inputs,
            run_id=work.run_id,
            label=str(work.period),
        )
        record = to_record(row)
        events.tell(events.RunPublished(work.scope, work.at, record))
        return record, changes


def _audit(work: _Work, row: Run, changes: Changes) -> None:
    audit.record(
        work.scope,
        "screening.run.published",
        at=work.at,
        subject_kind="screening.run",
        subject_id=str(row.id),
        region_code=str(work.region),
        detail={
            "period": str(work.period),
            "pack": f"{row.pack} {row.pack_version}",
            "result_hash": row.result_hash,
            "hints": row.hints,
            "written": changes.written,
            "new": changes.new,
            "changed": changes.changed,
            "gone": changes.gone,
        },
    )
