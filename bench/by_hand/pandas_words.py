# ruff: noqa: E501
"""Sentences of the national pack for pandas: rule → what to say of a row, in two languages."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

Names = dict[str, dict[str, tuple[str, str]]]
Say = Callable[[Any, Names], tuple[str, str]]
DASH = "—"


def _missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value != value


def number(value: Any) -> str:
    """8,200 or 8,200.50; halves away from zero."""
    if _missing(value):
        return DASH
    exact = Decimal(str(value))
    if exact == exact.to_integral_value():
        return f"{int(exact):,}"
    return f"{exact.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):,}"


def yuan(cents: Any) -> str:
    """Cents as yuan."""
    return DASH if _missing(cents) else number(Decimal(int(cents)) / 100)


def micro(value: Any) -> str:
    """Millionths of a yuan as yuan."""
    return DASH if _missing(value) else number(Decimal(int(value)) / 1_000_000)


def cents_of(value: Any) -> str:
    """Millionths rounded to cents first."""
    if _missing(value):
        return DASH
    return number(
        (Decimal(int(value)) / 1_000_000).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    )


def day(value: Any) -> str:
    """2026-08-31."""
    return DASH if _missing(value) else f"{value:%Y-%m-%d}"


def code(names: Names, listed: str, value: Any) -> tuple[str, str]:
    """A code's labels."""
    return (DASH, DASH) if _missing(value) else names[listed][value]


def both(zh: str, en: str, *values: str | tuple[str, str]) -> tuple[str, str]:
    """Fill both sentences; a pair has a text for each language, `{0}` stands for the first value."""
    pairs = [value if isinstance(value, tuple) else (value, value) for value in values]
    return zh.format(*(p[0] for p in pairs)), en.format(*(p[1] for p in pairs))


def _paid(floor: str) -> Say:
    return lambda r, n: both(
        f"有成员本年住院累计自付 {{0}} 元，达到 {floor} 元",
        f"A member has paid {{0}} yuan for inpatient care this year, {floor} or more",
        yuan(r.inpatient),
    )


