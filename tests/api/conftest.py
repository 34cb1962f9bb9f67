"""A small country with households in two counties, for the tests of the interface.

云溪县 has three households in two towns; 石桥县 has two, full of canaries: strings that nobody
outside 石桥县 may ever receive a byte of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from bangfu.domains.registry.models import Household, Membership, Person, Source
from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.models import Run
from bangfu.domains.screening.publishing import publish_hints
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7
from tests import standing_kit
from tests.cast import SHIQIAO, YUNXI, Cast, Player
from tests.offices_kit import Offices, make_offices

NOW = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
AS_OF = date(2026, 10, 31)
PERIOD = "2026-10"

# 石桥县 only. The numbers are valid by GB 11643.
CANARIES = ("卡那瑞", "KANARUI-REASON", "H990102", "卡那瑞村来源", "990102197001020")
CANARY_ID = "99010219700102003X"


@dataclass
class World:
    """Who acts, and what stands in the database."""

    cast: Cast
    households: dict[str, UUID] = field(default_factory=dict)
    runs: dict[str, UUID] = field(default_factory=dict)

    def client(self, player: Player) -> Client:
        """Return a signed-in client of a player."""
        client = Client(raise_request_exception=False)
        client.force_login(player.user)
        return client


def id_number(county: str, serial: int, born: str = "19700102") -> str:
    """Return a valid ID number of a county."""
    body = f"{county}{born}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def add_household(
    source: Source, number: str, village: str, head: str, pinyin: str, serial: int, **facts: Any
) -> UUID:
    """Add a household of one person."""
    stamp = {"source": source, "as_of": AS_OF, "recorded_at": NOW}
    household = Household.objects.create(
        region_code=village,
        household_no=number,
        head_name=head,
        head_pinyin=pinyin,
        head_initials=pinyin[:1],
        member_count=1,
        **stamp,
        **facts,
    )
    card = id_number(village[:6], serial)
    person = Person.objects.create(
        region_code=village,
        name=head,
        id_number=card,
        id_token=person_token(card),
        birth_on=date(1970, 1, 2),
        sex="MALE",
        **stamp,
    )
    Membership.objects.create(
        region_code=village,
        household=household,
        person=person,
        relation="HEAD",
        from_on=date(2020, 1, 1),
        **stamp,
    )
    return household.id


def add_source(county: RegionCode, label: str) -> Source:
    """Add a committed file."""
    return Source.objects.create(
        region_code=str(county),
        kind="FILE",
        label=label,
        as_of=AS_OF,
        committed_at=NOW,
        committed_by="tests",
    )


def publish(county: RegionCode, rows: list[tuple[Any, ...]], period: str = PERIOD) -> UUID:
    """Publish a run of a county without the engine."""
    run_id = uuid7()
    changes = publish_hints(
        rows, region=county, period=Period(period), next_period=None, run_id=run_id, at=NOW
    )
    Run.objects.create(
        id=run_id,
        region_code=str(county),
        period=period,
        pack="national",
        pack_version="1",
        pack_hash="0" * 64,
        inputs_hash="1" * 64,
        result_hash="2" * 64,
        households=len(rows),
        persons=len(rows),
        hints={},
        new=changes.new,
        changed=changes.changed,
        gone=changes.gone,
        folder=f"{county.prefix}/{period}/{run_id}",
        started_at=NOW,
        finished_at=NOW,
        created_by="tests",
    )
    return run_id


def build(cast: Cast) -> World:
    """Fill both counties."""
    world = World(cast)
    with activate(command_scope(YUNXI, "tests")):
        source = add_source(YUNXI, "云溪县名册.xlsx")
        homes = (
            ("H9901010001", "990101101201", "王大山", "wangdashan", 1, "LIFTED"),
            ("H9901010002", "990101101202", "李小溪", "lixiaoxi", 2, "ORDINARY"),
            ("H9901010003", "990101102201", "赵石门", "zhaoshimen", 3, "LIFTED"),
        )
        for number, village, head, pinyin, serial, kind in homes:
            world.households[number] = add_household(
                source, number, village, head, pinyin, serial, household_type=kind
            )
        ids = world.households
        world.runs["yunxi"] = publish(
            YUNXI,
            [
                hint(ids["H9901010001"], "990101101201", Severity.URGENT, "自付 21,300 元", "a"),
                hint(ids["H9901010002"], "990101101202", Severity.NONE),
                hint(ids["H9901010003"], "990101102201", Severity.ATTENTION, "住房C级", "b"),
            ],
        )
    with activate(command_scope(SHIQIAO, "tests")):
        source = add_source(SHIQIAO, "卡那瑞村来源.xlsx")
        for serial, number in enumerate(("H9901020001", "H9901020002"), start=3):
            world.households[number] = add_household(
                source,
                number,
                "990102101201",
                f"卡那瑞{serial}",
                f"kanarui{serial}",
                serial,
                household_type="LIFTED",
            )
        world.runs["shiqiao"] = publish(
            SHIQIAO,
            [
                hint(
                    world.households[number], "990102101201", Severity.URGENT, "KANARUI-REASON", "a"
                )
                for number in ("H9901020001", "H9901020002")
            ],
        )
    return world


def hint(household: UUID, village: str, severity: Severity, reason: str = "", *fired: str) -> tuple:
    """Return a row as a run publishes it."""
    return (household, village, int(severity), reason, reason, list(fired), [])


@pytest.fixture
def world(cast: Cast) -> World:
    """The cast in a filled country."""
    made: World | None = standing_kit.made("world")
    return World(cast, {**made.households}, {**made.runs}) if made else build(cast)


@pytest.fixture
def jia(world: World) -> Client:
    """甲, county officer of 云溪县, signed in."""
    return world.client(world.cast.county)


@pytest.fixture
def bing(world: World) -> Client:
    """丙, county officer of 石桥县, signed in."""
    return world.client(world.cast.neighbour)


@pytest.fixture
def get(jia: Client) -> Callable[..., Any]:
    """GET as 甲, expecting 200, and return the JSON."""

    def call(path: str, **query: Any) -> Any:
        response = jia.get(f"/api/v1{path}", query)
        assert response.status_code == 200, response.content.decode()
        return response.json()

    return call


@pytest.fixture
def offices(cast: Cast) -> Offices:
    """云溪县's administrators, signed in, and one of 石桥县; see `tests/offices_kit.py`."""
    return make_offices()
