"""Decides every household of a month: all or nothing, the same inputs giving the same result.

Many counties are decided in parts, several at a time, so that memory does not grow with them. A
part that is done stays when the run is killed, and the next run of the same goes on with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.compiler import Compiler, Piece
from bangfu.engine.rules.execute import compile_rules
from bangfu.engine.runs.findings import named_by, tellings
from bangfu.engine.runs.hashing import hash_result
from bangfu.engine.runs.inputs import Inputs, Part
from bangfu.engine.runs.lake import find_inputs
from bangfu.engine.runs.manifest import FORMAT, Manifest, hash_files, hash_mapping
from bangfu.engine.runs.work import DONE, Job, PartResult, Resources, decide_part, read_part
from bangfu.kernel.period import Period

Progress = Callable[[int, int, str], None]
PART_PEOPLE = 1_000_000
"""DuckDB joins by number fastest up to a million; more would need more memory."""
KEPT_COMPILED = 4
"""The months that a county office works on: this one and those before it."""
HINTS = ("urgent", "attention", "unknown", "none")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([MG])i?B", re.IGNORECASE)


def run(
    pack: Pack,
    inputs_dir: Path | str,
    out_dir: Path | str,
    period: Period | str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    memory_limit: str = backend.DEFAULT_MEMORY,
    threads: int | None = None,
    part_people: int = PART_PEOPLE,
) -> Manifest:
    """Run a pack over a folder or a lake and write OUT whole or not at all; an older OUT is
    replaced.

    `progress(done, total, step)` is told of each step; `cancelled()` is asked between steps.
    Parts that an interrupted run of the same pack, inputs and period has finished are kept. A rule
    that counts uses over the whole input makes one part of all counties. Raises RunRefused
    E-RUN-INPUT, E-RUN-COVERAGE, E-RUN-EMPTY or E-RUN-CANCELLED; then OUT is as it was.
    """
    began = time.perf_counter()
    month = period if isinstance(period, Period) else Period.parse(period)
    out = Path(out_dir)
    half = out.with_name(f".{out.name}.part")
    inputs = find_inputs(Path(inputs_dir), pack.catalog, month)
    try:
        job = _prepare(pack, inputs, month)
        counts_uses = bool(job.compiler.relations.used)
        parts = inputs.parts(None if counts_uses else part_people)
        workers = _Workers(job, parts, half, threads, memory_limit)
        resumed = _reopen(half, _fingerprint(pack, month, inputs, parts), parts)
        results = workers.decide(progress, cancelled)
        manifest = replace(_describe(pack, inputs, month, results), named_by=named_by(job.compiler))
        _finish(half, manifest, results, resumed, time.perf_counter() - began)
        _replace(out, half)
    except RunRefused:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return manifest


def _prepare(pack: Pack, inputs: Inputs, period: Period) -> Job:
    made = _compiled(pack, period)
    return Job(inputs, made.compiler, made.pieces, made.told, Resources(0, 1))


@dataclass(frozen=True)
class _Compiled:
    """The statements of a pack for a month."""

    pack: Pack
    period: Period
    compiler: Compiler
    pieces: tuple[Piece, ...]
    told: Mapping[str, str]


_kept: deque[_Compiled] = deque(maxlen=KEPT_COMPILED)


def _compiled(pack: Pack, period: Period) -> _Compiled:
    """Return the statements of a pack for a month; those of the last few are kept, since compiling
    takes longer than deciding a county.

    Kept for this very object and not for its hash: a pack made of another by leaving rules out has
    the hash of its files. Two threads at once compile twice, to the same end.
    """
    for one in tuple(_kept):
        if one.pack is pack and one.period == period:
            return one
    day = period.last_day
    compiler = compile_rules(
        pack.rules_on(day), pack.catalog, period, pack.thresholds.tables(day), complete=False
    )
    made = _Compiled(pack, period, compiler, tuple(compiler.pieces()), tellings(compiler))
    _kept.append(made)
    return made


def _fingerprint(pack: Pack, period: Period, inputs: Inputs, parts: Sequence[Part]) -> str:
    """What must be the same for a run to go on with another's parts."""
    told = [f"{FORMAT} {pack.hash} {period}", *(f"{p.name} {p.counties}" for p in parts)]
    for path in inputs.files():
        about = path.stat()
        told.append(f"{path.relative_to(inputs.root)} {about.st_size} {about.st_mtime_ns}")
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _reopen(half: Path, fingerprint: str, parts: Sequence[Part]) -> int:
    """Keep what a killed run of the same has finished, remove the rest; return how many parts."""
    plan = half / "plan.txt"
    same = plan.is_file() and plan.read_text(encoding="utf-8") == fingerprint
    if not same or parts[0].name == "":
        shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, exist_ok=True)
    plan.write_text(fingerprint, encoding="utf-8")
    wanted = {_part_name(part) for part in parts}
    for path in half.iterdir():
        if path.is_dir() and path.name not in wanted:
            shutil.rmtree(path)
    return sum((half / _part_name(part) / DONE).is_file() for part in parts if part.name)


def _part_name(part: Part) -> str:
    return f"part={part.name}" if part.name else ""


