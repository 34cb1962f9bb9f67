"""The book of procedures that holds for a county, and what its time limits are there.

A county's procedures, limits and local days come with its rule pack: the national one, or the one
that it adopted. Packs are kept by the hash of their content, so a book read once stays right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.screening.packs import pack_in_force
from bangfu.engine.packs.procedures import load_procedures
from bangfu.foundation.access.roles import all_permissions
from bangfu.foundation.access.scopes import system_scope
from bangfu.kernel.errors import Conflict
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Book, Definition, Terms

_PLACES_KEPT = 2_048


@dataclass(frozen=True)
class CountyBook:
    """A county's book with the hash of the pack that it comes from."""

    pack_hash: str
    folder: Path
    book: Book

    def terms(self, region_code: str) -> Terms:
        """Return what holds in a place of the county."""
        return _terms(self.pack_hash, self.folder, region_code)


def book_for(county: RegionCode, at: datetime, scope: Scope | None = None) -> CountyBook:
    """Return the book in force for the county of a place on the day of an instant.

    Above counties it is the national one. `scope` is that of the caller's transaction: where it
    lies in the county, whose adoption everybody there may read, nothing else has to be signed.
    """
    day = local_day(at)
    place = county.county if county.level > COUNTY else county
    asking = scope
    if scope is None or scope.region.level < COUNTY or scope.region.county != place:
        asking = system_scope(place, "monitoring.books")
    assert asking is not None, "one of both"
    pack, _ = pack_in_force(asking, place, Period.containing(day))
    return CountyBook(pack.hash, pack.path, _book(pack.hash, pack.path))


@lru_cache(maxsize=16)
def _book(pack_hash: str, folder: Path) -> Book:
    return load_procedures(folder, all_permissions())


@lru_cache(maxsize=_PLACES_KEPT)
def _terms(pack_hash: str, folder: Path, region_code: str) -> Terms:
    return _book(pack_hash, folder).terms(region_code)


def definition_of(book: Book, row: Proceeding) -> Definition:
    """Return the version that a proceeding runs by, unchanged since it was opened.

    Raises Conflict E-MONITORING-VERSION.
    """
    for each in book.definitions:
        if (each.id, each.version, each.digest) == (row.procedure, row.version, row.digest):
            return each
    raise Conflict("E-MONITORING-VERSION", no=row.no, version=row.version)
