"""Feeds of the national pack folded in pandas: to members by token, to households by member.

Amounts are whole cents, months whole numbers (year * 12 + month).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

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
