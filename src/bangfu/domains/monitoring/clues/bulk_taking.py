"""Takes one step of many clues in the machine, and gathers what it refuses; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import checking, errands, instances, rows
from bangfu.domains.monitoring.books import CountyBook, definition_of
from bangfu.domains.monitoring.clues.bulk_advancing import Walk
from bangfu.domains.monitoring.dispatching import Dispatcher, Wanted
from bangfu.domains.monitoring.doers import doer_of
from bangfu.domains.monitoring.domain.proceedings import CLUE
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock
from bangfu.domains.monitoring.wording import Wording
from bangfu.domains.screening.domain import Severity
from bangfu.kernel.errors import BangfuError, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Done, Refusal, Value, as_error
from bangfu.procedures import take as take_step
from bangfu.standards import errors

FIRST = 5
_ALIKE = "E-CLUES-BULK-ALIKE"


@dataclass(frozen=True, slots=True)
class Refused:
    """A clue with which something cannot be done, and why, in both languages."""

    id: UUID
    no: str
    code: str
    message_zh: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Same:
    """Clues that are refused for one and the same reason, said in one sentence; `nos` are the
    numbers of the first, as many as somebody reads."""

    code: str
    count: int
    message_zh: str
    message_en: str
    nos: tuple[str, ...]


def group_refusals(refused: Sequence[Refused]) -> list[Same]:
    """Return what refusals come to: those that differ in the clue's number alone are one, the
    commonest first."""
    groups: dict[tuple[str, str], list[Refused]] = {}
    for one in refused:
        reason = one.message_zh.replace(one.no, "") if one.no else one.message_zh
        groups.setdefault((one.code, reason), []).append(one)
    found = [_same(group) for group in groups.values()]
    return sorted(found, key=lambda same: -same.count)


def _same(group: Sequence[Refused]) -> Same:
    first, count = group[0], len(group)
    zh, en = first.message_zh, first.message_en
    if count > 1:
        params = {"first_zh": zh, "first_en": en, "count": count}
        zh, en = (errors.text(_ALIKE, params, language).message for language in ("zh", "en"))
    nos = tuple(one.no for one in group[:FIRST] if one.no)
    return Same(first.code, count, zh, en, nos)


class Taker:
    """The clues of an act, locked in one order, with their clocks; inside `activate`.

    Ids of the scope's clues only; others are refused as those that do not exist.
    """

    def __init__(self, scope: Scope, at: datetime, ids: Sequence[UUID]) -> None:
        self._scope, self._at = scope, at
        found = rows.visible(scope).filter(id__in=list(ids), procedure=CLUE)
        self.rows: list[Proceeding] = list(found.order_by("id").select_for_update())
        self.walks: list[Walk] = []
        self.refused: list[Refused] = []
        known = {row.id for row in self.rows}
        for each in ids:
            if each not in known:
                self._refuse(each, "", NotFound("E-MONITORING-NOT-FOUND"))
        self._clocks: dict[UUID, list[ProceedingClock]] = {}
        open_clocks = ProceedingClock.objects.filter(proceeding__in=known, ended_on__isnull=True)
        for clock in open_clocks.order_by("clock"):
            self._clocks.setdefault(clock.proceeding_id, []).append(clock)
        self._facts = {row.id: instances.unseal(row.facts) for row in self.rows}
        self._states = {row.id: row.state for row in self.rows}
        self._wording = Wording(at)

    def expect(self, revisions: Mapping[UUID, int]) -> None:
        """Refuse clues to which something has happened since a revision."""
        moved = [row for row in self.rows if row.revision != revisions[row.id]]
        self.refuse(moved, "E-CLUES-BULK-MOVED")

    def refuse(self, moved: Iterable[Proceeding], code: str) -> None:
        """Refuse some clues for a reason; the others are still looked at."""
        gone = {row.id: row for row in moved}
        for row in gone.values():
            self._refuse(row.id, row.no, InvalidValue(code, no=row.no))
        self.rows = [row for row in self.rows if row.id not in gone]

    def check_people(self, named: tuple[str, ...]) -> None:
        """Refuse people who hold no post in the counties of the clues; see `checking`."""
        counties = {row.region_code[:6]: row for row in self.rows}
        for row in counties.values():
            checking.check_people(self._at, row, named)

    def by_table(self) -> Iterator[tuple[Proceeding, tuple[str, ...]]]:
        """Yield each clue with the handlers that its county's table of dispatch names."""
        counties: dict[str, list[Proceeding]] = {}
        for row in self.rows:
            counties.setdefault(row.region_code[:6], []).append(row)
        for found in counties.values():
            wanted = [_wanted(row) for row in found]
            place = RegionCode(found[0].region_code)
            today = local_day(self._at)
            dispatcher = Dispatcher(place, self._book(found[0]), today, wanted)
            for row, want in zip(found, wanted, strict=True):
                yield row, dispatcher.handlers_for(want)

    def take(self, step: str, facts: Mapping[UUID, Mapping[str, Value]]) -> None:
        """Take a step of every clue that is not refused yet, each with what it brings."""
        doer = doer_of(self._scope)
        is_checked = False
        for row in self.rows:
            book = self._book(row)
            try:
                definition = definition_of(book.book, row)
            except BangfuError as error:
                self._refuse(row.id, row.no, error)
                continue
            known = definition.steps.get(step)
            if known is not None and not is_checked:
                checking.check_post(self._scope, self._at, known, doer)
                is_checked = True
            instance = instances.to_instance(row, self._clocks.get(row.id, ()))
            brought = facts[row.id]
            done = Done(step, doer, self._at, brought)
            terms = errands.terms_for(
                book, definition, row, step, instance.deadlines.keys(),
                at=self._at, scope=self._scope,
            )  # fmt: skip
            taken = take_step(definition, instance, done, terms)
            if isinstance(taken, Refusal):
                self._refuse_step(row, definition, taken)
            else:
                clocks = self._clocks.get(row.id, ())
                self.walks.append(Walk(row, definition, [(taken, brought)], clocks))

    def before(self) -> list[dict[str, Any]]:
        """Return what each clue was before the act: id, state, handlers."""
        return [
            {
                "id": str(walk.row.id),
                "revision": walk.row.revision,
                "state": self._states[walk.row.id],
                "handlers": list(self._facts[walk.row.id].get("handlers", ())),  # type: ignore[arg-type]
            }
            for walk in self.walks
        ]

    def _book(self, row: Proceeding) -> CountyBook:
        return self._wording.book(row.region_code)

    def _refuse_step(self, row: Proceeding, definition: Definition, found: Refusal) -> None:
        zh, en = (as_error(definition, found, language) for language in ("zh", "en"))
        self._refuse(row.id, row.no, zh, en)

    def _refuse(
        self, clue: UUID, no: str, error: BangfuError, english: BangfuError | None = None
    ) -> None:
        zh = errors.text(error.code, error.params, "zh").message
        en = errors.text(error.code, (english or error).params, "en").message
        self.refused.append(Refused(clue, no, error.code, zh, en))


def join_target(scope: Scope, no: str) -> Proceeding:
    """Return the open clue of a number. Raises InvalidValue E-CLUES-JOIN-TARGET."""
    found = rows.visible(scope).filter(procedure=CLUE, no=no.strip(), closed_at__isnull=True)
    row = found.first()
    if row is None:
        raise InvalidValue("E-CLUES-JOIN-TARGET", no=no.strip()[:40])
    return row


def _wanted(row: Proceeding) -> Wanted:
    severity = Severity(row.severity)
    return Wanted(row.region_code, row.household_id, severity, row.risk, row.source)
