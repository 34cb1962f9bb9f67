"""What a case knows, read by fact: days, texts, counts, people by name, codes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.foundation.accounts.naming import names_of
from bangfu.procedures import Definition, Value


@dataclass(frozen=True)
class Known:
    """The facts of a case with the names of the people in them; None for what is not known."""

    facts: Mapping[str, Value]
    definition: Definition | None
    names: Mapping[str, str]

    def day(self, name: str) -> date | None:
        """Return a day."""
        value = self.facts.get(name)
        return value if isinstance(value, date) else None

    def text(self, name: str) -> str | None:
        """Return a text or the number of a document."""
        value = self.facts.get(name)
        return value if isinstance(value, str) and value else None

    def count(self, name: str) -> int | None:
        """Return a number."""
        value = self.facts.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        """Return yes or no."""
        value = self.facts.get(name)
        return value if isinstance(value, bool) else None

    def people(self, name: str) -> tuple[str, ...]:
        """Return people by their names."""
        value = self.facts.get(name)
        named = value if isinstance(value, tuple) else ()
        return tuple(self.names.get(one, one) for one in named)

    def word(self, name: str) -> str | None:
        """Return a code in the Chinese words of the procedure."""
        code = self.text(name)
        fact = self.definition.facts.get(name) if self.definition else None
        found = fact.codes.get(code) if fact and code else None
        return found.zh if found else code

    def said(self, name: str) -> str | None:
        """Return a flag in the words that a form ticks."""
        value = self.flag(name)
        return None if value is None else YES if value else NO


YES, NO = "是", "否"


def known_of(facts: Mapping[str, Value], definition: Definition | None) -> Known:
    """Return facts with the names of the accounts that they name; one query."""
    wanted = set(_accounts(facts.values()))
    names = {str(user): name for user, name in names_of(wanted).items()}
    return Known(facts, definition, names)


def _accounts(values: Iterable[Value]) -> Iterable[UUID]:
    for value in values:
        for one in value if isinstance(value, tuple) else ():
            try:
                yield UUID(one)
            except ValueError:
                continue
