"""The check of one file, from the file to findings and annotated workbooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.domains.registry.quality.facts import Facts, build_facts
from bangfu.domains.registry.quality.findings import Finding, list_findings
from bangfu.domains.registry.quality.matching import Parts, find_parts
from bangfu.domains.registry.quality.rules import Skipped, find_hits, load_pack, split_rules
from bangfu.domains.registry.quality.workbooks import Written, write_workbooks
from bangfu.engine.rules.rule import Rule
from bangfu.foundation.sheets import reader
from bangfu.kernel.region import RegionCode

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Report:
    """What a check found; ``written`` are the workbooks, empty when none were asked for.

    ``skipped`` are the rules for which the file lacks a column, ``beyond`` those that no file can
    answer: they need a department's list or what the register held before.
    """

    parts: Parts
    facts: Facts
    findings: list[Finding]
    rules: tuple[Rule, ...]
    skipped: list[Skipped]
    written: list[Written]
    beyond: list[Skipped]

    def as_dict(self, language: str = "zh") -> dict[str, Any]:
        """The keys documented in docs/how-to/check-households.md."""
        towns = Counter(self.facts.towns[f.home] if f.home >= 0 else "" for f in self.findings)
        return {
            "sheets": self._sheets(),
            "households": len(self.facts.towns),
            "persons": len(self.facts.member_rows),
            "rules_run": len(self.rules),
            "rules_skipped": _listed(self.skipped),
            "rules_beyond": _listed(self.beyond),
            "findings": len(self.findings),
            "by_rule": summarise(self.findings, language),
            "by_town": [{"town": town, "findings": count} for town, count in sorted(towns.items())],
            "workbooks": [
                {"town": w.town, "path": str(w.path), "rows": w.rows, "findings": w.findings}
                for w in self.written
            ],
        }

    def _sheets(self) -> list[dict[str, object]]:
        listed = [("members", self.parts.members)]
        if self.parts.households is not None:
            listed.append(("households", self.parts.households))
        return [{"list": name, **part.mapping.as_dict()} for name, part in listed]


def _listed(skipped: list[Skipped]) -> list[dict[str, object]]:
    return [
        {"rule_no": one.rule.rule_no, "rule_id": one.rule.id, "missing": list(one.missing)}
        for one in skipped
    ]


def summarise(findings: list[Finding], language: str = "zh") -> list[dict[str, object]]:
    """Rules with the number of their findings, the most frequent first."""
    counts = Counter((f.rule_no, f.title_zh, f.title_en) for f in findings)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"rule_no": no, "title": zh if language == "zh" else en, "count": count}
        for (no, zh, en), count in ordered
    ]


def check_file(
    path: Path,
    *,
    as_of: date,
    out_dir: Path | None = None,
    by_town: bool = False,
    region: RegionCode | None = None,
    pack: str = "national",
    language: str = "zh",
    progress: Progress = lambda done, total, message: None,
) -> Report:
    """Check a file as of a day; with ``out_dir`` write the annotated workbooks there.

    Raises Refused when the file cannot be read or holds no member list.
    """
    progress(0, 4, "读取表格")
    parts = find_parts(reader.read_workbook(path), today=as_of)
    progress(1, 4, "整理户和成员")
    facts = build_facts(parts, region)
    progress(2, 4, "核查规则")
    rules_of = load_pack(pack)
    rules, skipped = split_rules(rules_of, facts, as_of)
    findings = list_findings(parts, facts, find_hits(rules_of, rules, facts, as_of))
    progress(3, 4, "写出核查结果")
    written: list[Written] = []
    if out_dir is not None:
        written = write_workbooks(
            out_dir, path.stem, parts, facts, findings, by_town=by_town, language=language
        )
    progress(4, 4, "完成")
    beyond = [one for one in skipped if one.is_beyond_a_file]
    lacking = [one for one in skipped if not one.is_beyond_a_file]
    return Report(parts, facts, findings, rules, lacking, written, beyond)
