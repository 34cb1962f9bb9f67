"""Whether two results of a run are the same answers, as sets of rows.

python bench/by_hand/compare.py OURS THEIRS
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import duckdb

# What is true with its sentences and people, and what is open where that decides a hint.
QUERIES = {
    "findings": """
        SELECT household_id, rule_id, outcome, coalesce(unknown_reason, '') AS unknown_reason,
               coalesce(array_to_string(person_ids, ','), '') AS person_ids, reason_zh, reason_en,
               hint
        FROM {source} WHERE outcome = 'TRUE' OR rule_id IN ('education_dropout',
            'education_not_on_roll', 'medical_uninsured', 'housing_unsafe', 'water_unsafe',
            'income_below_line', 'income_near_line')
    """,
    "hints": """
        SELECT household_id, household_no, region_code, hint, coalesce(reason_zh, '') AS zh,
               coalesce(reason_en, '') AS en,
               coalesce(array_to_string(rule_ids, ','), '') AS rule_ids
        FROM {source}
    """,
}


def source_of(folder: Path, name: str) -> str:
    """Return the files of one result, wherever its partitions lie."""
    files = sorted(
        str(path)
        for path in folder.rglob("*.parquet")
        if path.stem == name or path.parent.name == name
    )
    if not files:
        raise SystemExit(f"{folder} has no {name}")
    return f"read_parquet({files!r}, hive_partitioning = false)"


def compare(ours: Path, theirs: Path) -> dict[str, Any]:
    """Return rows of both and how many are on one side only, with an example of each."""
    database = duckdb.connect()
    told: dict[str, Any] = {}
    for name, query in QUERIES.items():
        for side, folder in (("ours", ours), ("theirs", theirs)):
            database.execute(
                f"CREATE OR REPLACE TABLE {side} AS {query.format(source=source_of(folder, name))}"
            )
        found: dict[str, Any] = {
            "rows": database.execute("FROM ours SELECT count(*)").fetchone()[0]
        }
        for first, second in (("ours", "theirs"), ("theirs", "ours")):
            alone = f"(FROM {first} EXCEPT ALL FROM {second})"
            found[f"only_{first}"] = database.execute(f"SELECT count(*) FROM {alone}").fetchone()[0]
            found[f"example_{first}"] = database.execute(
                f"FROM {alone} ORDER BY ALL LIMIT 1"
            ).fetchone()
            if name == "findings" and found[f"only_{first}"]:
                found[f"rules_{first}"] = dict(
                    database.execute(f"SELECT rule_id, count(*) FROM {alone} GROUP BY 1").fetchall()
                )
        told[name] = found
    return told


def same(told: dict[str, Any]) -> bool:
    """Whether no row stands on one side only."""
    return not any(found["only_ours"] or found["only_theirs"] for found in told.values())


def main() -> None:
    """Print the comparison; leave with 1 when there is a difference."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("ours", type=Path)
    arguments.add_argument("theirs", type=Path)
    options = arguments.parse_args()
    told = compare(options.ours, options.theirs)
    print(json.dumps(told, ensure_ascii=False, indent=1, default=str))
    raise SystemExit(0 if same(told) else 1)


if __name__ == "__main__":
    main()
