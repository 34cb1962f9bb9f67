"""A county's days: whose turn it is when, steps taken through the platform's own services."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from random import Random
from uuid import UUID

from bangfu.domains.feeds import feedback, feedback_view
from bangfu.domains.monitoring import errands, services
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
)
from bangfu.domains.monitoring.papers import photos
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.evidence import checking
from bangfu.foundation.evidence.checking import Paper
from bangfu.kernel.errors import InvalidValue, Refused
from bangfu.kernel.period import Period
from bangfu.procedures import Proof, Value
from tests.cast import YUNXI
from tests.evidence_samples import jpeg
from tests.year.county import COUNTY, County, Worker
from tests.year.days import DAY, instant, later, working

# How far single delays scatter around a person's median (log-normal).
SIGMA = 0.8


@cache
def _taken() -> Paper:
    """A photo as it is kept: all are the same one, looked at once."""
    return checking.check("房屋.jpg", jpeg())


class Desk:
    """What is planned for each day, and the clock of the day.

    What is drawn about a proceeding depends on the seed and its number alone, so that one person's
    delay does not change what another finds.
    """

    def __init__(self, county: County, seed: int, first: date) -> None:
        self.county, self.seed, self.today = county, seed, first
        self.rng = Random(seed)
        self.planned: dict[date, list[UUID]] = defaultdict(list)
        self.steps = 0
        self._seconds = 0
        self._holders: dict[UUID, UUID] = {}
        self._rules: dict[UUID, list[str]] = {}
        self._done: set[tuple[UUID, str]] = set()

    def begin(self, day: date) -> None:
        """Begin a day's work at nine."""
        self.today, self._seconds = day, 0

    def request(self, row: Proceeding) -> str:
        """Let the county write a request for correction about a household; return its number."""
        scope = self.county.county[0].scope
        draft = feedback.Draft(
            dataset="civil/dibao", period=Period.containing(self.today), column="status",
            stated="享受中", expected="已终止", reason="入户核实", household_no=row.household_no,
        )  # fmt: skip
        number = feedback.create_feedback(scope=scope, at=self.now(), region=YUNXI, draft=draft)
        found = feedback_view.get_feedback(scope, number, today=self.today)
        return str(found["no"])

    def open(self, ids: Sequence[UUID]) -> list[Proceeding]:
        """Open what is planned for a day, in its order: all rows at once, with whose duty each is
        and which rules' hits it reports. What is closed by now is left out."""
        if not ids:
            return []
        with activate(COUNTY):
            rows = {row.id: row for row in Proceeding.objects.filter(id__in=ids, closed_at=None)}
            held = ProceedingHandler.objects.filter(proceeding_id__in=list(rows), until=None)
            pairs = list(held.order_by("-id").values_list("proceeding_id", "user_id"))
            told = ClueOrigin.objects.filter(proceeding_id__in=list(rows)).exclude(rule_id="")
            rules = list(told.values_list("proceeding_id", "rule_id"))
        self._holders, self._rules = dict(pairs), defaultdict(list)
        for proceeding, rule in rules:
            self._rules[proceeding].append(rule)
        return [rows[one] for one in ids if one in rows]

    def handler_of(self, row: Proceeding) -> Worker | None:
        """Return the first of those whose duty a proceeding is, of those opened last."""
        user = self._holders.get(row.id)
        return self.county.by_user[user] if user else None

    def now(self) -> datetime:
        """Return the instant of the next deed; deeds follow each other by a second."""
        self._seconds += 1
        return instant(self.today, 9, self._seconds)

    def take(self, who: Worker, row: Proceeding, step: str, **facts: Value) -> None:
        """Let somebody take a step."""
        services.take(scope=who.scope, at=self.now(), proceeding_id=row.id, step=step, facts=facts)
        self.steps += 1

    def tries(self, who: Worker, row: Proceeding, step: str, refused: str, **facts: Value) -> bool:
        """Let somebody try a step; False where the platform refuses it with this code."""
        try:
            self.take(who, row, step, **facts)
        except (InvalidValue, Refused) as refusal:
            if refusal.code != refused:
                raise
            return False
        return True

    def conclude(
        self, who: Worker, row: Proceeding, step: str, visitor: Worker, **facts: Value
    ) -> None:
        """Let somebody end a clue; where a photo belongs to it that is not there, the visitor adds
        one first."""
        if not self.tries(who, row, step, "E-CLUES-CHECK-PHOTO", **facts):
            self.picture(visitor, row)
            self.take(who, row, step, **facts)

    def picture(self, who: Worker, row: Proceeding) -> None:
        """Let somebody add a photo of a check."""
        photos.file_photo(scope=who.scope, at=self.now(), proceeding_id=row.id, photo=_taken())

    def picture_asked_for(self, who: Worker, row: Proceeding) -> None:
        """Let somebody add the photo that a list asks for beside a household."""
        with activate(who.scope):
            errand = errands.errand_of(row, self.now(), who.scope, who.scope)
        if errand is not None and errand.row.photo is Proof.NEEDED and not errand.photos:
            self.picture(who, row)

    def plan(self, proceeding: UUID, who: Worker, more: int = 0) -> None:
        """Plan when somebody gets to it: their own delay, in working days, at least `more`."""
        drawn = self.rng.lognormvariate(0, SIGMA) * (who.delay or 0.0)
        self.planned[later(self.today, max(round(drawn) + more, 1))].append(proceeding)

    def on(self, proceeding: UUID, day: date) -> None:
        """Plan something for a day, or the next working day."""
        self.planned[working(max(day, self.today + DAY))].append(proceeding)

    def alarm(self, row_id: UUID, drawn: float) -> None:
        """Somebody in danger is helped the same day or the next, working day or not; a few wait."""
        self.planned[self.today + (0 if drawn < 0.7 else 1 if drawn < 0.95 else 3) * DAY].append(
            row_id
        )

    def again(self, proceeding: UUID) -> None:
        """Look at it again on the next working day."""
        self.planned[later(self.today, 1)].append(proceeding)

    def postpone(self, proceeding: UUID, who: Worker) -> None:
        """Wait until somebody is back."""
        back = who.away[1] + DAY if who.away else self.today + DAY
        self.on(proceeding, back)

    def drawn(self, row: Proceeding, what: str) -> float:
        """Return a number between 0 and 1 that belongs to a proceeding and a question."""
        text = f"{self.seed}.{row.no}.{what}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") / 2**64

    def once(self, row: Proceeding, what: str, share: float) -> bool:
        """Whether something happens to a proceeding, which it does once at most."""
        if (row.id, what) in self._done or self.drawn(row, what) >= share:
            return False
        self._done.add((row.id, what))
        return True

    def choose(self, row: Proceeding, choices: Sequence[tuple[str, int]]) -> str:
        """Return one of some choices, by their weights."""
        left = self.drawn(row, "choice") * sum(weight for _, weight in choices)
        for name, weight in choices:
            left -= weight
            if left < 0:
                return name
        return choices[-1][0]

    def rules_of(self, row: Proceeding) -> list[str]:
        """Return the rules whose hits a clue reports, of those opened last."""
        return self._rules.get(row.id, [])

    def due_of(self, row: Proceeding, clock: str) -> date:
        """Return until when a clock of a proceeding runs."""
        with activate(COUNTY):
            running = ProceedingClock.objects.filter(proceeding_id=row.id, ended_on=None)
            return running.values_list("due_on", flat=True).get(clock=clock)

    def place_of(self, home: UUID) -> str | None:
        """Return where a household lives now; None for one that was closed."""
        with activate(COUNTY):
            found = Household.objects.filter(id=home, closed_on=None)
            return found.values_list("region_code", flat=True).first()
