"""The rules of the national pack in pandas, of three values, by hand.

Amounts are whole cents, months whole numbers (year * 12 + month); `boolean` columns hold NA where
nobody can say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from bench.by_hand.pandas_feeds import ASSET, HOUSE, RISK, months_ago

Frame = pd.DataFrame


def tri(true: pd.Series, unknown: pd.Series) -> pd.Series:
    """True, else NA where unknown, else False."""
    there = true.fillna(False).astype(bool).to_numpy()
    mask = ~there & np.asarray(unknown.fillna(False), dtype=bool)
    return pd.Series(pd.arrays.BooleanArray(there, mask), index=true.index)


def known(value: pd.Series, live: pd.Series) -> pd.Series:
    """The value where the feed is live."""
    return value.where(live)


def millionths(cents: pd.Series, parts: pd.Series | int) -> pd.Series:
    """A quotient in millionths of a yuan, halves away from zero; exact in 53 bits."""
    twice = cents * 20_000 + np.sign(cents) * parts
    return np.trunc(twice / (2 * parts))


def member_rules(people: Frame, end: date) -> Frame:
    """Rules of members: True, False or NA; `…_why` the rank of the reason of the two of school."""
    p, gap = people, {}
    for name in RISK:
        base = p[f"{name}_gap"]
        gap[name] = base.where(~p.nameless, np.maximum(base, 1))
    for name in ASSET:
        gap[name] = p[f"{name}_gap"].where(p.authorised, 5)
    open_ = {name: values > 0 for name, values in gap.items()}
    live = {name: values == 0 for name, values in gap.items()}
    age = (
        end.year
        - p.birth_on.dt.year
        - (p.birth_on.dt.month * 100 + p.birth_on.dt.day > end.month * 100 + end.day)
    )
    r = p[["household_id", "person_id", "nameless", "no_registered_work", "labour_class"]].copy()
    r["age"] = age
    no_age = age.isna()
    of_school_age = tri(age.between(6, 15), no_age)
    of_working_age = tri(age.between(16, 59), no_age)
    able = p.labour_class.isin(["ORDINARY", "SKILLED", "PARTIAL"])
    worker = of_working_age & tri(able, p.labour_class.isna())
    dropout = tri(p.dropped_out, open_["school_enrolment"])
    on_roll = tri(p.on_roll, open_["school_enrolment"])
    has_dibao, has_tekun = tri(p.on_dibao, open_["dibao"]), tri(p.on_tekun, open_["tekun"])
    alive = p.died_on.isna()
    r["inpatient"] = known(p.inpatient, live["medical_claim"])
    r["outpatient"] = known(p.outpatient, live["medical_claim"])
    r["wage_gap"], r["paid_at_all"] = gap["wage"], p.paid_at_all.fillna(False).astype(bool)
    r["wages_year"] = known(p.wages_year.fillna(0), live["wage"])
    r["wage_before"] = known(millionths(p.wage_before.fillna(0), 9), live["wage"])
    r["wage_lately"] = known(millionths(p.wage_lately.fillna(0), 3), live["wage"])
    shown = {
        "dropped_out_on": "school_enrolment",
        "net_cost": "school_cost",
        "dibao_ended_on": "dibao",
        "tekun_ended_on": "tekun",
        "died_on": "death",
        "disability": "disability_certificate",
        "lightest": "disability_certificate",
        "heaviest": "disability_certificate",
        "issued_on": "disability_certificate",
        "diagnosed_on": "serious_disease",
        "unemployed_on": "employment",
        "post_ended_on": "public_post",
        "post_pay": "public_post",
        "last_public_month": "wage",
        "estate_kind": "real_estate",
        "estate_area": "real_estate",
        "company_role": "market_entity",
        "company_capital": "market_entity",
        "asked_amount": "bank_check",
        "checked_on": "bank_check",
    }
    for column, feed in shown.items():
        r[column] = known(p[column], live[feed])
    car_unpriced = p.car_unpriced.fillna(False).astype(bool)
    machine_unpriced = p.machine_unpriced.fillna(False).astype(bool)
    r["car_price"] = known(p.car_price, live["vehicle"] & ~car_unpriced)
    r["machine_price"] = known(p.machine_price, live["machinery"] & ~machine_unpriced)
    r["education_dropout"] = of_school_age & dropout
    r["education_not_on_roll"] = of_school_age & ~on_roll
    school_why = np.maximum(gap["school_enrolment"], 1)
    for name, part in (("dropout", dropout), ("roll", on_roll)):
        r[f"{name}_why"] = no_age.astype(int).where(~part.isna(), school_why)
    resident, employee = p.resident_medical, p.employee_medical
    r["medical_uninsured"] = ~(resident | employee)
    kind, unlisted = p.household_type, r.inpatient.isna()
    lifted = tri(kind.isin(["LIFTED", "LIFTED_NO_POLICY"]), kind.isna())
    r["medical_lifted"] = lifted & tri(r.inpatient >= 500_000, unlisted)
    ordinary = tri(kind == "ORDINARY", kind.isna())
    r["medical_ordinary"] = ordinary & tri(r.inpatient >= 2_000_000, unlisted)
    r["medical_sudden"] = tri(r.inpatient >= 5_000_000, unlisted)
    r["medical_outpatient"] = tri(r.outpatient > 50_000, r.outpatient.isna())
    r["medical_not_enrolled"] = ~tri(p.insured, open_["medical_enrolment"])
    r["member_deceased"] = worker & tri(p.dead_at_least < 12, open_["death"])
    r["deceased_still_member"] = tri(p.dead_at_most >= 3, open_["death"])
    for name, own in (("dibao", open_["dibao"]), ("tekun", open_["tekun"])):
        stopped = tri(p[f"{name}_stopped"], own)
        r[f"{name}_stopped"] = stopped & ~has_dibao & ~has_tekun & alive
    card = open_["disability_certificate"]
    r["disability_new"] = tri(p.just_certified, card)
    r["disability_heavy_new"] = of_working_age & tri(p.just_severe, card)
    r["serious_disease_new"] = tri(p.just_diagnosed, open_["serious_disease"])
    r["worker_unemployed"] = worker & tri(p.just_unemployed, open_["employment"])
    post = open_["public_post"]
    r["public_post_ended"] = tri(p.post_just_ended, post) & ~tri(p.post_running, post)
    r["school_cost_high"] = tri(p.net_cost > 1_000_000, open_["school_cost"])
    half = np.trunc((r.wage_before + 1) / 2)
    fell = (r.wage_before >= 1_000_000_000) & (r.wage_lately < half)
    r["wage_fall"] = tri(fell, open_["wage"])
    r["public_payroll"] = tri(p.paid_by_public, open_["wage"])
    r["vehicle_owned"] = tri(p.car_price > 3_000_000, open_["vehicle"] | car_unpriced)
    r["machinery_owned"] = tri(p.machine_price > 5_000_000, open_["machinery"] | machine_unpriced)
    r["real_estate_owned"] = tri(p.estate_kind.notna(), open_["real_estate"])
    r["company_owned"] = tri(p.company_role.notna(), open_["market_entity"])
    r["deposit_above"] = tri(p.exceeds, open_["bank_check"] | p.asked.isna())
    return r


def household_rules(household: Frame, members: Frame, houses: Frame, end: date) -> Frame:
    """Rules of households beside the values that their sentences show."""
    grouped = members.assign(worker_paid=members.no_registered_work | members.paid_at_all).groupby(
        "household_id", sort=False
    )
    family = grouped.agg(
        nameless=("nameless", "any"),
        wage_gap=("wage_gap", "max"),
        paid_at_all=("paid_at_all", "any"),
        wages_paid=("wages_year", "sum"),
        all_paid=("worker_paid", "all"),
    )
    h = household.drop(columns="wage_gap")
    h = h.join(family, on="household_id").join(houses, on="household_id")
    gap = {
        short: np.maximum(h[f"{name}_gap"], h.nameless.astype(int)) for name, short in HOUSE.items()
    }
    open_ = {name: values > 0 for name, values in gap.items()}
    live_wage = h.wage_gap == 0
    h["line"] = income_line(h.region_code)
    h["income_is_stale"] = months_ago(h.income_as_of, end) > 18
    whole = live_wage & h.paid_at_all & h.all_paid
    h["wages_in_feed"] = h.wages_paid.where(whole)
    extra = (h.wages_in_feed - h.wage_income).fillna(0)
    income = h.net_income + extra + h.claim_income - h.eligible_out_of_pocket
    income = income.where(~h.income_is_stale & h.income_as_of.notna())
    h["per_head"] = millionths(income, h.member_count)
    at_risk = (h.risks > 0) & (h.risk_status.fillna("ACTIVE") != "CLEARED")
    no_income = h.per_head.isna()
    h["income_below_line"] = tri(h.per_head < h.line * 10_000, no_income) & at_risk
    near = (h.per_head >= h.line * 10_000) & (h.per_head <= h.line * 13_000)
    h["income_near_line"] = tri(near, no_income) & at_risk
    h["housing_unsafe"] = tri(h.unsafe_house, open_["housing"] | h.houses.isna())
    h["housing_why"] = np.maximum(gap["housing"], 1)
    h["water_unsafe"] = ~h.water_safe
    h["water_supply_unsafe"] = tri(h.unsafe_water, open_["water"] | h.waters.isna())
    h["power_disconnected"] = tri(h.cut_off, open_["power"])
    h["disaster_casualty"] = tri(h.with_casualty, open_["disaster"])
    h["disaster_house"] = tri(h.with_ruin, open_["disaster"])
    h["disaster_loss"] = tri(h.with_loss, open_["disaster"])
    h["industry_failed"] = tri(h.failed, open_["industry"])
    h["temporary_relief_repeated"] = tri((h.reliefs >= 2) & ~open_["relief"], open_["relief"])
    outside = h.monitored_category.isna() | (h.risk_status.fillna("ACTIVE") == "CLEARED")
    h["near_dibao_listed"] = outside & tri(h.near_valid, open_["near"])
    h["rigid_expense_listed"] = outside & tri(h.rigid_valid, open_["rigid"])
    over = (h.wages_paid * 10 > h.wage_income * 12) & (h.wages_paid - h.wage_income > 600_000)
    h["wages_above_register"] = tri(over & live_wage, ~live_wage)
    shown = {
        "worst_grade": "housing",
        "house_on": "housing",
        "water_on": "water",
        "kwh_last_month": "power",
        "casualty_on": "disaster",
        "ruin_on": "disaster",
        "loss_on": "disaster",
        "casualties": "disaster",
        "loss_amount": "disaster",
        "event": "industry",
        "reported_on": "industry",
        "near_on": "near",
        "rigid_on": "rigid",
    }
    for column, feed in shown.items():
        h[column] = known(h[column], ~open_[feed])
    return h


def income_line(region: pd.Series) -> pd.Series:
    """The monitoring line of a region, in cents."""
    province, county = region.str[:2], region.str[:6]
    line = province.map({"52": 730_000, "36": 850_000, "53": 870_000}).fillna(600_000)
    own = county.map({"350526": 1_956_000, "990101": 880_000, "990102": 880_000})
    return own.fillna(line)


def open_findings(members: Frame, households: Frame) -> Frame:
    """Open rules that decide a hint, with the rank of their reason; one row per household."""
    rules: Sequence[tuple[Frame, str, pd.Series | int]] = (
        (members, "education_dropout", members.dropout_why),
        (members, "education_not_on_roll", members.roll_why),
        (members, "medical_uninsured", 1),
        (households, "housing_unsafe", households.housing_why),
        (households, "water_unsafe", 1),
        (households, "income_below_line", households.income_is_stale * 2 + 1),
        (households, "income_near_line", households.income_is_stale * 2 + 1),
    )
    found = []
    for rows, rule, why in rules:
        chosen = rows.assign(why=why)[rows[rule].isna()]
        most = chosen.groupby("household_id", sort=False).why.max().reset_index()
        found.append(most.assign(rule_id=rule))
    return pd.concat(found, ignore_index=True)
