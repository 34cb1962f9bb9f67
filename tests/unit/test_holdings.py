"""Where ciphertext lies, and whether there is any, asked of a catalogue that is a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from bangfu.foundation.crypto import holdings
from bangfu.foundation.crypto.holdings import HEX, ColumnHolding, Holding, JsonHolding
from tests.rotation_kit import FACTS, PHONE, Store

SEALED = {"deep": [{"phone": b"sealed".hex()}]}
OPEN = {"phone": "", "other": b"sealed".hex()}


class Catalogue:
    """Tables by name, with the values of their one column; it notes what it is asked."""

    def __init__(self, **tables: list[Any]) -> None:
        self.tables = tables
        self.asked: list[str] = []
        self.rows: list[tuple[Any, ...]] = []

    def cursor(self) -> Catalogue:
        """Return itself: one statement at a time."""
        return self

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def execute(self, query: Any) -> None:
        """Make the rows of the answer ready."""
        text = query if isinstance(query, str) else query.as_string(None)
        self.asked.append(text)
        if "pg_tables" in text:
            self.rows = [(name, "not this") for name in self.tables]
            return
        name = next(name for name in ("person", "act") if f'"{name}"' in text)
        values = self.tables[name]
        if text.startswith("SELECT EXISTS"):
            self.rows = [(any(value is not None for value in values), "not this")]
        else:
            self.rows = [(value, "not this") for value in values]

    def fetchone(self) -> tuple[Any, ...]:
        """Return the first row."""
        return self.rows[0]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self.rows


class Bare(Store):
    """A store that holds nothing."""

    def is_filled(self) -> bool:
        """Nothing is there."""
        return False


def asking(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue, *stores: Store) -> bool:
    """Ask whether the catalogue or the stores hold ciphertext, by the system in the nation."""
    scopes = []

    @contextmanager
    def activate(scope: Any) -> Iterator[None]:
        scopes.append((str(scope.region), scope.actor.id))
        yield

    named: list[Holding] = [FACTS, PHONE]
    monkeypatch.setattr(holdings, "activate", activate)
    monkeypatch.setattr(holdings, "connections", {"default": catalogue})
    monkeypatch.setattr(holdings, "list_holdings", lambda: named)
    monkeypatch.setattr(holdings, "list_stores", lambda: list(stores))
    found = holdings.holds_ciphertext()
    assert scopes == [("000000000000", "system:crypto")]
    return found


@pytest.mark.parametrize(
    ("tables", "holds"),
    [
        ({}, False),
        ({"person": [], "act": []}, False),
        ({"person": [None, None], "act": [OPEN, {}, [], None]}, False),
        ({"person": [None, b"sealed"], "act": []}, True),
        ({"person": [], "act": [OPEN, SEALED]}, True),
        ({"act": [SEALED]}, True),
        ({"person": [b"sealed"]}, True),
    ],
)
def test_what_is_encrypted_is_found_in_columns_and_in_json(
    monkeypatch: pytest.MonkeyPatch, tables: dict[str, list[Any]], holds: bool
) -> None:
    assert asking(monkeypatch, Catalogue(**tables)) is holds


def test_a_table_that_is_not_made_yet_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalogue(act=[])
    assert not asking(monkeypatch, catalogue)
    assert len(catalogue.asked) == 2
    assert catalogue.asked[-1] == 'SELECT "facts" FROM "act" LIMIT 2000'


@pytest.mark.parametrize(
    ("tables", "store", "holds"),
    [
        ({"files": []}, Store(), True),
        ({"files": []}, Bare(), False),
        # Its table is not made yet, so that it can hold nothing.
        ({"person": []}, Store(), False),
    ],
)
def test_a_store_beside_the_database_is_asked_when_its_table_is_there(
    monkeypatch: pytest.MonkeyPatch, tables: dict[str, list[Any]], store: Store, holds: bool
) -> None:
    assert asking(monkeypatch, Catalogue(**tables), Bare(), store) is holds


def model(table: str, key: Any, *fields: Any) -> Any:
    """A model as Django describes it."""
    about = SimpleNamespace(pk=key, db_table=table, concrete_fields=list(fields))
    return SimpleNamespace(_meta=about)


def test_encrypted_columns_of_all_models_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    phone = SimpleNamespace(column="phone", is_encrypted=True)
    asked = []

    def key(kind: str | None) -> Any:
        return SimpleNamespace(column="no", rel_db_type=lambda connection: kind)

    def get_models(*, include_auto_created: bool = False) -> list[Any]:
        asked.append(include_auto_created)
        return [
            model("second", key(None), SimpleNamespace(column="name"), phone),
            model("keyless", None, phone),
            model("first", key("bigint"), phone, SimpleNamespace(column="x", is_encrypted=False)),
        ]

    monkeypatch.setattr(holdings, "apps", SimpleNamespace(get_models=get_models))
    monkeypatch.setattr(holdings, "connections", {"default": object()})
    monkeypatch.setattr(holdings, "_in_json", {FACTS.name: FACTS})
    assert holdings.list_holdings() == [
        FACTS,
        ColumnHolding("first", "no", "bigint", "phone"),
        ColumnHolding("second", "no", "uuid", "phone"),
    ]
    assert asked == [True]


def test_what_an_app_names_is_kept_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdings, "_in_json", {})
    monkeypatch.setattr(holdings, "_stores", {})
    names = frozenset({"phone", "names"})
    holdings.add("act", "facts", names, HEX)
    holdings.add("act", "facts", names, HEX, key="no", key_type="integer")
    assert list(holdings._in_json.values()) == [FACTS]
    holdings.add("log", "words", names, HEX)
    assert holdings._in_json["log.words"] == JsonHolding("log", "id", "uuid", "words", names, *HEX)
    last, first = Store(), Bare()
    last.name, first.name = "z", "a"
    holdings.add_store(last)
    holdings.add_store(first)
    assert holdings.list_stores() == [first, last]
