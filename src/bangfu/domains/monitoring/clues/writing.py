"""Writes the clues of a run: numbers, states, clocks, origins, handlers, in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring import numbers
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.clues import bulk_loading
from bangfu.domains.monitoring.clues.bulk_advancing import Walk, advance_many
from bangfu.domains.monitoring.clues.planning import NewClue
from bangfu.domains.monitoring.clues.reading import SCREENING
from bangfu.domains.monitoring.clues.suspicions import Grounds
from bangfu.domains.monitoring.dispatching import Dispatcher, Wanted
from bangfu.domains.monitoring.doers import SYSTEM, system_of
from bangfu.domains.monitoring.domain.proceedings import CLUE, SUSPICION, prefix_of
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding
from bangfu.domains.screening.domain import RunRecord
from bangfu.domains.screening.hits import Hit
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.kernel.workdays import local_day
from bangfu.procedures import (
    Definition,
    Done,
    Refusal,
    Taken,
    Terms,
    Value,
    as_error,
    open_instance,
    take,
)
from bangfu.procedures.dispatch import CLOCK

DISPATCH = "DISPATCH"
# Said with a clue whose hits are gone; what it is about stays with the village to find out.
GONE = "{period} 筛查不再有此提示 · Not found by the screening of {period}"


@dataclass(frozen=True, slots=True)
class Handed:
    """How many of the new clues found somebody, and the first and last of their numbers."""

    dispatched: int
    numbers: tuple[str, ...]


class Writer:
    """Writes what a plan comes to; inside `activate` of the county's scope, its lock held."""

    def __init__(self, scope: Scope, at: datetime, run: RunRecord) -> None:
        self._county = RegionCode(run.region_code)
        self._scope, self._at, self._run = scope, at, run
        self._system = system_of(self._county, "clues")
        self._book = book_for(self._county, at)
        self._definition = self._book.book.in_force(CLUE, local_day(at))

    def suspect(self, new: Sequence[NewClue], grounds: Grounds) -> None:
        """Open suspicions: the village has to hear the households; nothing else is done by us."""
        if not new:
            return
        definition = self._book.book.in_force(SUSPICION, local_day(self._at))
        year = local_day(self._at).year
        given = numbers.reserve(self._county, prefix_of(SUSPICION), year, len(new))
        walks = []
        for clue, no in zip(new, given, strict=True):
            facts = grounds.facts(clue.hits[0])
            done = Done(definition.opening.name, SYSTEM, self._at, facts)
            terms = self._book.terms(clue.home.region_code)
            opened = self._checked(definition, open_instance(definition, done, terms))
            walks.append(Walk(self._row(clue, no, definition), definition, [(opened, facts)]))
        advance_many(walks, scope=self._system, at=self._at)
        self._report(
            (walk.row, hit) for walk, clue in zip(walks, new, strict=True) for hit in clue.hits
        )

    def open(self, new: Sequence[NewClue]) -> Handed:
        """Open the clues and hand them on; one for whom nobody is found waits to be handed on."""
        if not new:
            return Handed(0, ())
        given = numbers.reserve(self._county, prefix_of(CLUE), local_day(self._at).year, len(new))
        wanted = [_wanted(clue) for clue in new]
        dispatcher = Dispatcher(self._county, self._book, local_day(self._at), wanted)
        walks, handed = [], 0
        for clue, no, want in zip(new, given, wanted, strict=True):
            handlers = dispatcher.handlers_for(want)
            terms = self._book.terms(want.region_code)
            terms = terms.ruling(CLOCK, dispatcher.row_for(want).limit)
            walks.append(self._walk(clue, no, handlers, terms))
            handed += bool(handlers)
        advance_many(walks, scope=self._system, at=self._at)
        self._report(
            (walk.row, hit) for walk, clue in zip(walks, new, strict=True) for hit in clue.hits
        )
        return Handed(handed, (given[0], given[-1]))

    def join(self, joined: Mapping[UUID, Sequence[Hit]]) -> None:
        """Add reports to open clues; each becomes as urgent and as closed as they are."""
        rows = {row.id: row for row in Proceeding.objects.filter(id__in=list(joined))}
        raised = []
        for clue, hits in joined.items():
            row = rows[clue]
            classes = sorted({*row.classes, *(one for hit in hits for one in hit.classes)})
            severity = max(row.severity, *(int(hit.severity) for hit in hits))
            if (classes, severity) != (row.classes, row.severity):
                row.classes, row.severity = classes, severity
                raised.append(row)
        bulk_loading.update(Proceeding, raised, ("classes", "severity"))
        self._report((rows[clue], hit) for clue, hits in joined.items() for hit in hits)

    def note_gone(self, gone: Sequence[UUID]) -> None:
        """Note with open clues that the run no longer finds what they rest on."""
        rows = Proceeding.objects.filter(id__in=list(gone)).order_by("id")
        words = GONE.format(period=self._run.period)
        bulk_loading.insert(ClueOrigin, [self._origin(row, words) for row in rows])

    def _walk(self, clue: NewClue, no: str, handlers: tuple[str, ...], terms: Terms) -> Walk:
        definition, at = self._definition, self._at
        facts: dict[str, Value] = {
            "clue_on": local_day(at),
            "source": SCREENING,
            "matter": clue.matter,
        }
        done = Done(definition.opening.name, SYSTEM, at, facts)
        opened = self._checked(definition, open_instance(definition, done, terms))
        steps: list[tuple[Taken, Mapping[str, Value]]] = [(opened, facts)]
        if handlers:
            brought: dict[str, Value] = {"handlers": handlers}
            done = Done(DISPATCH, SYSTEM, at, brought)
            handed = self._checked(definition, take(definition, opened.instance, done, terms))
            steps.append((handed, brought))
        return Walk(self._row(clue, no, definition), definition, steps)

    def _checked(self, definition: Definition, found: Taken | Refusal) -> Taken:
        """What the system does is not refused, unless a county's procedure leaves it out."""
        if isinstance(found, Refusal):
            error: BangfuError = as_error(definition, found, "zh")
            raise error
        return found

    def _row(self, clue: NewClue, no: str, definition: Definition) -> Proceeding:
        zh, en = clue.titles
        return Proceeding(
            id=uuid7(),
            region_code=clue.home.region_code,
            no=no,
            procedure=definition.id,
            version=definition.version,
            digest=definition.digest,
            household_id=clue.household_id,
            household_no=clue.home.household_no,
            head_name=clue.home.head_name,
            source=SCREENING,
            risk=clue.risk,
            title_zh=zh,
            title_en=en,
            classes=clue.classes,
            severity=int(clue.severity),
            period=self._run.period,
            opened_at=self._at,
        )

    def _report(self, reports: Iterable[tuple[Proceeding, Hit]]) -> None:
        rows = [self._origin(row, hit.reason_zh, hit) for row, hit in reports]
        bulk_loading.insert(ClueOrigin, rows)

    def _origin(self, row: Proceeding, words: str, hit: Hit | None = None) -> ClueOrigin:
        return ClueOrigin(
            region_code=row.region_code,
            proceeding=row,
            at=self._at,
            by=self._system.actor.label[:120],
            by_id=self._system.actor.id[:120],
            source=SCREENING,
            words=words,
            reporter="",
            run_id=self._run.id,
            rule_id=hit.rule_id if hit else "",
            facts_digest=hit.digest if hit else "",
            period=self._run.period,
        )


def _wanted(clue: NewClue) -> Wanted:
    return Wanted(clue.home.region_code, clue.household_id, clue.severity, clue.risk, SCREENING)
