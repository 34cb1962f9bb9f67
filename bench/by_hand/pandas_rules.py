"""The national pack in pandas: feeds folded to members, rules of three values, by hand.

Amounts are whole cents, months whole numbers (year * 12 + month); `boolean` columns hold NA where
nobody can say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

Frame = pd.DataFrame
RISK = [
    "medical_claim",
    "medical_enrolment",
    "school_enrolment",
    "school_cost",
    "dibao",
    "tekun",
    "death",
    "disability_certificate",
    "serious_disease",
    "employment",
    "public_post",
]
ASSET = ["wage", "vehicle", "real_estate", "market_entity", "machinery", "bank_check"]
HOUSE = {
    "housing_grade": "housing",
    "water_supply": "water",
    "power_usage": "power",
    "disaster": "disaster",
    "industry": "industry",
    "temporary_relief": "relief",
    "near_dibao": "near",
    "rigid_expense": "rigid",
}


def months_ago(days: pd.Series, end: date) -> pd.Series:
    """Full months from a day to the month's end, NaN for none."""
    whole = (end.year - days.dt.year) * 12 + end.month - days.dt.month
    return whole - (days.dt.day > end.day)


def tri(true: pd.Series, unknown: pd.Series) -> pd.Series:
    """True, else NA where unknown, else False."""
    there = true.fillna(False).astype(bool).to_numpy()
    mask = ~there & np.asarray(unknown.fillna(False), dtype=bool)
    return pd.Series(pd.arrays.BooleanArray(there, mask), index=true.index)


def known(value: pd.Series, live: pd.Series) -> pd.Series:
    """The value where the feed is live."""
    return value.where(live)


def per_token(rows: Frame, how: Mapping[str, str]) -> Frame:
    """One row per token; `how` column → max, min, sum or any."""
    return rows.groupby("person_token", sort=False).agg(dict(how))


