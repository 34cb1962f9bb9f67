"""What the database is told of a scope, statement by statement, and who may be told what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bangfu.foundation.access import roles, scopes
from bangfu.foundation.database import scope_keys
from bangfu.foundation.database.context import NOTHING, Context, enter
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import NotAllowed, Refused
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN

ACTOR = Actor("USER", "jia", "甲")
WORDS = ["990101000000", "990101:", "jia"]


class Cursor:
    """A connection's cursor that knows a signing key, or none."""

    def __init__(self, challenge: str = "17:ab", *, is_known: bool = True, more: str = "") -> None:
        self.challenge, self.is_known, self.more = challenge, is_known, more
        self.asked: list[tuple[str, Any]] = []
        self.answer: tuple[Any, ...] = ()

    def execute(self, query: str, values: Any = None) -> None:
        """Note the statement and make its answer ready, as the functions in `rls` would."""
        self.asked.append((query, values))
        if query == "SELECT bangfu_challenge()":
            self.answer = (self.challenge, "not this one")
            return
        lower, upper, user, signature = values
        signed = scope_keys.get().sign(":".join([self.challenge, lower, upper, user]))
        holds = self.is_known and signature == signed
        self.answer = (
            *values,
            (lower + self.more or None) if holds else None,
            (user + self.more or None) if holds else None,
        )

    def fetchone(self) -> tuple[Any, ...]:
        """Return the answer of the last statement."""
        return self.answer


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(scope_keys.VARIABLE, str(tmp_path / "scope.json"))


def test_the_challenge_is_asked_for_once_and_signed_with_the_words() -> None:
    cursor = Cursor()
    assert enter(cursor, Context(*WORDS)) == "17:ab"
    assert [values for _, values in cursor.asked] == [
        None,
        [*WORDS, scope_keys.get().sign("17:ab:990101000000:990101::jia")],
    ]
    assert enter(cursor, Context(*WORDS), "17:ab") == "17:ab"
    assert len(cursor.asked) == 3


@pytest.mark.parametrize(
    "words", [["990101000000", "990101:", ""], ["", "", "jia"], ["a", "z", "Z"]]
)
def test_a_region_or_a_user_alone_is_a_context_too(words: list[str]) -> None:
    cursor = Cursor()
    assert enter(cursor, Context(*words)) == "17:ab"
    assert cursor.asked[-1][1][:3] == words


def test_nothing_is_told_without_a_signature_and_keeps_the_challenge() -> None:
    cursor = Cursor()
    assert enter(cursor, NOTHING, "17:ab") == "17:ab"
    assert enter(cursor, Context(), "") == ""
    assert [values for _, values in cursor.asked] == [["", "", "", ""]] * 2


@pytest.mark.parametrize("words", [WORDS, ["", "", "jia"], ["990101000000", "990101:", ""]])
def test_a_context_that_the_database_does_not_take_is_refused(words: list[str]) -> None:
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY"):
        enter(Cursor(is_known=False), Context(*words))
    # A challenge of an earlier transaction.
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY"):
        enter(Cursor(), Context(*words), "16:ab")
    # Functions that give another place or another user back.
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY"):
        enter(Cursor(more="0"), Context(*words))


@dataclass
class Held:
    """A post."""

    role: str = "COUNTY_OFFICER"
    region_code: str = str(YUNXI)
    department: str = ""


def test_a_scope_holds_what_the_post_the_command_or_the_job_gives() -> None:
    post = scopes.scope_for_post(Held(), ACTOR)
    assert (post.region, post.actor) == (YUNXI, ACTOR)
    assert post.permissions == roles.permissions("COUNTY_OFFICER")
    for made, kind in (
        (scopes.command_scope(YUNXI, "甲"), "COMMAND"),
        (scopes.system_scope(YUNXI, "甲"), "SYSTEM"),
    ):
        assert (made.region, made.permissions) == (YUNXI, roles.all_permissions())
        assert made.actor == Actor(kind, f"{kind.lower()}:甲", "甲")  # type: ignore[arg-type]
    for given, kept in (({"EXPORT", "SEE_ALL"}, {"EXPORT"}), (set(), set())):
        job = scopes.restored_scope(YUNXI, frozenset(given), ACTOR)
        assert (job.region, job.permissions, job.actor) == (YUNXI, kept, ACTOR)


def test_a_scope_is_of_a_department_where_the_role_is() -> None:
    of_health = scopes.scope_for_post(Held("DEPARTMENT_USER", department="HEALTH"), ACTOR)
    assert of_health.department == "HEALTH"
    # An officer's post of a department is of all datasets still.
    assert scopes.scope_for_post(Held(department="HEALTH"), ACTOR).department is None


def test_a_scope_is_narrowed_to_a_place_inside_it_alone() -> None:
    scope = scopes.restored_scope(YUNXI, frozenset({"EXPORT"}), ACTOR)
    town = scopes.narrowed(scope, YUNXI_TOWN)
    assert (town.region, town.permissions, town.actor) == (YUNXI_TOWN, {"EXPORT"}, ACTOR)
    assert scopes.narrowed(scope, YUNXI) == scope
    for place in (SHIQIAO, RegionCode("990100000000")):
        with pytest.raises(NotAllowed, match="E-ACCESS-REGION"):
            scopes.narrowed(scope, place)


class Query:
    """Keeps what it is filtered by."""

    def __init__(self) -> None:
        self.conditions: dict[str, str] = {}

    def filter(self, **conditions: str) -> Any:
        """Note the conditions."""
        self.conditions = conditions
        return self


def test_the_applications_filter_is_the_half_open_range_of_the_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scopes.settings, "BANGFU_SCOPE_FILTER", True)
    scope = scopes.restored_scope(YUNXI, frozenset(), ACTOR)
    query: Any = Query()
    scopes.in_scope(query, scope)
    assert query.conditions == {
        "region_code__gte": "990101000000",
        "region_code__lt": "990101:",
    }
    scopes.in_scope(query, scope, "post__region_code")
    assert list(query.conditions) == ["post__region_code__gte", "post__region_code__lt"]
    monkeypatch.setattr(scopes.settings, "BANGFU_SCOPE_FILTER", False)
    off: Any = Query()
    assert scopes.in_scope(off, scope) is off
    assert off.conditions == {}
