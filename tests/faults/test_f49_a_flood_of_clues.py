"""F49: a bad threshold makes no thousand tasks: nothing is sent until the county confirms it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from bangfu.domains.monitoring.clues import deciding
from bangfu.domains.monitoring.domain.breaker import Exceeded, weigh
from bangfu.domains.monitoring.models import ProceedingHandler
from bangfu.domains.monitoring.models.clues import HeldBatch
from bangfu.foundation.access.scopes import activate, activate_user
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.notifications.models import Message
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.standards.breakers import Breaker, breaker_for
from tests.cast import YUNXI, YUNXI_VILLAGE, Cast
from tests.clues_kit import MONDAY, SCOPE, add_homes, clues, hit, make, run_of

LIMITS = Breaker("", date(2021, 5, 1), Fraction(1, 10), village=3, least=2, document="", status="")
SMALL = Breaker("", date(2021, 5, 1), Fraction(1, 10), village=60, least=2, document="", status="")


@pytest.mark.parametrize(
    ("villages", "screened", "expected"),
    [
        ("aaa", 31, None),
        ("aaa", 30, None),
        ("aaa", 29, Exceeded.SHARE),
        ("aaaa", 100, Exceeded.VILLAGE),
        ("aaabbb", 100, None),
        ("a", 1, None),
    ],
)
def test_f49_the_breaker_counts_households_and_villages(
    villages: str, screened: int, expected: Exceeded | None
) -> None:
    places = [(number, village) for number, village in enumerate(villages)]
    assert weigh(places, screened, LIMITS).exceeded is expected


def test_f49_the_limits_are_dated_data_with_a_source() -> None:
    limits = breaker_for(YUNXI, MONDAY.date())
    assert (limits.share, limits.village, limits.status) == (Fraction(1, 10), 60, "unverified")
    assert limits.document


@pytest.fixture
def flood(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[object, list[object]]:
    """Three households of ten hit by one rule, where a tenth is the limit."""
    monkeypatch.setattr(
        "bangfu.domains.monitoring.clues.holding.breaker_for", lambda region, on: SMALL
    )
    homes = add_homes(*[str(YUNXI_VILLAGE)] * 3)
    return run_of(households=10), [hit(home) for home in homes]


def held() -> HeldBatch:
    with activate(SCOPE):
        return HeldBatch.objects.get()


@pytest.mark.django_db
def test_f49_a_flood_makes_no_clue_and_asks_the_county(cast: Cast, flood: tuple) -> None:  # type: ignore[type-arg]
    run, hits = flood
    made = make(run, *hits)
    assert (made.opened, made.held is not None, clues()) == (0, True, [])
    batch = held()
    assert (batch.clues, batch.households, batch.screened, batch.exceeded) == (3, 3, 10, "SHARE")
    assert batch.rules == {"medical_ordinary": 3}
    with activate(SCOPE):
        assert not ProceedingHandler.objects.exists()
        assert AuditEvent.objects.filter(action="monitoring.clues.held").count() == 1
    # Tried again it stays one batch and one message.
    assert make(run, *hits).opened == 0
    assert held().id == batch.id
    assert [one.id for one in deciding.list_held(cast.county.scope)] == [batch.id]


@pytest.mark.django_db
def test_f49_what_the_county_releases_is_made_once(
    cast: Cast,
    flood: tuple,  # type: ignore[type-arg]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, hits = flood
    make(run, *hits)
    monkeypatch.setattr(deciding, "list_hits", lambda run: hits)
    batch_id = held().id
    with pytest.raises(InvalidValue, match="E-CLUES-REASON"):
        deciding.release(scope=cast.county.scope, at=MONDAY, batch_id=batch_id, reason=" ")
    record, made = deciding.release(
        scope=cast.county.scope, at=MONDAY, batch_id=batch_id, reason="与医保局核对，属实"
    )
    assert (record.state, made.opened, len(clues())) == ("RELEASED", 3, 3)
    with pytest.raises(Conflict, match="E-CLUES-HELD-DECIDED"):
        deciding.discard(scope=cast.county.scope, at=MONDAY, batch_id=batch_id, reason="迟了")
    assert make(run, *hits).opened == 0
    with activate(SCOPE):
        event = AuditEvent.objects.get(action="monitoring.clues.released")
        assert event.detail["reason"] == "与医保局核对，属实"


@pytest.mark.django_db
def test_f49_what_the_county_discards_is_never_made_of_that_run(
    cast: Cast,
    flood: tuple,  # type: ignore[type-arg]
) -> None:
    run, hits = flood
    make(run, *hits)
    record = deciding.discard(
        scope=cast.county.scope, at=MONDAY, batch_id=held().id, reason="阈值填错"
    )
    assert record.state == "DISCARDED"
    assert make(run, *hits).opened == 0
    assert clues() == []
    # The next run is weighed anew.
    again = make(run_of("2026-10", households=31), *hits)
    assert again.opened == 3


@pytest.mark.django_db
def test_f49_nobody_else_decides(cast: Cast, flood: tuple) -> None:  # type: ignore[type-arg]
    run, hits = flood
    make(run, *hits)
    batch_id = held().id
    for scope, refused in (
        (cast.neighbour.scope, NotFound),
        (cast.township.scope, NotFound),
        (cast.cadre.scope, NotAllowed),
    ):
        assert scope is not None
        with pytest.raises(refused):
            deciding.discard(scope=scope, at=MONDAY, batch_id=batch_id, reason="不要")
    assert held().state == "HELD"
    assert deciding.list_held(cast.neighbour.scope) == []  # type: ignore[arg-type]


@pytest.mark.django_db
def test_f49_the_county_is_told_once(cast: Cast, flood: tuple) -> None:  # type: ignore[type-arg]
    run, hits = flood
    make(run, *hits)
    make(run, *hits)
    with activate_user(str(cast.county.user.pk)):
        assert [one.subject for one in Message.objects.all()] == ["monitoring.held"]
