"""The inbox: one's own messages, in one's own language, and nobody else's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from bangfu.foundation import notifications
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.notifications.models import Message
from tests.cast import AT, YUNXI_TOWN, Cast, Player

PATH = "/api/v1/messages"
JSON = "application/json"


def client_of(player: Player) -> Client:
    """A signed-in client of a player."""
    client = Client(raise_request_exception=False)
    client.force_login(player.user)
    return client


def tell(cast: Cast, player: Player, count: int = 1) -> None:
    """Write so many messages to a player, as 甲."""
    scope = cast.county.scope
    assert scope is not None
    with activate(scope):
        for number in range(1, count + 1):
            notifications.notify(
                scope=scope,
                at=AT,
                users=[player.user.pk],
                subject="monitoring.escalated",
                params={
                    "number": f"XS2026-{number:06d}",
                    "level": "TOWNSHIP",
                    "due_on": date(2026, 11, 6),
                },
                link="/proceedings/1",
                region=YUNXI_TOWN,
            )


def get(client: Client, **query: Any) -> dict[str, Any]:
    answer = client.get(PATH, query)
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.django_db
def test_a_message_reads_in_the_readers_language(cast: Cast) -> None:
    tell(cast, cast.township)
    client = client_of(cast.township)
    chinese = get(client)["items"][0]
    english = client.get(PATH, headers={"Accept-Language": "en"}).json()["items"][0]
    assert chinese["title"] == "逾期上报"
    assert chinese["text"] == ("办件 XS2026-000001 应在11月6日前由乡镇办理，逾期未办，请督促。")
    assert english["text"].startswith("Case XS2026-000001 was due on 6 November at the township")
    assert chinese["link"] == "/proceedings/1"
    assert chinese["read_at"] is None


@pytest.mark.evidence("T2", "F56")
@pytest.mark.django_db
def test_f56_the_neighbour_the_county_above_and_the_auditor_see_nothing_of_it(cast: Cast) -> None:
    tell(cast, cast.township, 2)
    for other in (cast.county, cast.neighbour, cast.cadre, cast.auditor):
        client = client_of(other)
        found = get(client)
        assert (found["items"], found["unread"]) == ([], 0)
        assert client.get(f"{PATH}/unread").json() == {"unread": 0}
    assert client_of(cast.public).get(PATH).status_code == 403
    assert Client().get(PATH).status_code == 401


@pytest.mark.django_db
def test_marking_anothers_message_does_nothing_and_says_nothing(cast: Cast) -> None:
    tell(cast, cast.township)
    number = get(client_of(cast.township))["items"][0]["id"]
    for other in (cast.county, cast.neighbour):
        answer = client_of(other).post(f"{PATH}/read", {"ids": [number]}, content_type=JSON)
        unknown = client_of(other).post(
            f"{PATH}/read", {"ids": ["019f0000-0000-7000-8000-000000000000"]}, content_type=JSON
        )
        assert (answer.status_code, answer.json()) == (200, unknown.json()) == (200, {"unread": 0})
    assert get(client_of(cast.township))["unread"] == 1


@pytest.mark.django_db
def test_messages_are_marked_one_by_one_and_all_at_once(cast: Cast) -> None:
    tell(cast, cast.cadre, 3)
    client = client_of(cast.cadre)
    newest = get(client)["items"][0]
    assert newest["text"].startswith("办件 XS2026-000003")
    done = client.post(f"{PATH}/read", {"ids": [newest["id"]]}, content_type=JSON)
    assert done.json() == {"unread": 2}
    assert [one["id"] for one in get(client, unread="true")["items"]] == [
        one["id"] for one in get(client)["items"][1:]
    ]
    assert client.post(f"{PATH}/read-all").json() == {"unread": 0}
    assert all(one["read_at"] for one in get(client)["items"])


@pytest.mark.django_db
def test_pages_follow_each_other_and_a_forged_cursor_is_refused(cast: Cast) -> None:
    tell(cast, cast.cadre, 5)
    client, seen, cursor = client_of(cast.cadre), [], None
    while True:
        page = get(client, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [one["text"][3:16] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"XS2026-{number:06d}" for number in (5, 4, 3, 2, 1)]
    assert client.get(PATH, {"cursor": "forged"}).json()["code"] == "E-API-CURSOR"
    assert client.get(PATH, {"user_id": str(cast.township.user.pk)}).status_code == 400


@pytest.mark.django_db
def test_a_message_about_a_place_of_another_post_is_read_from_this_one(cast: Cast) -> None:
    """The cadre's post is a village's; the message is about the whole town."""
    tell(cast, cast.cadre)
    client = client_of(cast.cadre)
    assert get(client)["unread"] == 1
    assert client.post(f"{PATH}/read-all").json() == {"unread": 0}


@pytest.mark.django_db
def test_without_the_applications_filter_the_database_keeps_others_out(
    cast: Cast, without_filter: None
) -> None:
    tell(cast, cast.township)
    scope = cast.neighbour.scope
    assert scope is not None
    with activate(scope):
        assert not Message.objects.exists()
