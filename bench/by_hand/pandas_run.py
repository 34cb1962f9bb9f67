"""The national pack in pandas over a lake, all counties at once.

    python bench/by_hand/pandas_run.py LAKE OUT [--period 2026-08]

Prints one JSON object: seconds, peak_memory_mb.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.by_hand import pandas_feeds as folds
from bench.by_hand import pandas_rules as rules
from bench.by_hand.coverage import FEEDS, Part, read_parts
from bench.by_hand.duckdb_run import last_day
from bench.by_hand.pandas_words import HOUSEHOLD_SAYS, MEMBER_SAYS, OPEN, TITLES

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "household": "household_id household_no region_code household_type monitored_category "
    "risk_status risk_kinds member_count net_income claim_income eligible_out_of_pocket "
    "wage_income income_as_of water_safe as_of",
    "person": "person_id person_token household_id labour_class birth_on resident_medical "
    "employee_medical work_months monthly_wage",
    "medical_claim": "visit_kind self_paid self_paid_year",
    "medical_enrolment": "status",
    "school_enrolment": "status status_on",
    "school_cost": "public_school stage net_cost",
    "dibao": "status ended_on",
    "tekun": "status ended_on",
    "death": "died_on",
    "disability_certificate": "status issued_on kind grade",
    "serious_disease": "diagnosed_on",
    "employment": "status unemployed_on",
    "public_post": "ended_on monthly_pay",
    "wage": "month amount payer_kind",
    "vehicle": "price",
    "machinery": "price",
    "real_estate": "kind area",
    "market_entity": "role kind capital status",
    "bank_check": "exceeds asked_amount checked_on",
    "housing_grade": "grade assessed_on resident",
    "water_supply": "safe assessed_on",
    "power_usage": "kwh_last_month disconnected",
    "disaster": "event_on house_damage loss_amount casualties",
    "industry": "event loss_amount reported_on",
    "temporary_relief": "granted_on",
    "near_dibao": "recognised_on valid_until status",
    "rigid_expense": "recognised_on valid_until status",
}
URGENT = [
    "education_dropout",
    "housing_unsafe",
    "income_below_line",
    "medical_sudden",
    "disaster_casualty",
    "disaster_house",
    "disability_heavy_new",
    "water_supply_unsafe",
]
NO_HINT = [
    "vehicle_owned",
    "machinery_owned",
    "real_estate_owned",
    "company_owned",
    "deposit_above",
    "public_payroll",
    "deceased_still_member",
    "wages_above_register",
]


def read(files: list[str], columns: list[str]) -> pd.DataFrame:
    """Read files; money as whole cents, other decimals as floats, days as timestamps."""
    table = pa.concat_tables(pq.ParquetFile(path).read(columns=columns) for path in files)
    for index, field in enumerate(table.schema):
        column = table.column(index)
        if pa.types.is_decimal(field.type):
            if field.type.scale == 2:
                hundred = pa.scalar(100, pa.decimal128(3, 0))
                column = pc.multiply(column, hundred).cast(pa.int64()).cast(pa.float64())
            else:
                column = column.cast(pa.float64())
            table = table.set_column(index, field.name, column)
    frame = table.to_pandas(date_as_object=False)
    for name in frame.columns:
        if pa.types.is_boolean(table.schema.field(name).type):
            frame[name] = frame[name].astype("boolean")
    return frame


def read_feed(part: Part, table: str) -> pd.DataFrame:
    """Read a feed's live files; nothing where none is."""
    columns = ["person_token", *COLUMNS[table].split()]
    files = part.feeds[table] or [part.any_file[table]]
    frame = read(files, columns)
    for name in frame.columns:
        if str(frame[name].dtype) == "boolean" and not frame[name].isna().any():
            frame[name] = frame[name].astype(bool)
    return frame if part.feeds[table] else frame.iloc[:0]


def labels() -> dict[str, dict[str, tuple[str, str]]]:
    """Read the code lists: list → code → Chinese and English."""
    found = {}
    for path in (ROOT / "standards" / "codelists").glob("*.csv"):
        with path.open(encoding="utf-8") as lines:
            found[path.stem] = {
                row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(lines)
            }
    return found


