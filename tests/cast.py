"""The standing cast: who acts in the tests, in which posts, in which small country.

演示省 990000 › 演示市 990100 › 云溪县 990101 (two towns, two villages each) and its neighbour
石桥县 990102 (one town, one village). Every API test asks what 丙 sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from bangfu.kernel.actor import Actor
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

AT = datetime(2026, 10, 31, 9, 0, tzinfo=UTC)
SINCE = date(2026, 1, 1)
PASSWORD = "a long enough password"

YUNXI = RegionCode("990101000000")
YUNXI_TOWN = RegionCode("990101101000")
YUNXI_VILLAGE = RegionCode("990101101201")
SHIQIAO = RegionCode("990102000000")

REGIONS = (
    ("000000000000", "全国", ""),
    ("990000000000", "演示省", "000000000000"),
    ("990100000000", "演示市", "990000000000"),
    ("990101000000", "云溪县", "990100000000"),
    ("990101101000", "清溪镇", "990101000000"),
    ("990101101201", "上坪村", "990101101000"),
    ("990101101202", "下坪村", "990101101000"),
    ("990101102000", "白石镇", "990101000000"),
    ("990101102201", "石门村", "990101102000"),
    ("990101102202", "石背村", "990101102000"),
    ("990102000000", "石桥县", "990100000000"),
    ("990102101000", "石桥镇", "990102000000"),
    ("990102101201", "桥头村", "990102101000"),
)


@dataclass(frozen=True, slots=True)
class Player:
    """One of the cast: the account, the post held and what it may see. The public has neither."""

    user: Any
    post_id: UUID | None
    actor: Actor
    scope: Scope | None

    @property
    def username(self) -> str:
        """The name to sign in with; the password is PASSWORD."""
        return str(self.user.username)


@dataclass(frozen=True, slots=True)
class Cast:
    """甲 county officer, 乙 township officer in it, 丙 officer of the neighbouring county, a
    paired cadre of one village, an auditor of the county, and somebody of the public."""

    county: Player
    township: Player
    neighbour: Player
    cadre: Player
    auditor: Player
    public: Player


def add_small_country() -> None:
    """Add the places above, or give them their names again; needs nothing but the database."""
    from bangfu.foundation.regions.models import Region

    Region.objects.bulk_create(
        [
            Region(code=code, name=name, level=RegionCode(code).level, parent_code=parent)
            for code, name, parent in REGIONS
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "parent_code"],
    )


def make_cast() -> Cast:
    """Add the places, accounts and posts and return the cast."""
    add_small_country()
    return Cast(
        county=_player("jia", "甲", "COUNTY_OFFICER", YUNXI),
        township=_player("yi", "乙", "TOWNSHIP_OFFICER", YUNXI_TOWN),
        neighbour=_player("bing", "丙", "COUNTY_OFFICER", SHIQIAO),
        cadre=_player("cadre", "结对干部", "PAIRED_CADRE", YUNXI_VILLAGE),
        auditor=_player("auditor", "审计员", "AUDITOR", YUNXI),
        public=_player("public", "群众", None, None),
    )


def give_post(user: Any, role: str, region: RegionCode, **terms: Any) -> UUID:
    """Give a user a post from SINCE on, proposed by one at the terminal, approved by another."""
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.accounts import services

    nation = RegionCode("000000000000")
    if role == "DEPARTMENT_USER":
        terms = {"department": "POLICE", **terms}
    return services.grant_post(
        scope=command_scope(nation, "tests"),
        approver=command_scope(nation, "tests, second person"),
        at=AT,
        user=user,
        role=role,
        region=region,
        **{"valid_from": SINCE, "office": "演示单位", **terms},
    )


def _player(username: str, name: str, role: str | None, region: RegionCode | None) -> Player:
    from bangfu.foundation.access.scopes import command_scope, scope_for_post
    from bangfu.foundation.accounts import selectors, services

    nation = command_scope(RegionCode("000000000000"), "tests")
    user = services.create_user(
        scope=nation,
        at=datetime.now(UTC),
        username=username,
        password=PASSWORD,
        display_name=name,
    )
    actor = selectors.actor_of(user)
    if role is None or region is None:
        return Player(user, None, actor, None)
    post_id = give_post(user, role, region)
    post = next(post for post in selectors.active_posts(user, AT.date()) if post.id == post_id)
    return Player(user, post_id, actor, scope_for_post(post, actor))
