"""A week's work in the demo's county office, so that every screen has something to show.

Checks of data quality before and after a wrong value is taken back, requests for changes in every
state (one pair in conflict, one split in the weeks before the yearly count), two exports of the
national system, and requests to departments to look at a value again. Everything goes through the
services that people use; the households are those of one village and its town.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils import timezone

from bangfu.cli.demo.county import County
from bangfu.cli.demo.people import Family, Numbers
from bangfu.cli.demo.workbook import write_households
from bangfu.domains.changes import services as changes
from bangfu.domains.changes.domain import RequestRecord
from bangfu.domains.changes.services import Form
from bangfu.domains.feeds import feedback
from bangfu.domains.feeds.feedback import Draft
from bangfu.domains.quality import services as quality
from bangfu.domains.reconciliation import services as reconciliation
from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.records import HouseholdFilter, HouseholdRecord, MemberRecord
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

SEEN = "看过户口簿"
HOUSEHOLDS_NEEDED = 8


@dataclass(frozen=True)
class Office:
    """Who works: the county's officer, the township's, the village's, and the paired cadre."""

    county: Scope
    town: Scope
    village: Scope
    cadre: Scope


def work_a_week(office: Office, county: County, folder: Path) -> dict[str, Any]:
    """Do the week's work over a county that is imported and screened; return what was done."""
    at = timezone.now()
    homes = list(_families(office, HOUSEHOLDS_NEEDED))
    week = _Week(office, at)
    wrong = week.approved(
        "CORRECTION", homes[0], {"field": "household.wage_income", "value": "150"}
    )
    region = office.county.region
    first = quality.check_county(scope=office.county, region=region, at=at)
    changes.undo(
        scope=office.town, at=week.now(), request_id=wrong.id, reason="录入错误，金额单位看错"
    )
    _request_changes(week, homes)
    second = quality.check_county(scope=office.county, region=region, at=week.now())
    return {
        "quality": [first.check.counts.as_dict(), second.check.counts.as_dict()],
        "changes": week.made,
        "reconciled": _reconcile(office, county, folder, week),
        "feedback": _ask_departments(office, homes, week),
    }


def _families(office: Office, most: int) -> Iterator[HouseholdRecord]:
    """Households with three members or more, at least two of them grown up besides the head.

    Those of the village come first; a small demo needs some of the rest of the town.
    """
    found = 0
    in_town = (
        row
        for row in registry.iter_households(office.town, HouseholdFilter())
        if not row.region_code.startswith(office.village.region.prefix)
    )
    for row in chain(registry.iter_households(office.village, HouseholdFilter()), in_town):
        if found == most:
            return
        if row.member_count < 3:
            continue
        home = registry.get_household(office.town, row.household_no)
        if len(_adults(home)) >= 2:
            found += 1
            yield home


def _adults(home: HouseholdRecord) -> list[MemberRecord]:
    """The grown-up members besides the head, the eldest first."""
    today = timezone.localdate()
    born = [(member.facts["birth_on"].value, member) for member in home.members]
    grown = [
        (day, member)
        for day, member in born
        if day and today.year - day.year >= 20 and member.relation != "HEAD"
    ]
    return [member for _, member in sorted(grown, key=lambda pair: pair[0])]


class _Week:
    """Carries requests as far as they are to go; each step a minute after the one before."""

    def __init__(self, office: Office, at: datetime) -> None:
        self._office = office
        self._at = at
        self.made = 0

    def now(self) -> datetime:
        """The time, a minute on at each call."""
        self._at += timedelta(minutes=1)
        return self._at

    @property
    def today(self) -> date:
        """The day of the week's work."""
        return timezone.localdate(self._at)

    def draft(self, kind: str, home: HouseholdRecord, facts: dict[str, Any]) -> RequestRecord:
        """Draw up a request as the paired cadre."""
        self.made += 1
        on = self.today - timedelta(days=3)
        form = Form(kind, home.household_no, on, facts, SEEN)
        return changes.create(scope=self._asking(home), at=self.now(), form=form)

    def _asking(self, home: HouseholdRecord) -> Scope:
        """The paired cadre for households of the village, the county's officer for others."""
        office = self._office
        return office.cadre if office.cadre.covers(RegionCode(home.region_code)) else office.county

    def _agreeing(self, home: HouseholdRecord) -> Scope:
        region = RegionCode(home.region_code)
        own = self._office.village
        return own if own.covers(region) else command_scope(region, "demo")

    def submitted(self, kind: str, home: HouseholdRecord, facts: dict[str, Any]) -> RequestRecord:
        """Hand a request to the village."""
        made = self.draft(kind, home, facts)
        return changes.submit(scope=self._asking(home), at=self.now(), request_id=made.id)

    def agreed(self, kind: str, home: HouseholdRecord, facts: dict[str, Any]) -> RequestRecord:
        """Carry a request to the township."""
        made = self.submitted(kind, home, facts)
        return changes.decide_village(
            scope=self._agreeing(home), at=self.now(), request_id=made.id, decision="AGREE"
        )

    def approved(self, kind: str, home: HouseholdRecord, facts: dict[str, Any]) -> RequestRecord:
        """Carry a request into force."""
        made = self.agreed(kind, home, facts)
        return changes.decide_town(
            scope=self._office.town,
            at=self.now(),
            request_id=made.id,
            decision="APPROVE",
            note="核实无误",
        )

    def returned(self, kind: str, home: HouseholdRecord, facts: dict[str, Any]) -> RequestRecord:
        """Let the village send a request back."""
        made = self.submitted(kind, home, facts)
        return changes.decide_village(
            scope=self._agreeing(home),
            at=self.now(),
            request_id=made.id,
            decision="RETURN",
            note="请写明迁往的村",
        )


