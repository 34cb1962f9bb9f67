"""A county tries a rule pack, adopts it under a document, or returns to the national one."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq

from bangfu.domains.screening.domain import (
    FLAGGED,
    AdoptionRecord,
    Severity,
    Trial,
    TrialLine,
)
from bangfu.domains.screening.extract import extract
from bangfu.domains.screening.folders import runs_root
from bangfu.domains.screening.lost import check_running
from bangfu.domains.screening.models import PackAdoption
from bangfu.domains.screening.packs import keep_pack, national_pack, pack_in_force, to_record
from bangfu.domains.screening.papers import load_papers
from bangfu.domains.screening.services import check_place
from bangfu.domains.screening.withholding import Closed, closed_by
from bangfu.engine import packs, runs
from bangfu.engine.packs import Pack
from bangfu.engine.packs.files import collect
from bangfu.foundation import audit
from bangfu.foundation.access.roles import list_permissions, require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

Progress = Callable[[int, int, str], None]
STEPS = 3
_QUALITY = ("quality/", "cases/quality/", "thresholds/quality/")


def open_pack(folder: Path, region: RegionCode) -> Pack:
    """Load a pack that is to decide for a county and run its cases.

    Raises as `read_pack` and `run_cases`, in this order: cases take far longer than all the rest.
    """
    pack = read_pack(folder, region)
    run_cases(pack)
    return pack


def read_pack(folder: Path, region: RegionCode) -> Pack:
    """Load a pack that is to decide for a county.

    Raises PackRefused for what is wrong with its files, its quality rules, procedures and papers
    among them, Refused E-PACK-ELSEWHERE when the pack is made for another region.
    """
    pack = packs.load(folder)
    _own_quality(folder)
    packs.load_procedures(folder, {each.code for each in list_permissions()})
    load_papers(folder)
    if pack.region and not str(region).startswith(pack.region):
        raise Refused("E-PACK-ELSEWHERE", pack=pack.id, made_for=pack.region, region=str(region))
    return pack


def run_cases(pack: Pack) -> None:
    """Run the cases of a pack, and of quality rules that are not the nation's. Raises Refused
    E-PACK-CASES when one comes out otherwise than written."""
    quality = _own_quality(pack.path)
    for one in (pack, quality) if quality else (pack,):
        failures = packs.check(one).failures
        if failures:
            first = failures[0]
            raise Refused("E-PACK-CASES", count=len(failures), rule=first.rule_id, case=first.case)


def _own_quality(folder: Path) -> Pack | None:
    """Return the quality rules of a pack; None where all are the nation's, whose cases we know."""
    theirs = {name: path.resolve() for name, path in collect(national_pack().path).files.items()}
    for name, path in collect(folder).files.items():
        if name.startswith(_QUALITY) and theirs.get(name) != path.resolve():
            return packs.load_quality(folder)
    return None


def try_pack(
    *,
    scope: Scope,
    region: RegionCode,
    period: Period,
    folder: Path,
    at: datetime,
    progress: Progress | None = None,
) -> Trial:
    """Tell what the pack in `folder` would do to a county's month against the pack in force.

    Both packs run over the register and feeds as they are now, so that what differs comes from
    the packs alone; nothing is published. Cost: one extract and two runs of the county.
    What is closed to the scope is withheld. Raises as `check_place` and `open_pack`, Refused
    E-SCREENING-EMPTY.
    """
    require(scope, "SCREENING_RUN")
    check_place(scope, region)
    tell = progress or (lambda done, total, step: None)
    candidate = open_pack(folder, region)
    present, _ = pack_in_force(scope, region, period)
    work = runs_root() / f".trial-{uuid7()}"
    try:
        tell(0, STEPS, "extract")
        extract(scope, region, period, work / "inputs")
        for number, (name, pack) in enumerate({"before": present, "after": candidate}.items()):
            tell(number + 1, STEPS, "run")
            runs.run(pack, work / "inputs", work / name, period)
        trial = _covered(
            _compare(work, region, period, present, candidate),
            closed_by(scope, [present, candidate]),
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)
    with activate(scope):
        _audit(scope, "screening.pack.tried", at, region, candidate, period=str(period),
               new=trial.count("new"), gone=trial.count("gone"))  # fmt: skip
    tell(STEPS, STEPS, "run")
    return trial


def adopt_pack(
    *,
    scope: Scope,
    region: RegionCode,
    folder: Path,
    document_no: str,
    from_period: Period,
    note: str = "",
    at: datetime,
) -> AdoptionRecord:
    """Put a pack in force for a county from a month on, under a document; return the adoption.

    A copy of the pack is kept, so that later edits of `folder` change nothing until they are
    adopted themselves. Months before `from_period` keep their pack. Raises as `open_pack`,
    Refused E-PACK-DOCUMENT without a document number, E-PACK-SAME when it is in force already,
    E-PACK-RUNNING when cases under way could not go on by it.
    """
    require(scope, "PACK_ADOPT")
    check_place(scope, region)
    if not document_no.strip():
        raise Refused("E-PACK-DOCUMENT")
    pack = read_pack(folder, region)
    present, _ = pack_in_force(scope, region, from_period)
    if present.hash == pack.hash:
        raise Refused("E-PACK-SAME", pack=pack.id, version=pack.version)
    check_running(scope, region, folder, from_period, at)
    run_cases(pack)
    keep_pack(pack)
    return _decide(scope, region, pack, pack.hash, document_no, from_period, note, at)


