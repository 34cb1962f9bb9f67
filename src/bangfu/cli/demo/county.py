"""One invented county as a whole: its families, its cases and the files its offices deliver."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bangfu.cli.demo import files, lists
from bangfu.cli.demo.cases import PERIODS, Case, Planted, plant, shuffled
from bangfu.cli.demo.people import Family, FamilyMaker
from bangfu.cli.demo.places import Place
from bangfu.cli.demo.words import Words
from bangfu.cli.demo.workbook import write_csv, write_households, write_rows
from bangfu.standards import datasets

HOUSEHOLDS_A_COPY = 5_000  # each case is planted once for so many households
AS_OF = "2026-07-31"


@dataclass(frozen=True)
class Delivery:
    """One file of a department: the dataset, the period it is for, and where it lies."""

    dataset: str
    period: str
    path: Path


@dataclass
class County:
    """The families of a place, background first and cases after."""

    place: Place
    families: list[Family]
    planted: list[Planted]
    households_file: Path | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    authorisations_file: Path | None = None

    @property
    def people(self) -> int:
        """Number of members of all families."""
        return sum(len(family.members) for family in self.families)


def make_county(
    random: Random, words: Words, place: Place, households: int, cases: list[Case]
) -> County:
    """Make `households` families in a place, the cases of that place among them.

    Each case is planted at least once, and once more for every 5,000 households.
    """
    maker = FamilyMaker(random, words, place.code[:6])
    mine = [case for case in cases if case.county == place.code]
    copies = max(1, households // HOUSEHOLDS_A_COPY)
    villages = shuffled(random, place.villages)
    planted = []
    for number, case in enumerate(case for case in mine for _ in range(copies)):
        planted.append(plant(case, maker, villages[number % len(villages)]))
    background = max(0, households - len(planted))
    weights = [random.uniform(0.6, 1.4) for _ in place.villages]
    homes = random.choices(place.villages, weights=weights, k=background)
    families = [maker.family(village) for village in homes]
    families += [case.family for case in planted]
    families.sort(key=lambda family: (family.village.code, family.household_no))
    return County(place, families, planted)


def write_files(random: Random, words: Words, county: County, folder: Path) -> None:
    """Write the registry workbook and every department's files into a folder.

    The neighbour has no autumn school roll, no October deaths and few of the other lists yet: what
    they would decide is undecided there, as the cases say.
    """
    folder.mkdir(parents=True, exist_ok=True)
    families, planted = county.families, county.planted
    county.households_file = folder / "农户信息.xlsx"
    write_households(county.households_file, families)
    is_neighbour = county.place.name == "石桥县"

    def deliver(dataset: str, period: str, rows: list[files.Row], name: str) -> None:
        # Nothing reported is worth sending; an empty list of everybody would be refused.
        if not rows and datasets.get(dataset).coverage == "FULL":
            return
        path = folder / name
        (write_csv if path.suffix == ".csv" else write_rows)(path, dataset, rows)
        county.deliveries.append(Delivery(dataset, period, path))

    for period, rows in files.claims(random, families, planted).items():
        deliver("medical/claim", period, rows, f"医保自付清单-{period}.xlsx")
    for term, rows in files.school_roll(random, words, families, planted).items():
        if not (is_neighbour and term == files.TERMS[-1]):
            deliver("education/enrolment", term, rows, f"学籍清单-{term}.csv")
    rows = files.housing(random, words, families, planted)
    deliver("housing/grade", files.HALF_YEAR, rows, f"住房等级-{files.HALF_YEAR}.xlsx")
    for period, rows in files.deaths(random, families, planted).items():
        if not (is_neighbour and period == PERIODS[-1]):
            deliver("police/death", period, rows, f"死亡变动-{period}.csv")
    rows = files.vehicles(random, families, planted)
    deliver("traffic/vehicle", files.HALF_YEAR, rows, f"机动车-{files.HALF_YEAR}.xlsx")
    for office, month, rows in lists.lists(random, words, families, planted, near=is_neighbour):
        deliver(office.dataset, month, rows, f"{office.name}-{month}.{office.suffix}")
    county.authorisations_file = folder / "授权台账.xlsx"
    ledger = files.authorisations(random, words, planted)
    write_rows(county.authorisations_file, "feeds/authorization", ledger)
