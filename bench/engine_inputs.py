"""Inputs of a run for as many people as wished, made by DuckDB from a seed: no person is real."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.catalog import default_catalog
from bangfu.engine.contracts.tables import Table

COUNTY, PERIOD = "990101", "2026-10"

HOUSEHOLDS = """
CREATE TABLE h AS SELECT
    printf('%08d-0000-7000-8000-000000000000', i) AS household_id,
    printf('%s%07d', '{county}', i) AS household_no,
    printf('%s%06d', '{county}', 100000 + (i % 12) * 1000 + i % 19 + 200) AS region_code,
    CASE WHEN hash(i, {seed}) % 10 < 4 THEN 'LIFTED' ELSE 'ORDINARY' END AS household_type,
    NULL::VARCHAR AS monitored_category,
    CASE WHEN hash(i, 7) % 50 = 0 THEN 'ACTIVE' END AS risk_status,
    CASE WHEN hash(i, 8) % 20 = 0 THEN ['ILLNESS'] ELSE []::VARCHAR[] END AS risk_kinds,
    (2 + hash(i, 1) % 5)::BIGINT AS member_count,
    (hash(i, 2) % 90000)::DECIMAL(14, 2) AS wage_income,
    0::DECIMAL(14, 2) AS business_income, 0::DECIMAL(14, 2) AS property_income,
    0::DECIMAL(14, 2) AS transfer_income, 0::DECIMAL(14, 2) AS pension_income,
    0::DECIMAL(14, 2) AS operating_expense,
    (5000 + hash(i, 2) % 90000)::DECIMAL(14, 2) AS net_income,
    0::DECIMAL(14, 2) AS claim_income,
    (hash(i, 3) % 4000)::DECIMAL(14, 2) AS eligible_out_of_pocket,
    DATE '2026-09-30' AS income_as_of,
    NULL::DATE AS identified_on, NULL::DATE AS cleared_on,
    hash(i, 4) % 200 <> 0 AS water_safe,
    'A' AS housing_grade, NULL::VARCHAR AS road_kind, DATE '2026-10-31' AS as_of
FROM range({households}) t(i)
"""

PERSONS = """
CREATE TABLE p AS SELECT
    printf('%s-%d', household_id, j) AS person_id,
    sha256(printf('%s-%d', household_id, j)) AS person_token,
    household_id, region_code,
    CASE WHEN hash(household_id, j) % 2 = 0 THEN 'MALE' ELSE 'FEMALE' END AS sex,
    DATE '2026-10-31' - (hash(household_id, j, 5) % 29000)::INTEGER AS birth_on,
    'OTHER' AS relation, NULL::VARCHAR AS education_level, NULL::VARCHAR AS student_status,
    ['HEALTHY'] AS health,
    CASE WHEN hash(household_id, j, 6) % 3 = 0 THEN 'NONE' ELSE 'ORDINARY' END AS labour_class,
    NULL::BIGINT AS work_months, NULL::DECIMAL(14, 2) AS monthly_wage,
    hash(household_id, j, 7) % 300 <> 0 AS resident_medical, FALSE AS employee_medical,
    NULL::VARCHAR AS disability_kind, NULL::VARCHAR AS disability_grade,
    NULL::VARCHAR AS public_post_kind, NULL::VARCHAR AS work_place_county,
    NULL::VARCHAR AS dropout_reason, DATE '2026-10-31' AS as_of, j, birth_on AS born
