"""Restores a plan into an empty home; nothing is touched before the whole backup was verified."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from bangfu.foundation.backup import keys, plans, store
from bangfu.foundation.backup.feeding import Feeder
from bangfu.foundation.backup.keys import BackupKey
from bangfu.foundation.backup.plans import Plan, Progress
from bangfu.foundation.backup.records import Item
from bangfu.foundation.database import cluster, recovery
from bangfu.foundation.database.recovery import Target
from bangfu.kernel.errors import Refused

RECORD = "restored.json"
# What an administrator may have put into a new home before restoring into it.
ALLOWED = frozenset({"keys", "backup"})


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: of which base, up to when, with the last transaction that it holds."""

    home: str
    base: str
    set: str
    at: str | None
    last_commit: str | None
    reaches: str
    whole_log: bool
    files: int
    wal: int
    keys_missing: bool
    seconds: float
    restored_at: str


def check_empty(home: Path) -> None:
    """Refuse a home that holds anything but keys. Raises Refused E-RESTORE-NOT-EMPTY."""
    if not home.exists():
        return
    found = sorted(path.name for path in home.iterdir() if path.name not in ALLOWED)
    if found:
        raise Refused("E-RESTORE-NOT-EMPTY", home=str(home), found=", ".join(found[:5]))


def key_for(home: Path, bundle: dict[str, bytes] | None) -> BackupKey:
    """Return the backup key out of a bundle of keys, else of the home."""
    if bundle is None:
        return keys.load(home)
    try:
        return BackupKey(bytes.fromhex(json.loads(bundle[keys.FILE])["secret"]))
    except (KeyError, ValueError, TypeError) as error:
        raise Refused("E-BACKUP-KEY-MISSING", path=keys.FILE) from error


def restore(
    plan: Plan,
    home: Path,
    keyring: Path,
    progress: Progress,
    *,
    bundle: dict[str, bytes] | None = None,
    target: Target | None = None,
    durable: bool = True,
    running: bool = False,
) -> Restored:
    """Verify the plan, then restore it into `home`, which must be empty but for its keys.

    The cluster is left stopped unless `running`. Raises Refused: E-RESTORE-NOT-EMPTY,
    E-RESTORE-KEYRING when the keys at hand made other tokens than the database holds,
    E-RESTORE-REPLAY, and what `plans.verify` raises. What fails leaves the home as it was.
    """
    began = time.monotonic()
    home = home.resolve()
    check_empty(home)
    plans.verify(plan, progress)
    missing = _check_keyring(plan, keyring, bundle)
    was_there, recovered = home.exists(), False
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        if bundle is not None:
            keys.put(home, bundle)
        last, whole = _database(plan, home, target or _target(plan), progress, durable=durable)
        recovered = plan.manifest.data is not None
        _files(plan, home, progress)
        if plan.manifest.data is not None and not running:
            cluster.down(home)
        done = Restored(
            home=str(home),
            base=plan.manifest.base,
            set=plan.set.name,
            at=plan.at.isoformat() if plan.at else None,
            last_commit=last,
            reaches=plan.reaches.isoformat(),
            whole_log=whole,
            files=len(plan.files),
            wal=len(plan.wal),
            keys_missing=missing,
            seconds=round(time.monotonic() - began, 1),
            restored_at=datetime.now(UTC).isoformat(),
        )
        (home / RECORD).write_text(json.dumps(asdict(done), indent=1), encoding="utf-8")
        return done
    except BaseException:
        _clear(home, was_there=was_there, recovered=recovered)
        raise


def _check_keyring(plan: Plan, keyring: Path, bundle: dict[str, bytes] | None) -> bool:
    """Return whether no keyring is at hand. Raises Refused E-RESTORE-KEYRING for another one."""
    content = (bundle or {}).get(keys.KEYRING)
    mark = keys.mark_of(content) if content and not keyring.exists() else keys.fingerprint(keyring)
    if mark and plan.manifest.token_mark and mark != plan.manifest.token_mark:
        raise Refused("E-RESTORE-KEYRING", wanted=plan.manifest.token_mark, found=mark)
    return not mark


def _target(plan: Plan) -> Target:
    if plan.at is None:
        return Target()
    return Target(at=plan.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00"))


def _database(
    plan: Plan, home: Path, target: Target, progress: Progress, *, durable: bool
) -> tuple[str | None, bool]:
    """Recover the cluster; return the last commit's time and whether the log was used up."""
    data = plan.manifest.data
    if data is None:
        return None, False

    def unpack(folder: Path) -> None:
        progress(0, 0, "database")
        with plan.set.reading(data.path) as file, tarfile.open(fileobj=file, mode="r|") as tar:
            tar.extractall(folder, filter="data")
        # The filter opens folders to all; PostgreSQL wants them for itself.
        for path in [folder, *folder.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o700 if path.is_dir() else 0o600)

    feeder = Feeder(plan.set, plan.wal)
    try:
        found = recovery.recover(
            home, plan.manifest.passwords, unpack, feeder.watch, target, durable=durable
        )
    finally:
        feeder.stop()
    return found.last_commit, found.whole_log


def _files(plan: Plan, home: Path, progress: Progress) -> None:
    total = sum(one.size for one in plan.files)
    done = 0
    for item in plan.files:
        _file(plan, home, item)
        done += item.size
        progress(done, total, item.name)


def _file(plan: Plan, home: Path, item: Item) -> None:
    """Write one file. Raises Refused E-BACKUP-DAMAGED when its content has another hash."""
    target = (home / item.name).resolve()
    if not target.is_relative_to(home):
        raise Refused("E-BACKUP-DAMAGED", file=item.path)
    running = hashes.Hash(hashes.SM3())
    with store.writing(target) as file:
        for block in plan.set.blocks(item.path):
            file.write(block)
            running.update(block)
    if running.finalize().hex() != item.sm3:
        raise Refused("E-BACKUP-DAMAGED", file=f"{plan.set.name}/{item.path}")
    os.utime(target, ns=(item.at_ns, item.at_ns))


def _clear(home: Path, *, was_there: bool, recovered: bool) -> None:
    """Take away what a restore that failed has made; keys that were there stay.

    A cluster that the restore did not make is none of its business.
    """
    if recovered:
        cluster.destroy(home)
    for path in home.iterdir():
        if path.name not in ALLOWED:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not was_there:
        shutil.rmtree(home, ignore_errors=True)
