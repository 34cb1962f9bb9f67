"""What speaks against the clearings of a list is worked out once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bangfu.domains.monitoring.cases import batches, services
from bangfu.domains.monitoring.cases.quality import count_all_stops
from bangfu.domains.monitoring.instances import seal, unseal
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.registry.models import Household
from bangfu.engine import quality as engine
from bangfu.foundation.access.scopes import activate, command_scope
from tests import cases_kit as kit
from tests.api.conftest import add_household, add_source
from tests.cases_kit import Office, noon
from tests.cast import YUNXI, YUNXI_VILLAGE
from tests.evidence_samples import png
from tests.proceedings_kit import HOUSE, OTHER_HOUSE

TODAY = date(2026, 10, 12)
THIRD = "H9901010003"
# Of another village.
ELSEWHERE, OTHER_VILLAGE = "H9901010004", "990101101202"


@pytest.fixture
def office(cast) -> Office:
    made = kit.settle(cast)
    with activate(command_scope(YUNXI, "tests")):
        source = add_source(YUNXI, "c.xlsx")
        add_household(source, THIRD, str(YUNXI_VILLAGE), "赵小山", "zhaoxiaoshan", 5)
        add_household(source, ELSEWHERE, OTHER_VILLAGE, "钱小路", "qianxiaolu", 6)
        Household.objects.filter(region_code__startswith=str(YUNXI)[:6]).update(
            monitored_category="SUDDEN_HARDSHIP",
            risk_status="ACTIVE",
            risk_identified_month="2026-01",
            measures=["HEALTH"],
        )
    return made


def proposed(office: Office, number: str, way: str = "BY_HELP", **facts: object) -> Proceeding:
    """A clearing that waits for the county, its way known, the household as `facts` say."""
    with activate(office.c):
        Household.objects.filter(household_no=number).update(**facts)
    case = services.propose_clearing(
        scope=office.t, at=noon(TODAY), household_no=number, proposed_on=TODAY,
        identified_on=date(2026, 1, 15),
    )  # fmt: skip
    with activate(office.c):
        row = Proceeding.objects.get(id=case.id)
        row.facts = seal({**unseal(row.facts), "clearing_way": way})
        row.state = "COUNTY"
        row.save()
    return row


@contextmanager
def compiled(monkeypatch) -> Iterator[list[int]]:
    """Count how often rules are compiled, with nothing kept from before."""
    counted: list[int] = []
    whole = engine.compile_rules

    def counting(rules, *args, **options):
        counted.append(len(rules))
        return whole(rules, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(engine, "compile_rules", counting)
        patched.setattr(engine, "_kept", type(engine._kept)(maxlen=engine.KEPT))
        yield counted


def counted(rows: list[Proceeding]) -> tuple[int, list[int]]:
    """Return how many statements counting takes, and what is counted."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = count_all_stops(rows, TODAY)
    return len(asked), [found[row.id] for row in rows]


def test_what_speaks_against_many_clearings_costs_what_one_costs(office, monkeypatch):
    # C-03: cleared by help without any measure. The second was found in this very month.
    rows = [
        proposed(office, HOUSE),
        proposed(office, OTHER_HOUSE, risk_identified_month="2026-10"),
        proposed(office, THIRD, measures=None),
        proposed(office, ELSEWHERE, measures=None),
    ]
    with compiled(monkeypatch) as times:
        alone = [counted([row]) for row in rows]
        assert len(times) == 1, "the rules of a month are compiled once"
        together = counted(rows)
    assert len(times) == 1
    assert together[1] == [found[0] for _, found in alone] == [0, 1, 1, 1]
    assert together[0] == alone[0][0]


def test_a_list_of_clearings_counts_once_for_all_its_cases(office, monkeypatch):
    rows = [proposed(office, HOUSE), proposed(office, OTHER_HOUSE), proposed(office, THIRD)]
    lines = [batches.BatchLine(row.id) for row in rows]
    made = batches.draft(scope=office.c, at=noon(TODAY), procedure="clearing", lines=lines)
    batches.put_scan(
        scope=office.c, at=noon(TODAY), batch_id=made.id, name="盖章页.png", content=png()
    )
    asked: list[int] = []
    whole = count_all_stops

    def counting(cases, on):
        listed = list(cases)
        asked.append(len(listed))
        return whole(listed, on)

    monkeypatch.setattr("bangfu.domains.monitoring.cases.batches.count_all_stops", counting)
    monkeypatch.setattr("bangfu.domains.monitoring.cases.quality.count_all_stops", counting)
    with compiled(monkeypatch) as times:
        problems = batches.check(
            scope=office.c, at=noon(TODAY, 5), batch_id=made.id,
            ruling=kit.ruling(office, decided_on=TODAY),
        )  # fmt: skip
    assert (asked, len(times)) == ([3], 1)
    # They lack their papers; none is stopped by what the rules say.
    assert {one.code for one in problems} <= {"E-PROCEDURE-STEP-LACKS"}
    assert not any("数据核查" in str(one.params) for one in problems)
