"""What is read out of a mapping of a pack, and what is said when it is not as it should be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.types import Kind, Type
from bangfu.engine.errors import FormulaError
from bangfu.engine.packs.model import Indicator
from bangfu.engine.rules.nodes import Node
from bangfu.engine.rules.parser import parse
from bangfu.engine.rules.rule import Source, Text
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.region import RegionCode

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{1,60}")
_STATUSES = ("verified", "unverified")
UNITS = ("household", "person")
Made = TypeVar("Made")


class Bad(Exception):
    """One thing wrong at one place of a mapping; `at` is a position in the text there."""

    def __init__(self, code: str, where: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.where, self.params = code, where, params
        self.at: int | None = None


class SeveralBad(Exception):
    """Everything that is wrong with one mapping."""

    def __init__(self, found: Sequence[Bad]) -> None:
        super().__init__(str(len(found)))
        self.found = tuple(found)


class Gather:
    """Lets the keys of a mapping be read one after the other, keeping what is wrong with each."""

    def __init__(self) -> None:
        self._found: list[Bad] = []

    def __call__(self, make: Callable[[], Made], otherwise: Made) -> Made:
        """Return what is made; where it is refused, `otherwise`, which `end` keeps from use."""
        try:
            return make()
        except Bad as bad:
            self._found.append(bad)
            return otherwise

    def end(self) -> None:
        """Raise SeveralBad if anything was refused."""
        if self._found:
            raise SeveralBad(self._found)


@dataclass(frozen=True)
class Names:
    """What formulas of a pack may refer to."""

    catalog: Catalog
    thresholds: Mapping[str, Type] = field(default_factory=dict)
    indicators: Mapping[str, Indicator] = field(default_factory=dict)

    def formula(self, text: Any, where: str, unit: str, want: Kind | None) -> Node:
        """Read a formula; what is wrong with it is told with its place."""
        nodes = {name: item.formula for name, item in self.indicators.items()}
        try:
            return parse(
                str(text),
                columns=self.catalog,
                unit=unit,
                thresholds=self.thresholds,
                indicators=nodes,
                want=want,
            )
        except FormulaError as error:
            bad = Bad(error.code, where, **error.params)
            bad.at = error.at
            raise bad from error


def only(values: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    """Refuse keys that mean nothing here."""
    for key in values:
        if key not in set(allowed):
            raise Bad("E-PACK-KEY", f"{where}{key}", allowed=", ".join(sorted(allowed)))


def identifier(values: Mapping[str, Any], where: str) -> str:
    """Return `id`: lower-case letters, digits and underscores."""
    found = str(values.get("id", ""))
    if not _IDENTIFIER.fullmatch(found):
        raise Bad("E-PACK-ID", where, id=found)
    return found


def text(values: Mapping[str, Any], key: str, where: str) -> Text:
    """Return {zh, en} under `key`; both are needed."""
    found = values.get(key)
    if not isinstance(found, Mapping) or not found.get("zh") or not found.get("en"):
        raise Bad("E-PACK-TEXT", f"{where}{key}", key=key)
    only(found, ("zh", "en"), f"{where}{key}.")
    return Text(str(found["zh"]), str(found["en"]))


def source(values: Mapping[str, Any], where: str) -> Source:
    """Return `source`: a document, its article, verified or unverified."""
    found = values.get("source")
    if not isinstance(found, Mapping) or not found.get("document"):
        raise Bad("E-PACK-SOURCE", f"{where}source")
    only(found, ("document", "article", "status"), f"{where}source.")
    if found.get("status") not in _STATUSES:
        raise Bad("E-PACK-STATUS", f"{where}source.status", status=str(found.get("status")))
    return Source(str(found["document"]), str(found["status"]), str(found.get("article", "")))


def day(values: Mapping[str, Any], key: str, where: str, *, needed: bool) -> date | None:
    """Return a date; 2026-02-30 is refused, and so is none where one is needed."""
    found = values.get(key)
    if found is None and not needed:
        return None
    if isinstance(found, str):
        try:
            found = date.fromisoformat(found)
        except ValueError as error:
            raise Bad("E-PACK-DATE", f"{where}{key}", value=found) from error
    if not isinstance(found, date):
        raise Bad("E-PACK-DATE", f"{where}{key}", value="" if found is None else str(found))
    return found


def interval(values: Mapping[str, Any], where: str) -> tuple[date, date | None]:
    """Return valid_from and valid_to (last day, optional), in order."""
    start = day(values, "valid_from", where, needed=True)
    end = day(values, "valid_to", where, needed=False)
    assert start is not None
    if end is not None and end < start:
        raise Bad("E-PACK-DATE", f"{where}valid_to", value=str(end))
    return start, end


def read_region(values: Mapping[str, Any], where: str = "") -> str:
    """Return the significant digits of `region`, "" where it is not written."""
    if "region" not in values:
        return ""
    written = str(values["region"])
    try:
        found = RegionCode.parse(written)
    except BangfuError as error:
        raise Bad("E-PACK-REGION", f"{where}region", region=written) from error
    return "" if found.level == 0 else found.prefix
