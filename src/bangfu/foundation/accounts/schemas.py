"""Wire shapes of the session."""

from __future__ import annotations

from datetime import date
from typing import Literal

from bangfu.foundation.http.schemas import RegionRef, Schema


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


class PasswordOut(Schema):
    """CHANGE: it must be changed before anything else; ENDING: it ends on `due_on`, soon."""

    state: Literal["VALID", "ENDING", "CHANGE"]
    due_on: date | None


class SessionOut(Schema):
    """Who is signed in, in which posts, and what the active post may do.

    `second_factor`: REQUIRED when the user has one that this session has not used, ENROL when
    there is none yet; in both cases, and when the password must change, no post is active.
    """

    user: UserOut
    posts: list[PostOut]
    active_post_id: str | None
    permissions: list[str]
    is_demo: bool
    latest_period: str | None
    second_factor: Literal["NOT_NEEDED", "DONE", "REQUIRED", "ENROL"]
    password: PasswordOut


class PostIn(Schema):
    """The post to act in from now on."""

    post_id: str


class LanguageIn(Schema):
    """The language of the user's screens."""

    language: Literal["zh", "en"]