def fold_feeds(feeds: Mapping[str, Frame], authorised: pd.Index, end: date) -> Frame:
    """What the lists say about each person that stands in one."""
    run = end.year * 12 + end.month
    f = {
        name: rows[rows.person_token.isin(authorised)].copy() if name in ASSET else rows.copy()
        for name, rows in feeds.items()
    }
    claim = f["medical_claim"]
    claim["inpatient"] = claim.self_paid_year.where(claim.visit_kind == "INPATIENT")
    claim["outpatient"] = claim.self_paid.where(claim.visit_kind.isin(["OUTPATIENT", "CHRONIC"]))
    paid = claim.groupby("person_token", sort=False)
    folded = [paid.inpatient.max(), paid.outpatient.sum(min_count=1)]
    school = f["school_enrolment"]
    school["on_roll"] = True
    school["dropped_out"] = school.status == "DROPOUT"
    school["dropped_out_on"] = school.status_on.where(school.dropped_out)
    folded.append(
        per_token(school, {"on_roll": "any", "dropped_out": "any", "dropped_out_on": "max"})
    )
    cost = f["school_cost"]
    cost = cost[cost.public_school & cost.stage.isin(["SENIOR", "VOCATIONAL"])]
    folded.append(per_token(cost, {"net_cost": "max"}))
    for name in ("dibao", "tekun"):
        aid = f[name]
        stopped = aid.status == "STOPPED"
        aid[f"{name}_stopped"] = stopped & (months_ago(aid.ended_on, end) < 3)
        aid[f"on_{name}"] = aid.status == "ACTIVE"
        aid[f"{name}_ended_on"] = aid.ended_on.where(stopped)
        how = {f"{name}_stopped": "any", f"on_{name}": "any", f"{name}_ended_on": "max"}
        folded.append(per_token(aid, how))
    death = f["death"]
    death["dead_at_least"] = death["dead_at_most"] = months_ago(death.died_on, end)
    how = {"died_on": "max", "dead_at_least": "min", "dead_at_most": "max"}
    folded.append(per_token(death, how))
    card = f["disability_certificate"]
    card = card[card.status == "VALID"].copy()
    card["just_certified"] = months_ago(card.issued_on, end) < 3
    card["just_severe"] = card.just_certified & card.grade.isin(["GRADE_1", "GRADE_2"])
    card["lightest"] = card["heaviest"] = card.grade
    card["disability"] = card.kind
    how = {"just_certified": "any", "just_severe": "any", "issued_on": "max"}
    how |= {"lightest": "max", "heaviest": "min", "disability": "max"}
    folded.append(per_token(card, how))
    ill = f["serious_disease"]
    ill["just_diagnosed"] = months_ago(ill.diagnosed_on, end) < 3
    folded.append(per_token(ill, {"just_diagnosed": "any", "diagnosed_on": "max"}))
    work = f["employment"]
    work = work[work.status == "UNEMPLOYED"].copy()
    work["just_unemployed"] = months_ago(work.unemployed_on, end) < 6
    folded.append(per_token(work, {"just_unemployed": "any", "unemployed_on": "max"}))
    post = f["public_post"]
    last = pd.Timestamp(end) + pd.Timedelta(days=1)
    first = pd.Timestamp(year=(run - 2) // 12, month=(run - 2) % 12 + 1, day=1)
    post["post_just_ended"] = (post.ended_on < last) & (post.ended_on >= first)
    post["post_running"] = post.ended_on.isna() | (post.ended_on >= last)
    post = post.rename(columns={"ended_on": "post_ended_on", "monthly_pay": "post_pay"})
    how = {
        "post_just_ended": "any",
        "post_running": "any",
        "post_ended_on": "max",
        "post_pay": "max",
    }
    folded.append(per_token(post, how))
    folded.append(_fold_wages(f["wage"], run))
    for name, short in (("vehicle", "car"), ("machinery", "machine")):
        owned = f[name]
        owned[f"{short}_price"] = owned.price
        owned[f"{short}_unpriced"] = owned.price.isna()
        folded.append(per_token(owned, {f"{short}_price": "max", f"{short}_unpriced": "any"}))
    estate = f["real_estate"]
    estate = estate[estate.kind.isin(["COMMERCIAL_HOUSING", "SHOP"])]
    estate = estate.rename(columns={"kind": "estate_kind", "area": "estate_area"})
    folded.append(per_token(estate, {"estate_kind": "max", "estate_area": "max"}))
    firm = f["market_entity"]
    firm = firm[(firm.kind == "COMPANY") & (firm.status == "ACTIVE")]
    firm = firm.rename(columns={"role": "company_role", "capital": "company_capital"})
    folded.append(per_token(firm, {"company_role": "max", "company_capital": "max"}))
    bank = f["bank_check"]
    bank["asked"] = True
    bank["asked_amount"] = bank.asked_amount.where(bank.exceeds)
    bank["checked_on"] = bank.checked_on.where(bank.exceeds)
    how = {"asked": "any", "exceeds": "any", "asked_amount": "max", "checked_on": "max"}
    folded.append(per_token(bank, how))
    return pd.concat(folded, axis=1)


def _fold_wages(wage: Frame, run: int) -> Frame:
    number = wage.month.str[:4].astype(int) * 12 + wage.month.str[5:].astype(int)
    year = (number >= run - 12) & (number < run)
    before = (number >= run - 12) & (number < run - 3)
    public = wage.payer_kind == "PUBLIC"
    wage["paid_at_all"], wage["paid_by_public"] = year, public & year
    wage["wages_year"] = wage.amount.where(year, 0)
    wage["wage_before"] = wage.amount.where(before, 0)
    wage["wage_lately"] = wage.amount.where(year & ~before, 0)
    wage["last_public_month"] = wage.month.where(public)
    sums = dict.fromkeys(("wages_year", "wage_before", "wage_lately"), "sum")
    flags = {"paid_at_all": "any", "paid_by_public": "any", "last_public_month": "max"}
    return per_token(wage, {**sums, **flags})


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


def fold_houses(feeds: Mapping[str, Frame], homes: pd.Series, end: date) -> Frame:
    """What departments say about households, by whichever member they name (token → household)."""
    run = end.year * 12 + end.month
    f = {
        name: feeds[name].assign(household_id=feeds[name].person_token.map(homes)) for name in HOUSE
    }
    house, water, power = f["housing_grade"], f["water_supply"], f["power_usage"]
    house["houses"] = 1
    house["unsafe_house"] = house.resident & house.grade.isin(["C", "D"])
    house["worst_grade"] = house.grade.where(house.resident)
    house["house_on"] = house.assessed_on.where(house.resident)
    water["waters"], water["unsafe_water"] = 1, ~water.safe
    water["water_on"] = water.assessed_on.where(~water.safe)
    power = power[power.disconnected].assign(cut_off=True)
    hit = f["disaster"]
    recent = months_ago(hit.event_on, end) < 3
    ruined = hit.house_damage.isin(["SEVERE", "COLLAPSED"])
    parts = {"casualty": hit.casualties >= 1, "ruin": ruined, "loss": hit.loss_amount >= 500_000}
    for name, found in parts.items():
        hit[f"with_{name}"], hit[f"{name}_on"] = found & recent, hit.event_on.where(found)
    failed = f["industry"]
    lost = (failed.event == "FAILED") | (failed.loss_amount >= 500_000)
    failed["failed"] = lost & (months_ago(failed.reported_on, end) < 6)
    relief = f["temporary_relief"]
    relief["reliefs"] = relief.granted_on.dt.year * 12 + relief.granted_on.dt.month > run - 12
    made = [
        _per_home(
            house, {"houses": "sum", "unsafe_house": "any", "worst_grade": "max", "house_on": "max"}
        ),
        _per_home(water, {"waters": "sum", "unsafe_water": "any", "water_on": "max"}),
        _per_home(power, {"cut_off": "any", "kwh_last_month": "max"}),
        _per_home(
            hit,
            {
                **{f"with_{name}": "any" for name in parts},
                **{f"{name}_on": "max" for name in parts},
                "casualties": "max",
                "loss_amount": "max",
            },
        ),
        _per_home(failed, {"failed": "any", "event": "max", "reported_on": "max"}),
        _per_home(relief, {"reliefs": "sum", "granted_on": "max"}),
    ]
    for name in ("near_dibao", "rigid_expense"):
        aid, short = f[name], HOUSE[name]
        aid = aid[aid.status == "ACTIVE"]
        aid = aid.assign(
            **{
                f"{short}_valid": aid.valid_until.isna() | (aid.valid_until >= pd.Timestamp(end)),
                f"{short}_on": aid.recognised_on,
            }
        )
        made.append(_per_home(aid, {f"{short}_valid": "any", f"{short}_on": "max"}))
    return pd.concat(made, axis=1)


def _per_home(rows: Frame, how: Mapping[str, str]) -> Frame:
    return rows.groupby("household_id", sort=False).agg(dict(how))


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