def _request_changes(week: _Week, homes: Sequence[HouseholdRecord]) -> None:
    def member(number: int) -> str:
        return str(_adults(homes[number])[-1].id)

    baby = Numbers("990101").give(week.today - timedelta(days=3), "FEMALE")
    week.draft("BIRTH", homes[1], {"name": "田安", "id_number": baby, "relation": "SONS_DAUGHTER"})
    week.submitted("DEATH", homes[2], {"person": member(2)})
    week.submitted("MOVE_OUT", homes[2], {"persons": [member(2)], "destination": "石桥县"})
    week.submitted("SPLIT", homes[3], {"persons": [member(3)], "head": member(3)})
    week.agreed("HEAD_CHANGE", homes[4], {"person": member(4)})
    week.approved("CORRECTION", homes[5], {"field": "household.wage_income", "value": "26800"})
    week.returned("MOVE_OUT", homes[6], {"persons": [member(6)], "destination": "外地"})
    week.approved("DEATH", homes[7], {"person": member(7)})


def _reconcile(office: Office, county: County, folder: Path, week: _Week) -> dict[str, int]:
    """Two exports of the town, in which the second has entered a part of what the first lacked."""
    town = office.town.region
    families = [one for one in county.families if one.village.code.startswith(town.prefix)]
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, int] = {}
    for number, (missing, days) in enumerate(((12, 2), (4, 0)), start=1):
        path = folder / f"全国系统导出-{number}.xlsx"
        write_households(path, _as_exported(families, missing, wrong=3 * missing))
        run = reconciliation.reconcile(
            scope=office.county,
            region=town,
            as_of=week.today - timedelta(days=days),
            file=path,
            at=week.now(),
        )
        found = run.counts
    return {key: found[key] for key in ("new", "again", "done")}


def _as_exported(families: Sequence[Family], missing: int, *, wrong: int) -> list[Family]:
    """The town as the national system has it: some households missing, some values older."""
    kept = deepcopy(list(families[missing:]))
    for family in kept[:wrong]:
        family.facts["wage_income"] = (family.facts.get("wage_income") or 0) + 1000
    for family in kept[wrong : wrong + missing]:
        family.head.name = f"{family.head.name[0]}某"
    return kept


def _ask_departments(office: Office, homes: Sequence[HouseholdRecord], week: _Week) -> int:
    """One request to a department as a draft, one sent, one answered."""
    drafts = (
        Draft("civil/dibao", Period("2026-10"), "status", "享受中", "已停发", "入户核实已自愿退出",
              homes[0].household_no),
        Draft("education/enrolment", Period("2026-09"), "status", "辍学", "在校",
              "学校出具在读证明", homes[1].household_no),
        Draft("housing/grade", Period("2026-07"), "grade", "C级", "A级",
              "住房已于今年改造并验收", homes[2].household_no),
    )  # fmt: skip
    steps = ((), ("send",), ("send", "answer"))
    for draft, wanted in zip(drafts, steps, strict=True):
        made = feedback.create_feedback(
            scope=office.county, at=week.now(), region=office.county.region, draft=draft
        )
        for step in wanted:
            note = "已核实，下月更正" if step == "answer" else ""
            feedback.step_feedback(
                scope=office.county, at=week.now(), feedback_id=made, step=step, note=note
            )
    return len(drafts)
