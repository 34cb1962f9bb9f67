"""bangfu restore: bring an installation back into an empty home, up to its end or an instant."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bangfu.cli import backup_rows
from bangfu.cli.backup import home, keyring_of, place_of, read_passphrase
from bangfu.cli.output import Progress, emit, language, say
from bangfu.foundation.backup import keys, plans, restoring
from bangfu.kernel.errors import Refused

BEIJING = ZoneInfo("Asia/Shanghai")
_WORDS = {
    "zh": "已恢复到 {home}：备份 {base}，最后一笔提交 {last_commit}，{files} 个文件，"
    "用时 {seconds} 秒。下一步（BANGFU_HOME={home}）：bangfu db up；"
    "bangfu audit checkpoint --after-restore 事由；bangfu serve；然后马上 bangfu backup。",
    "en": "Restored into {home}: base {base}, last commit {last_commit}, {files} files, "
    "{seconds} s. Next, with BANGFU_HOME={home}: bangfu db up; "
    "bangfu audit checkpoint --after-restore REASON; bangfu serve; then bangfu backup at once.",
}


def instant(text: str) -> datetime:
    """Return the instant in `text`; without a zone it is Beijing time. Raises E-RESTORE-TIME."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("E-RESTORE-TIME", text=text) from error
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


@click.command("restore")
@click.option("--from", "place", type=click.Path(path_type=Path, file_okay=False))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="An empty home.")
@click.option("--at", help="Beijing time unless it has a zone; the latest state when absent.")
@click.option("--base", default="", help="Which backup; the newest that serves unless said.")
@click.option("--keys", "bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(
    place: Path | None, into: Path | None, at: str | None, base: str, bundle: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Restore a backup into an empty home; a living one is never written over.

    JSON keys: home, base, set, at, last_commit, reaches, whole_log, files, wal, keys_missing,
    seconds, restored_at.
    """
    target = (into or home()).resolve()
    restoring.check_empty(target)
    opened = keys.open_bundle(bundle, read_passphrase(twice=False)) if bundle else None
    source = place_of(place)
    plan = plans.make(source, restoring.key_for(target, opened), instant(at) if at else None, base)
    progress = Progress(quiet=as_json)
    done = restoring.restore(plan, target, keyring_of(target), progress, bundle=opened)
    progress.close()
    told = asdict(done)
    emit(told, as_json=as_json, text=_WORDS[language()].format(**told))
    unwritten = backup_rows.note_in(target) if plan.manifest.data is not None else ""
    if unwritten:
        say(
            "恢复已完成，但没有记入审计日志，请在 bangfu db migrate 之后运行"
            " bangfu backup note-restore。 The restore is not in the audit log yet: run bangfu"
            f" backup note-restore after bangfu db migrate. ({unwritten})"
        )
    if done.keys_missing:
        say(
            "注意：这里没有密钥环，证件号码等加密内容读不出来。请用 --keys 恢复密钥。"
            " There is no keyring here: encrypted values cannot be read. Restore with --keys."
        )
