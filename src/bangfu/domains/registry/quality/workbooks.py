"""Annotated workbooks: the rows with findings as they stand in the file, one workbook a town."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from bangfu.domains.registry.quality.facts import Facts
from bangfu.domains.registry.quality.findings import HOUSEHOLDS, MEMBERS, Finding
from bangfu.domains.registry.quality.matching import Part, Parts
from bangfu.foundation.sheets.marking import Mark, MarkedSheet, place_name, write_marked_workbook

_NO_HOUSEHOLD = "未注明户编号"
_HEADS = {
    "zh": ("规则编号", "规则", "修改建议", "处数"),
    "en": ("Rule", "What is wrong", "What to do", "Places"),
}
_SUFFIX = {"zh": "核查结果", "en": "check"}


@dataclass(frozen=True)
class Written:
    """A workbook that was written: the town it is for ("" for all), its rows and findings."""

    town: str
    path: Path
    rows: int
    findings: int


def write_workbooks(
    out_dir: Path,
    stem: str,
    parts: Parts,
    facts: Facts,
    findings: list[Finding],
    *,
    by_town: bool,
    language: str,
) -> list[Written]:
    """Write the findings to ``out_dir``: one workbook, or one for each town that has any."""
    out_dir.mkdir(parents=True, exist_ok=True)
    if not by_town:
        path = out_dir / f"{stem}-{_SUFFIX[language]}.xlsx"
        return [_write(path, "", parts, findings, language)]
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[facts.towns[finding.home] if finding.home >= 0 else _NO_HOUSEHOLD].append(finding)
    return [
        _write(out_dir / f"{_safe(town)}-{_SUFFIX[language]}.xlsx", town, parts, group, language)
        for town, group in sorted(groups.items())
    ]


def _safe(name: str) -> str:
    """A town's name as a file name: nothing in it may lead elsewhere."""
    return "".join(c for c in name if c.isalnum() or c in "-_·")[:60] or "_"


def _write(path: Path, town: str, parts: Parts, findings: list[Finding], language: str) -> Written:
    by_part: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_part[finding.part].append(finding)
    sheets, rows = [], 0
    for name, part in ((HOUSEHOLDS, parts.households), (MEMBERS, parts.members)):
        if part is not None and by_part[name]:
            sheet = _marked(part, _headers(parts, name), by_part[name], language)
            sheets.append(sheet)
            rows += len(sheet.rows)
    write_marked_workbook(
        path, sheets, _summary(findings, language), _HEADS[language], language=language
    )
    return Written(town, path, rows, len(findings))


def _headers(parts: Parts, name: str) -> dict[int, str]:
    """Header texts by sheet column; a combined sheet carries the columns of both lists."""
    shown = [parts.members] if name == MEMBERS else []
    if parts.households is not None and (parts.is_combined or name == HOUSEHOLDS):
        shown.append(parts.households)
    return {m.index: m.header for part in shown for m in part.mapping.matches}


def _marked(
    part: Part, headers: dict[int, str], findings: list[Finding], language: str
) -> MarkedSheet:
    marks = [_mark(finding, headers, language) for finding in findings]
    rows = sorted({mark.row for mark in marks})
    return MarkedSheet(part.raw, part.mapping.header_rows, rows, marks)


def _mark(finding: Finding, headers: dict[int, str], language: str) -> Mark:
    reason = finding.reason_zh if language == "zh" else finding.reason_en
    remedy = finding.remedy_zh if language == "zh" else finding.remedy_en
    places = "、".join(
        place_name(headers[index], index) for index in finding.columns if index in headers
    )
    shown = f"{places}: {reason}" if places else reason
    return Mark(finding.row, finding.columns, finding.rule_no, shown, remedy)


def _summary(findings: list[Finding], language: str) -> list[tuple[object, ...]]:
    counts = Counter(finding.rule_no for finding in findings)
    first = {finding.rule_no: finding for finding in reversed(findings)}
    rows: list[tuple[object, ...]] = []
    for rule_no, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        of = first[rule_no]
        title = of.title_zh if language == "zh" else of.title_en
        remedy = of.remedy_zh if language == "zh" else of.remedy_en
        rows.append((rule_no, title, remedy, count))
    return rows