def release_pack(
    *,
    scope: Scope,
    region: RegionCode,
    document_no: str,
    from_period: Period,
    note: str = "",
    at: datetime,
) -> AdoptionRecord:
    """Return a county to the national pack from a month on; return that decision.

    Raises Refused E-PACK-DOCUMENT, E-PACK-SAME when the national pack decides already,
    E-PACK-RUNNING as `adopt_pack`.
    """
    require(scope, "PACK_ADOPT")
    check_place(scope, region)
    if not document_no.strip():
        raise Refused("E-PACK-DOCUMENT")
    pack = national_pack()
    if pack_in_force(scope, region, from_period)[1] is None:
        raise Refused("E-PACK-SAME", pack=pack.id, version=pack.version)
    check_running(scope, region, pack.path, from_period, at)
    return _decide(scope, region, pack, "", document_no, from_period, note, at)


def _decide(
    scope: Scope,
    region: RegionCode,
    pack: Pack,
    pack_hash: str,
    document_no: str,
    from_period: Period,
    note: str,
    at: datetime,
) -> AdoptionRecord:
    with activate(scope):
        row = PackAdoption.objects.create(
            region_code=str(region),
            pack=pack.id,
            pack_version=pack.version,
            pack_hash=pack_hash,
            document_no=document_no.strip(),
            note=note.strip(),
            from_period=str(from_period),
            adopted_at=at,
            adopted_by=scope.actor.label,
        )
        action = "screening.pack.adopted" if pack_hash else "screening.pack.released"
        _audit(scope, action, at, region, pack, document=row.document_no, period=str(from_period))
    return to_record(row)


def _audit(
    scope: Scope, action: str, at: datetime, region: RegionCode, pack: Pack, **detail: object
) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="screening.pack",
        subject_id=pack.hash,
        region_code=str(region),
        detail={"pack": f"{pack.id} {pack.version}", **detail},
    )


def _compare(
    work: Path, region: RegionCode, period: Period, present: Pack, candidate: Pack
) -> Trial:
    before, after = (dict(_hints(work / name)) for name in ("before", "after"))
    lines = []
    for household, now in sorted(after.items()):
        then = before[household]
        kind = _kind(then, now)
        if kind:
            told = now if kind != "gone" else then
            lines.append(
                TrialLine(UUID(household), kind, then[0], now[0], then[1], now[1], told[2], told[3])
            )
    return Trial(
        region_code=str(region),
        period=str(period),
        present=f"{present.id} {present.version}",
        candidate=f"{candidate.id} {candidate.version}",
        candidate_hash=candidate.hash,
        households=len(after),
        hints_before=dict(Counter(hint for hint, *_ in before.values())),
        hints_after=dict(Counter(hint for hint, *_ in after.values())),
        rules=_rules(before, after),
        lines=lines,
    )


def _covered(trial: Trial, closed: Closed) -> Trial:
    """Return a trial without what is closed to the reader."""
    return replace(
        trial,
        rules={one: counts for one, counts in trial.rules.items() if not closed.holds(one)},
        lines=[_covered_line(line, closed) for line in trial.lines],
    )


def _covered_line(line: TrialLine, closed: Closed) -> TrialLine:
    """A line whose reason is that of the month as it would be, or as it is of one that goes."""
    hint, fired = (
        (line.before, line.rules_before) if line.kind == "gone" else (line.after, line.rules_after)
    )
    zh, en = closed.tell(Severity.of(hint), fired, (), (line.reason_zh, line.reason_en))
    return replace(
        line,
        rules_before=tuple(closed.open_of(line.rules_before)),
        rules_after=tuple(closed.open_of(line.rules_after)),
        reason_zh=zh,
        reason_en=en,
    )


_Hint = tuple[str, tuple[str, ...], str, str]


def _hints(out: Path) -> Iterator[tuple[str, _Hint]]:
    names = ["household_id", "hint", "rule_ids", "reason_zh", "reason_en"]
    table = pq.read_table(out / "hints.parquet", columns=names)
    columns = (table.column(name).to_pylist() for name in names)
    for household, hint, rules, reason_zh, reason_en in zip(*columns, strict=True):
        yield household, (hint, tuple(rules), reason_zh or "", reason_en or "")


def _kind(then: _Hint, now: _Hint) -> str:
    """How a household's hint differs, as a run counts it (`domain.Changes`); "" for not at all."""
    was, is_now = (Severity.of(one[0]) >= FLAGGED for one in (then, now))
    if was and is_now:
        return "" if then[:2] == now[:2] else "changed"
    return "new" if is_now else "gone" if was else ""


def _rules(before: dict[str, _Hint], after: dict[str, _Hint]) -> dict[str, tuple[int, int]]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place, hints in enumerate((before, after)):
        for hint, rules, *_ in hints.values():
            if Severity.of(hint) >= FLAGGED:
                for rule in rules:
                    counts[rule][place] += 1
    return {rule: (then, now) for rule, (then, now) in sorted(counts.items()) if then != now}
