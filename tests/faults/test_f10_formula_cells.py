"""F10: text that looks like a formula is stored as text and written back as text."""

from __future__ import annotations

import openpyxl
import pytest

from bangfu.foundation.sheets import annotation, matching, reader, tables
from tests.sheet_samples import (
    HEAD,
    ID_COLUMN,
    NAME_COLUMN,
    check_rows,
    column,
    contract,
    good_file,
    id_number,
    write_xlsx,
)

FORMULAS = [
    '=HYPERLINK("http://127.0.0.1/x","点这里")',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '"=1+1\n第二行"',
    "+1-1",
    "-2+3",
]
WANTED = contract(ID_COLUMN, NAME_COLUMN, column("note", "备注", "text"))


@pytest.fixture(autouse=True)
def _next_file_is_served(tmp_path):
    yield
    assert len(check_rows(good_file(tmp_path / "served.xlsx"))[1]) == 2


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_f10_formula_cells_are_stored_as_text(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    rows = [
        ["身份证号", "姓名", "备注"],
        *[[id_number(n), "张三", f] for n, f in enumerate(FORMULAS)],
    ]
    if suffix == ".xlsx":
        write_xlsx(path, rows)
    else:
        lines = [",".join('"' + c.replace('"', '""') + '"' for c in row) for row in rows]
        path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    _, sheet = check_rows(path, WANTED)
    assert sheet.issues == []
    # Spaces around a cell are no part of it; everything else comes through unchanged.
    assert sheet.columns["note"] == [f.strip(" \t\r\n\u00a0") for f in FORMULAS]


@pytest.mark.evidence("ASVS-1.1.2", "T9")
def test_f10_every_export_keeps_them_text_and_reads_back_equal(tmp_path):
    out = tmp_path / "out.xlsx"
    rows = [{"note": text, "amount": 1.5} for text in FORMULAS]
    assert tables.write_table(out, [("note", "备注"), ("amount", "金额")], rows) == len(FORMULAS)
    cells = [row[0] for row in openpyxl.load_workbook(out).active.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(FORMULAS)
    assert all(cell.quotePrefix and cell.number_format == "@" for cell in cells)
    assert [cell.value.replace("_x000D_", "\r") for cell in cells] == FORMULAS


def test_f10_the_error_workbook_keeps_them_text(tmp_path):
    rows = [[*HEAD], *[["错", text, 1] for text in FORMULAS]]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    raw, mapping = matching.find_sheet(reader.read_workbook(path), contract())
    _, sheet = check_rows(path)
    annotation.write_error_workbook(tmp_path / "errors.xlsx", raw, mapping, sheet.issues)
    book = openpyxl.load_workbook(tmp_path / "errors.xlsx")
    cells = [row[1] for row in book["名单"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(FORMULAS)
    assert all(cell.quotePrefix for cell in cells if cell.value[0] in "=+-@")
    assert not any(c.data_type == "f" for s in book for line in s.iter_rows() for c in line)
