"""An export of the audit log with its own proof, as a ZIP that a stranger can check.

The recipe is docs/reference/audit-proof.md. Inside: events.xlsx to read, events.jsonl with the
sealed texts, places.jsonl and segments.jsonl that tie them to the chain, manifest.json with the
installation's mark, README.md and verify.py.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit import canonical, checkpoints, sealer, selectors
from bangfu.foundation.audit.keys import get_key
from bangfu.foundation.audit.selectors import AuditRecord, EventQuery, Proved
from bangfu.foundation.exports.counters import counter, read_filters
from bangfu.foundation.exports.domain import AUDIT
from bangfu.foundation.exports.services import get_approved, use
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.inspection import reading, verify_export
from bangfu.foundation.inspection.schemas import AuditFilter
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.errors import Conflict, InvalidValue, Refused
from bangfu.kernel.scope import Scope
from bangfu.standards import audit as words
from bangfu.standards.paths import standards_root

FORMAT = "bangfu-audit-export 1"
MOST_ROWS = 100_000
COLUMNS = {
    "zh": [
        ("at", "时间"), ("actor", "人员"), ("action", "操作"), ("result", "结果"),
        ("region", "地区"), ("kind", "对象"), ("subject", "对象编号"), ("purpose", "事由"),
        ("client", "网络地址"), ("detail", "详情"), ("segment", "封存段"), ("id", "记录编号"),
    ],
    "en": [
        ("at", "Time"), ("actor", "Person"), ("action", "Act"), ("result", "Result"),
        ("region", "Place"), ("kind", "Subject"), ("subject", "Subject no."),
        ("purpose", "Reason"), ("client", "Address"), ("detail", "Detail"),
        ("segment", "Segment"), ("id", "Row"),
    ],
}  # fmt: skip
RESULTS = {"zh": {"OK": "成功", "REFUSED": "拒绝"}, "en": {"OK": "OK", "REFUSED": "Refused"}}


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished export: an open file whose bytes live as long as the stream."""

    file_name: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What leaves: up to which row of the chain, for what, and who agreed ("—" at the terminal)."""

    through: int
    purpose: str
    by: str


@counter(AUDIT)
def count_events(scope: Scope, filters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return how many rows the filters find, and the filters with the last row of the chain.

    What is committed and unsealed is sealed first, so that what is agreed to cannot grow. Raises
    NotAllowed without AUDIT_EXPORT, InvalidValue E-EXPORT-FILTERS or E-AUDIT-LARGE, NotFound for
    a place outside the scope.
    """
    read = read_filters(AuditFilter, filters)
    query = reading.to_query(scope, read)
    sealer.seal_all()
    through = selectors.last_row()
    return len(_list_ids(scope, query, through)), _kept(read, through)


def export_events(
    *,
    scope: Scope,
    filters: AuditFilter,
    language: str,
    at: datetime,
    purpose: str = "",
    approval: UUID | None = None,
) -> Packed:
    """Pack the rows within the filters; who did it and why is a row of the log itself.

    A user needs the `approval` of a security administrator: it names the purpose, and the rows are
    those that were sealed when it was asked for. At the terminal `purpose` says it, and what is
    unsealed is sealed first. The witness gets a checkpoint of the end.
    Raises NotAllowed without AUDIT_EXPORT, Conflict E-AUDIT-NEEDS-APPROVAL or E-EXPORT-APPROVAL,
    InvalidValue E-AUDIT-PURPOSE without a purpose and E-AUDIT-LARGE past 100,000 rows, NotFound
    for a place outside the scope.
    """
    # What lies outside is not there, whether or not somebody agreed.
    query = reading.to_query(scope, filters)
    agreed = _agreed(scope, purpose, approval, at)
    ids = _list_ids(scope, query, agreed.through)
    with scratch_folder() as folder:
        with activate(scope):
            if approval is not None:
                kept = _kept(filters, agreed.through)
                use(scope, kind=AUDIT, filters=kept, rows=len(ids), approval=approval, at=at)
            touched = _write_rows(folder, list(selectors.list_proved(scope, ids)), language)
            first, last = (min(touched), max(touched)) if touched else (1, 0)
            end = _write_segments(folder, first, _end(last, at), touched)
            facts = {
                "made_at": canonical.instant(at),
                "actor": scope.actor.label,
                "region": str(scope.region),
                "purpose": agreed.purpose,
                "agreed_by": agreed.by,
                "filters": filters.model_dump(mode="json", exclude_defaults=True),
                "rows": sum(touched.values()),
                **end,
            }
            _write_words(folder, facts)
            _record(scope, at, agreed.purpose, facts)
        # Opened before its folder goes: the bytes live on for as long as the stream does.
        stream = _pack(folder).open("rb")
    return Packed(f"audit-{scope.region.prefix or '000000'}-{at:%Y%m%d-%H%M%S}.zip", stream)


def _agreed(scope: Scope, purpose: str, approval: UUID | None, at: datetime) -> _Agreed:
    if approval is not None:
        asked = get_approved(scope, kind=AUDIT, approval=approval, at=at)
        return _Agreed(asked.filters["through"], asked.purpose, asked.decided_by_label)
    if scope.actor.kind == "USER":
        require(scope, "AUDIT_EXPORT")
        raise Conflict("E-AUDIT-NEEDS-APPROVAL")
    reason = " ".join(purpose.split())
    if not reason or len(reason) > 200:
        raise InvalidValue("E-AUDIT-PURPOSE")
    sealer.seal_all()
    return _Agreed(selectors.last_row(), reason, "—")


