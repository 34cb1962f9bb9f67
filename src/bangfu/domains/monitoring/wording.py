"""What the codes of proceedings mean, by the version that each runs by.

Made anew for a request: a county may adopt another pack between two of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bangfu.domains.monitoring.books import CountyBook, book_for
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.procedures import Definition, Value
from bangfu.procedures.model import Fact, FactType, Text
from bangfu.standards import codelists, errors, marks
from bangfu.standards.departments import find_department


@dataclass(frozen=True, slots=True)
class Label:
    """A word in both languages."""

    zh: str
    en: str


NO_LABEL = Label("", "")


def plain(code: str) -> Label:
    """Return a code as its own label."""
    return Label(code, code)


def lacking(text: Text, language: str) -> str:
    """Return the sentence that says that a fact is missing."""
    return errors.text("E-PROCEDURE-LACK-FACT", {"name": text.said(language)}, language).message


def of_text(text: Text) -> Label:
    """Return a definition's text as a label."""
    return Label(text.zh, text.en)


class Wording:
    """The definitions that proceedings of some counties run by, each county's book read once."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._books: dict[str, CountyBook] = {}

    def book(self, region_code: str) -> CountyBook:
        """Return the book of the county of a place."""
        place = RegionCode(region_code)
        county = place.county if place.level > COUNTY else place
        if str(county) not in self._books:
            self._books[str(county)] = book_for(county, self._at)
        return self._books[str(county)]

    def definition(self, region_code: str, procedure: str, version: str) -> Definition | None:
        """Return a version; None where the county's pack has it no longer."""
        for each in self.book(region_code).book.definitions:
            if (each.id, each.version) == (procedure, version):
                return each
        return None


def procedure_label(definition: Definition | None, code: str) -> Label:
    """Return the name of a procedure."""
    return of_text(definition.title) if definition else plain(code)


def state_label(definition: Definition | None, code: str) -> Label:
    """Return the name of a state; empty for none."""
    state = definition.states.get(code) if definition else None
    return of_text(state.title) if state else plain(code)


def step_label(definition: Definition | None, code: str) -> Label:
    """Return the name of a step, the opening one too, or of what the platform noted itself."""
    if code in marks.words():
        return Label(*marks.words()[code])
    if definition is None:
        return plain(code)
    if definition.opening.name == code:
        return of_text(definition.opening.title)
    step = definition.steps.get(code)
    return of_text(step.title) if step else plain(code)


def clock_label(definition: Definition | None, code: str) -> Label:
    """Return the name of a clock; empty for none."""
    clock = definition.clocks.get(code) if definition else None
    return of_text(clock.title) if clock else plain(code)


def source_label(definition: Definition | None, code: str) -> Label:
    """Return the name of a clue's source; empty for none."""
    fact = definition.facts.get("source") if definition else None
    found = fact.codes.get(code) if fact else None
    return of_text(found) if found else plain(code)


def risk_label(code: str) -> Label:
    """Return the name of a matter; empty for none."""
    entry = codelists.get("matter").by_code(code) if code else None
    return Label(entry.zh, entry.en) if entry else plain(code)


def department_label(code: str) -> Label:
    """Return the name of a department; empty for none."""
    found = find_department(code) if code else None
    return Label(found.zh, found.en) if found else plain(code)


def value_label(fact: Fact | None, value: Value, names: dict[str, str]) -> Label:
    """Return a fact's value in words; people by `names`."""
    if isinstance(value, tuple):
        return plain("、".join(names.get(each, each) for each in value))
    if isinstance(value, bool):
        return Label("是", "Yes") if value else Label("否", "No")
    if fact is not None and fact.type is FactType.CODE and str(value) in fact.codes:
        return of_text(fact.codes[str(value)])
    if fact is not None and fact.name == "department":
        return department_label(str(value))
    return plain(str(value))
