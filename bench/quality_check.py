"""How long the whole quality pack takes over invented people with all lists, without a database.

Run: python bench/quality_check.py [--people 1000000]. Prints one JSON object: people, rules,
findings, seconds to make the input (not counted), seconds to evaluate, peak memory. About one cell
in a hundred is strange and one in a hundred empty, so that most households have something.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import time
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from bangfu.engine.contracts.arrow import arrow_type, schema
from bangfu.engine.contracts.tables import Column, Table
from bangfu.engine.contracts.types import Kind
from bangfu.engine.packs.loader import load_quality
from bangfu.engine.packs.model import Pack
from bangfu.engine.quality import evaluate_quality
from bangfu.engine.rules.execute import AUTHORISED, COUNTY_GAP, LIVE_BATCH
from bangfu.engine.rules.nodes import FeedAggregate, Field, walk
from bangfu.standards.paths import packs_root

AS_OF = date(2026, 6, 30)
COUNTY = "990101"
SIZE = 3.5
# The share of cells with a strange value, and the share of people that a list names; the medical
# list names nearly everybody.
WRONG, LISTED, INSURED = 0.01, 0.01, 0.99
# What a plain household and a plain adult have; other columns are empty but for strange values.
PLAIN: dict[str, Any] = {
    "household_type": "ORDINARY",
    "water_safe": True,
    "housing_grade": "A",
    "road_kind": "CONCRETE",
    "road_distance": 1,
    "floor_area": 90,
    "arable_land": 3,
    "forest_land": 2,
    "pasture_land": 0,
    "wage_income": 30_000,
    "business_income": 8_000,
    "operating_expense": 2_000,
    "transfer_income": 2_000,
    "net_income": 60_000,
    "net_income_earlier": 55_000,
    "sex": "MALE",
    "birth_on": 3_652,
    "relation": "OTHER",
    "ethnicity": "HAN",
    "education_level": "JUNIOR",
    "health": "HEALTHY",
    "labour_class": "ORDINARY",
    "resident_medical": True,
    "employee_medical": False,
    "serious_illness_insurance": True,
    "status": "INSURED",
    "scheme": "RESIDENT",
    "serious_illness": True,
}


class Maker:
    """Makes columns of a catalog with a fixed seed."""

    def __init__(self, pack: Pack, seed: int = 1) -> None:
        self.pack = pack
        self.random = np.random.default_rng(seed)

    def column(self, column: Column, count: int) -> pa.Array:
        """Return a column of its type: the plain value, sometimes another, sometimes none."""
        rolls = self.random.random(count)
        strange = rolls < WRONG
        missing = rolls > 1 - WRONG
        plain = PLAIN.get(column.name)
        if plain is None:
            missing |= ~strange
        values = np.where(strange, self._strange(column, count), self._plain(column, plain))
        if column.type.kind is Kind.CODES:
            shown = [None if gone else [one] for one, gone in zip(values, missing, strict=True)]
            return pa.array(shown, type=arrow_type(column))
        return pa.array(values, mask=missing).cast(arrow_type(column))

    def _codes(self, column: Column) -> list[str]:
        return sorted(self.pack.catalog.codes(column.type.code_list or "") or {"OTHER"})

    def _plain(self, column: Column, plain: Any) -> Any:
        kind = column.type.kind
        if kind is Kind.NUMBER:
            return np.int32(plain or 0)
        if kind is Kind.DATE:
            return np.datetime64(int(plain or 0), "D")
        if kind in (Kind.CODE, Kind.CODES):
            codes = self._codes(column)
            return plain if plain in codes else codes[0]
        return bool(plain) if kind is Kind.BOOLEAN else str(plain)

    def _strange(self, column: Column, count: int) -> Any:
        kind = column.type.kind
        if kind is Kind.BOOLEAN:
            return np.full(count, not PLAIN.get(column.name, False))
        if kind in (Kind.CODE, Kind.CODES):
            codes = self._codes(column)
            return np.array(codes, dtype=object)[self.random.integers(0, len(codes), count)]
        if kind is Kind.NUMBER:
            return self.random.integers(0, 400_000, count).astype(np.int32)
        if kind is Kind.DATE:
            return self.random.integers(0, 20_000, count).astype("datetime64[D]")
        if kind is Kind.MONTH:
            return np.full(count, "2026-05", dtype=object)
        return np.full(count, "某处", dtype=object)


def columns_of(pack: Pack, table: str) -> list[Column]:
    """Return the columns of a table that the pack's rules and texts name."""
    roots = [
        node for rule in pack.rules for node in (rule.when, rule.applies, *rule.values.values())
    ]
    names = {
        node.name
        for root in roots
        if root is not None
        for node in walk(root)
        if isinstance(node, Field) and node.scope == table
    }
    return [column for column in pack.catalog.tables[table].columns if column.name in names]


