"""bangfu backup: make a backup, ship the log, hold a drill, export the keys apart."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from bangfu.cli import backup_rows
from bangfu.cli.output import Progress, emit, language, say
from bangfu.foundation.backup import archiver, base, drill, files_only, keys, plans, state, store
from bangfu.foundation.crypto import keys as key_file
from bangfu.foundation.database.urls import stated_urls
from bangfu.foundation.files import disk
from bangfu.kernel.errors import Refused
from bangfu.server.config import get_config

PASSPHRASE = "BANGFU_BACKUP_PASSPHRASE"  # noqa: S105 – the name of a variable
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_PLACE = click.option(
    "--place", type=click.Path(path_type=Path, file_okay=False), help="Where backups are."
)


def home() -> Path:
    """Return the home of this installation."""
    return Path(get_config().home).resolve()


def place_of(stated: Path | None) -> Path:
    """Return the place of backups: as stated, else BANGFU_BACKUP, else `backup` in the home."""
    return (stated or get_config().backup or home() / "backup").resolve()


def keyring_of(folder: Path) -> Path:
    """Return the keyring's file of an installation."""
    named = os.environ.get("BANGFU_KEYRING_FILE")
    return Path(named) if named else folder / "keys" / keys.KEYRING


def read_passphrase(*, twice: bool) -> str:
    """Return the passphrase: from BANGFU_BACKUP_PASSPHRASE or its `_FILE`, else asked for."""
    path = os.environ.get(f"{PASSPHRASE}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    stated = os.environ.get(PASSPHRASE)
    if stated:
        return stated
    asked: str = click.prompt(
        "口令 Passphrase", hide_input=True, confirmation_prompt=twice, err=True
    )
    return asked


@click.group(invoke_without_command=True)
@_PLACE
@click.option("--files-only", is_flag=True, help="Lake and files alone; see DATABASE_URL.")
@_JSON
@click.pass_context
def command(ctx: click.Context, place: Path | None, files_only: bool, as_json: bool) -> None:
    """Make a backup: database, lake and files, encrypted; from then on the log is kept too.

    JSON keys: set, base, place, finished_at, stored_bytes, files, tables, rows, same_disk, seconds.
    """
    if ctx.invoked_subcommand is not None:
        return
    make(place_of(place), files=files_only, as_json=as_json)


def make(place: Path, *, files: bool, as_json: bool) -> None:
    """Make a backup and say what came of it."""
    if stated_urls()[0] is not None or files:
        if not files:
            raise Refused("E-BACKUP-FOREIGN")
        done = asdict(files_only.backup(home(), place, keyring_of(home())))
    else:
        done = asdict(base.backup(home(), place, keyring_of(home())))
    facts = {name: done[name] for name in ("base", "set", "files", "stored_bytes")}
    backup_rows.note(home(), "backup.base.made", datetime.now(UTC), facts)
    words = {
        "zh": "已备份到 {place}：{base}，{tables} 张表 {rows} 行，{files} 个文件，"
        "用时 {seconds} 秒。",
        "en": "Backed up to {place}: {base}, {tables} tables with {rows} rows, {files} files, "
        "{seconds} s.",
    }
    emit(done, as_json=as_json, text=words[language()].format(**done))
    if done["same_disk"]:
        say(
            "注意：备份与数据在同一块磁盘上，磁盘坏了两者都没有了。请设置 BANGFU_BACKUP。"
            " The backup lies on the disk of the data; set BANGFU_BACKUP to another machine's."
        )
    say(
        "密钥不在备份里：请运行 bangfu backup keys --to 文件，另处保管。"
        " Keys are not in it: export them with bangfu backup keys --to FILE and keep them apart."
    )


@command.command("drill")
@_PLACE
@_JSON
def drill_command(place: Path | None, as_json: bool) -> None:
    """Restore the newest backup into a scratch home, compare everything, remove it again.

    JSON keys: at, base, set, mark, tables, rows, stored_files, files, wal, audit, restore_seconds,
    seconds, wrong. Exit status 1 when anything differs.
    """
    progress = Progress(quiet=as_json)
    audit = verify_audit if find_spec("bangfu.cli.audit") is not None else None
    keyring = keyring_of(home())
    found = drill.drill(
        home(), place_of(place), keyring, audit, progress, content=reading_under(keyring)
    )
    progress.close()
    words = {
        "zh": "演练：{tables} 张表 {rows} 行、{files} 个文件、审计链（{audit}）已比对，"
        "恢复用时 {restore_seconds} 秒，全程 {seconds} 秒。",
        "en": "Drill: {tables} tables with {rows} rows, {files} files, the audit chain ({audit}); "
        "restored in {restore_seconds} s, {seconds} s in all.",
    }
    told = asdict(found)
    facts = {name: told[name] for name in ("base", "set", "mark", "rows", "files", "audit")}
    facts["differences"] = len(found.wrong)
    backup_rows.note(home(), "backup.drill.held", datetime.now(UTC), facts)
    if not found.is_good:
        raise Refused("E-DRILL-DIFFERENT", count=len(found.wrong), first="; ".join(found.wrong[:5]))
    emit(told, as_json=as_json, text=words[language()].format(**told))


def reading_under(keyring: Path) -> drill.Content:
    """Return what reads stored files under the keys of a keyring."""

    def read(file: Path, owner: str) -> tuple[int, str]:
        if not keyring.exists():
            raise Refused("E-CRYPTO-KEYRING-LOST", path=str(keyring))
        return disk.content_of(file, owner, key_file.read_file(keyring))

    return read


def verify_audit(scratch: Path) -> str:
    """Run `bangfu audit verify` in the scratch home; return its words when it finds a bad row."""
    dropped = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_URL_FILE", "DATABASE_OWNER_URL_FILE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        [sys.executable, "-m", "bangfu.cli.main", "audit", "verify", "--chain-only"],
        env={**kept, "BANGFU_HOME": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip()[-300:]


@command.command("ship")
@click.option("--watch", is_flag=True, help="Go on until stopped, every five seconds.")
@_JSON
def ship_command(watch: bool, as_json: bool) -> None:
    """Take to the backup what has come since: new files, and the database's log."""
    worker = archiver.Archiver(home())
    if watch:
        worker.watch(say)
    done = worker.once()
    result = {"wal": done.wal if done else 0, "files": done.files if done else 0}
    emit(result, as_json=as_json, text=f"{result['wal']} + {result['files']}")


@command.command("note-restore")
@_JSON
def note_restore_command(as_json: bool) -> None:
    """Write the restore of this home into its audit log, unless it is there; restore does this."""
    done = backup_rows.note_restore(home(), datetime.now(UTC))
    emit({"noted": done}, as_json=as_json, text="✓" if done else "—")


@command.command("keys")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path, dir_okay=False))
@_JSON
def keys_command(target: Path, as_json: bool) -> None:
    """Write all keys of this installation into one file under a passphrase, to be kept apart."""
    keys.load_or_create(home())
    names = keys.export(home(), keyring_of(home()), target, read_passphrase(twice=True))
    emit(
        {"file": str(target), "keys": names}, as_json=as_json, text=f"{target}: {', '.join(names)}"
    )


