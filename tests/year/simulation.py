"""A year of the invented county, day by day: what time does, what people do, what the month brings.

Hits are drawn from a model and given to `clues.making` as those of a published run are; all that
follows is the platform's own: dispatch, sweeper, services, lists, notices, batches.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import UUID

import docx

from bangfu.domains.monitoring.clocks.sweeping import sweep
from bangfu.domains.monitoring.clues import deciding, making
from bangfu.domains.monitoring.clues.making import MadeClues
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.clues import VillageListRow
from bangfu.domains.monitoring.villagelists import entering, lists, paper
from bangfu.domains.publicity import services as publicity
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.models import Household, Membership, Person
from bangfu.domains.rounds import entering as rounding
from bangfu.domains.rounds import services as rounds
from bangfu.domains.rounds.domain import Result, Season
from bangfu.domains.rounds.entering import Finding
from bangfu.domains.screening.hits import Hit
from bangfu.domains.screening.models import Run
from bangfu.domains.screening.selectors import find_run
from bangfu.foundation.access.scopes import activate, command_scope, system_scope
from bangfu.foundation.accounts import granting
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from tests.api.conftest import publish
from tests.cast import YUNXI
from tests.year import cases, clues, suspicions
from tests.year.county import COUNTY, NATION, County, Size
from tests.year.days import DAY, instant, later, working
from tests.year.desk import Desk
from tests.year.hazard import Hazard

SYSTEM = system_scope(YUNXI, "monitoring.clues")
# Of a town's villages, how many answer on paper; how many cadres leave for good in the year.
ON_PAPER, LEAVERS = 0.1, 4
# Of the households of a round, how many have changed, and of all how many are in danger.
CHANGED, ALARMING = 0.005, 0.0004
_OUTCOME = 7
_SEASONS = {2: Season.SPRING, 9: Season.AUTUMN}
_ACTS = {
    "clue": clues.of_clue,
    "identification": cases.of_case,
    "clearing": cases.of_case,
    "followup": cases.of_help,
    "status": cases.of_status,
    "suspicion": suspicions.of_suspicion,
}


@dataclass
class Told:
    """What the year did, by month: what was made of each run, hits found, rows of paper lists."""

    made: list[MadeClues] = field(default_factory=list)
    hits: list[int] = field(default_factory=list)
    released: int = 0
    on_paper: int = 0
    paper_problems: list[str] = field(default_factory=list)
    merged: int = 0
    moved: int = 0
    left: int = 0
    decided: int = 0
    cleared: int = 0
    rounds: int = 0
    # Of the rounds: households entered, and the numbers of the clues that were told in them.
    entered: int = 0
    reported: set[str] = field(default_factory=set)


class Year:
    """The county and its year; `run` goes through it."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size, self.rng = size, Random(seed)
        self.county = County(size, Random(seed + 1))
        self.county.settle()
        self.desk = Desk(self.county, seed, date(2026, 1, 1))
        self.hazard = Hazard(self.county, Random(seed + 2))
        self.told = Told()
        self._seen: set[UUID] = set()
        self._round = ""
        self._on_paper = self._paper_villages()
        self._events = self._calendar()

    def _paper_villages(self) -> set[str]:
        count = max(1, round(len(self.county.homes) * ON_PAPER))
        return set(sorted(self.county.homes)[:count])

    def _calendar(self) -> dict[date, list[str]]:
        """What happens beside the desks, by day: runs on the fifth, lists after it, and so on."""
        found: dict[date, list[str]] = {}
        for month in range(1, self.size.months + 1):
            run = working(date(2026, month, 5))
            for day, what in (
                (run, "screen"), (run, "clear"), (later(run, 1), "lists"),
                (later(run, 4), "enter"), (later(run, 6), "change"), (later(run, 8), "leave"),
            ):  # fmt: skip
                found.setdefault(day, []).append(what)
            if month in _SEASONS:
                found.setdefault(later(run, 2), []).append("open round")
                found.setdefault(later(run, 9), []).append("visit all")
                found.setdefault(later(run, 14), []).append("close round")
        return found

    def run(self) -> Told:
        """Go through all days; every morning what time does by itself, then the desks, and on
        Thursdays the county."""
        day = date(2026, 1, 1)
        while day <= self.size.last:
            publicity.end_due(at=instant(day, 8), today=day)
            sweep(at=instant(day, 8), region=YUNXI)
            self.desk.begin(day)
            for what in self._events.get(day, ()):
                getattr(self, f"_{what.replace(' ', '_')}")(day)
            self._work(day)
            if day.weekday() == 3 and working(day) == day:
                self.told.decided += cases.decide_together(self.desk)
            self._take_up()
            day += DAY
        return self.told

    def _work(self, day: date) -> None:
        planned = dict.fromkeys(self.desk.planned.pop(day, []))
        for row in self.desk.open(list(planned)):
            _ACTS[row.procedure](self.desk, row)

    def _take_up(self) -> None:
        """Whoever got something new today gets to it when they do."""
        with activate(COUNTY):
            fresh = Proceeding.objects.filter(opened_at__gte=instant(self.desk.today, 0))
            found = fresh.order_by("no").values_list("id", flat=True)
            ids = [one for one in found if one not in self._seen]
        self._seen.update(ids)
        for row in self.desk.open(ids):
            if row.procedure == "clue":
                who = self.desk.handler_of(row) or self.county.clerks[row.region_code]
                if row.state == "URGENT":
                    self.desk.alarm(row.id, 1.0 if self.rng.random() > 0.9 else 0.8)
                else:
                    self.desk.plan(row.id, who)
            elif row.procedure == "status":
                self.desk.on(row.id, self.desk.today + 20 * DAY)
            elif row.procedure != "clearing":
                self.desk.plan(row.id, self.county.clerks[row.region_code])

    # What a month brings

    def _screen(self, day: date) -> None:
        month = day.month
        hits = self.hazard.month(month)
        before = Period.containing(day.replace(day=1) - DAY)
        with activate(COUNTY):
            run_id = publish(YUNXI, [], str(before))
            Run.objects.filter(id=run_id).update(households=self.size.households)
        run = find_run(COUNTY, YUNXI)
        assert run is not None
        made = making.make(SYSTEM, self.desk.now(), run, hits, settled=set)
        if made.held is not None:
            made = self._release(made.held.id, hits)
        self.told.made.append(made)
        self.told.hits.append(len(hits))

    def _release(self, batch_id: UUID, hits: list[Hit]) -> MadeClues:
        """The county has looked at the flood: it is one, and its clues are to be made."""
        self.told.released += 1
        with _hits_are(hits):
            _, made = deciding.release(
                scope=self.county.county[0].scope, at=self.desk.now(), batch_id=batch_id,
                reason="山洪属实，全部核查",
            )  # fmt: skip
        return made

    def _clear(self, day: date) -> None:
        self.told.cleared += len(cases.propose_clearings(self.desk, self.size.clearings))

    def _lists(self, day: date) -> None:
        for village in sorted(self._on_paper):
            officer, _ = self.county.town_of(village)
            lists.make_lists(
                scope=officer.scope, at=self.desk.now(), region=RegionCode(village),
                month=Period.containing(day), contact="乡镇",
            )  # fmt: skip

    def _enter(self, day: date) -> None:
        """The paper comes back: every open row has its answer, written by hand."""
        for village in sorted(self._on_paper):
            officer, _ = self.county.town_of(village)
            found = lists.list_lists(
                officer.scope, region=RegionCode(village), month=str(Period.containing(day))
            )
            for record in found:
                self._return(record.id, village, day)

    def _return(self, list_id: UUID, village: str, day: date) -> None:
        officer, _ = self.county.town_of(village)
        _, content = paper.make_paper(scope=officer.scope, at=self.desk.now(), list_id=list_id)
        with activate(COUNTY):
            rows = list(VillageListRow.objects.filter(list_id=list_id).order_by("place"))
            clues = Proceeding.objects.filter(
                id__in=[row.proceeding_id for row in rows],
                procedure="clue",
                state__in=("DISPATCHED", "CHECKING"),
            ).order_by("no")
            open_now = {clue.id: clue for clue in clues}
        document = docx.Document(io.BytesIO(content))
        clerk = self.county.clerks[village]
        for clue in open_now.values():
            self.desk.picture_asked_for(clerk, clue)
        # A household is one line, however many clues of it stand behind.
        for place in sorted({row.place for row in rows if row.proceeding_id in open_now}):
            drawn = self.rng.random()
            outcome = "无变化" if drawn < 0.8 else "有变化" if drawn < 0.97 else "紧急"
            answer = (outcome, "入户", f"{day.month}月{day.day}日", clerk.name, "见记录")
            cells = document.tables[0].rows[place].cells
            for column, text in enumerate(answer, start=_OUTCOME):
                cells[column].paragraphs[0].add_run(text)
        kept = io.BytesIO()
        document.save(kept)
        done = entering.enter(
            scope=officer.scope, at=self.desk.now(), list_id=list_id, content=kept.getvalue()
        )
        with activate(COUNTY):
            urgent = Proceeding.objects.filter(
                id__in=[row.proceeding_id for row in rows], state="URGENT"
            )
            for proceeding in urgent.order_by("no").values_list("id", flat=True):
                self.desk.alarm(proceeding, self.rng.random())
        self.told.on_paper += sum(done.results.values())
        self.told.paper_problems += [one.code for one in done.problems]

    def _change(self, day: date) -> None:
        """A household moves by a list that tells nobody; two become one by an act that does."""
        with activate(COUNTY):
            open_now = Proceeding.objects.filter(closed_at=None, procedure="clue")
            found = list(open_now.order_by("no").values_list("household_id", "region_code")[:40])
        self._move(found[0][0] if found else None)
        for home, village in found[1:]:
            other = next((one for one in self.county.homes[village] if self._is_free(one)), None)
            if home is not None and other is not None and home != other:
                self._merge(day, home, other, village)
                return

    def _is_free(self, home: UUID) -> bool:
        return home not in self.county.monitored and home not in self.hazard.gone

    def _merge(self, day: date, home: UUID, other: UUID, village: str) -> None:
        place = RegionCode(f"{village[:9]}000")
        acts.merge_households(
            scope=command_scope(place, "year"), at=self.desk.now(),
            source=acts.Origin(f"HB-{day}", place), on=day,
            household_no=self.county.numbers[other], other_household_no=self.county.numbers[home],
            relation="YOUNGER_BROTHER",
        )  # fmt: skip
        self.hazard.gone.add(home)
        self.told.merged += 1

    def _move(self, home: UUID | None) -> None:
        if home is None:
            return
        with activate(COUNTY):
            row = Household.objects.get(id=home)
            near = [code for code in self.county.homes if code[:9] == row.region_code[:9]]
            row.region_code = next(code for code in near if code != row.region_code)
            row.recorded_at = self.desk.now()
            row.save()
            members = Membership.objects.filter(household_id=home, to_on=None)
            people = list(members.values_list("person_id", flat=True))
            Person.objects.filter(id__in=people).update(region_code=row.region_code)
        self.told.moved += 1

    def _leave(self, day: date) -> None:
        """Now and then a cadre leaves for good; what waited for them goes to somebody else."""
        if self.told.left >= LEAVERS or (self.size.months == 12 and day.month % 3):
            return
        cadre = next(one for one in reversed(self.county.cadres) if not one.has_left)
        cadre.has_left = True
        granting.end_post(
            scope=NATION, at=self.desk.now(), post_id=cadre.post_id, reason="调离"
        )  # fmt: skip
        self.told.left += 1

    def _open_round(self, day: date) -> None:
        season = _SEASONS[day.month]
        plan = rounds.Plan(2026, season, f"云农组〔2026〕{day.month}号", day, later(day, 20))
        opened = rounds.open_round(
            scope=self.county.county[0].scope, at=self.desk.now(), county=YUNXI, plan=plan
        )  # fmt: skip
        self._round = opened.code
        self.told.rounds += 1

    def _visit_all(self, day: date) -> None:
        """Each village enters its households: nearly all as they were, a few changes and, rarely,
        one in danger, which become clues by the same act."""
        for village, homes in sorted(self.county.homes.items()):
            clerk = self.county.clerks[village]
            now, told = self._standing(village, homes), []
            for number in now:
                drawn = self.rng.random()
                if drawn < CHANGED:
                    told.append((number, Result.URGENT if drawn < ALARMING else Result.CHANGED))
            apart = {number for number, _ in told}
            findings = [([one for one in now if one not in apart], Finding(Result.UNCHANGED, day))]
            findings += [
                ([number], Finding(result, day, matter="ILLNESS", words="家人新近住院"))
                for number, result in told
            ]
            for numbers, finding in findings:
                entries = rounding.enter(
                    scope=clerk.scope, at=self.desk.now(), county=YUNXI, code=self._round,
                    household_nos=numbers, finding=finding,
                )  # fmt: skip
                self.told.entered += len(entries)
                self.told.reported |= {one.clue_no for one in entries if one.clue_no}

    def _standing(self, village: str, homes: list[UUID]) -> list[str]:
        """The numbers of a village's households that are there still."""
        with activate(COUNTY):
            rows = Household.objects.filter(id__in=homes, region_code=village, closed_on=None)
            return sorted(rows.values_list("household_no", flat=True))

    def _close_round(self, day: date) -> None:
        rounds.close_round(
            scope=self.county.county[0].scope, at=self.desk.now(), county=YUNXI,
            code=self._round, note="逐户排查结果以纸质台账为准",
        )  # fmt: skip


@contextmanager
def _hits_are(hits: list[Hit]) -> Iterator[None]:
    """A released batch reads its run's files again; here they are the model's."""
    kept, known = deciding.list_hits, making.known_false
    deciding.list_hits = lambda run: hits
    making.known_false = lambda run, asked: set(asked)
    try:
        yield
    finally:
        deciding.list_hits, making.known_false = kept, known