MEMBER_SAYS: dict[str, Say] = {
    "education_dropout": lambda r, n: both(
        "有 {0} 岁成员被教育部门登记为辍学（{1}）",
        "A member aged {0} is registered by the education department as dropped out since {1}",
        number(r.age), day(r.dropped_out_on)),
    "education_not_on_roll": lambda r, n: both(
        "有 {0} 岁成员不在本县学籍名单，请核实就学情况",
        "A member aged {0} is on no school roll of the county; check where the child goes to school",
        number(r.age)),
    "medical_uninsured": lambda r, n: both(
        "有成员未参加城乡居民基本医保，也未参加职工基本医保",
        "A member has neither resident nor employee medical insurance"),
    "medical_lifted": _paid("5,000"),
    "medical_ordinary": _paid("20,000"),
    "medical_sudden": _paid("50,000"),
    "medical_outpatient": lambda r, n: both(
        "有成员当月门诊自付 {0} 元，超过 500 元",
        "A member paid {0} yuan for outpatient care in the month, more than 500", yuan(r.outpatient)),
    "medical_not_enrolled": lambda r, n: both(
        "医保部门的参保名单上没有这名成员的有效参保记录，请问清是没有参保、中途停保，还是在外地参保",
        "The medical insurance office has no insurance in force for this member; ask whether it was never taken, has lapsed, or is held elsewhere"),
    "member_deceased": lambda r, n: both(
        "劳动年龄成员（{0}）已于 {1} 去世，请核实家庭情况",
        "A member of working age ({0}) died on {1}; check how the family is doing",
        code(n, "labour_class", r.labour_class), day(r.died_on)),
    "deceased_still_member": lambda r, n: both(
        "公安部门登记该成员已于 {0} 去世，过了 3 个月仍在家庭成员名单上，请核实后办理人口减少",
        "The police registered this member's death on {0}; 3 months later the household still lists the person, check and record the change",
        day(r.died_on)),
    "dibao_stopped": lambda r, n: both(
        "有成员的低保已于 {0} 停发，也没有转为特困供养，请看看停发后生活有没有着落",
        "A member's subsistence allowance stopped on {0} and no support as a person in extreme hardship followed; check how they live now",
        day(r.dibao_ended_on)),
    "tekun_stopped": lambda r, n: both(
        "有成员的特困供养已于 {0} 停止，也没有转为低保，请看看停止后生活有没有着落",
        "A member's support in extreme hardship stopped on {0} and no subsistence allowance followed; check how they live now",
        day(r.tekun_ended_on)),
    "disability_new": lambda r, n: both(
        "有成员于 {0} 新办残疾人证（{1}，{2}），请看看照料、看病和劳动有没有困难",
        "A member received a disability certificate on {0} ({1}, {2}); check care, treatment and work",
        day(r.issued_on), code(n, "disability_kind", r.disability), code(n, "disability_grade", r.lightest)),
    "disability_heavy_new": lambda r, n: both(
        "有 {0} 岁成员于 {1} 新办残疾人证，等级为{2}，家里可能少了主要劳动力，请尽快上门",
        "A member aged {0} was certified on {1} with a disability of {2}; the family may have lost its main worker, visit soon",
        number(r.age), day(r.issued_on), code(n, "disability_grade", r.heaviest)),
    "serious_disease_new": lambda r, n: both(
        "有成员于 {0} 确诊大病专项救治病种，请问问看病花费和报销情况",
        "A member was diagnosed with a disease of the special treatment list on {0}; ask about costs and reimbursement",
        day(r.diagnosed_on)),
    "worker_unemployed": lambda r, n: both(
        "有 {0} 岁成员从 {1} 起登记失业，请问问现在靠什么收入、要不要介绍工作",
        "A member aged {0} has been registered unemployed since {1}; ask what they live on and whether they want work",
        number(r.age), day(r.unemployed_on)),
    "public_post_ended": lambda r, n: both(
        "有成员的公益性岗位已于 {0} 到期（每月 {1} 元），请问问少了这份收入后家里怎么安排",
        "A member's public-welfare post ended on {0} ({1} yuan a month); ask how the family manages without it",
        day(r.post_ended_on), yuan(r.post_pay)),
    "school_cost_high": lambda r, n: both(
        "有成员读公办高中或中职，一学年学费、住宿费、书本费扣除资助后还要出 {0} 元，超过 10,000 元",
        "A member at a public senior or vocational school pays {0} yuan a school year after aid, more than 10,000",
        yuan(r.net_cost)),
    "wage_fall": lambda r, n: both(
        "有成员近三个月平均每月只领到工资 {0} 元，此前九个月平均每月 {1} 元，请问问是不是没活干了",
        "A member was paid {0} yuan a month in the last three months, {1} a month in the nine before; ask whether work has stopped",
        cents_of(r.wage_lately), cents_of(r.wage_before)),
    "public_payroll": lambda r, n: both(
        "有成员近一年有财政供养单位发放的工资（最近一笔 {0}），待核实是正式人员还是临时工",
        "A member was paid by a public payer within a year (last in {0}); check whether on staff or temporary",
        DASH if _missing(r.last_public_month) else r.last_public_month),
    "vehicle_owned": lambda r, n: both(
        "有成员名下机动车购置价格 {0} 元，高于 30,000 元，待核实",
        "A member owns a vehicle bought for {0} yuan, more than 30,000; to be checked", yuan(r.car_price)),
    "machinery_owned": lambda r, n: both(
        "有成员名下农机购置价格 {0} 元，高于 50,000 元，待核实",
        "A member owns farm machinery bought for {0} yuan, more than 50,000; to be checked", yuan(r.machine_price)),
    "real_estate_owned": lambda r, n: both(
        "有成员名下登记有{0}（{1} 平方米），待核实来历和用途",
        "A member is registered as owner of {0} ({1} m²); to be checked",
        code(n, "real_estate_kind", r.estate_kind), number(r.estate_area)),
    "company_owned": lambda r, n: both(
        "有成员是在营公司的 {0}（注册资本 {1} 元），待核实是否实际经营或被冒名",
        "A member is {0} of an active company (capital {1} yuan); to be checked, also whether the name was misused",
        code(n, "entity_role", r.company_role), yuan(r.company_capital)),
    "deposit_above": lambda r, n: both(
        "经本人授权，银行 {0} 答复：存款超过 {1} 元（只答是或否，不提供余额），待核实",
        "With the member's authorisation a bank answered on {0} that deposits exceed {1} yuan (yes or no only); to be checked",
        day(r.checked_on), yuan(r.asked_amount)),
}  # fmt: skip


def _risks(r: Any, n: Names) -> tuple[str, str]:
    pairs = [n["risk_kind"][kind] for kind in r.risk_kinds]
    return "、".join(p[0] for p in pairs), ", ".join(p[1] for p in pairs)


def _wages(r: Any) -> str:
    return yuan(r.wage_income if _missing(r.wages_in_feed) else r.wages_in_feed)


