"""Who gets a clue: the county's table of dispatch, and who holds its posts today.

The household's paired cadre, the posts of its village, those of its township: all are read once,
whatever the number of clues.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.domains.assistance.selectors import paired_cadre_of
from bangfu.domains.monitoring.books import CountyBook
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import system_scope
from bangfu.foundation.accounts.holders import Holder, list_holders
from bangfu.kernel.region import PREFIX_LENGTHS, TOWN, VILLAGE, RegionCode
from bangfu.procedures import Book
from bangfu.procedures.dispatch import DispatchRow, HandlerKind, Post

_LEVELS = {HandlerKind.VILLAGE_POST: VILLAGE, HandlerKind.TOWNSHIP_POST: TOWN}
# A clue has a few people to do it: of a place with many posts the first, by account.
MOST = 3
_NATIONAL_CADRE = "CLUE_CHECK"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clue that looks for handlers."""

    region_code: str
    household_id: UUID | None
    severity: Severity
    risk: str
    source: str


def department_of(book: Book, row: Proceeding, on: date) -> str:
    """Return the department whose matter a proceeding is by the table of dispatch: that of its
    row, else the one that the table asks about this matter otherwise; "" where it is none's."""
    table = book.dispatch(row.region_code, on)
    found = table.for_(Severity(row.severity).name, row.risk, row.source)
    others = (one.department for one in table.rows if row.risk in one.risks and one.department)
    return found.department or next(others, "")


class Dispatcher:
    """Answers who gets which clue in a county on a day; its reads are made when it is made."""

    def __init__(
        self, county: RegionCode, book: CountyBook, on: date, wanted: Collection[Wanted]
    ) -> None:
        self._book, self._on = book, on
        scope = system_scope(county.county, "monitoring.dispatch")
        households = {one.household_id for one in wanted if one.household_id is not None}
        self._paired: Mapping[UUID, UUID] = paired_cadre_of(scope, households, on)
        self._posts: dict[str, list[Holder]] = {}
        for holder in list_holders(scope, _NATIONAL_CADRE, on, levels=(TOWN, VILLAGE)):
            self._posts.setdefault(holder.region_code, []).append(holder)

    def row_for(self, wanted: Wanted) -> DispatchRow:
        """Return the row of the table that answers for a clue."""
        table = self._book.book.dispatch(wanted.region_code, self._on)
        return table.for_(wanted.severity.name, wanted.risk, wanted.source)

    def handlers_for(self, wanted: Wanted) -> tuple[str, ...]:
        """Return the accounts that a clue goes to; empty where nobody is to be found."""
        table = self._book.book.dispatch(wanted.region_code, self._on)
        row = table.for_(wanted.severity.name, wanted.risk, wanted.source)
        found = self._of_kinds(wanted, row.handlers, table.posts)
        if not found:
            for kind in row.otherwise:
                found = self._of_kinds(wanted, [kind], table.posts)
                if found:
                    break
        return tuple(str(user) for user in dict.fromkeys(found))

    def _of_kinds(
        self, wanted: Wanted, kinds: Sequence[HandlerKind], posts: Mapping[HandlerKind, Post]
    ) -> list[UUID]:
        found: list[UUID] = []
        for kind in kinds:
            if kind is HandlerKind.PAIRED_CADRE:
                cadre = self._paired.get(wanted.household_id) if wanted.household_id else None
                found += [cadre] if cadre else []
            else:
                found += self._holders(wanted.region_code, _LEVELS[kind], posts[kind])
        return found

    def _holders(self, region_code: str, level: int, post: Post) -> list[UUID]:
        """The holders of the first role of a post that somebody has in a place."""
        place = region_code[: PREFIX_LENGTHS[level]].ljust(len(region_code), "0")
        here = self._posts.get(place, [])
        for role in post.roles:
            found = [holder.user_id for holder in here if holder.role == role]
            if found:
                return found[:MOST]
        return []
