"""`bangfu check households` on 75,000 people: 20,000 households, one in ten with a broken rule.

    .venv/bin/python bench/sheets_check.py [--households 20000] [--out RESULT.json]

The file is written first and not timed; the command runs as a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import write_worksheet

from bangfu.kernel.id_number import IdNumber
from tests.quality_samples import BREAKS, CHILD, HEADERS, WIFE, Builder

TOWNS = [f"第{n}镇" for n in range(1, 13)]


def build_file(path: Path, households: int) -> int:
    """Write the member sheet with household columns on each row; returns the number of people."""
    chooser = random.Random(20261031)
    builder = Builder()
    changes = list(BREAKS.values())
    child = {**CHILD, "在校生状况": "小学"}
    rows: list[dict[str, Any]] = []
    for place in range(households):
        broken = chooser.random() < 0.1
        members = [{}, WIFE, {**WIFE, "与户主关系": "之母", "姓名": "王母"}, child][
            : 3 + (place % 4 > 0)
        ]
        change = chooser.choice(changes) if broken else ({}, members)
        made = builder.rows(change)
        for row in made:
            row["户编号"] = f"H{place:06d}"
            row["乡镇"] = TOWNS[place * 12 // households]
            if len(row["证件号码"]) == 18 and not broken:
                number = len(rows)
                birth = IdNumber.parse(row["证件号码"]).birth_on
                if row["与户主关系"] == "之子":
                    birth = birth.replace(year=2017)
                order = number % 499 * 2 + (row["性别"] == "男")
                division = f"99{number // 499 % 90 + 10}{number // 44_910 + 10}"
                row["证件号码"] = IdNumber.build(division, birth, order).value
            rows.append({header: row.get(header) for header in HEADERS})
    write_worksheet(rows, str(path), sheet_name="成员")
    return len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=20_000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "county.xlsx"
        people = build_file(path, options.households)
        command = [sys.executable, "-m", "bangfu.cli.main", "check", "households", str(path)]
        arguments = ["--by-town", "--json", "--as-of", "2026-10-31"]
        start = time.perf_counter()
        answer = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        shown = json.loads(answer.stdout)
    found = {
        "households": shown["households"],
        "people": people,
        "columns": len(HEADERS),
        "rules": shown["rules_run"],
        "findings": shown["findings"],
        "workbooks": len(shown["workbooks"]),
        "rows_written": sum(book["rows"] for book in shown["workbooks"]),
        "wall_s": round(seconds, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "largest_process_mb": round(usage.ru_maxrss / 1024, 1),
        "load_average": os.getloadavg()[0],
    }
    text = json.dumps(found, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