FROM h, range(1, 7) m(j) WHERE j <= member_count
"""

FEEDS = {
    "medical_claim": """
        SELECT person_token, 'b' AS batch_id,
               ['INPATIENT', 'OUTPATIENT', 'CHRONIC'][1 + (hash(person_id, 1) % 3)::INTEGER]
                   AS visit_kind,
               (hash(person_id, 2) % 900)::DECIMAL(14, 2) AS self_paid,
               (3000 + hash(person_id, 3) % 30000)::DECIMAL(14, 2) AS self_paid_year,
               '2026-10' AS settled_month, '2026-10' AS period, DATE '2026-10-31' AS as_of
        FROM p WHERE hash(person_id, 4) % 25 = 0""",
    "school_enrolment": """
        SELECT person_token, 'b' AS batch_id, NULL::VARCHAR AS school_name, 'PRIMARY' AS stage,
               CASE WHEN hash(person_id, 5) % 500 = 0 THEN 'DROPOUT' ELSE 'ENROLLED' END AS status,
               NULL::DATE AS status_on, NULL::VARCHAR AS reason,
               '2026-09' AS period, DATE '2026-09-20' AS as_of
        FROM p WHERE date_diff('year', birth_on, DATE '2026-10-31') BETWEEN 5 AND 17
          AND hash(person_id, 6) % 400 <> 0""",
    "housing_grade": """
        SELECT person_token, 'b' AS batch_id,
               CASE WHEN hash(person_id, 7) % 150 = 0 THEN 'C' ELSE 'A' END AS grade,
               DATE '2026-06-30' AS assessed_on, NULL::VARCHAR AS agency, TRUE AS resident,
               '2026-07' AS period, DATE '2026-07-10' AS as_of
        FROM p WHERE j = 1 AND hash(person_id, 8) % 200 <> 0""",
    "death": """
        SELECT person_token, 'b' AS batch_id, DATE '2026-09-12' AS died_on,
               DATE '2026-09-20' AS registered_on, NULL::VARCHAR AS source,
               '2026-10' AS period, DATE '2026-10-31' AS as_of
        FROM p WHERE hash(person_id, 9) % 2000 = 0""",
    "vehicle": """
        SELECT person_token, 'b' AS batch_id, 'CAR' AS kind, NULL::DATE AS bought_on,
               (hash(person_id, 10) % 90000)::DECIMAL(14, 2) AS price, NULL::VARCHAR AS status,
               '2026-07' AS period, DATE '2026-07-10' AS as_of
        FROM p WHERE hash(person_id, 11) % 12 = 0""",
}


def write_inputs(folder: Path, households: int, seed: int = 1) -> Path:
    """Write IN for `households` households (about 3.8 people each) and return the folder."""
    catalog = default_catalog()
    (folder / "feeds").mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(HOUSEHOLDS.format(county=COUNTY, seed=seed, households=households))
        connection.execute(PERSONS)
        _write(connection, catalog.tables["household"], "SELECT * FROM h", folder, "household_id")
        _write(connection, catalog.tables["person"], "SELECT * FROM p", folder, "person_id")
        for name, query in FEEDS.items():
            _write(connection, catalog.tables[name], query, folder / "feeds", "person_token")
        connection.execute(
            "COPY (SELECT person_token, DATE '2026-01-01' AS signed_on, DATE '2027-01-01' AS"
            " expires_on FROM p WHERE hash(person_id, 12) % 20 = 0 ORDER BY 1)"
            f" TO '{folder / 'authorization.parquet'}' (FORMAT parquet)"
        )
    delivered = [
        {
            "dataset": catalog.tables[name].dataset,
            "county": COUNTY,
            "period": period,
            "batch_id": "b",
            "as_of": "2026-10-31",
        }
        for name, period in (
            ("medical_claim", "2026-10"),
            ("school_enrolment", "2026-09"),
            ("housing_grade", "2026-07"),
            ("death", "2026-10"),
            ("vehicle", "2026-07"),
        )
    ]
    (folder / "coverage.json").write_text(json.dumps(delivered), encoding="utf-8")
    return folder


def _write(
    connection: duckdb.DuckDBPyConnection, table: Table, query: str, folder: Path, key: str
) -> None:
    columns = ", ".join(f'"{field.name}"' for field in schema(table))
    target = folder / f"{table.name}.parquet"
    connection.execute(
        f"COPY (SELECT {columns} FROM ({query}) ORDER BY {key}) TO '{target}' (FORMAT parquet)"
    )
