"""Wire shapes of the session."""

from __future__ import annotations

from typing import Literal

from ninja import Schema

from bangfu.foundation.http.schemas import RegionRef


class UserOut(Schema):
    """The signed-in user."""

    username: str
    display_name: str
    language: str


class PostRegionOut(RegionRef):
    """The place of a post; level 0 nation … 5 village."""

    level: int


class PostOut(Schema):
    """A post (岗位): a role in a place."""

    id: str
    role: str
    role_zh: str
    role_en: str
    region: PostRegionOut


class SessionOut(Schema):
    """Who is signed in, in which posts, and what the active post may do."""

    user: UserOut
    posts: list[PostOut]
    active_post_id: str | None
    permissions: list[str]
    is_demo: bool
    latest_period: str | None


class PostIn(Schema):
    """The post to act in from now on."""

    post_id: str


class LanguageIn(Schema):
    """The language of the user's screens."""

    language: Literal["zh", "en"]
