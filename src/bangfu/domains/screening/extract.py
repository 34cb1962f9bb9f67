"""The inputs of a run: the register's snapshot and the feeds that may be used for the month."""

from __future__ import annotations

from pathlib import Path

from bangfu.domains.feeds.inputs import Inputs, materialise_inputs
from bangfu.domains.registry import selectors as registry
from bangfu.engine.contracts.catalog import registry_tables
from bangfu.engine.contracts.writer import write_table
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

HOUSEHOLD, PERSON = "household", "person"


def extract(scope: Scope, region: RegionCode, period: Period, folder: Path) -> Inputs:
    """Write household, person, feeds, authorisations and coverage under `folder`.

    All is read in one transaction, so that the run sees the register at one moment.
    Raises Refused E-SCREENING-EMPTY for a county without households.
    """
    folder.mkdir(parents=True)
    tables = registry_tables()
    with activate(scope):
        with registry.open_snapshot(
            scope,
            region,
            household_columns=[column.name for column in tables[HOUSEHOLD].columns],
            person_columns=[column.name for column in tables[PERSON].columns],
        ) as snapshot:
            households = write_table(
                folder / "household.parquet", tables[HOUSEHOLD], snapshot.household_rows
            )
            if households == 0:
                raise Refused("E-SCREENING-EMPTY", region=str(region))
            write_table(folder / "person.parquet", tables[PERSON], snapshot.person_rows)
        return materialise_inputs(scope, region, period, folder)