HOUSEHOLD_SAYS: dict[str, Say] = {
    "housing_unsafe": lambda r, n: both(
        "居住的住房经鉴定为 {0}（{1}）", "The house they live in was assessed {0} on {1}",
        code(n, "housing_grade", r.worst_grade), day(r.house_on)),
    "water_unsafe": lambda r, n: both(
        "登记信息显示饮水安全未解决", "The register says that drinking water is not safe"),
    "water_supply_unsafe": lambda r, n: both(
        "水利部门 {0} 评定这户饮水不安全，请看看水够不够吃、干不干净、停不停水",
        "The water office assessed this household's drinking water as unsafe on {0}; look at quantity, quality and outages",
        day(r.water_on)),
    "income_below_line": lambda r, n: both(
        "人均筛查收入 {0} 元，低于监测线 {1} 元，差 {2} 元；登记风险：{3}；全家工资按 {4} 元计（登记 {5} 元）",
        "Screening income of {0} yuan per head is {2} yuan below the line of {1}; registered risks {3}; wages taken as {4} yuan (registered {5})",
        micro(r.per_head), yuan(r.line), micro(r.line * 10_000 - r.per_head), _risks(r, n), _wages(r), yuan(r.wage_income)),
    "income_near_line": lambda r, n: both(
        "人均筛查收入 {0} 元，在监测线 {1} 元与 {2} 元之间；登记风险：{3}；全家工资按 {4} 元计（登记 {5} 元）",
        "Screening income of {0} yuan per head lies between the line of {1} and {2}; registered risks {3}; wages taken as {4} yuan (registered {5})",
        micro(r.per_head), yuan(r.line), yuan(r.line * 1.3), _risks(r, n), _wages(r), yuan(r.wage_income)),
    "power_disconnected": lambda r, n: both(
        "供电部门反映这户已停止供电（上月用电 {0} 度），请看看家里有没有人、是不是有困难交不起电费",
        "The power company has cut this household off ({0} kWh the month before); see whether anybody lives there and can pay",
        number(r.kwh_last_month)),
    "disaster_casualty": lambda r, n: both(
        "这户在 {0} 的灾害中有 {1} 人伤亡，请马上上门",
        "In the disaster of {0} {1} of this household were injured or killed; visit at once",
        day(r.casualty_on), number(r.casualties)),
    "disaster_house": lambda r, n: both(
        "这户的房屋在 {0} 的灾害中严重损坏或倒塌，请马上看看住在哪里、有没有安置",
        "This household's house was badly damaged or collapsed in the disaster of {0}; see at once where they live",
        day(r.ruin_on)),
    "disaster_loss": lambda r, n: both(
        "这户在 {0} 的灾害中损失 {1} 元，达到 5,000 元，请看看生产生活恢复得怎么样",
        "This household lost {1} yuan in the disaster of {0}, 5,000 or more; see how it recovers",
        day(r.loss_on), yuan(r.loss_amount)),
    "industry_failed": lambda r, n: both(
        "农业农村部门 {0} 报告这户的产业出了问题（{1}），请看看损失多大、还能不能接着做",
        "Agriculture reported trouble with this household's business on {0} ({1}); see how large the loss is",
        day(r.reported_on), code(n, "industry_event", r.event)),
    "temporary_relief_repeated": lambda r, n: both(
        "这户近12个月已得到 {0} 次临时救助，最近一次在 {1}，困难可能没有真正解决",
        "This household received temporary relief {0} times in 12 months, the last time on {1}; its difficulty may not be solved",
        number(r.reliefs), day(r.granted_on)),
    "near_dibao_listed": lambda r, n: both(
        "民政部门已于 {0} 认定这户为低保边缘家庭，还没有纳入监测，请上门看看要不要纳入",
        "Civil affairs recognised a near-subsistence household on {0}, but it is not monitored; visit and see whether it should be",
        day(r.near_on)),
    "rigid_expense_listed": lambda r, n: both(
        "民政部门已于 {0} 认定这户为刚性支出困难家庭，还没有纳入监测，请上门看看要不要纳入",
        "Civil affairs recognised hardship from rigid expenses on {0}, but the household is not monitored; visit and see whether it should be",
        day(r.rigid_on)),
    "wages_above_register": lambda r, n: both(
        "近12个月全家发放工资合计 {0} 元，登记的工资性收入只有 {1} 元，请核对登记的收入",
        "Wages paid to the family over 12 months come to {0} yuan, the register says {1}; check the registered income",
        yuan(r.wages_paid), yuan(r.wage_income)),
}  # fmt: skip

# Rank of a reason → name, Chinese and English.
OPEN = {
    1: ("NO_DATA", "：资料不足，缺少判断所需的数据", ": not enough data"),
    2: ("OUT_OF_COVERAGE", "：资料不足，未列入部门清单，不等于没有", ": not in the department's list, which does not mean none"),
    3: ("STALE", "：资料不足，现有数据已过有效期", ": the data at hand are too old"),
    4: ("SILENT", "：资料不足，当前不在可比对时段", ": the feed says nothing in this season"),
    5: ("NOT_AUTHORISED", "：未授权未比对", ": not compared, no authorisation"),
}  # fmt: skip
TITLES = {
    "education_dropout": ("义务教育适龄儿童辍学", "A child of school age has dropped out"),
    "education_not_on_roll": ("义务教育适龄儿童不在学籍", "A child of school age is on no school roll"),
    "medical_uninsured": ("有成员未参加基本医疗保险", "A member without basic medical insurance"),
    "housing_unsafe": ("住房安全有问题", "Unsafe house"),
    "water_unsafe": ("饮水安全有问题", "Unsafe drinking water"),
    "income_below_line": ("收入低于监测线且有返贫致贫风险", "Income below the line together with a risk"),
    "income_near_line": ("收入临近监测线且有返贫致贫风险", "Income near the line together with a risk"),
}  # fmt: skip
