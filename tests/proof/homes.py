"""Random households: every field now and then missing, edges of dates, numbers as large as fit."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bangfu.engine.comparison.reasons import RANKS
from bangfu.engine.contracts.arrow import table_of
from bangfu.engine.rules.execute import AUTHORISED, COUNTY_GAP, LIVE_BATCH
from bangfu.engine.rules.reference import Household
from tests.proof.catalog import CATALOG, COUNTIES, FEEDS

LIVE, DEAD = "case", "dead"
MONEY = [None, "0.00", "8799.99", "8800.00", "-0.01", "26400.00", "999999999999.99", "0.05"]
RATIOS = [None, "1.300000", "0.000000", "-0.333333", "999999999999.999999", "0.000001"]
DAYS = [None, date(2026, 10, 31), date(2024, 2, 29), date(2011, 10, 31), date(2010, 11, 1),
        date(2025, 4, 30), date(1950, 1, 31), date(2026, 11, 1), date(2026, 9, 30),
        date(2010, 10, 31), date(9999, 12, 31), date(1000, 1, 1)]  # fmt: skip
MONTHS = [None, "2026-10", "2026-09", "2025-10", "2025-09", "2026-11", "1999-12"]
TRUTHS = [None, True, False]
TEXTS = [None, "", "张3", "3张", "张三9", "990101100001", "a'b"]
TAGS = [None, [], ["P"], ["P", "Q"], ["R", "Q", "P"]]
Row = dict[str, Any]


def _money(source: random.Random, choices: Sequence[str | None] = MONEY) -> Decimal | None:
    found = source.choice(choices)
    return None if found is None else Decimal(found)


def _household(source: random.Random, key: str) -> Row:
    pick = source.choice
    region = pick(COUNTIES) + pick(["100001", "101002", "100000"])
    return {
        "household_id": key,
        "household_no": key,
        "region_code": region,
        "kind": pick([None, "X", "Y", "Z"]),
        "tags": pick(TAGS),
        "size": pick([None, 0, 1, 3]),
        "income": _money(source),
        "spent": _money(source),
        "ratio": _money(source, RATIOS),
        "safe": pick(TRUTHS),
        "seen_on": pick(DAYS),
        "since": pick(MONTHS),
        "note": pick(TEXTS),
    }


def _member(source: random.Random, key: str, number: int, region: str) -> Row:
    pick = source.choice
    return {
        "person_id": f"{key}-{number}",
        "person_token": None if source.random() < 0.1 else f"{key}-t{number}",
        "household_id": key,
        "region_code": region,
        "role": pick([None, "HEAD", "CHILD", "OTHER"]),
        "health": pick(TAGS),
        "birth_on": pick(DAYS),
        "wage": _money(source),
        "months": pick([None, 0, 6, 12]),
        "insured": pick(TRUTHS),
        "code": pick(TEXTS),
    }


def _row(source: random.Random, token: str | None) -> Row:
    pick = source.choice
    return {
        "person_token": token,
        "batch_id": LIVE,
        "grade": pick([None, "A", "B", "C", "D"]),
        "amount": _money(source),
        "count": pick([None, 0, 1, 999_999_999]),
        "on_day": pick(DAYS),
        "open": pick(TRUTHS),
        "month": pick(MONTHS),
        "label": pick(TEXTS),
    }


def random_homes(source: random.Random, count: int) -> list[Household]:
    """Households of two counties in one month; each county has its own state of each feed."""
    states = [0, 0, 0, RANKS["NO_DATA"], RANKS["STALE"], RANKS["SILENT"]]
    gaps = {county: {table: source.choice(states) for table in FEEDS} for county in COUNTIES}
    homes = [_home(source, f"h{index:04d}", gaps) for index in range(count)]
    uses = count_uses(homes)
    return [Household(h.household, h.members, h.feeds, h.gaps, h.authorised, uses) for h in homes]


def _home(source: random.Random, key: str, gaps: Mapping[str, Mapping[str, int]]) -> Household:
    household = _household(source, key)
    region = str(household["region_code"])
    mine = gaps[region[:6]]
    count = source.choice([0, 1, 1, 2, 2, 4])
    members = [_member(source, key, number, region) for number in range(1, count + 1)]
    feeds: dict[str, list[Row]] = {}
    for table in FEEDS:
        # Of a feed that is not live no rows are kept, but those of changes that were reported.
        if mine[table] and table != "changes":
            continue
        for member in members:
            for _ in range(source.choice([0, 0, 1, 2])):
                feeds.setdefault(table, []).append(_row(source, member["person_token"]))
    tokens = [str(m["person_token"]) for m in members if m["person_token"]]
    authorised = frozenset(token for token in tokens if source.random() < 0.6)
    return Household(household, members, feeds, mine, authorised)


def count_uses(homes: Sequence[Household]) -> dict[tuple[str, str], dict[Any, int]]:
    """How many rows of the whole input hold each value of a field."""
    counts: dict[tuple[str, str], dict[Any, int]] = {}
    for home in homes:
        for scope, row in [("household", home.household), *(("person", m) for m in home.members)]:
            for name, value in row.items():
                if isinstance(value, str):
                    found = counts.setdefault((scope, name), {})
                    found[value] = found.get(value, 0) + 1
    return counts


def sources(homes: Sequence[Household]) -> dict[str, pa.Table]:
    """The relations of the same households, with rows that must not count: of batches that are
    not live, and of people who are nobody's members."""
    members = [member for home in homes for member in home.members]
    tables = {
        "household": table_of(CATALOG.tables["household"], [h.household for h in homes]),
        "person": table_of(CATALOG.tables["person"], members),
    }
    noise = random.Random(len(members))
    for name in FEEDS:
        rows = [dict(row) for home in homes for row in home.feeds.get(name, ())]
        rows += [{**_row(noise, m["person_token"]), "batch_id": DEAD} for m in members[::3]]
        rows += [_row(noise, f"stranger-{number}") for number in range(3)]
        tables[name] = table_of(CATALOG.tables[name], rows)
    live = [{"tab": t, "county": c, "batch_id": LIVE} for t in FEEDS for c in COUNTIES]
    # A batch that is live elsewhere says nothing here.
    live += [{"tab": t, "county": "990199", "batch_id": DEAD} for t in FEEDS]
    tables["live_batch"] = pa.Table.from_pylist(live, schema=LIVE_BATCH)
    gaps = {str(h.household["region_code"])[:6]: h.gaps for h in homes}
    tables["county_gap"] = pa.Table.from_pylist(
        [{"tab": t, "county": c, "gap": g[t]} for c, g in sorted(gaps.items()) for t in FEEDS],
        schema=COUNTY_GAP,
    )
    tokens = [{"person_token": t} for h in homes for t in sorted(h.authorised)]
    tables["live_authorization"] = pa.Table.from_pylist(tokens, schema=AUTHORISED)
    return tables
