"""The digest: once a working day, to whom something waits, in Beijing's time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from bangfu.foundation import notifications
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts.models import User
from bangfu.foundation.notifications import digest
from bangfu.foundation.notifications.delivering import system
from bangfu.foundation.notifications.domain import Counts
from bangfu.foundation.notifications.models import DigestDay, Message, Outbox
from bangfu.foundation.notifications.ports import Ports
from bangfu.foundation.notifications.selectors import list_messages
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import WorkCalendar
from bangfu.standards.holidays import work_calendar
from tests.cast import YUNXI_VILLAGE, Cast

# A Monday; the 14th of November 2026 is a Saturday, 1 to 7 October are off.
MONDAY = date(2026, 11, 16)


def moment(text: str, day: date = MONDAY) -> datetime:
    """An instant of a day in Beijing."""
    return datetime.fromisoformat(f"{day.isoformat()}T{text}:00+08:00")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> dict[str, Counts]:
    """What a domain says of 乙: two overdue, one due today; of nobody else."""
    found = {str(cast.township.user.pk): Counts(1, 0, 2, date(2026, 11, 12))}

    def source(scope: Scope, day: date) -> Mapping[str, Counts]:
        return found

    monkeypatch.setattr(Ports, "duties", (source,))
    monkeypatch.setattr(Ports, "calendar", staticmethod(lambda county, on: work_calendar()))
    return found


def tell(cast: Cast) -> None:
    scope = cast.county.scope
    assert scope is not None
    with activate(scope):
        notifications.notify(
            scope=scope,
            at=moment("07:00"),
            users=[cast.cadre.user.pk],
            subject="assistance.paired",
            params={"count": 3},
            region=YUNXI_VILLAGE,
        )


def text_of(scope: Scope | None) -> list[str]:
    assert scope is not None
    return [one.text for one in list_messages(scope, language="zh").items]


@pytest.mark.django_db
def test_it_says_what_is_overdue_and_due_and_what_is_unread(
    cast: Cast, waiting: dict[str, Counts]
) -> None:
    tell(cast)
    assert digest.make_if_due(at=moment("08:30")) == 2
    assert text_of(cast.township.scope) == [
        "逾期 2 件，今天到期 1 件，三天内到期 0 件；未读消息 0 条；最早的期限11月12日，已过 4 天。"
    ]
    assert text_of(cast.cadre.scope) == ["没有到期的办件；未读消息 1 条。", "您新增结对 3 户。"]
    assert text_of(cast.county.scope) == []
    with activate(system()):
        # Only what is due goes by SMS, and to whom it does the delivery decides.
        assert [row.subject for row in Outbox.objects.all()] == ["digest.overdue"]


@pytest.mark.django_db
def test_it_comes_once_a_day_and_not_before_its_hour(
    cast: Cast, waiting: dict[str, Counts]
) -> None:
    assert digest.make_if_due(at=moment("08:29")) is None
    assert digest.make_if_due(at=moment("08:30")) == 1
    assert digest.make_if_due(at=moment("08:31")) is None
    assert digest.make_if_due(at=moment("08:30", date(2026, 11, 17))) == 1
    with activate(system()):
        assert Message.objects.count() == 2
    assert DigestDay.objects.count() == 2


@pytest.mark.django_db
def test_a_worker_that_was_down_makes_up_for_it_until_evening(
    cast: Cast, waiting: dict[str, Counts]
) -> None:
    assert digest.make_if_due(at=moment("18:00")) is None
    assert digest.make_if_due(at=moment("17:59")) == 1


@pytest.mark.parametrize("day", [date(2026, 11, 14), date(2026, 10, 1)])
@pytest.mark.django_db
def test_nobody_is_written_to_on_a_day_off(
    cast: Cast, waiting: dict[str, Counts], day: date
) -> None:
    assert digest.make_if_due(at=moment("08:30", day)) == 0
    assert text_of(cast.township.scope) == []


@pytest.mark.django_db
def test_a_countys_own_day_off_counts_for_its_people_alone(
    cast: Cast, waiting: dict[str, Counts], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting[str(cast.neighbour.user.pk)] = Counts(0, 1, 0, date(2026, 11, 18))

    def calendar(county: RegionCode, on: date) -> WorkCalendar:
        closed = {MONDAY} if str(county) == "990101000000" else set()
        return WorkCalendar(off=closed)

    monkeypatch.setattr(Ports, "calendar", staticmethod(calendar))
    assert digest.make_if_due(at=moment("08:30")) == 1
    assert text_of(cast.township.scope) == []
    assert len(text_of(cast.neighbour.scope)) == 1


@pytest.mark.django_db
def test_whoever_is_gone_gets_none(cast: Cast, waiting: dict[str, Counts]) -> None:
    waiting[str(cast.public.user.pk)] = Counts(1, 0, 0, MONDAY)
    User.objects.filter(pk=cast.township.user.pk).update(is_active=False)
    assert digest.make_if_due(at=moment("08:30")) == 0


@pytest.mark.django_db
def test_two_sources_are_counted_together(
    cast: Cast, waiting: dict[str, Counts], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = str(cast.township.user.pk)

    def more(scope: Scope, day: date) -> Mapping[str, Counts]:
        return {user: Counts(0, 3, 1, date(2026, 11, 10))}

    monkeypatch.setattr(Ports, "duties", (*Ports.duties, more))
    digest.make_if_due(at=moment("09:00"))
    assert text_of(cast.township.scope) == [
        "逾期 3 件，今天到期 1 件，三天内到期 3 件；未读消息 0 条；最早的期限11月10日，已过 6 天。"
    ]