def make_input(pack: Pack, people: int) -> tuple[pa.Table, pa.Table, dict[str, pa.Table]]:
    """Return households, people and feeds of one county."""
    maker, homes = Maker(pack), int(people / SIZE)
    home_of = np.sort(maker.random.integers(0, homes, people))
    ids = pa.array([f"h{number:08}" for number in range(homes)])
    keys = {"household_id": ids, "region_code": pa.array([f"{COUNTY}101201"] * homes)}
    household = _table(maker, columns_of(pack, "household"), homes, keys)
    sizes = pa.array(np.bincount(home_of, minlength=homes).astype(np.int64))
    for name in ("member_count", "member_count_earlier"):
        place = household.column_names.index(name)
        household = household.set_column(place, name, sizes)
    tokens = pa.array([f"t{number:08}" for number in range(people)])
    keys = {
        "household_id": ids.take(pa.array(home_of)),
        "person_id": pa.array([f"p{number:08}" for number in range(people)]),
        "person_token": tokens,
        "id_number": tokens,
        "region_code": pa.array([f"{COUNTY}101201"] * people),
    }
    person = _table(maker, columns_of(pack, "person"), people, keys)
    first = np.r_[True, home_of[1:] != home_of[:-1]]
    relations = pa.array(np.where(first, "HEAD", "OTHER"))
    person = person.set_column(person.column_names.index("relation"), "relation", relations)
    feeds = {
        name: _feed(maker, pack.catalog.tables[name], tokens, people) for name in feeds_of(pack)
    }
    return household, person, {**feeds, **_states(list(feeds))}


def feeds_of(pack: Pack) -> list[str]:
    """Return the feeds that the pack's rules read."""
    roots = [node for rule in pack.rules for node in (rule.when, *rule.values.values())]
    nodes = (node for root in roots for node in walk(root))
    return sorted({node.table for node in nodes if isinstance(node, FeedAggregate)})


def _table(maker: Maker, columns: list[Column], count: int, keys: dict[str, pa.Array]) -> pa.Table:
    made = {c.name: maker.column(c, count) for c in columns if c.name not in keys}
    return pa.table({**keys, **made})


def _feed(maker: Maker, table: Table, tokens: pa.Array, people: int) -> pa.Table:
    count = int(people * (INSURED if table.name == "medical_enrolment" else LISTED))
    who = maker.random.choice(people, count, replace=False)
    made: dict[str, pa.Array] = {
        "person_token": tokens.take(pa.array(who)),
        "batch_id": pa.array([table.name] * count),
    }
    made |= {column.name: maker.column(column, count) for column in table.columns}
    shape = pa.schema([field.with_nullable(True) for field in schema(table)])
    return pa.table([made[name] for name in shape.names], schema=shape)


def _states(names: list[str]) -> dict[str, pa.Table]:
    gaps = [{"tab": name, "county": COUNTY, "gap": 0} for name in names]
    batches = [{"tab": name, "county": COUNTY, "batch_id": name} for name in names]
    return {
        "county_gap": pa.Table.from_pylist(gaps, schema=COUNTY_GAP),
        "live_batch": pa.Table.from_pylist(batches, schema=LIVE_BATCH),
        "live_authorization": AUTHORISED.empty_table(),
    }


def measure(people: int) -> dict[str, Any]:
    """Return what one evaluation of the whole pack took."""
    pack = load_quality(packs_root() / "national")
    began = time.monotonic()
    household, person, feeds = make_input(pack, people)
    made = time.monotonic()
    hits = evaluate_quality(pack, household, person, as_of=AS_OF, feeds=feeds)
    done = time.monotonic()
    return {
        "people": person.num_rows,
        "households": household.num_rows,
        "rules": len(pack.rules_on(AS_OF)),
        "findings": hits.num_rows,
        "rules_that_found": len(set(hits.column("rule_id").to_pylist())),
        "seconds_input": round(made - began, 2),
        "seconds": round(done - made, 2),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args().people)))


if __name__ == "__main__":
    main()