def decide(part: Part, end: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rules of members and of households."""
    feeds = {table: read_feed(part, table) for table in COLUMNS if table in FEEDS}
    household = read(part.household, COLUMNS["household"].split())
    person = read(part.person, COLUMNS["person"].split())
    papers = read(part.authorization, ["person_token", "signed_on", "expires_on"])
    day = pd.Timestamp(end)
    in_force = (papers.signed_on <= day) & (papers.expires_on.isna() | (papers.expires_on >= day))
    authorised = pd.Index(papers.person_token[in_force].unique())
    gaps = pd.DataFrame(part.gaps).set_index("county")
    household["risks"] = household.risk_kinds.map(len, na_action="ignore").fillna(0)
    household = household.join(gaps, on=household.region_code.str[:6])
    news = folds.fold_feeds(feeds, authorised, end)
    kept = ["household_id", "household_type", *gaps.columns]
    people = person.merge(household[kept], on="household_id").join(news, on="person_token")
    people["nameless"] = people.person_token.isna()
    people["authorised"] = people.person_token.isin(authorised) & ~people.nameless
    insured = feeds["medical_enrolment"].query("status == 'INSURED'").person_token
    people["insured"] = people.person_token.isin(insured) & ~people.nameless
    no_months, no_wage = people.work_months.fillna(0) == 0, people.monthly_wage.fillna(0) == 0
    people["no_registered_work"] = no_months & no_wage
    members = rules.member_rules(people, end)
    homes = person.dropna(subset="person_token").set_index("person_token").household_id
    houses = folds.fold_houses(feeds, homes, end)
    return members, rules.household_rules(household, members, houses, end)


def tell(members: pd.DataFrame, households: pd.DataFrame) -> pd.DataFrame:
    """Sentences of true rules: one row per household and rule, at most three sentences."""
    names = labels()
    told = []
    for rule, say in MEMBER_SAYS.items():
        chosen = members[members[rule].fillna(False).astype(bool)].sort_values("person_id")
        homes: dict[str, tuple[list[str], dict[str, None], dict[str, None]]] = {}
        for row in chosen.itertuples():
            people, zh, en = homes.setdefault(row.household_id, ([], {}, {}))
            people.append(row.person_id)
            sentence = say(row, names)
            zh.setdefault(sentence[0])
            en.setdefault(sentence[1])
        told += [
            (home, rule, people, "；".join(list(zh)[:3]), "; ".join(list(en)[:3]))
            for home, (people, zh, en) in homes.items()
        ]
    for rule, say_home in HOUSEHOLD_SAYS.items():
        chosen = households[households[rule].fillna(False).astype(bool)]
        told += [
            (row.household_id, rule, None, *say_home(row, names)) for row in chosen.itertuples()
        ]
    columns = ["household_id", "rule_id", "person_ids", "reason_zh", "reason_en"]
    return pd.DataFrame(told, columns=columns)


def find(fired: pd.DataFrame, open_rules: pd.DataFrame) -> pd.DataFrame:
    """All findings: what is true, and what is open where that decides a hint."""
    fired = fired.assign(outcome="TRUE", unknown_reason=None)
    hint = np.where(fired.rule_id.isin(URGENT), "urgent", "attention")
    fired["hint"] = np.where(fired.rule_id.isin(NO_HINT), "none", hint)
    seen = pd.MultiIndex.from_frame(fired[["household_id", "rule_id"]])
    asked = pd.MultiIndex.from_frame(open_rules[["household_id", "rule_id"]])
    still = open_rules[~asked.isin(seen)].copy()
    still["outcome"], still["hint"], still["person_ids"] = "UNKNOWN", "none", None
    still["unknown_reason"] = still.why.map({rank: name for rank, (name, _, _) in OPEN.items()})
    for number, language in enumerate(("zh", "en")):
        title = still.rule_id.map({rule: titles[number] for rule, titles in TITLES.items()})
        words = still.why.map({rank: found[number + 1] for rank, found in OPEN.items()})
        still[f"reason_{language}"] = title + words
    return pd.concat([fired, still.drop(columns="why")], ignore_index=True)


def hint_all(households: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """One hint per household: the weightiest rules, the shortest of their sentences."""
    weight = findings.hint.map({"urgent": 1, "attention": 2}).fillna(4)
    weight = weight.where(findings.outcome == "TRUE", 3)
    found = findings.assign(weight=weight, length=findings.reason_zh.str.len())
    found = found[found.weight < 4]
    found = found[found.weight == found.groupby("household_id").weight.transform("min")]
    found = found.sort_values(["household_id", "rule_id"])
    rule_ids = found.groupby("household_id").rule_id.agg(list).rename("rule_ids")
    first = found.sort_values(["household_id", "length", "rule_id"]).groupby("household_id").first()
    told = first[["weight", "reason_zh", "reason_en"]].join(rule_ids)
    hints = households[["household_id", "household_no", "region_code"]].join(
        told, on="household_id"
    )
    hints["hint"] = hints.weight.map({1: "urgent", 2: "attention", 3: "unknown"}).fillna("none")
    hints["rule_ids"] = hints.rule_ids.map(lambda ids: ids if isinstance(ids, list) else [])
    return hints.drop(columns="weight")


def run_lake(lake: Path, out: Path, period: str) -> None:
    """Decide a lake, all counties at once, and write OUT."""
    end = date.fromisoformat(last_day(period))
    (part,) = read_parts(lake, period, 10**6)
    members, households = decide(part, end)
    findings = find(tell(members, households), rules.open_findings(members, households))
    hints = hint_all(households, findings)
    out.mkdir(parents=True)
    written = {
        "hints": hints,
        "findings": findings,
        "evidence": households,
        "evidence_members": members,
    }
    for name, frame in written.items():
        frame.to_parquet(out / f"{name}.parquet", compression="zstd", index=False)


def main() -> None:
    """Run and print what it took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lake", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--period", default="2026-08")
    options = arguments.parse_args()
    start = time.perf_counter()
    run_lake(options.lake, options.out, options.period)
    seconds = round(time.perf_counter() - start, 3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "peak_memory_mb": peak}))


if __name__ == "__main__":
    main()
