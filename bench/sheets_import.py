"""Reading and checking 75,000 members × 60 columns, beside openpyxl reading the same file.

    .venv/bin/python bench/sheets_import.py [--rows 75000] [--out RESULT.json] [--no-openpyxl]

Both run in processes of their own, one after the other, on the same file. Memory is the peak of
the process and its children together (VmHWM of each, added).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import write_worksheet

from bangfu.kernel.id_number import IdNumber
from bangfu.standards import codelists, datasets

TODAY = date(2026, 10, 31)
COLUMNS = 60


def make_value(column: Any, chooser: random.Random, number: int) -> str | float | None:
    """A plausible value of a member column."""
    kind = column.type
    if kind in ("code", "codes"):
        return chooser.choice(codelists.get(column.code_list).entries).zh
    if kind == "boolean":
        return chooser.choice(("是", "否"))
    if kind == "id_number":
        born = date(1940, 1, 1) + timedelta(days=chooser.randrange(30_000))
        return IdNumber.build(f"99{number % 90 + 10:02d}01", born, number // 90 % 1000).value
    if kind == "name":
        return (
            chooser.choice("张王李赵刘陈杨黄")
            + chooser.choice("一二三四五六")
            + chooser.choice("明华")
        )
    if kind == "phone":
        return f"138{chooser.randrange(10**8):08d}"
    if kind == "money":
        return round(chooser.random() * 5000, 2)
    if kind in ("integer", "decimal"):
        return chooser.randrange(2000, 2020) if "year" in column.name else chooser.randrange(12)
    if kind == "date":
        return (date(1950, 1, 1) + timedelta(days=chooser.randrange(25_000))).isoformat()
    if kind == "month":
        return f"{chooser.randrange(2015, 2027)}{chooser.randrange(1, 13):02d}"
    if kind in ("disability_certificate", "account", "region"):
        return None
    return (
        f"H{number // 4:06d}" if column.name == "household_no" else f"文字{chooser.randrange(200)}"
    )


def build_file(path: Path, rows: int) -> int:
    """Write the file; returns its number of columns (60: member columns, then further ones)."""
    chooser = random.Random(20261031)
    columns = list(datasets.get("registry/member").columns)
    extra = [f"附加列{n}" for n in range(COLUMNS - len(columns))]
    records = []
    for number in range(rows):
        record = {column.zh: make_value(column, chooser, number) for column in columns}
        record |= {name: chooser.choice(("甲", "乙", "丙", None)) for name in extra}
        records.append(record)
    write_worksheet(records, str(path), sheet_name="成员")
    return len(records[0])


def run_ours(path: Path) -> dict[str, float]:
    """Read, match and check the file as an import does."""
    from bangfu.foundation.sheets import matching, reader, validation

    contract = datasets.get("registry/member")
    start = time.perf_counter()
    sheets = reader.read_workbook(path)
    read = time.perf_counter()
    raw, mapping = matching.find_sheet(sheets, contract)
    matched = time.perf_counter()
    sheet = validation.validate_rows(raw, mapping, contract, today=TODAY)
    done = time.perf_counter()
    return {
        "read_s": read - start,
        "match_s": matched - read,
        "validate_s": done - matched,
        "total_s": done - start,
        "rows": len(sheet),
        "good": sheet.counts()["good"],
    }


def run_openpyxl(path: Path) -> dict[str, float]:
    """Read every cell of the file with openpyxl in its fastest mode, checking nothing."""
    import openpyxl

    start = time.perf_counter()
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    count = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    return {"total_s": time.perf_counter() - start, "rows": count - 1}


def measure(which: str, path: Path) -> dict[str, float]:
    """Run one of the two in a process of its own."""
    command = [sys.executable, __file__, "--run", which, "--file", str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def costs() -> dict[str, float]:
    """Peak memory of this process and of its largest child, and the processor time of both."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    times = os.times()
    cpu = times.user + times.system + times.children_user + times.children_system
    return {"parent_mb": own, "child_mb": child, "sum_mb": own + child, "cpu_s": cpu}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=75_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--no-openpyxl", action="store_true")
    parser.add_argument("--run", choices=["ours", "openpyxl"])
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.run:
        result = (run_ours if options.run == "ours" else run_openpyxl)(options.file)
        print(json.dumps({**result, **costs()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "members.xlsx"
        columns = build_file(path, options.rows)
        found: dict[str, Any] = {
            "rows": options.rows,
            "columns": columns,
            "file_mb": path.stat().st_size / 1e6,
            "cores": os.cpu_count(),
            "load_average": os.getloadavg()[0],
            "python": platform.python_version(),
            "ours": measure("ours", path),
        }
        if not options.no_openpyxl:
            found["openpyxl"] = measure("openpyxl", path)
            found["times_faster"] = found["openpyxl"]["total_s"] / found["ours"]["total_s"]
    text = json.dumps(found, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
