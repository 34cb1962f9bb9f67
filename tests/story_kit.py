"""What the stories share: the people of 上坪村 and its offices, days, and what each of them does.

A story is told by what people do: `Village` gives every deed a name, a person and a day, so that
a story reads from top to bottom, and nothing in it is done behind the services' back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
from PIL import Image

from bangfu.domains.assistance import services as pairings
from bangfu.domains.monitoring import services
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.cases import batches, notices
from bangfu.domains.monitoring.clocks.sweeping import Swept, sweep
from bangfu.domains.monitoring.clues import making
from bangfu.domains.monitoring.domain.cases import BatchDecision, PaperKind
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.listing import ProceedingFilter, list_proceedings
from bangfu.domains.monitoring.models import (
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.monitoring.services import Report
from bangfu.domains.publicity.domain import NoticeRecord, NoticeWay
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.screening import services as screening
from bangfu.foundation.access.scopes import activate, command_scope, scope_for_post
from bangfu.foundation.accounts import selectors
from bangfu.foundation.accounts import services as accounts
from bangfu.foundation.notifications import selectors as messages
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import add_household, add_source, id_number
from tests.cast import (
    PASSWORD,
    SHIQIAO,
    YUNXI,
    YUNXI_TOWN,
    YUNXI_VILLAGE,
    add_small_country,
    give_post,
)
from tests.feeds_kit import CLAIM_HEAD, take_in
from tests.story_words import day, when

HOUSE = "Y0001"
HEAD = "王大山"
ROLES = {
    "石主任": ("COUNTY_OFFICER", YUNXI),
    "县领导": ("COUNTY_OFFICER", YUNXI),
    "李镇长": ("TOWNSHIP_OFFICER", YUNXI_TOWN),
    "周专干": ("TOWNSHIP_OFFICER", YUNXI_TOWN),
    "陈文书": ("VILLAGE_OFFICER", YUNXI_VILLAGE),
    "赵支书": ("VILLAGE_OFFICER", YUNXI_VILLAGE),
    "刘干部": ("PAIRED_CADRE", YUNXI_VILLAGE),
    "邻县干部": ("COUNTY_OFFICER", SHIQIAO),
    "医保局": ("DEPARTMENT_USER", YUNXI),
    "住建局": ("DEPARTMENT_USER", YUNXI),
    "市干部": ("PREFECTURE_OFFICER", RegionCode("990100000000")),
}
OFFICES = {"医保局": "MEDICAL_INSURANCE", "住建局": "HOUSING"}
# The office of the county's leading group, in whose name its lists decide.
OFFICE = "云溪县委农村工作领导小组办公室"
COUNTY = command_scope(YUNXI, "story")
TUTORIALS = Path(__file__).resolve().parents[1] / "docs" / "tutorials"


def a_scan(folder: Path) -> bytes:
    """Return a scanned page as a picture."""
    path = folder / "scan.png"
    Image.new("L", (200, 280), 240).save(path)
    return path.read_bytes()


@dataclass
class Person:
    """Somebody with an account and a post."""

    name: str
    user_id: UUID
    scope: Scope


@dataclass
class Village:
    """上坪村 with one family, and everybody who has to do with it."""

    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    diary: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    household_id: UUID = field(default_factory=uuid7)

    def settle(self, **facts: Any) -> None:
        """Let people take up their posts and the family stand in the register."""
        add_small_country()
        nation = command_scope(RegionCode("000000000000"), "story")
        for number, (name, (role, region)) in enumerate(ROLES.items()):
            user = accounts.create_user(
                scope=nation,
                at=when(day("2026-10-01")),
                username=f"story{number}",
                password=PASSWORD,
                display_name=name,
            )
            terms = {"department": OFFICES[name]} if name in OFFICES else {}
            give_post(user, role, region, **terms)
            (post,) = selectors.active_posts(user, day("2026-10-31"))
            scope = scope_for_post(post, selectors.actor_of(user))
            self.people[name] = Person(name, user.pk, scope)
        about = {
            "household_type": "ORDINARY",
            "net_income": 46_000,
            "wage_income": 46_000,
            "housing_grade": "A",
            "water_safe": True,
            **facts,
        }
        with activate(COUNTY):
            source = add_source(YUNXI, "农户名册.xlsx")
            self.household_id = add_household(
                source, HOUSE, str(YUNXI_VILLAGE), HEAD, "wangdashan", 1, **about
            )

    def ids(self, *names: str) -> tuple[str, ...]:
        """Return people as a fact names them."""
        return tuple(str(self.people[name].user_id) for name in names)

    def pair(self, name: str, on: date) -> None:
        """Pair a cadre with the family."""
        cadre = self.people[name].user_id
        form = pairings.PairingForm(HOUSE, cadre, on, "COUNTY_OFFICE", "县水利局")
        pairings.pair(scope=self.people["石主任"].scope, at=when(on), form=form)

    def hospital_bill(self, month: str, paid: str, year: str, on: date) -> Path:
        """The medical insurance office hands in its list of the month, as .xlsx."""
        path = self.folder / f"医保{month}.xlsx"
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(CLAIM_HEAD)
        sheet.append([id_number("990101", 1), HEAD, "住院", paid, year, month])
        book.save(path)
        take_in(path, "medical/claim", period=month, at=when(on))
        return path

    def screen(self, month: str, on: date) -> making.MadeClues:
        """The county screens a month; its clues are made and handed on."""
        period = Period(month)
        county = self.people["石主任"].scope
        screening.screen(scope=county, region=YUNXI, period=period, at=when(on))
        made = making.make_clues(scope=county, at=when(on, 10), region=YUNXI, period=period)
        with activate(COUNTY):
            fresh = Proceeding.objects.filter(procedure="clue", opened_at=when(on, 10))
            numbers = list(fresh.values_list("id", flat=True))
        told = f"新线索 {made.opened}，已答复不再提示 {made.silent}"
        self.diary.append(f"| {on} | 石主任 | {month} | 筛查 | {told} |")
        for number in numbers:
            self.note("系统", on, number, "DISPATCH")
        return made

    def report(self, name: str, on: date, source: str, words: str, **more: Any) -> ProceedingRecord:
        """Somebody records a clue about the family."""
        return services.open_proceeding(
            scope=self.people[name].scope,
            at=when(on),
            procedure="clue",
            household_no=HOUSE,
            region=None,
            facts={"clue_on": on, "source": source, "matter": words},
            report=Report(words=words, risk=more.pop("risk", "OTHER"), **more),
        )

    def open_one(self, procedure: str) -> Proceeding:
        """Return the one open proceeding of a kind."""
        with activate(COUNTY):
            return Proceeding.objects.get(procedure=procedure, closed_at__isnull=True)

    def do(self, name: str, on: date, one: Any, step: str, hour: int = 9, **facts: Any) -> Any:
        """Somebody takes a step on a day."""
        record = services.take(
            scope=self.people[name].scope,
            at=when(on, hour),
            proceeding_id=one.id,
            step=step,
            facts=facts,
        )
        self.note(name, on, one.id, step)
        return record

    def note(self, name: str, on: date, proceeding_id: UUID, step: str) -> None:
        """Write a deed into the diary: who, what, and what is next until when."""
        with activate(COUNTY):
            row = Proceeding.objects.get(id=proceeding_id)
        book = book_for(YUNXI, when(on)).book
        definition = next(each for each in book.definitions if each.id == row.procedure)
        known = definition.steps.get(step, definition.opening)
        until = f"，{row.next_due_on} 前" if row.next_due_on else ""
        state = definition.states[row.state].title.zh
        self.diary.append(f"| {on} | {name} | {row.no} | {known.title.zh} | {state}{until} |")

    def tells(self, tutorial: str) -> None:
        """A tutorial shows what happened here, line by line."""
        head = "| 日期 | 谁 | 办件 | 做了什么 | 之后 |\n|---|---|---|---|---|"
        self.shows(tutorial, "\n".join([head, *self.diary]))

    def shows(self, tutorial: str, text: str) -> None:
        """A tutorial shows a text as it is."""
        page = TUTORIALS / f"{tutorial}.md"
        assert text in page.read_text(encoding="utf-8"), f"{page.name} is to tell:\n{text}"

    def paper(self, name: str, on: date, one: Any, paper: str) -> str:
        """Somebody makes a paper and hands in its signed original; return its number."""
        scope = self.people[name].scope
        made = filing.make(scope=scope, at=when(on), proceeding_id=one.id, paper=paper)
        signed = filing.Original(
            paper, made.no, PaperKind.SCAN, on, f"{paper}.png", a_scan(self.folder)
        )
        filing.keep(scope=scope, at=when(on), proceeding_id=one.id, original=signed)
        return made.no

    def measure_is_entered(self, on: date) -> None:
        """The register takes over which help the family had."""
        acts.correct_fact(
            scope=self.people["周专干"].scope,
            at=when(on),
            source=acts.Origin(label="帮扶措施台账", region=YUNXI_TOWN),
            on=on,
            household_no=HOUSE,
            field="household.measures",
            value="健康帮扶、公益岗位帮扶",
        )

    def authorised(self, name: str, on: date, one: Any) -> None:
        """The head signs before a witness; everybody is at home."""
        self.do(
            name, on, one, "AUTHORISE", hour=15, authorised_on=on,
            authorisation_no=self.paper(name, on, one, "authorisation"),
            authorisation_witness="赵支书", absent_adults=0, has_children_apart=False,
        )  # fmt: skip

    def visited(self, name: str, on: date, one: Any, finding: str) -> None:
        """Two people make the home check."""
        visitors = self.ids(name, "刘干部")
        self.do(name, on, one, "RECORD_VISIT", visited_on=on, visitors=visitors,
                visit_finding=finding)  # fmt: skip

    def compared(self, name: str, on: date, one: Any, result: str = "CLEAR") -> None:
        """The county compares what the departments know."""
        self.do(
            name, on, one, "RECORD_COMPARISON", hour=15, compared_on=on,
            comparison_result=result, comparison_no=self.paper(name, on, one, "comparison"),
        )  # fmt: skip

    def reviewed(self, name: str, on: date, one: Any, *, present: int, agree: int) -> None:
        """The village's meeting votes, thirty being due."""
        paper = "clearing_review" if one.procedure == "clearing" else "village_review"
        self.do(
            name, on, one, "HOLD_REVIEW", reviewed_on=on, votes_due=30, votes_present=present,
            votes_agree=agree, votes_against=present - agree,
            minutes_no=self.paper(name, on, one, paper),
        )  # fmt: skip

    def agreed(self, name: str, on: date, one: Any, **facts: Any) -> None:
        """The township agrees; who reviews is not who visited."""
        paper = "clearing_township" if one.procedure == "clearing" else "township_review"
        self.do(
            name, on, one, "TOWNSHIP_AGREE", hour=15, township_on=on,
            township_reviewers=self.ids(name),
            township_no=self.paper("周专干", on, one, paper), **facts,
        )  # fmt: skip

    def announced(self, name: str, on: date, one: Any, paper: str = "announcement") -> None:
        """The township announces the decision."""
        self.do(name, on, one, "ANNOUNCE", hour=15, announced_on=on,
                announcement_no=self.paper(name, on, one, paper))  # fmt: skip

    def notice(
        self, name: str, on: date, one: Any, category: str, way: NoticeWay = NoticeWay.BOARD
    ) -> NoticeRecord:
        """Somebody draws up the notice of a case and hangs it up."""
        scope = self.people[name].scope
        wanted = notices.CaseNotice(
            cases=(one.id,),
            posted_on=on,
            way=way,
            report_phone="0990-6210002",
            contact="赵支书",
            contact_phone="0990-6210003",
            categories={one.id: category} if category else {},
        )
        drawn = notices.draw_up(scope=scope, at=when(on), notice=wanted)
        hung = notices.hang(scope=scope, at=when(on), notice_id=drawn.id)
        self.note(name, on, one.id, "POST_NOTICE")
        return hung

    def decide(
        self, on: date, one: Any, approval: str, category: str = "", refuse: str = ""
    ) -> batches.BatchRecord:
        """The county decides by a list with its 批复 and the scan of the sealed page."""
        scope = self.people["石主任"].scope
        decision = BatchDecision.REFUSE if refuse else BatchDecision.AGREE
        line = batches.BatchLine(one.id, decision, category, refuse)
        made = batches.draft(scope=scope, at=when(on), procedure=one.procedure, lines=[line])
        batches.put_scan(
            scope=scope, at=when(on), batch_id=made.id, name="盖章页.png",
            content=a_scan(self.folder),
        )  # fmt: skip
        deciders = (self.people["县领导"].user_id,)
        ruling = batches.Ruling(approval, on, deciders, OFFICE, "第1次会议")
        decided = batches.decide(scope=scope, at=when(on), batch_id=made.id, ruling=ruling)
        self.note("石主任", on, one.id, "DECIDE")
        return decided

    def night(self, on: date) -> Swept:
        """Time passes: what is overdue climbs, what has lapsed ends."""
        return sweep(at=when(on, 8), region=YUNXI)

    def steps(self, one: Any) -> list[str]:
        """Return the steps that were taken, oldest first."""
        with activate(COUNTY):
            rows = ProceedingStep.objects.filter(proceeding_id=one.id).order_by("at", "id")
            return [row.step for row in rows]

    def handlers(self, one: Any) -> list[str]:
        """Return whose duty a proceeding is, by name."""
        with activate(COUNTY):
            held = ProceedingHandler.objects.filter(proceeding_id=one.id, until__isnull=True)
            users = set(held.values_list("user_id", flat=True))
        return sorted(person.name for person in self.people.values() if person.user_id in users)

    def known(self, one: Any) -> dict[str, Any]:
        """Return the facts of a proceeding."""
        return dict(unseal(self.again(one).facts))

    def told_of(self, name: str) -> str:
        """Return what somebody's messages say, in Chinese."""
        found = messages.list_messages(self.people[name].scope, language="zh", limit=50)
        return "\n".join(f"{each.title} {each.text}" for each in found.items)

    def listens(self, *names: str) -> None:
        """Leave out of what people hear what they were told until now."""
        self.counts.update({name: len(self.told_of(name).splitlines()) for name in names})

    def hears(self, on: date, *names: str) -> None:
        """Write down what people were told since they listened last, the newest last."""
        for name in names:
            told = self.told_of(name).splitlines()
            new = told[: len(told) - self.counts[name]]
            self.heard += [f"| {on} | {name} | {line} |" for line in reversed(new)]
            self.counts[name] = len(told)

    def sees(self, name: str) -> list[ProceedingRecord]:
        """Return the proceedings that somebody may open."""
        scope = self.people[name].scope
        return list_proceedings(scope, ProceedingFilter(), at=when(day("2026-11-30"))).items

    def late(self, one: Any) -> list[str]:
        """Return the clocks that ended late."""
        with activate(COUNTY):
            ended = ProceedingClock.objects.filter(proceeding_id=one.id, is_late=True)
            return sorted(ended.values_list("clock", flat=True))

    def clock(self, one: Any, name: str) -> ProceedingClock:
        """Return a clock of a proceeding that runs."""
        with activate(COUNTY):
            return ProceedingClock.objects.get(proceeding_id=one.id, clock=name, ended_on=None)

    def again(self, one: Any) -> Proceeding:
        """Return a proceeding as it is now."""
        with activate(COUNTY):
            return Proceeding.objects.get(id=one.id)