def _list_ids(scope: Scope, query: EventQuery, through: int) -> list[UUID]:
    ids = selectors.list_ids(scope, query, limit=MOST_ROWS + 1, through=through)
    if len(ids) > MOST_ROWS:
        raise InvalidValue("E-AUDIT-LARGE", most=MOST_ROWS)
    return ids


def _kept(filters: AuditFilter, through: int) -> dict[str, Any]:
    return filters.model_dump(mode="json", exclude_defaults=True) | {"through": through}


def is_ours(path: Path) -> bool:
    """Return whether an export was made by this installation and its files are unaltered."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            mark = manifest.pop("mark")
            files = manifest["files"]
            sound = all(
                canonical.sm3(archive.read(name)).hex() == digest for name, digest in files.items()
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise Refused("E-AUDIT-EXPORT-FILE") from error
    return sound and get_key().sign(_canonical(manifest)) == mark


def _end(last: int, at: datetime) -> int:
    """Return the segment in which the proof ends: one that the witness knows, if it answers."""
    if not last:
        return 0
    known = selectors.next_checkpoint(last)
    if known is not None:
        return known
    try:
        sent = checkpoints.send(at=at)
    except Refused:
        # The proof then ends in the last row's own segment; the witness gets it when it is back.
        return last
    return sent.number if sent else last


def _write_rows(
    folder: Path, rows: list[tuple[AuditRecord, Proved]], language: str
) -> dict[int, int]:
    """Write texts, places and workbook; return how many rows each segment holds."""
    touched: dict[int, int] = {}
    with (folder / "events.jsonl").open("wb") as texts, (folder / "places.jsonl").open("w") as at:
        for _, proved in rows:
            texts.write(proved.text + b"\n")
            at.write(f"[{proved.segment}, {proved.place}]\n")
            touched[proved.segment] = touched.get(proved.segment, 0) + 1
    names: dict[str, str] = {}
    write_table(
        folder / "events.xlsx",
        COLUMNS[language],
        (_cells(row, proved, names, language) for row, proved in rows),
        sheet_name="审计记录" if language == "zh" else "Audit log",
    )
    return touched


def _cells(
    row: AuditRecord, proved: Proved, names: dict[str, str], language: str
) -> dict[str, object]:
    wire = reading.to_wire(row, names)
    action, kind = words.action_word(row.action), words.subject_word(row.subject_kind)
    return {
        "at": canonical.instant(row.at),
        "actor": row.actor_label,
        "action": action.zh if language == "zh" else action.en,
        "result": RESULTS[language][row.result],
        "region": wire["region"]["name"],
        "kind": kind.zh if language == "zh" else kind.en,
        "subject": row.subject_id,
        "purpose": row.purpose,
        "client": row.client,
        "detail": json.dumps(row.detail, ensure_ascii=False, sort_keys=True),
        "segment": proved.segment,
        "id": str(row.id),
    }


def _write_segments(folder: Path, first: int, last: int, touched: Iterable[int]) -> dict[str, Any]:
    """Write the chain from `first` to `last`; return where it ends."""
    wanted, end = set(touched), {"number": 0, "chain": ""}
    with (folder / "segments.jsonl").open("w", encoding="ascii") as file:
        for one in selectors.list_segments(first, last):
            leaves = bytes(one.leaves)
            line = {
                "number": one.number,
                "first": one.first,
                "rows": one.rows,
                "sealed_at": canonical.instant(one.sealed_at),
                "previous": bytes(one.previous).hex(),
                "body": bytes(one.body).hex(),
                "leaves_hash": canonical.sm3(leaves).hex(),
                "chain": bytes(one.chain).hex(),
            }
            if one.number in wanted:
                line["leaves"] = leaves.hex()
            file.write(json.dumps(line) + "\n")
            end = {"number": one.number, "chain": line["chain"]}
    return end


def _write_words(folder: Path, facts: dict[str, Any]) -> None:
    """Write README, the script that checks, and the manifest with the installation's mark."""
    template = (standards_root() / "audit_export.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(template.format(**facts), encoding="utf-8")
    script = Path(verify_export.__file__).read_text(encoding="utf-8")
    (folder / "verify.py").write_text(script, encoding="utf-8")
    files = {path.name: canonical.sm3(path.read_bytes()).hex() for path in sorted(folder.iterdir())}
    manifest = {"format": FORMAT, "fields": list(canonical.FIELDS), **facts, "files": files}
    manifest["mark"] = get_key(create=True).sign(_canonical(manifest))
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _canonical(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()


def _record(scope: Scope, at: datetime, reason: str, facts: dict[str, Any]) -> None:
    audit.record_read(
        scope,
        "audit.events.exported",
        at=at,
        subject_kind="audit.export",
        subject_id=str(facts["number"]),
        region_code=str(scope.region),
        purpose=reason,
        detail={"filters": facts["filters"], "rows": facts["rows"], "chain": facts["chain"]},
    )


def _pack(folder: Path) -> Path:
    packed = folder / "packed.zip"
    files = sorted(folder.iterdir())
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.name)
    return packed
