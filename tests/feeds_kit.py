"""Small departmental lists for tests: every value can be seen in the test that uses it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bangfu.domains.feeds.results import ImportResult
from bangfu.domains.feeds.services import import_feed
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

YUNXI = RegionCode("990101000000")
SHIQIAO = RegionCode("990102000000")
# 2026-11-02 10:00 in Shanghai.
NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)

CLAIM_HEAD = ["身份证号", "姓名", "就诊类别", "当月个人自付", "本年累计个人自付", "结算月份"]
DEATH_HEAD = ["身份证号", "姓名", "死亡日期", "登记日期", "数据来源"]
GRADE_HEAD = ["户主身份证号", "户主姓名", "住房等级", "鉴定日期", "鉴定机构", "是否居住"]
VEHICLE_HEAD = ["身份证号", "姓名", "号牌号码", "车辆类型", "购置日期", "购置价格", "车辆状态"]
PAPER_HEAD = ["身份证号", "姓名", "授权书编号", "签署日期", "见证人", "有效期至"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(serial: int, born: str = "19700102") -> str:
    """Return a valid invented ID number of 990101 (GB 11643 checksum)."""
    body = f"990101{born}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def claim(serial: int, month: str = "2026-10", paid: str = "100.00", year: str = "3200.00") -> list:
    """Return one row of the medical list."""
    return [id_number(serial), f"王小{serial}", "住院", paid, year, month]


def write_csv(
    path: Path, head: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str = "utf-8"
) -> Path:
    """Write a delimited file as an office would."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def county(region: RegionCode = YUNXI) -> Scope:
    """Return a scope with every permission in a county."""
    return command_scope(region, "test")


def take_in(
    path: Path,
    dataset: str = "medical/claim",
    *,
    period: str = "2026-10",
    region: RegionCode = YUNXI,
    scope: Scope | None = None,
    commit: bool = True,
    **more: Any,
) -> ImportResult:
    """Import a file as the county does."""
    return import_feed(
        scope=scope or county(region),
        at=more.pop("at", NOW),
        dataset=dataset,
        file=path,
        region=region,
        period=Period(period),
        commit=commit,
        **more,
    )
