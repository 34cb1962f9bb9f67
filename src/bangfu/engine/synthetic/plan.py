"""What is to be made: counties with their sizes, and the months that each feed delivers there.

Of four counties one has a feed that is stale, one a feed that never came, one a feed of which a
month is missing, so that what is undecided for want of data is in every lake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from bangfu.engine.errors import LakeRefused
from bangfu.engine.synthetic.recipes import Recipe
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY
from bangfu.standards.contracts import Dataset
from bangfu.standards.divisions import iter_divisions

PER_COUNTY = 120_000
PER_HOUSEHOLD = 4
FEWEST_COUNTIES = 3
FIRST_PROVINCE = "53"
"""云南省: its own income line stands in the national pack; further provinces follow by code."""

ODD_EVERY, STALE_AT, MISSING_AT, HOLE_AT = 4, 1, 2, 3
HOLE = 4
"""Of a feed of many months, which one never came (0: the newest)."""
# How many months ago the newest delivery is, by cadence.
_NEWEST = {"MONTHLY": 0, "TERM": 3, "HALF_YEAR": 1, "YEARLY": 5, "EVENT": 1}


@dataclass(frozen=True)
class County:
    """One county: its code, its number in the lake, how many households it gets."""

    code: str
    index: int
    households: int


@dataclass(frozen=True)
class Delivery:
    """One month of a feed. `back` months before the run's month; `turn` counts from the newest."""

    period: Period
    back: int
    turn: int

    def batch_id(self, table: str, county: str) -> str:
        """Return the name of the batch, which is the name of its file too."""
        return f"{table}-{county}-{self.period}"


def plan_counties(people: int) -> list[County]:
    """Return the counties for about so many people: sizes differ by a sixth, four to a household.

    Raises LakeRefused E-LAKE-SIZE when there are fewer than three households or more people than
    the country's counties can take.
    """
    households = round(people / PER_HOUSEHOLD)
    codes = _codes()
    number = max(FEWEST_COUNTIES, round(people / PER_COUNTY))
    if households < FEWEST_COUNTIES or number > len(codes):
        raise LakeRefused("E-LAKE-SIZE", people=people, most=len(codes) * PER_COUNTY)
    weights = [20 + (index * 7) % 7 - 3 + (index * 5) % 3 - 1 for index in range(number)]
    made, before = [], 0
    for index, code in enumerate(codes[:number]):
        upto = round(households * sum(weights[: index + 1]) / sum(weights))
        made.append(County(code, index, upto - before))
        before = upto
    return made


def _codes() -> list[str]:
    """Counties by code, those of the first province before all others."""
    places = takewhile(lambda place: place.level <= COUNTY, iter_divisions())
    codes = [place.code[:6] for place in places if place.kind == "COUNTY"]
    return sorted(codes, key=lambda code: (not code.startswith(FIRST_PROVINCE), code))


def plan_deliveries(
    recipe: Recipe, dataset: Dataset, county: County, period: Period, tables: Sequence[str]
) -> list[Delivery]:
    """Return the months that the feed delivers for a county, newest first; none where it lacks.

    A CHANGES feed delivers each month of its validity, one that accumulates the twelve months
    before the run's, any other its newest month and the recipe's older ones.
    """
    if _odd_feed(county, MISSING_AT, len(tables) // 2, tables) == recipe.table:
        return []
    if dataset.coverage == "CHANGES":
        backs = list(range(dataset.valid_months))
    elif accumulates(dataset):
        backs = list(range(1, dataset.valid_months))
    else:
        newest = min(_NEWEST[dataset.cadence], dataset.valid_months - 1)
        backs = list(range(newest, newest + 1 + recipe.history))
    late = 0
    if _odd_feed(county, STALE_AT, 0, tables) == recipe.table:
        late = dataset.valid_months
    found = [Delivery(period.plus(-back - late), back, turn) for turn, back in enumerate(backs)]
    if _odd_feed(county, HOLE_AT, 0, tables) == recipe.table:
        found = [delivery for delivery in found if delivery.turn != HOLE]
    return found


def accumulates(dataset: Dataset) -> bool:
    """Whether all months of the feed count together."""
    return bool(getattr(dataset, "accumulates", False))


def _odd_feed(county: County, place: int, offset: int, tables: Sequence[str]) -> str | None:
    """The feed with which something is wrong in this county; another one in each such county."""
    if county.index % ODD_EVERY != place:
        return None
    return tables[(county.index // ODD_EVERY + offset) % len(tables)]


def coverage_entries(
    deliveries: Mapping[str, Sequence[Delivery]], datasets: Mapping[str, str], county: County
) -> list[dict[str, Any]]:
    """Return the county's entries of coverage.json, in order of feed and month."""
    return [
        {
            "dataset": datasets[table],
            "county": county.code,
            "period": str(delivery.period),
            "batch_id": delivery.batch_id(table, county.code),
            "as_of": delivery.period.last_day.isoformat(),
        }
        for table, found in deliveries.items()
        for delivery in sorted(found, key=lambda delivery: delivery.period)
    ]
