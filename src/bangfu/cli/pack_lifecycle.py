"""`bangfu pack try|adopt|release|history`: a county's rule pack, from a draft to a decision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bangfu.cli.output import Progress, emit, language, setup_django

if TYPE_CHECKING:
    from bangfu.domains.screening.domain import AdoptionRecord, Trial

SHOWN = 20
_WORDS = {
    "zh": {
        "head": "{region} {period}：{present} → {candidate}（{households} 户）",
        "hints": "  {name}：{before} → {after}",
        "urgent": "紧急",
        "attention": "关注",
        "unknown": "资料不足",
        "none": "无提示",
        "changes": "新增提示 {new} 户，提示变化 {changed} 户，不再提示 {gone} 户。",
        "rules": "各规则提示户数：",
        "new": "新增",
        "changed": "变化",
        "gone": "消失",
        "more": "  ……其余 {count} 户见 --out 导出的名单",
        "nothing": "没有一户的提示会变。",
        "written": "名单已写出：{path}",
        "adopted": "{region} 自 {month} 起使用规则包 {pack} {version}（{document}）。",
        "released": "{region} 自 {month} 起恢复使用国家规则包（{document}）。",
        "next": "请重新筛查该月：bangfu screen --region {region} --period {month}",
        "no_history": "{region} 一直使用国家规则包。",
    },
    "en": {
        "head": "{region} {period}: {present} → {candidate} ({households} households)",
        "hints": "  {name}: {before} → {after}",
        "urgent": "urgent",
        "attention": "attention",
        "unknown": "not enough data",
        "none": "no hint",
        "changes": "New {new}, changed {changed}, gone {gone} households.",
        "rules": "Households by rule:",
        "new": "new",
        "changed": "changed",
        "gone": "gone",
        "more": "  … {count} more in the list that --out writes",
        "nothing": "No household's hint would change.",
        "written": "List written: {path}",
        "adopted": "{region} follows pack {pack} {version} from {month} on ({document}).",
        "released": "{region} follows the national pack again from {month} on ({document}).",
        "next": "Screen that month again: bangfu screen --region {region} --period {month}",
        "no_history": "{region} has always followed the national pack.",
    },
}
_COLUMNS = {
    "zh": ["变化", "户编号", "户主", "地区", "原提示", "新提示", "理由", "原规则", "新规则"],
    "en": ["Change", "Household no.", "Head", "Place", "Hint before", "Hint after", "Reason",
           "Rules before", "Rules after"],
}  # fmt: skip
_KEYS = ["kind", "household_no", "head_name", "place", "before", "after", "reason",
         "rules_before", "rules_after"]  # fmt: skip


@click.command("try")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--region", required=True, help="County, as a 6- or 12-digit code.")
@click.option("--period", required=True, help="Month, YYYY-MM.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="List as .xlsx.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def try_(folder: Path, region: str, period: str, out: Path | None, as_json: bool) -> None:
    """Tell whom the pack in FOLDER would hint at, who is new and who is gone; nothing is published.

    JSON keys: region, period, present, candidate, candidate_hash, households, hints_before,
    hints_after, new, changed, gone, rules (rule id → [before, after]), lines.
    """
    setup_django()
    from django.utils import timezone

    from bangfu.domains.screening import adopting
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.period import Period
    from bangfu.kernel.region import RegionCode

    place = RegionCode.parse(region)
    scope = command_scope(place, "bangfu pack try")
    progress = Progress(quiet=as_json)
    trial = adopting.try_pack(
        scope=scope,
        region=place,
        period=Period.parse(period),
        folder=folder,
        at=timezone.now(),
        progress=progress,
    )
    progress.close()
    rows = _rows(scope, trial)
    if out is not None:
        _write(out, rows)
    emit(_summary(trial, rows), as_json=as_json, text=_describe(trial, rows, out))


def _rows(scope: Any, trial: Trial) -> list[dict[str, Any]]:
    """The lines of a trial with numbers and names, in the language of messages."""
    from bangfu.domains.registry import selectors as registry
    from bangfu.domains.screening.packs import find_pack
    from bangfu.foundation.regions import selectors as regions

    words = _WORDS[language()]
    homes = registry.list_by_ids(scope, [line.household_id for line in trial.lines])
    titles = {
        rule.id: rule.title.in_language(language())
        for pack in [find_pack(trial.candidate_hash)]
        if pack
        for rule in pack.rules
    }
    joined = "、" if language() == "zh" else ", "
    made = []
    for line in trial.lines:
        home = homes.get(line.household_id)
        place = regions.find_region(home.region_code) if home else None
        made.append(
            {
                "kind": words[line.kind],
                "household_no": home.household_no if home else "",
                "head_name": home.head_name if home else "",
                "place": place.name if place else "",
                "before": words[line.before],
                "after": words[line.after],
                "reason": line.reason_zh if language() == "zh" else line.reason_en,
                "rules_before": joined.join(titles.get(one, one) for one in line.rules_before),
                "rules_after": joined.join(titles.get(one, one) for one in line.rules_after),
            }
        )
    return made


def _write(out: Path, rows: list[dict[str, Any]]) -> None:
    from bangfu.foundation.sheets.tables import write_table

    write_table(out, list(zip(_KEYS, _COLUMNS[language()], strict=True)), rows)


def _summary(trial: Trial, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "region": trial.region_code,
        "period": trial.period,
        "present": trial.present,
        "candidate": trial.candidate,
        "candidate_hash": trial.candidate_hash,
        "households": trial.households,
        "hints_before": trial.hints_before,
        "hints_after": trial.hints_after,
        **{kind: trial.count(kind) for kind in ("new", "changed", "gone")},
        "rules": {rule: list(counts) for rule, counts in trial.rules.items()},
        "lines": rows,
    }


def _describe(trial: Trial, rows: list[dict[str, Any]], out: Path | None) -> str:
    words = _WORDS[language()]
    lines = [words["head"].format(**_summary(trial, rows))]
    for name in ("urgent", "attention", "unknown", "none"):
        before, after = trial.hints_before.get(name, 0), trial.hints_after.get(name, 0)
        lines.append(words["hints"].format(name=words[name], before=before, after=after))
    counts = {kind: trial.count(kind) for kind in ("new", "changed", "gone")}
    lines.append(words["changes"].format(**counts) if rows else words["nothing"])
    if trial.rules:
        lines.append(words["rules"])
        lines += [f"  {rule}: {then} → {now}" for rule, (then, now) in trial.rules.items()]
    lines += [
        f"  {row['kind']} {row['household_no']} {row['head_name']} {row['place']}："
        f"{row['before']} → {row['after']}　{row['reason']}"
        for row in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        lines.append(words["more"].format(count=len(rows) - SHOWN))
    if out is not None:
        lines.append(words["written"].format(path=out))
    return "\n".join(lines)


_DECISION = (
    click.option("--region", required=True, help="County, as a 6- or 12-digit code."),
    click.option("--document", required=True, help="Number of the deciding document (文号)."),
    click.option("--from", "from_period", required=True, help="First month, YYYY-MM."),
    click.option("--note", default="", help="Why, in a sentence."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
)


def _decision(command: Any) -> Any:
    for option in reversed(_DECISION):
        command = option(command)
    return command


@click.command("adopt")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@_decision
def adopt(
    folder: Path, region: str, document: str, from_period: str, note: str, as_json: bool
) -> None:
    """Put the pack in FOLDER in force for a county from a month on, under a document."""
    setup_django()
    from bangfu.domains.screening import adopting

    record = adopting.adopt_pack(
        folder=folder,
        document_no=document,
        note=note,
        **_when_and_where(region, from_period, "bangfu pack adopt"),
    )
    _tell("adopted", record, region, as_json)


@click.command("release")
@_decision
def release(region: str, document: str, from_period: str, note: str, as_json: bool) -> None:
    """Return a county to the national pack from a month on, under a document."""
    setup_django()
    from bangfu.domains.screening import adopting

    record = adopting.release_pack(
        document_no=document,
        note=note,
        **_when_and_where(region, from_period, "bangfu pack release"),
    )
    _tell("released", record, region, as_json)


def _when_and_where(region: str, from_period: str, label: str) -> dict[str, Any]:
    from django.utils import timezone

    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.period import Period
    from bangfu.kernel.region import RegionCode

    place = RegionCode.parse(region)
    return {
        "scope": command_scope(place, label),
        "region": place,
        "from_period": Period.parse(from_period),
        "at": timezone.now(),
    }


def _tell(word: str, record: AdoptionRecord, region: str, as_json: bool) -> None:
    words = _WORDS[language()]
    slots = {
        "region": region,
        "month": record.from_period,
        "pack": record.pack,
        "version": record.pack_version,
        "document": record.document_no,
    }
    text = "\n".join(words[key].format(**slots) for key in (word, "next"))
    emit(_adoption(record), as_json=as_json, text=text)


def _adoption(record: AdoptionRecord) -> dict[str, Any]:
    return {
        "region": record.region_code,
        "pack": record.pack,
        "version": record.pack_version,
        "hash": record.pack_hash,
        "document": record.document_no,
        "from": record.from_period,
        "note": record.note,
        "adopted_at": record.adopted_at.isoformat(),
        "adopted_by": record.adopted_by,
    }


@click.command("history")
@click.option("--region", required=True, help="County, as a 6- or 12-digit code.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def history(region: str, as_json: bool) -> None:
    """List what a county adopted, newest first."""
    setup_django()
    from bangfu.domains.screening.packs import list_adoptions
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode

    place = RegionCode.parse(region)
    found = [_adoption(one) for one in list_adoptions(command_scope(place, "bangfu pack"), place)]
    lines = [
        f"{one['from']}  {one['pack']} {one['version']}  {one['document']}  {one['adopted_by']}"
        for one in found
    ]
    text = "\n".join(lines) or _WORDS[language()]["no_history"].format(region=region)
    emit({"region": str(place), "items": found}, as_json=as_json, text=text)


COMMANDS = (try_, adopt, release, history)
