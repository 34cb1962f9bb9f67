"""What is asked of whoever checks a clue (核实要求): what to do, by which ways, whether a photo or
a place belongs to it, whose matter it is, until when.

That is the row of the table of dispatch that was in force when the clue was last handed on, for
the clue as it stands: one that became urgent since is checked as urgent ones are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from bangfu.domains.monitoring.books import CountyBook, book_for
from bangfu.domains.monitoring.domain.proceedings import CLUE
from bangfu.domains.monitoring.lanes import me
from bangfu.domains.monitoring.models import Proceeding, ProceedingStep
from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.columns import is_open
from bangfu.foundation.database.kept import Kept, Slot
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import (
    Book,
    Definition,
    DispatchRow,
    Instance,
    Offer,
    Proof,
    StepDef,
    Terms,
)
from bangfu.procedures.dispatch import CLOCK
from bangfu.procedures.model import Fact
from bangfu.standards import columns as classes

# The facts of a check that a row rules, and the paper that a photo is kept as.
WAY, PLACE, PHOTO = "check_way", "check_place", "check_photo"
CHECK, PREPARE = "CLUE_CHECK", "CASE_PREPARE"
HANDING_ON = ("DISPATCH", "REASSIGN")
_HANDED_ON = Kept(
    lambda: (
        ProceedingStep.objects.filter(proceeding_id=Slot("row"), step__in=HANDING_ON)
        .order_by("-at")
        .values_list("at")[:1]
    )
)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a check that is on file, and whether the reader may open it."""

    id: UUID
    no: str
    at: datetime
    by: str
    can_open: bool


@dataclass(frozen=True, slots=True)
class Errand:
    """The row by which a clue is checked, and the photos of the check, oldest first, which open
    for a stated purpose alone with `needs_purpose`."""

    row: DispatchRow
    photos: tuple[Photo, ...]
    needs_purpose: bool


def row_in(book: Book, row: Proceeding, on: date) -> DispatchRow | None:
    """Return the row of the table in force on a day that answers for a clue; None for what is no
    clue, and in a pack without a table."""
    if row.procedure != CLUE or not book.tables:
        return None
    table = book.dispatch(row.region_code, on)
    return table.for_(Severity(row.severity).name, row.risk, row.source)


def row_of(row: Proceeding, at: datetime, scope: Scope | None = None) -> DispatchRow | None:
    """Return the row by which a clue is checked that was handed on at an instant; `scope` as
    `books.book_for` takes it."""
    if row.procedure != CLUE:
        return None
    county = book_for(RegionCode(row.region_code), at, scope)
    return row_in(county.book, row, local_day(at))


def rows_of(found: Collection[Proceeding], at: datetime, scope: Scope) -> dict[UUID, DispatchRow]:
    """Return the rows by which clues of one county are checked, by clue; inside the `activate` of
    `scope`. One query for all of them, and one for each day on which some were handed on."""
    clues = [one for one in found if one.procedure == CLUE]
    if not clues:
        return {}
    steps = ProceedingStep.objects.filter(
        proceeding_id__in=[one.id for one in clues], step__in=HANDING_ON
    )
    handed = dict(steps.values_list("proceeding_id").annotate(Max("at")))
    since = {one.id: handed.get(one.id, at) for one in clues}
    county = RegionCode(clues[0].region_code)
    by_day = {local_day(each): each for each in since.values()}
    books = {on: book_for(county, each, scope).book for on, each in by_day.items()}
    rows = {}
    for one in clues:
        on = local_day(since[one.id])
        row = row_in(books[on], one, on)
        if row is not None:
            rows[one.id] = row
    return rows


def errand_of(row: Proceeding, at: datetime, scope: Scope, reader: Scope) -> Errand | None:
    """Return what is asked of whoever checks a clue as a reader is told it, None for what is no
    clue; inside the `activate` of `scope`."""
    found = row_of(row, handed_on_at(row, at), scope)
    needs_purpose = not is_open(reader, classes.DOCUMENT)
    return Errand(found, photos_of(row, reader), needs_purpose) if found else None


def handed_on_at(row: Proceeding, at: datetime) -> datetime:
    """Return when a clue was last handed on, `at` for one that never was; inside `activate`."""
    found = _HANDED_ON.first(row=row.id)
    return found[0] if found else at


