"""With row security off, the application's filter alone keeps every place's rows to itself.

The questions are those of `test_row_security_alone`, of each role at its lowest level.
"""

from __future__ import annotations

import pytest

from bangfu.kernel.region import RegionCode
from tests.api.isolation.asked import IN_FULL, ask_everything, posts
from tests.api.isolation.conftest import Standing


@pytest.mark.evidence("T2", "F50", "F51", "F52", "F54", "F55", "F56")
@pytest.mark.parametrize(("role", "region"), posts(lowest=True), ids=str)
def test_f50_f51_f52_f54_f56_the_filter_holds_alone(
    behind_the_filter: Standing, role: str, region: RegionCode
) -> None:
    asker = behind_the_filter.post(role, region)
    briefly = role not in IN_FULL
    report = ask_everything(
        asker, behind_the_filter.country, behind_the_filter.cursors, briefly=briefly
    )
    assert report.wrong == []
