"""What the register's commands say, in both languages."""

from __future__ import annotations

from typing import Any

_WORDS: dict[str, tuple[str, str]] = {
    "duplicate": (
        "这份文件已经生效（批次 {batch}），没有改动任何数据",
        "This file is in force already (batch {batch}); nothing was changed",
    ),
    "mapping": ("列的对应：", "Columns:"),
    "unmapped": ("未使用", "not used"),
    "checked": (
        "共{rows}行{households}户：{good_households}户（{good_persons}人）可以导入，"
        "{bad_households}户有错误",
        "{rows} rows, {households} households: {good_households} ({good_persons} people) can be "
        "taken, {bad_households} have mistakes",
    ),
    "outside": (
        "另有{count}户不在导入地区内，未读取",
        "{count} households lie outside the region and were not taken",
    ),
    "workbook": ("错误工作簿：{path}", "Error workbook: {path}"),
    "dry_run": (
        "以上只是检查，没有改动任何数据；加 --commit 才会生效",
        "This was a check only, nothing was changed; add --commit to put it in force",
    ),
    "committed": (
        "已生效：户 新增{households_new} 变更{households_changed} 不变{households_unchanged}；"
        "人 新增{persons_new} 变更{persons_changed} 不变{persons_unchanged}",
        "In force: households {households_new} new, {households_changed} changed, "
        "{households_unchanged} unchanged; people {persons_new} new, {persons_changed} changed, "
        "{persons_unchanged} unchanged",
    ),
    "missing": (
        "{count}名成员不在新名单中，仍保留在户内，请核实",
        "{count} members are not on the new list; they stay until somebody decides",
    ),
    "held": (
        "{count}户因成员或户编号已在别处登记，未导入",
        "{count} households were left out: a member or the number is registered elsewhere",
    ),
    "older": (
        "{count}户在系统中有更新的数据，未覆盖",
        "{count} households have newer data in the register and were left as they are",
    ),
    "reviews": (
        "{count}户的原代码对应多个村，等待确定归属",
        "{count} households lie under a code with several successors and wait for a decision",
    ),
    "left": (
        "登记在本地区的另{count}户不在这份名单中，未改动",
        "{count} other households of the region are not on this list and were not touched",
    ),
    "household": (
        "户 {household_no} {head_name} {place}",
        "Household {household_no} {head_name} {place}",
    ),
    "facts": ("户信息", "Household"),
    "members": ("家庭成员", "Members"),
    "source": ("来源", "source"),
    "as_of": ("截至", "as of"),
    "known_on": ("截至{day}所知", "As known on {day}"),
    "waiting": (
        "归属待定：原代码 {code}，待选 {candidates}",
        "Place to be settled: code {code}, candidates {candidates}",
    ),
}


def word(key: str, language: str, **params: Any) -> str:
    """Return a sentence in "zh" or "en" with its blanks filled."""
    chinese, english = _WORDS[key]
    return (english if language == "en" else chinese).format(**params)
