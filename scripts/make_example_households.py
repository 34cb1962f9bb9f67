"""Write standards/examples/households.xlsx: a list as an office sends it, all people invented.

Title rows, a merged two-row head and a 合计 row, the column names of the national export; five
good households and five rows that are each broken in another way. Needs openpyxl (a dev
dependency), so that what reads the file is not what wrote it. The bytes are the same every time.
"""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

TARGET = Path(__file__).resolve().parents[1] / "standards/examples/households.xlsx"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
UPPER, LOWER = "990101101201", "990101101202"

GROUPS = (("户信息", 8), ("家庭成员", 9))
HEAD = (
    "户编号",
    "行政区划代码",
    "户类型",
    "监测对象类别",
    "家庭人口",
    "户联系电话",
    "工资性收入（元）",
    "家庭纯收入（元）",
    "姓名",
    "证件号码",
    "与户主关系",
    "文化程度",
    "在校生状况",
    "健康状况",
    "劳动技能",
    "务工时间（月）",
    "是否参加城乡居民基本医疗保险",
)


def number(birth: str, sequence: int) -> str:
    """Return a valid ID number of the invented county 990101."""
    body = f"990101{birth}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + CHECKS[total % 11]


def household(no: int, village: str, kind: str, size: int, wage: Any, net: Any) -> list[Any]:
    """Return the household's cells."""
    return [f"99010190{no:06d}", village, kind, None, size, f"1380000{no:04d}", wage, net]


def member(
    name: str, id_number: Any, relation: str, school: str, work: str, months: int | None = None
) -> list[Any]:
    """Return a member's cells; `school` is an education level or a student status."""
    is_student = school in ("小学", "学前教育") and work == ""
    level, status = (None, school) if is_student else (school, None)
    return [name, id_number, relation, level, status, "健康", work or None, months, "是"]


def good() -> list[list[Any]]:
    """Return the rows of five households in order."""
    rows = []
    first = household(1, UPPER, "脱贫户", 3, 42000, 51200.5)
    rows.append(first + member("赵德福", number("19680312", 901), "户主", "初中", "普通劳动力", 8))
    rows.append(first + member("李秀兰", number("19700708", 902), "配偶", "小学", "普通劳动力"))
    rows.append(first + member("赵明", number("19981120", 903), "之子", "大专", "技能劳动力", 11))
    second = household(2, UPPER, "一般农户", 1, 0, "8,640.00")
    alone = member("王桂英", number("19490502", 904), "户主", "文盲或半文盲", "无劳动力")
    rows.append(second + alone)
    third = household(3, UPPER, "脱贫户", 4, 36000, 39800)
    rows.append(third + member("钱大勇", number("19850115", 905), "户主", "初中", "普通劳动力", 10))
    rows.append(third + member("何丽", number("19870623", 906), "配偶", "初中", "普通劳动力"))
    rows.append(third + member("钱思雨", number("20140901", 908), "之女", "小学", ""))
    rows.append(third + member("钱思远", number("20210305", 907), "之子", "学前教育", ""))
    fourth = household(4, LOWER, "一般农户", 2, 51000, 53300)
    son = member("孙志强", number("19790430", 909), "户主", "高中", "技能劳动力", 12)
    rows.append(fourth + son)
    mother = member("周玉珍", number("19520817", 910), "之母", "小学", "弱劳动力或半劳动力")
    rows.append(fourth + mother)
    fifth = household(5, LOWER, "一般农户", 2, 28000, 33000)
    head = member("买买提•艾力", number("19830211", 911), "户主", "初中", "普通劳动力", 6)
    rows.append(fifth + head)
    wife = member("阿依古丽·买买提", number("19860919", 912), "配偶", "初中", "普通劳动力")
    rows.append(fifth + wife)
    return rows


def broken() -> list[list[Any]]:
    """Return rows with five different mistakes; each keeps its household back."""
    rows = []
    sound = number("19720101", 921)
    wrong = sound[:-1] + ("1" if sound[-1] != "1" else "2")
    sixth = household(6, UPPER, "脱贫户", 2, 30000, 31000)
    rows.append(sixth + member("周建军", wrong, "户主", "初中", "普通劳动力", 9))
    rows.append(sixth + member("郭凤", number("19740202", 922), "配偶", "小学", "普通劳动力"))
    lost = float(number("19650606", 923)[:17] + "0")
    seventh = household(7, UPPER, "一般农户", 1, 12000, 15000)
    rows.append(seventh + member("吴海", lost, "户主", "小学", "普通劳动力", 4))
    eighth = household(8, LOWER, "一般农户", 2, 26000, 28500)
    rows.append(eighth + member("郑永", number("19690909", 925), "户主", "初中", "普通劳动力", 7))
    rows.append(eighth + member("郑小红", number("19950303", 926), "表妹", "高中", "普通劳动力"))
    ninth = household(9, LOWER, "一般农户", 1, 18000, 20500)
    rows.append(ninth + member("冯梅", number("19770707", 928), "配偶", "初中", "普通劳动力", 5))
    tenth = household(10, LOWER, "脱贫户", 1, "约三千", 9000)
    rows.append(
        tenth + member("陈国", number("19600606", 929), "户主", "小学", "弱劳动力或半劳动力")
    )
    return rows


def build() -> Workbook:
    """Return the workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "户信息采集表"
    width = len(HEAD)
    sheet.append(["云溪县农户信息采集表（示例）"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    sheet.append(["填报单位：清溪镇", *[None] * (width - 2), "填报日期：2026-10-31"])
    sheet.append([None] * width)
    start = 1
    for title, span in GROUPS:
        sheet.cell(3, start, title)
        sheet.merge_cells(start_row=3, end_row=3, start_column=start, end_column=start + span - 1)
        start += span
    sheet.append(list(HEAD))
    for row in (1, 3, 4):
        for cell in sheet[row]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(horizontal="center", wrap_text=True)
    rows = [*good(), *broken()]
    for values in rows:
        sheet.append(values)
    sheet.append(["合计", None, None, None, len(rows), *[None] * (width - 5)])
    book.properties.created = book.properties.modified = datetime(2026, 10, 31)
    return book


def save(book: Workbook, path: Path) -> None:
    """Save without the time of day in the archive, so that the bytes stay the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        entries = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            if name == "docProps/core.xml":
                content = _without_time(content)
            archive.writestr(zipfile.ZipInfo(name, (2026, 10, 31, 0, 0, 0)), content)


def _without_time(content: bytes) -> bytes:
    text = content.decode("utf-8")
    marker = "</dcterms:modified>"
    end = text.index(marker)
    begin = text.rindex(">", 0, end) + 1
    return (text[:begin] + "2026-10-31T00:00:00Z" + text[end:]).encode("utf-8")


def main() -> None:
    """Write the file."""
    save(build(), TARGET)


if __name__ == "__main__":
    main()