@command.command("list")
@_PLACE
@_JSON
def list_command(place: Path | None, as_json: bool) -> None:
    """List the backups of a place, oldest first."""
    found = [_describe(one, name) for one in _sets(place) for name in one.bases()]
    lines = [f"{one['base']}  {one['finished_at']}  {one['stored_bytes']} B" for one in found]
    emit({"backups": found}, as_json=as_json, text="\n".join(lines))


def _sets(place: Path | None) -> list[store.BackupSet]:
    return store.sets(place_of(place), keys.load(home()))


def _describe(found: store.BackupSet, name: str) -> dict[str, Any]:
    manifest = found.manifest(name)
    stored = manifest.data.stored_size if manifest.data else 0
    return {
        "set": found.name,
        "base": name,
        "finished_at": manifest.finished_at,
        "stored_bytes": stored,
        "files": len(manifest.files),
        "rows": sum(manifest.mark.rows.values()),
    }


@command.command("verify")
@_PLACE
@click.option("--base", default="", help="Which one; the newest unless said.")
@_JSON
def verify_command(place: Path | None, base: str, as_json: bool) -> None:
    """Compare every byte of a backup with its sealed lists, restoring nothing."""
    plan = plans.make(place_of(place), keys.load(home()), base=base)
    progress = Progress(quiet=as_json)
    plans.verify(plan, progress)
    progress.close()
    told = {
        "base": plan.manifest.base,
        "items": len(plan.items()),
        "stored_bytes": sum(one.stored_size for one in plan.items()),
        "reaches": plan.reaches.isoformat(),
    }
    text = f"{told['base']}: {told['items']} ✓ {told['stored_bytes']} B → {told['reaches']}"
    emit(told, as_json=as_json, text=text)


@command.command("status")
@_JSON
def status_command(as_json: bool) -> None:
    """Show the last backup, the last good drill, and whether the log is being shipped."""
    found = state.read(home())
    lines = [
        f"{name}: {found[name].get('at', '—')} {found[name].get('code', '')}".rstrip()
        for name in ("backup", "good_drill", "drill", "shipping")
        if name in found
    ]
    emit(found, as_json=as_json, text="\n".join(lines) or "—")
