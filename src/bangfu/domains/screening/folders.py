"""Where runs are kept: <home>/runs/<county>/<period>/<run id>/{inputs,results}."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from bangfu.foundation.files.private import private_folder
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode


def runs_root() -> Path:
    """Return the folder of all runs."""
    return private_folder("runs")


def run_folder(region: RegionCode, period: Period, run_id: UUID) -> str:
    """Return a run's folder, relative to `runs_root()`."""
    return f"{region.prefix}/{period}/{run_id}"


def results_of(folder: str) -> Path:
    """Return the folder of a run's results."""
    return runs_root() / folder / "results"


def inputs_of(folder: str) -> Path:
    """Return the folder of a run's inputs."""
    return runs_root() / folder / "inputs"


def packs_of_runs() -> Path:
    """Return the folder of the packs that runs were made with, one folder a hash."""
    return runs_root() / "packs"
