"""bangfu audit: verify the chain, send a checkpoint, export with proof, check an export."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bangfu.cli.output import emit, language, say, setup_django
from bangfu.kernel.region import RegionCode

WORDS = {
    "zh": {
        "sound": "审计链完好：{rows} 条记录、{segments} 段、{checkpoints} 个检查点，"
        "{seconds:.1f} 秒。",
        "bad": "审计链有问题，共 {count} 处。第一处：{where}，{fault}。",
        "waiting": "另有 {waiting} 条刚写入、尚未封存。",
        "restored": "已登记的恢复：{made_at} 回到第 {number} 段，"
        "放弃到第 {lost} 段，事由：{reason}",
        "begun": "见证自第 {number} 段起重新开始（{made_at}），事由：{reason}",
        "on_box": "注意：没有设置机外见证（BANGFU_AUDIT_WITNESS），或它与本系统在同一块盘上，"
        "本机管理员的改动查不出来。",
        "empty": "审计链还没有记录。",
        "sent": "检查点：第 {number} 段，{rows} 条，链尾 {chain}\n已送 {where}",
        "exported": "已导出 {path}",
        "ours": "这份导出出自本系统，文件未改动。",
        "not_ours": "这份导出不是本系统所出，或文件已改动。",
        "row": "第 {segment} 段，第 {position} 条，记录 {event_id}",
        "unsealed": "记录 {event_id}",
        "segment": "第 {segment} 段",
        "witness": "见证",
        "CHANGED": "内容与封存时不同（被修改或调换）",
        "MISSING": "已封存的记录被删除",
        "FORGED": "记录和封存值被一起改过",
        "SEGMENT": "封存段本身被改动",
        "GAP": "整段被删除",
        "UNSEALED": "不经系统插入的记录",
        "BACKDATED": "事后补插的旧日期记录",
        "CUT": "链尾被截断，或数据库被整体回退：见证有更晚的检查点",
        "REWRITTEN": "与见证的检查点不一致：链被重写",
        "CHECKPOINT": "见证的检查点被改动",
        "GONE": "读不到，或不在原处，或是空的，而它收过检查点：先查是否没有挂载，再查谁动过",
        "SHORT": "见证收过的检查点少了：有人从见证处删过",
        "MOVED": "BANGFU_AUDIT_WITNESS 换成了别处，没有登记："
        "改回原处，或以 bangfu audit checkpoint --new-witness 事由 登记",
    },
    "en": {
        "sound": "The chain is sound: {rows} rows, {segments} segments, {checkpoints} checkpoints,"
        " {seconds:.1f} s.",
        "bad": "The chain is not sound, {count} findings. The first: {where}, {fault}.",
        "waiting": "{waiting} more rows were just written and wait for their seal.",
        "restored": "Acknowledged restore: {made_at} back to segment {number}, given up to {lost},"
        " reason: {reason}",
        "begun": "The witness begins anew at segment {number} ({made_at}), reason: {reason}",
        "on_box": "Note: no witness off this machine is set (BANGFU_AUDIT_WITNESS), or it lies on"
        " the same disk; what this machine's administrator changes cannot be found.",
        "empty": "The chain has no rows yet.",
        "sent": "Checkpoint: segment {number}, {rows} rows, chain {chain}\nSent to {where}",
        "exported": "Exported {path}",
        "ours": "This export was made here and its files are unaltered.",
        "not_ours": "This export was not made here, or its files were altered.",
        "row": "segment {segment}, row {position}, {event_id}",
        "unsealed": "row {event_id}",
        "segment": "segment {segment}",
        "witness": "the witness",
        "CHANGED": "not what was sealed (edited or swapped)",
        "MISSING": "a sealed row was deleted",
        "FORGED": "row and seal were changed together",
        "SEGMENT": "the segment's own record was altered",
        "GAP": "a whole segment was deleted",
        "UNSEALED": "a row put in past the system",
        "BACKDATED": "an old row put in afterwards",
        "CUT": "the tail was cut or the database rolled back: the witness has later checkpoints",
        "REWRITTEN": "disagrees with the witness: the chain was rewritten",
        "CHECKPOINT": "a checkpoint of the witness was altered",
        "GONE": "it cannot be read, is not there or is empty, and had checkpoints: see whether it"
        " is mounted, then who touched it",
        "SHORT": "the witness lacks checkpoints that it took: somebody removed them there",
        "MOVED": "BANGFU_AUDIT_WITNESS names another place and nobody said why: set it back, or"
        " say so by bangfu audit checkpoint --new-witness REASON",
    },
}


def _word(key: str, **values: Any) -> str:
    return WORDS[language()][key].format(**values)


def _where(finding: Any) -> str:
    if finding.event_id is None and not finding.segment:
        return _word("witness")
    if finding.event_id is None:
        return _word("segment", segment=finding.segment)
    if finding.position is None:
        return _word("unsealed", event_id=finding.event_id)
    return _word("row", **asdict(finding))


@click.group("audit")
def command() -> None:
    """Prove that the audit log is whole and unaltered, and hand it out."""


@command.command("verify")
@click.option("--against", default=None, help="Checkpoints of a witness: a file or an address.")
@click.option("--chain-only", is_flag=True, help="Compare with no witness.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def verify(against: str | None, chain_only: bool, as_json: bool) -> None:
    """Read every row again and name the first bad one. Status 1 when something was found."""
    setup_django()
    from bangfu.foundation.audit import chain

    report = chain.verify_and_record(against="" if chain_only else against, by="audit verify")
    for one in report.restores:
        say(_word("restored", **asdict(one)))
    for begun in report.beginnings:
        say(_word("begun", **asdict(begun)))
    if not report.is_off_box and not against and not chain_only:
        say(_word("on_box"))
    first = report.first
    text = _word("sound", **asdict(report))
    if first is not None:
        fault = _word(first.fault)
        text = _word("bad", count=len(report.findings), where=_where(first), fault=fault)
    elif report.waiting:
        text += "\n" + _word("waiting", waiting=report.waiting)
    emit({**asdict(report), "sound": report.is_sound}, as_json=as_json, text=text)
    if first is not None:
        raise SystemExit(1)


@command.command("checkpoint")
@click.option("--to", default="", help="A copy to this file or address, not to the witness.")
@click.option("--after-restore", default="", metavar="REASON", help="Acknowledge a restore.")
@click.option("--new-witness", default="", metavar="REASON", help="Acknowledge a new witness.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def checkpoint(to: str, after_restore: str, new_witness: str, as_json: bool) -> None:
    """Seal what waits and send a checkpoint to the witness."""
    if sum(map(bool, (to, after_restore, new_witness))) > 1:
        raise click.UsageError("--to, --after-restore and --new-witness exclude each other.")
    setup_django()
    from bangfu.foundation.audit import chain

    sent = chain.send_checkpoint(where=to, after_restore=after_restore, new_witness=new_witness)
    if sent is None:
        emit({"number": 0}, as_json=as_json, text=_word("empty"))
        return
    emit(asdict(sent), as_json=as_json, text=_word("sent", **asdict(sent)))


@command.command("export")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--region", default="", help="Division code; the whole nation when not given.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option("--reason", required=True, help="Which inspection asks for it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def export(path: Path, region: str, since: Any, until: Any, reason: str, as_json: bool) -> None:
    """Write rows with the proof that they are as sealed to a ZIP."""
    setup_django()
    from django.utils import timezone

    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.inspection import packing
    from bangfu.foundation.inspection.schemas import AuditFilter

    place = RegionCode.parse(region) if region else RegionCode("000000000000")
    made = packing.export_events(
        scope=command_scope(place, "audit export"),
        filters=AuditFilter.model_validate(
            {
                "since": since.date() if since else None,
                "until": until.date() if until else None,
            }
        ),
        purpose=reason,
        language=language(),
        at=timezone.now(),
    )
    with made.stream as stream, path.open("xb") as file:
        while part := stream.read(1 << 20):
            file.write(part)
    emit({"path": str(path)}, as_json=as_json, text=_word("exported", path=path))


@command.command("verify-export")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def verify_export(path: Path, as_json: bool) -> None:
    """Tell whether an export was made by this installation. Status 1 when it was not."""
    setup_django()
    from bangfu.foundation.inspection import packing

    ours = packing.is_ours(path)
    emit({"ours": ours}, as_json=as_json, text=_word("ours" if ours else "not_ours"))
    if not ours:
        raise SystemExit(1)