def terms_for(
    county: CountyBook,
    definition: Definition,
    row: Proceeding,
    step: str,
    running: Collection[str],
    *,
    at: datetime,
    scope: Scope,
) -> Terms:
    """Return what holds for a step of a proceeding: where it begins the clock of a clue's check,
    that clock is ruled by the limit of its row. `county` is its book at `at`, `running` are the
    clocks that run already; inside `activate`."""
    terms = county.terms(row.region_code)
    clock, known = definition.clocks.get(CLOCK), definition.steps.get(step)
    if row.procedure != CLUE or clock is None or known is None:
        return terms
    begins = CLOCK not in running or CLOCK in known.restarts
    if not begins or definition.target_of(known, row.state) not in clock.runs_in:
        return terms
    since = at if step in HANDING_ON else handed_on_at(row, at)
    # Packs are adopted by months: that of the same month is in force already.
    if Period.containing(local_day(since)) == Period.containing(local_day(at)):
        found = row_in(county.book, row, local_day(since))
    else:
        found = row_of(row, since, scope)
    return terms if found is None else terms.ruling(CLOCK, found.limit)


def concludes(definition: Definition, state: str, step: StepDef) -> bool:
    """Whether a step that brings a check ends the clue."""
    return WAY in step.takes and definition.states[definition.target_of(step, state)].is_end


def asked(
    definition: Definition, instance: Instance, offer: Offer, row: DispatchRow | None
) -> tuple[str, ...]:
    """Return what a check has to bring by its row beyond what the offer asks: the way where the
    one that is known is none of the row's, the place where it is needed."""
    step, facts = offer.step, instance.facts
    if row is None or WAY not in step.takes:
        return ()
    known = facts.get(WAY)
    is_other = known is not None and known not in row.ways
    lacks = row.place is Proof.NEEDED and concludes(definition, instance.state, step)
    wanted = {WAY: is_other, PLACE: lacks and PLACE not in facts and PLACE in step.takes}
    return tuple(name for name, is_so in wanted.items() if is_so and name not in offer.asks)


def narrowed(facts: Mapping[str, Fact], row: DispatchRow | None) -> dict[str, Fact]:
    """Return the facts of a procedure as a form asks for them: the ways of the row alone, and no
    place where it asks for none."""
    found = dict(facts)
    if row is None or WAY not in facts:
        return found
    codes = {code: text for code, text in facts[WAY].codes.items() if code in row.ways}
    found[WAY] = replace(facts[WAY], codes=codes)
    if row.place is Proof.NONE:
        found.pop(PLACE, None)
    return found


def photo_of(definition: Definition, state: str, step: StepDef, row: DispatchRow | None) -> Proof:
    """Return whether a photo belongs to a step: it is needed to conclude, and may be added to
    what is noted on the way."""
    if row is None or WAY not in step.takes or row.photo is Proof.NONE:
        return Proof.NONE
    return row.photo if concludes(definition, state, step) else Proof.ALLOWED


def has_photo(row: Proceeding) -> bool:
    """Return whether a photo of a clue's check is on file; inside `activate`."""
    return bool(row.papers.filter(paper=PHOTO).exists())


def photos_of(row: Proceeding, reader: Scope) -> tuple[Photo, ...]:
    """Return the photos of a clue's check, oldest first; inside `activate`."""
    if row.procedure != CLUE:
        return ()
    found = row.papers.filter(paper=PHOTO).order_by("id")
    return tuple(Photo(one.id, one.no, one.at, one.by, may_open(reader, row, one)) for one in found)


def may_open(reader: Scope, row: Proceeding, photo: CasePaper) -> bool:
    """Return whether a reader may open a photo of a clue's check: by the post that prepares cases,
    or by duty; inside `activate`."""
    return reader.allows(PREPARE) or opens_by_duty(reader, row, photo)


def opens_by_duty(reader: Scope, row: Proceeding, paper: CasePaper | None) -> bool:
    """Return whether a reader opens a paper because of his duty alone: a photo that he added
    himself to the check of a clue whose handler he is; inside `activate`."""
    if paper is None or paper.paper != PHOTO or reader.allows(PREPARE):
        return False
    asking = me(reader)
    if asking is None or paper.by_id != reader.actor.id or not reader.allows(CHECK):
        return False
    return bool(row.handlers.filter(user_id=asking, until__isnull=True).exists())
