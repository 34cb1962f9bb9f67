"""What lies in the home beside the database is shut to other users of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bangfu.domains.feeds.lake import lake_root
from bangfu.domains.screening.folders import runs_root


@pytest.mark.evidence("GB22239-8.1.4.11-b", "GB22239-8.1.4.8-b", "ASVS-14.2.4")
@pytest.mark.parametrize("root", [lake_root, runs_root])
def test_the_lake_and_the_runs_are_for_the_servers_user_alone(
    root: Any, settings: Any, tmp_path: Path
) -> None:
    settings.BANGFU_HOME = tmp_path / "home"
    folder = root()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert root().stat().st_mode & 0o777 == 0o700