class _Workers:
    """Decides the parts, as many at a time as there are threads."""

    def __init__(
        self, job: Job, parts: Sequence[Part], half: Path, threads: int | None, memory: str
    ) -> None:
        cores = threads or min(os.cpu_count() or 1, 8)
        self.count = max(1, min(cores, len(parts)))
        resources = Resources(_megabytes(memory) // self.count, max(1, cores // self.count))
        self.job = replace(job, resources=resources)
        self.parts, self.half = parts, half
        steps = len(job.pieces) + 4
        self.total = steps if len(parts) == 1 else len(parts)
        self._lock, self._stop, self._done = threading.Lock(), threading.Event(), 0

    def decide(
        self, progress: Progress | None, cancelled: Callable[[], bool] | None
    ) -> list[PartResult]:
        """Return the parts' results in their order; the first error stops all."""
        if not self.parts:
            raise RunRefused("E-RUN-EMPTY")
        with ThreadPoolExecutor(self.count) as pool:
            tasks = [pool.submit(self._decide, part, progress, cancelled) for part in self.parts]
            try:
                wait(tasks, return_when=FIRST_EXCEPTION)
                _raise_first(tasks)
            except BaseException:
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return [task.result() for task in tasks]

    def _decide(
        self, part: Part, progress: Progress | None, cancelled: Callable[[], bool] | None
    ) -> PartResult:
        folder = self.half / _part_name(part)
        single = len(self.parts) == 1

        def after(step: str) -> None:
            if single:
                self._tell(progress, step)
            if self._stop.is_set() or (cancelled is not None and cancelled()):
                raise RunRefused("E-RUN-CANCELLED")

        if part.name and (folder / DONE).is_file():
            result = read_part(folder)
        elif part.name:
            work = folder.with_name(f".{folder.name}")
            shutil.rmtree(work, ignore_errors=True)
            result = decide_part(self.job, part, work, after)
            work.rename(folder)
        else:
            result = decide_part(self.job, part, folder, after)
        if not single:
            self._tell(progress, part.name)
        return result

    def _tell(self, progress: Progress | None, step: str) -> None:
        with self._lock:
            self._done += 1
            if progress is not None:
                progress(self._done, self.total, step)


def _raise_first(tasks: Sequence[Future[PartResult]]) -> None:
    """Raise the error that stopped the others, not their answer to it."""
    errors = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    told = [error for error in errors if error is not None]
    for error in sorted(told, key=lambda e: getattr(e, "code", "") == "E-RUN-CANCELLED"):
        raise error


def _megabytes(memory: str) -> int:
    found = _MEMORY.fullmatch(memory.strip())
    if found is None:
        raise ValueError(memory)
    return int(float(found[1]) * (1000 if found[2].upper() == "G" else 1))


def _describe(
    pack: Pack, inputs: Inputs, period: Period, results: Sequence[PartResult]
) -> Manifest:
    households = sum(result.households for result in results)
    if households == 0:
        raise RunRefused("E-RUN-EMPTY")
    hints: Counter[str] = Counter()
    findings: dict[str, Counter[str]] = {
        rule.id: Counter() for rule in pack.rules_on(period.last_day)
    }
    for result in results:
        hints.update(result.hints)
        for rule_id, counts in result.findings.items():
            findings[rule_id].update(counts)
    files = dict(_input_hashes(inputs, results))
    return Manifest(
        period=str(period),
        pack=pack.id,
        pack_version=pack.version,
        pack_hash=pack.hash,
        inputs=files,
        inputs_hash=hash_mapping(files),
        households=households,
        persons=sum(result.persons for result in results),
        hints={name: hints[name] for name in HINTS},
        findings={rule_id: dict(counts) for rule_id, counts in findings.items()},
        result_hash=hash_result({k: v for result in results for k, v in result.counties.items()}),
    )


def _input_hashes(inputs: Inputs, results: Sequence[PartResult]) -> Iterator[tuple[str, str]]:
    """Name → SHA-256; the many files of a lake are told by county."""
    counties: dict[str, dict[str, str]] = {}
    for name, found in ((n, h) for result in results for n, h in result.inputs.items()):
        county = re.search(r"county=\w+", name)
        if county is None:
            yield name, found
        else:
            counties.setdefault(county[0], {})[name] = found
    for key, files in counties.items():
        yield key, hash_mapping(files)
    if counties:
        yield from hash_files([("coverage.json", inputs.root / "coverage.json")]).items()


def _finish(
    half: Path, manifest: Manifest, results: Sequence[PartResult], resumed: int, seconds: float
) -> None:
    """Write what stands beside the parts; the manifest is the same however they were made."""
    manifest.write(half / "manifest.json")
    feeds = [state for result in results for state in result.feeds]
    (half / "feeds.json").write_text(json.dumps(feeds, indent=1) + "\n", encoding="utf-8")
    steps: Counter[str] = Counter()
    for result in results:
        steps.update(result.seconds)
    told: dict[str, Any] = {name: round(found, 4) for name, found in steps.items()}
    told |= {"parts": len(results), "resumed": resumed, "total": round(seconds, 4)}
    (half / "timings.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    (half / "plan.txt").unlink()


def _replace(out: Path, half: Path) -> None:
    """Put the new folder in the old one's place; the old one goes only when the new one stands."""
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    half.rename(out)
    shutil.rmtree(old, ignore_errors=True)
