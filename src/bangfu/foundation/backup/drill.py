"""The drill (恢复演练): restores the newest backup into a scratch home and compares what came.

Rows of every table against the count at the last mark, the hash of every stored file against its
row, every file of the home against its hash, the physical base against PostgreSQL's own list, and
the audit chain by the command that is handed in. The scratch home is removed whatever happens.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bangfu.foundation.backup import keys, marks, plans, restoring, shipping, state, store
from bangfu.foundation.backup.plans import Plan, Progress
from bangfu.foundation.database import cluster, saved
from bangfu.foundation.database.recovery import Target
from bangfu.foundation.database.saved import DATABASE, SavedConnection
from bangfu.kernel.errors import BangfuError, Refused

# Runs a check in the scratch home and returns what it found wrong, "" when all is well.
Check = Callable[[Path], str]
# Returns size in bytes and SM3 (hex) of what a stored file holds: its path in the scratch home, its
# id. How stored files lie on the disk is not known here.
Content = Callable[[Path, str], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill found. `wrong` names every difference; a good drill has none."""

    at: str
    base: str
    set: str
    mark: str
    tables: int
    rows: int
    stored_files: int
    files: int
    wal: int
    audit: str
    restore_seconds: float
    seconds: float
    wrong: list[str]

    @property
    def is_good(self) -> bool:
        """Return whether everything that was compared agrees."""
        return not self.wrong


def drill(
    home: Path,
    place: Path,
    keyring: Path,
    audit: Check | None,
    progress: Progress,
    *,
    content: Content | None = None,
) -> Drilled:
    """Hold a drill and remember it in the home; see `restoring.restore` for what it raises.

    Where the cluster of this home runs, a new mark is set first, so that the log is tested up to
    now; elsewhere the last mark of the place serves.
    """
    began = time.monotonic()
    key = keys.load(home)
    if shipping.spool_of(home) is not None and cluster.status(home).running:
        _mark_now(home)
    plan = plans.make(place, key)
    if plan.manifest.data is None:
        raise Refused("E-BACKUP-FOREIGN")
    scratch = Path(tempfile.mkdtemp(prefix="bangfu-drill-"))
    scratch.chmod(0o711)
    try:
        checks = (audit, content or _as_it_lies)
        found = _restore_and_compare(plan, scratch, home, keyring, checks, progress, began)
    finally:
        cluster.destroy(scratch)
        shutil.rmtree(scratch, ignore_errors=True)
    facts = {**asdict(found), "ok": found.is_good}
    state.note(home, "drill", **facts)
    if found.is_good:
        state.note(home, "good_drill", at=found.at, base=found.base, rows=found.rows)
    return found


def _mark_now(home: Path) -> None:
    current = shipping.current_set(home)
    assert current is not None
    with shipping.alone(home):
        head = shipping.read_head(current)
    marks.set_mark(home, current, head, saved.load(home))


def _restore_and_compare(
    plan: Plan,
    scratch: Path,
    home: Path,
    keyring: Path,
    checks: tuple[Check | None, Content],
    progress: Progress,
    began: float,
) -> Drilled:
    audit, content = checks
    _lend_keys(home, scratch)
    target = Target(name=plan.mark.name)
    restored = restoring.restore(
        plan, scratch, keyring, progress, target=target, durable=False, running=True
    )
    connection = saved.load(scratch)
    wrong = _rows_differ(plan, connection)
    stored, more = _stored_files_differ(connection, scratch, content)
    wrong += more
    if not _has_table(connection, "django_migrations"):
        audit = None
    found = audit(scratch) if audit is not None else ""
    if found:
        wrong.append(f"audit: {found}")
    return Drilled(
        at=datetime.now(UTC).isoformat(),
        base=plan.manifest.base,
        set=plan.set.name,
        mark=plan.mark.at,
        tables=len(plan.mark.rows),
        rows=sum(plan.mark.rows.values()),
        stored_files=stored,
        files=restored.files,
        wal=restored.wal,
        audit="not checked" if audit is None else "differs" if found else "intact",
        restore_seconds=restored.seconds,
        seconds=round(time.monotonic() - began, 1),
        wrong=wrong,
    )


def _lend_keys(home: Path, scratch: Path) -> None:
    """Let the scratch home use the keys, for as long as it is there."""
    (scratch / "keys").mkdir(mode=0o700)
    for path in (home / "keys").iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy2(path, scratch / "keys" / path.name)


def _rows_differ(plan: Plan, connection: SavedConnection) -> list[str]:
    with marks.connect(connection, DATABASE) as server:
        found = marks.count_rows(server)
    wanted = plan.mark.rows
    return [
        f"{name}: {wanted.get(name)} → {found.get(name)}"
        for name in sorted(wanted.keys() | found.keys())
        # Marks of earlier versions counted passing tables too.
        if wanted.get(name) != found.get(name) and name not in marks.PASSING
    ]


def _as_it_lies(file: Path, owner: str) -> tuple[int, str]:
    """Return size and SM3 of a file that lies in clear."""
    return store.sm3_of(file)


def _stored_files_differ(
    connection: SavedConnection, scratch: Path, content: Content
) -> tuple[int, list[str]]:
    """Compare the hash in every row of stored files with what the restored file holds."""
    wrong, count = [], 0
    if not _has_table(connection, "files_stored"):
        return 0, []
    with marks.connect(connection, DATABASE) as server:
        query = "SELECT id::text, path, size, sm3 FROM files_stored"
        for owner, path, size, sm3 in server.execute(query):
            count += 1
            file = scratch / "files" / path
            if not file.is_file() or not _holds(content, file, owner, (size, sm3)):
                wrong.append(f"files/{path}")
    return count, wrong


def _holds(content: Content, file: Path, owner: str, wanted: tuple[int, str]) -> bool:
    try:
        return content(file, owner) == wanted
    except BangfuError:
        return False


def _has_table(connection: SavedConnection, name: str) -> bool:
    with marks.connect(connection, DATABASE) as server:
        return server.execute("SELECT to_regclass(%s)", [f"public.{name}"]).fetchone() != (None,)
