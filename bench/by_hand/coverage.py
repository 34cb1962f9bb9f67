"""Which files of a lake count for a month and which feeds are silent where, by hand.

The rules of the contracts in standards/datasets, as somebody who reads them would write them down.
Reasons: 1 no data, 2 out of coverage, 3 stale, 4 silent, 5 not authorised.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

# table: (dataset, how silence is meant, months of validity)
FEEDS = {
    "medical_claim": ("medical/claim", "NEWEST", 2),
    "medical_enrolment": ("medical/enrolment", "NEWEST", 2),
    "school_enrolment": ("education/enrolment", "NEWEST", 6),
    "school_cost": ("education/cost", "NEWEST", 12),
    "housing_grade": ("housing/grade", "NEWEST", 6),
    "water_supply": ("water/supply", "NEWEST", 6),
    "road_access": ("traffic/road", "NEWEST", 12),
    "power_usage": ("power/usage", "NEWEST", 2),
    "dibao": ("civil/dibao", "NEWEST", 2),
    "tekun": ("civil/tekun", "NEWEST", 2),
    "near_dibao": ("civil/near_dibao", "NEWEST", 2),
    "rigid_expense": ("civil/rigid_expense", "NEWEST", 2),
    "disability_certificate": ("disability/certificate", "NEWEST", 3),
    "employment": ("labour/employment", "NEWEST", 2),
    "public_post": ("labour/public_post", "NEWEST", 2),
    "vehicle": ("traffic/vehicle", "NEWEST", 6),
    "real_estate": ("land/property", "NEWEST", 6),
    "market_entity": ("market/entity", "NEWEST", 6),
    "machinery": ("agriculture/machinery", "NEWEST", 12),
    "bank_check": ("bank/deposit", "NEWEST", 3),
    "temporary_relief": ("civil/temporary_relief", "CHANGES", 12),
    "serious_disease": ("health/serious_disease", "CHANGES", 12),
    "disaster": ("emergency/disaster", "CHANGES", 12),
    "industry": ("agriculture/industry", "CHANGES", 12),
    "death": ("police/death", "CHANGES", 12),
    "wage": ("labour/wage", "ADDS_UP", 13),
}
NO_DATA, STALE, SILENT = 1, 3, 4
ENROLMENT_IS_SILENT = ("09", "10", "11", "12", "01", "02")


@dataclass(frozen=True)
class Part:
    """Some counties: files of the register, live files by feed, gap by county and feed."""

    household: list[str]
    person: list[str]
    authorization: list[str]
    feeds: dict[str, list[str]]
    any_file: dict[str, str]
    gaps: list[dict[str, object]]


def read_parts(lake: Path, period: str, counties_at_once: int) -> list[Part]:
    """Return the lake in groups of counties."""
    delivered = defaultdict(list)
    anywhere: dict[str, str] = {}
    tables = {dataset: table for table, (dataset, _, _) in FEEDS.items()}
    for entry in json.loads((lake / "coverage.json").read_text(encoding="utf-8")):
        table, county, month = tables[entry["dataset"]], entry["county"], entry["period"]
        path = f"{lake}/feeds/{table}/county={county}/period={month}/{entry['batch_id']}.parquet"
        anywhere[table] = path
        if month <= period:
            delivered[table, county].append((_months(period) - _months(month), path))
    counties = sorted(path.name[7:] for path in (lake / "household").iterdir())
    parts = []
    for start in range(0, len(counties), counties_at_once):
        group = counties[start : start + counties_at_once]
        live: dict[str, list[str]] = {table: [] for table in FEEDS}
        gaps: list[dict[str, object]] = []
        for county in group:
            row: dict[str, object] = {"county": county}
            for table in FEEDS:
                row[f"{table}_gap"], files = _judge(table, delivered[table, county], period)
                live[table] += files
            gaps.append(row)
        registers = [
            [str(path) for county in group for path in (lake / name / f"county={county}").iterdir()]
            for name in ("household", "person", "authorization")
        ]
        parts.append(Part(*registers, live, anywhere, gaps))
    return parts


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _judge(table: str, found: list[tuple[int, str]], period: str) -> tuple[int, list[str]]:
    """The gap of one feed in one county (0: live) and the files that count; age in months."""
    _, kind, valid = FEEDS[table]
    silent = table == "medical_enrolment" and period[5:] in ENROLMENT_IS_SILENT
    if silent:
        return SILENT, []
    if not found:
        return NO_DATA, []
    kept = [(age, path) for age, path in found if age < valid]
    ages = {age for age, _ in kept}
    if kind == "NEWEST":
        newest = min(age for age, _ in found)
        return (0 if kept else STALE), [path for age, path in kept if age == newest]
    gap = 0
    if not kept or (kind == "CHANGES" and 0 not in ages):
        gap = STALE
    elif kind == "CHANGES" and ages != set(range(max(ages) + 1)):
        gap = NO_DATA
    elif kind == "ADDS_UP" and not ages >= set(range(1, valid)):
        gap = NO_DATA if ages & {0, 1} else STALE
    return gap, [path for _, path in kept]
