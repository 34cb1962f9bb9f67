"""The steps of the demo after its database is up: generate, import, screen, score."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from django.utils import timezone

from bangfu.cli.demo.accounts import make_accounts
from bangfu.cli.demo.cases import PERIODS, load_cases
from bangfu.cli.demo.county import AS_OF, County, make_county, write_files
from bangfu.cli.demo.office import Office, work_a_week
from bangfu.cli.demo.pairings import pair_villages
from bangfu.cli.demo.places import (
    COUNTY,
    NEIGHBOUR,
    divisions,
    geojson,
    home_near,
    homes,
    make_place,
)
from bangfu.cli.demo.score import Score, read_run, score
from bangfu.cli.demo.words import Words
from bangfu.domains.feeds import authorizations
from bangfu.domains.feeds import services as feeds
from bangfu.domains.registry import services as registry
from bangfu.domains.screening import folders
from bangfu.domains.screening import services as screening
from bangfu.domains.screening.packs import national_pack
from bangfu.foundation.regions import services as regions
from bangfu.kernel.errors import Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

Say = Callable[[str], None]
VILLAGES = {COUNTY: 228, NEIGHBOUR: 30}
OFFICE = ("county", "town", "village", "cadre")
OFFICERS = {COUNTY: "yunxi_county", NEIGHBOUR: "shiqiao_county"}


@dataclass
class Made:
    """What the demo made: the counties, the scores by period, and the seconds of each step."""

    counties: list[County]
    scores: dict[str, Score] = field(default_factory=dict)
    screened: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    office: dict[str, Any] = field(default_factory=dict)


def generate(seed: int, households: int, folder: Path) -> list[County]:
    """Make both counties and write their files; the same seed and size give the same rows."""
    shutil.rmtree(folder, ignore_errors=True)
    random, words, cases = Random(seed), Words.load(), load_cases()  # noqa: S311 (not for secrets)
    sizes = {COUNTY: households, NEIGHBOUR: max(households // 10, 40)}
    counties = []
    for code, size in sizes.items():
        place = make_place(random, words, code, VILLAGES[code])
        county = make_county(random, words, place, size, cases)
        write_files(random, words, county, folder / place.name)
        counties.append(county)
    places = geojson([county.place for county in counties])
    points = homes(
        {
            family.household_no: home_near(random, family.village)
            for county in counties
            for family in county.families
        }
    )
    for name, layer in {"places": places, "homes": points}.items():
        text = json.dumps(layer, ensure_ascii=False)
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")
    return counties


def build(seed: int, households: int, home: Path, say: Say) -> Made:
    """Do everything from the divisions of the demo to the score."""
    made = Made([])
    with _timed(made, "generate", say):
        made.counties = generate(seed, households, home / "demo" / "files")
        regions.add_regions(divisions([county.place for county in made.counties]))
    with _timed(made, "accounts", say):
        scopes = make_accounts(home)
    for county in made.counties:
        scope = scopes[OFFICERS[county.place.code]]
        with _timed(made, f"households {county.place.name}", say):
            _import_households(county, scope)
        with _timed(made, f"feeds {county.place.name}", say):
            _import_feeds(county, scope)
        for period in PERIODS:
            with _timed(made, f"screen {county.place.name} {period}", say):
                _screen(made, county, scope, period)
    with _timed(made, "pairings", say):
        pair_villages(
            scopes[OFFICERS[COUNTY]],
            RegionCode(COUNTY),
            PERIODS[-1],
            home / "demo" / "files" / "结对",
            seed=seed,
            at=timezone.now(),
        )
    # After the screenings: what the office changes would otherwise count against the truth.
    with _timed(made, "office", say):
        office = Office(**{one: scopes[f"yunxi_{one}"] for one in OFFICE})
        made.office = work_a_week(office, made.counties[0], home / "demo" / "files" / "office")
    return made


class _timed:
    """Notes what a step took and says so."""

    def __init__(self, made: Made, name: str, say: Say) -> None:
        self._made, self._name, self._say = made, name, say

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, kind: object, *rest: object) -> None:
        took = time.monotonic() - self._began
        self._made.seconds[self._name] = round(took, 2)
        if kind is None:
            self._say(f"  {self._name}: {took:.1f} s")


def _import_households(county: County, scope: Scope) -> None:
    assert county.households_file is not None
    result = registry.import_households(
        scope=scope,
        at=timezone.now(),
        file=county.households_file,
        region=RegionCode(county.place.code),
        as_of=date.fromisoformat(AS_OF),
        commit=True,
    )
    _must_be_committed(result, county.households_file)


def _import_feeds(county: County, scope: Scope) -> None:
    region = RegionCode(county.place.code)
    for delivery in sorted(county.deliveries, key=lambda one: (one.dataset, one.period)):
        result = feeds.import_feed(
            scope=scope,
            at=timezone.now(),
            dataset=delivery.dataset,
            file=delivery.path,
            region=region,
            period=Period.parse(delivery.period),
            commit=True,
        )
        _must_be_committed(result, delivery.path)
    if county.authorisations_file is not None and any(case.authorised for case in county.planted):
        ledger = authorizations.import_authorizations(
            scope=scope,
            at=timezone.now(),
            file=county.authorisations_file,
            region=region,
            commit=True,
        )
        _must_be_committed(ledger, county.authorisations_file)


def _must_be_committed(result: Any, file: Path) -> None:
    """Refuse to go on when a file of the demo was not taken whole: the demo would be wrong."""
    bad = result.counts.get("bad", 0)
    if str(result.state) != "COMMITTED" or bad:
        raise Refused("E-DEMO-IMPORT", file=file.name, state=str(result.state), bad=bad)


def _screen(made: Made, county: County, scope: Scope, period: str) -> None:
    result = screening.screen(
        scope=scope,
        at=timezone.now(),
        region=RegionCode(county.place.code),
        period=Period.parse(period),
    )
    folder = result.run.folder
    pack = national_pack()
    screened = read_run(folders.inputs_of(folder), folders.results_of(folder), pack)
    truth = [(case.family.household_no, case.case) for case in county.planted]
    controls = [family.household_no for family in county.families if family.case is None]
    key = f"{county.place.name} {period}"
    made.scores[key] = score(period, truth, controls, screened)
    made.screened[key] = {
        "hints": result.run.hints,
        "new": result.run.new,
        "changed": result.run.changed,
        "gone": result.run.gone,
        "result_hash": result.run.result_hash,
    }


def write_truth(counties: list[County], path: Path) -> None:
    """Write the truth file: which household stands for which case and what must be said of it."""
    rows = [
        {
            "household_no": planted.family.household_no,
            "case": planted.case.id,
            "why": planted.case.spec.get("why", ""),
            "expect": planted.case.expect,
            "hint": planted.case.hint,
        }
        for county in counties
        for planted in county.planted
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
