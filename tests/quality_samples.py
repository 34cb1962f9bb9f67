"""A household that no rule finds fault with, and for each rule the change that breaks only it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from bangfu.kernel.id_number import IdNumber

HOUSEHOLD = {
    "乡镇": "白云镇",
    "户编号": "",
    "户主证件号码": "",
    "家庭人口": None,
    "户类型": "一般农户",
    "监测对象类别": None,
    "风险是否消除": None,
    "风险消除方式": None,
    "风险识别时间": None,
    "风险消除时间": None,
    "整户无劳动能力兜底保障户": "否",
    "返贫致贫风险": None,
    "因自然灾害子项": None,
    "其他风险备注": None,
    "解决安全饮用水": "是",
    "危房级别": "A级",
    "风险消除后住房损毁": "否",
    "风险消除后饮水设施损毁": "否",
    "耕地面积": 3,
    "林地面积": 2,
    "退耕还林面积": 1,
    "牧草地面积": 0,
    "与村主干路距离": 0.5,
    "住房面积": 90,
    "帮扶措施": None,
    "实施开发式帮扶措施情况": None,
    "工资性收入": 30000,
    "生产经营性收入": 8000,
    "转移性收入": 2000,
    "计划生育金": 0,
    "低保金": 0,
    "特困供养金": 0,
    "养老保险金": 0,
    "生态补偿金": 100,
    "生产经营性支出": 2000,
    "家庭纯收入": 38000,
    "合规自付支出": 300,
}
MEMBER = {
    "姓名": "张三",
    "证件号码": "",
    "残疾证号": None,
    "性别": "男",
    "与户主关系": "户主",
    "民族": "汉族",
    "联系电话": None,
    "文化程度": "初中",
    "在校生状况": None,
    "失学或辍学原因": None,
    "健康状况": "健康",
    "劳动技能": "普通劳动力",
    "务工所在地": None,
    "务工所在县": None,
    "务工时间": 0,
    "务工企业名称": None,
    "就业渠道": None,
    "所属行业": None,
    "务工月收入": None,
    "公益性岗位类型": None,
    "公益性岗位月数": None,
    "城乡居民基本医保": "是",
    "职工基本医保": "否",
    "大病保险": "是",
    "低保": "否",
    "特困供养": "否",
    "残疾人补贴": "否",
    "雨露计划": "否",
}
WORK = {
    "务工所在地": "某省某市",
    "务工所在县": "某县",
    "务工时间": 6,
    "务工企业名称": "某厂",
    "就业渠道": "外出务工",
    "所属行业": "制造业",
    "务工月收入": 3000,
}
WIFE = {"姓名": "李四", "性别": "女", "与户主关系": "配偶"}
ILL = {"健康状况": "长期慢性病"}
CHILD = {"姓名": "张小", "与户主关系": "之子", "文化程度": None, "劳动技能": "无劳动力"}
CLEARED = {
    "监测对象类别": "边缘易致贫户",
    "风险是否消除": "已消除",
    "风险消除方式": "帮扶消除",
    "风险识别时间": "202401",
    "风险消除时间": "202406",
    "帮扶措施": "健康帮扶",
    "返贫致贫风险": "因病",
}
MONITORED = {"监测对象类别": "边缘易致贫户", "返贫致贫风险": "因意外事故", "风险识别时间": "202609"}

HEAD_NUMBER = IdNumber.build("990101", date(1950, 1, 1), 1).value
OTHER_HEAD = IdNumber.build("990101", date(1950, 1, 1), 3).value

Change = tuple[dict[str, Any], list[dict[str, Any]]]
BORN = "出生"  # not a column: the birth date that goes into the ID number


def child(born: date, **more: Any) -> dict[str, Any]:
    """A son of the given birth date."""
    return {**CHILD, BORN: born, **more}


# Rule number → (changes of the household, members with their changes).
BREAKS: dict[str, Change] = {
    "B-05": ({}, [{}, {"姓名": "王五"}]),
    "B-06": ({}, [{}, WIFE, {**WIFE, "姓名": "赵六"}]),
    "3_11_001": ({}, [{"与户主关系": "之父"}]),
    "3_11_002": ({}, [{}, {**WIFE, "户主证件号码": OTHER_HEAD}]),
    "2_11_003": ({}, [{}, {**WIFE, "性别": "男", BORN: date(1981, 3, 4)}]),
    "B-29": ({"家庭人口": 3}, [{}, WIFE]),
    "C-01": ({}, [{"民族": None}]),
    "B-04": ({}, [{}, child(date(2012, 1, 1), 文化程度="小学", 在校生状况="九年级")]),
    "2_01_012": (MONITORED, [{}, child(date(2012, 1, 1), 文化程度="小学", 失学或辍学原因="因病")]),
    "5_12_013": ({}, [{}, child(date(2018, 1, 1), 在校生状况="学龄前儿童")]),
    "5_12_014": ({}, [{}, child(date(2011, 1, 1), 在校生状况="小学")]),
    "5_12_016": ({}, [{}, child(date(2012, 1, 1), 在校生状况="普通高中一年级")]),
    "5_15_012": (
        {},
        [{}, child(date(2010, 1, 1), 在校生状况="普通高中一年级", 雨露计划="是")],
    ),
    "C-02": ({}, [{"健康状况": "健康、长期慢性病"}]),
    "C-03": ({}, [{"健康状况": "残疾"}]),
    "B-13": ({}, [{"务工所在地": "某省某市"}]),
    "2_01_015": ({}, [{**WORK, **ILL, "劳动技能": "弱劳动力或半劳动力"}]),
    "4_01_006": (
        {},
        [{}, child(date(2010, 1, 1), 在校生状况="普通高中一年级", 劳动技能="普通劳动力", **WORK)],
    ),
    "5_12_003": ({}, [{**WORK, **ILL, "特困供养": "是"}]),
    "5_12_005": (
        {},
        [
            {
                BORN: date(1950, 1, 1),
                "劳动技能": "无劳动力",
                "公益性岗位类型": "保洁员",
                "公益性岗位月数": 6,
            }
        ],
    ),
    "C-04": (
        {},
        [{}, child(date(2012, 1, 1), 文化程度="小学", 公益性岗位类型="保洁员", 公益性岗位月数=6)],
    ),
    "C-05": ({}, [{"公益性岗位类型": "保洁员"}]),
    "5_12_006": ({}, [{**WORK, "务工月收入": None}]),
    "5_12_008": ({}, [{"劳动技能": "无劳动力"}]),
    "C-06": ({}, [{}, child(date(2012, 1, 1), 在校生状况="九年级", 劳动技能="普通劳动力")]),
    "C-07": ({}, [{BORN: date(1960, 1, 1)}]),
    "5_16_002": ({}, [{**WORK, "务工月收入": 50}]),
    "5_15_021": (
        {},
        [
            {**WORK, "联系电话": "13800000000"},
            {**WIFE, **WORK, "联系电话": "13800000000", "务工所在县": "另一县"},
        ],
    ),
    "C-08": ({}, [{"大病保险": None}]),
    "1_02_003": ({"户类型": "脱贫户"}, [{"大病保险": "否"}]),
    "5_15_019": ({}, [{"特困供养": "是"}]),
    "B-18": ({"与村主干路距离": 5.5}, [{}]),
    "C-09": ({"住房面积": None}, [{}]),
    "3_02_004": ({"耕地面积": None}, [{}]),
    "B-20": ({"退耕还林面积": 2.5}, [{}]),
    "1_02_002": ({"户类型": "脱贫户", "解决安全饮用水": "否"}, [{}]),
    "C-10": ({"危房级别": "C级"}, [{}]),
    "1_02_005": ({}, [{}, child(date(2012, 1, 1), 文化程度="小学", 失学或辍学原因="厌学")]),
    "B-19": ({"工资性收入": 299}, [{}]),
    "B-24": ({"低保金": 199}, [{}]),
    "B-25": ({"计划生育金": 99}, [{}]),
    "B-26": ({"养老保险金": 87}, [{}]),
    "B-27": ({"特困供养金": 199}, [{}]),
    "B-22": ({"生产经营性支出": 0}, [{}]),
    "B-23": ({"退耕还林面积": 0}, [{}]),
    "1_02_006": ({"家庭纯收入": 5999}, [{}]),
    "5_15_020": ({**MONITORED, "返贫致贫风险": "因病", "合规自付支出": 0}, [ILL]),
    "2_11_001": ({**MONITORED, "返贫致贫风险": "因残"}, [{}]),
    "2_11_004": ({**MONITORED, "返贫致贫风险": "其他"}, [{}]),
    "2_11_005": ({**MONITORED, "返贫致贫风险": "因自然灾害"}, [{}]),
    "2_11_006": (
        {**MONITORED, "返贫致贫风险": "因务工就业不稳"},
        [{**ILL, "劳动技能": "无劳动力"}],
    ),
    "4_11_009": ({**MONITORED, "返贫致贫风险": "缺劳动力"}, [{}]),
    "5_11_029": (
        {**MONITORED, "返贫致贫风险": "缺劳动力"},
        [
            {},
            WIFE,
            {"姓名": "张大", "与户主关系": "之子", BORN: date(2001, 1, 1)},
            child(date(2012, 1, 1), 在校生状况="九年级"),
        ],
    ),
    "5_15_015": ({**MONITORED, "返贫致贫风险": "因病"}, [{}]),
    # Who has no insurance at all is found by both.
    "4_11_007 B-17": (MONITORED, [{}, {**WIFE, "城乡居民基本医保": "否"}]),
    "1_02_008": ({**CLEARED, "风险消除后住房损毁": "是"}, [ILL]),
    "1_02_009": ({**CLEARED, "风险消除后饮水设施损毁": "是"}, [ILL]),
    "1_11_009": ({**CLEARED, "帮扶措施": None}, [ILL]),
    "3_11_003": ({**CLEARED, "帮扶措施": "产业帮扶"}, [ILL]),
    "3_11_004": ({**CLEARED, "返贫致贫风险": "因学"}, [{}]),
    "4_11_010": ({**CLEARED, "家庭纯收入": 5999}, [ILL]),
    "4_11_011": ({**CLEARED, "整户无劳动能力兜底保障户": "是"}, [ILL]),
    "4_11_012": (
        {**CLEARED, "帮扶措施": "健康帮扶、就业帮扶", "工资性收入": 0},
        [{**ILL, **WORK}],
    ),
    "4_11_013": (
        {**CLEARED, "帮扶措施": "综合保障", "转移性收入": 0},
        [{**ILL, "低保": "是"}],
    ),
    "5_11_013": (
        {**CLEARED, "帮扶措施": "健康帮扶、产业帮扶", "生产经营性收入": 0},
        [ILL],
    ),
    "K-01": ({**CLEARED, "风险消除方式": "自然消除", "家庭纯收入": 5999}, [ILL]),
    "K-02": ({**CLEARED, "危房级别": "C级"}, [ILL]),
    "K-03": ({**CLEARED, "解决安全饮用水": "否"}, [ILL]),
    "K-04 B-17": (CLEARED, [ILL, {**WIFE, "城乡居民基本医保": "否"}]),
    # Also for whoever is monitored, cleared or not.
    "K-05 2_01_012": (
        CLEARED,
        [ILL, child(date(2012, 1, 1), 文化程度="小学", 失学或辍学原因="因病")],
    ),
    "K-06": (CLEARED, [{**ILL, "劳动技能": "无劳动力"}]),
    "C-11": ({**CLEARED, "风险消除时间": "202401"}, [ILL]),
    "1_11_010": (
        {**MONITORED, "风险识别时间": "202609", "实施开发式帮扶措施情况": "尚未实施"},
        [{}],
    ),
    "4_11_015": ({"帮扶措施": "综合保障"}, [{}]),
    "5_12_007": ({**MONITORED, "风险识别时间": "202604"}, [{}]),
    "5_12_011": (
        {**MONITORED, "帮扶措施": "健康帮扶", "实施开发式帮扶措施情况": "已实施"},
        [{}],
    ),
    "C-13": ({"解决安全饮用水": "否"}, [{}]),
    "C-14": ({**MONITORED, "危房级别": None}, [{}]),
    "H-01": ({**CLEARED, "风险消除时间": "202403"}, [ILL]),
    "H-04": ({**CLEARED, "风险消除时间": None}, [ILL]),
    "H-05": (
        {
            **MONITORED,
            "风险是否消除": "未消除",
            "风险识别时间": "202401",
            "风险消除时间": "202406",
        },
        [{**ILL, "劳动技能": "无劳动力"}],
    ),
    "H-06": ({**MONITORED, "风险识别时间": None}, [{}]),
    "H-07": ({**MONITORED, "风险识别时间": "202612"}, [{}]),
    "C-12": ({"帮扶措施": "就业帮扶"}, [{}]),
    # Faults of single cells.
    "1_12_002": ({}, [{"证件号码": "99010119800506005"}]),
    "1_12_003": ({}, [{"证件号码": "990101198005060052"}]),
    "1_12_004": ({}, [{"残疾证号": "99010119800506005183"}]),
    "X-01": ({}, [{"民族": "不存在族"}]),
    "X-03": ({**CLEARED, "风险消除时间": "去年"}, [ILL]),
    "X-04": ({"合规自付支出": "三百"}, [{}]),
    "X-05": ({}, [{"联系电话": "1380000"}]),
}


class Builder:
    """Makes rows with numbers and ID numbers of their own."""

    def __init__(self) -> None:
        self.order = 0
        self.households = 0

    def rows(self, change: Change) -> list[dict[str, Any]]:
        """The rows of one household, household columns repeated on each."""
        of_household, members = change
        self.households += 1
        made = [self._member(member) for member in members]
        household = {**HOUSEHOLD, "家庭人口": len(made), **of_household}
        household["户编号"] = f"H{self.households:04d}"
        return [
            {**household, **member, "户主证件号码": changed.get("户主证件号码", HEAD_NUMBER)}
            for member, changed in zip(made, members, strict=True)
        ]

    def _member(self, change: dict[str, Any]) -> dict[str, Any]:
        member = {**MEMBER, **change}
        born = member.pop(BORN, date(1980, 5, 6))
        member.pop("户主证件号码", None)
        self.order += 2
        order = self.order % 998 + (1 if member["性别"] == "男" else 0)
        if not member["证件号码"]:
            member["证件号码"] = IdNumber.build(self._division(), born, order).value
        return member

    def _division(self) -> str:
        return "990101" if self.order < 998 else "990102"


HEADERS = [*HOUSEHOLD, *MEMBER]


def write_sheet(path: Path, rows: Iterable[dict[str, Any]], headers: list[str] = HEADERS) -> Path:
    """A workbook with a title row, the header and the rows."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("成员")
    sheet.merge_range(0, 0, 0, len(headers) - 1, "云溪县农户信息表")
    sheet.write_row(1, 0, headers)
    for line, row in enumerate(rows, start=2):
        for place, header in enumerate(headers):
            if row.get(header) is not None:
                sheet.write(line, place, row[header])
    book.close()
    return path
