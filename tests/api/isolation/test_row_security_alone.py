"""With the application's filter off, row security alone keeps every place's rows to itself.

Generated: every role at each of its levels × every route × every village's things × every way of
asking. Each answer is unpacked and searched for marks, pictures, counts and amounts.
"""

from __future__ import annotations

import pytest

from bangfu.kernel.region import RegionCode
from tests.api.isolation.asked import IN_FULL, ask_everything, posts
from tests.api.isolation.conftest import Standing


@pytest.mark.evidence("T2", "F50", "F51", "F52", "F54", "F55", "F56")
@pytest.mark.parametrize(("role", "region"), posts(), ids=str)
def test_f50_f51_f52_f54_f56_row_security_holds_alone(
    behind_row_security: Standing, role: str, region: RegionCode
) -> None:
    asker = behind_row_security.post(role, region)
    briefly = role not in IN_FULL
    report = ask_everything(
        asker, behind_row_security.country, behind_row_security.cursors, briefly=briefly
    )
    assert report.wrong == []
