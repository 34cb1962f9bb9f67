"""The demo's pairings: a cadre in each village answers for its monitored and flagged households.

The list is written as a county keeps it and imported as any other.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from bangfu.cli.demo.accounts import ACCOUNTS, SINCE
from bangfu.cli.demo.words import Words
from bangfu.domains.assistance.importing import ImportOptions, contract, import_pairings
from bangfu.domains.registry.records import HouseholdFilter, HouseholdRow
from bangfu.domains.registry.selectors import iter_households, list_by_ids
from bangfu.domains.screening.domain import FLAGGED
from bangfu.domains.screening.selectors import hints_visible
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import services
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists

OFFICES = ("县医保局", "县教育局", "县民政局", "县农业农村局", "县住建局", "县水利局", "县人社局")
# Twelve households a cadre at most: a village's own number, so that nobody's is exceeded.
MOST, KIND = 12, "驻村工作队"


def pair_villages(
    scope: Scope, region: RegionCode, period: str, folder: Path, *, seed: int, at: datetime
) -> int:
    """Make the cadres, write the list into `folder` and import it; return how many pairs."""
    random, words = Random(seed), Words.load()  # noqa: S311 (not for secrets)
    rows = []
    for village, households in sorted(_households(scope, period).items()):
        username, name, office = _cadre(random, words, region, village, at)
        rows += [
            {
                "household_no": household.household_no,
                "head_name": household.head_name,
                "cadre_name": name,
                "username": username,
                "office": office,
                "office_kind": KIND,
                "valid_from": SINCE,
                "note": None,
            }
            for household in households[:MOST]
        ]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "结对帮扶名单.xlsx"
    write_table(file, [(column.name, column.zh) for column in contract().columns], rows)
    options = ImportOptions(commit=True)
    done = import_pairings(scope=scope, at=at, file=file, region=region, options=options)
    if done.bad or done.new != len(rows):
        raise Refused("E-DEMO-IMPORT", file=file.name, state="COMMITTED", bad=done.bad)
    return done.new


def _households(scope: Scope, period: str) -> dict[str, list[HouseholdRow]]:
    """Return the monitored and the flagged households by village, by number."""
    with activate(scope):
        flagged = hints_visible(scope, period).filter(severity__gte=int(FLAGGED))
        ids = set(flagged.values_list("household_id", flat=True))
    found = list_by_ids(scope, ids)
    kinds = tuple(entry.code for entry in codelists.get("monitored_category").entries)
    monitored = iter_households(scope, HouseholdFilter(monitored_categories=kinds))
    found |= {row.id: row for row in monitored}
    by_village: dict[str, list[HouseholdRow]] = defaultdict(list)
    for row in sorted(found.values(), key=lambda one: one.household_no):
        by_village[row.region_code].append(row)
    return by_village


def _cadre(
    random: Random, words: Words, region: RegionCode, village: str, at: datetime
) -> tuple[str, str, str]:
    """Make the account and post of a village's cadre; nobody signs in as one of these."""
    known = {one.region: one for one in ACCOUNTS if one.role == "PAIRED_CADRE"}
    office = random.choice(OFFICES)
    if village in known:
        return known[village].username, known[village].display_name, office
    sex = random.choice(("MALE", "FEMALE"))
    name = words.surname(random) + words.given(random, sex, 1985)
    username = f"cadre_{village}"
    place = RegionCode(village)
    making: dict[str, Any] = {"scope": command_scope(region, "demo"), "at": at}
    user = services.create_user(**making, username=username, password=None, display_name=name)
    services.grant_post(
        **making,
        approver=command_scope(region, "demo, second person"),
        user=user,
        role="PAIRED_CADRE",
        region=place,
        valid_from=SINCE,
        office=office,
    )
    return username, name, office
