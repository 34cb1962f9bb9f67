"""A notice as a paper: filled, searched for what must not be made public, drawn (fault F61)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bangfu.domains.publicity.domain import NoticeRecord, NoticeState
from bangfu.domains.registry.selectors.identity import Private, list_private
from bangfu.foundation.papers import CaseContext, PaperBook, load
from bangfu.foundation.papers.context import Household, Member, Number, Place
from bangfu.foundation.papers.context_steps import Listed
from bangfu.foundation.papers.context_steps import Notice as NoticePart
from bangfu.foundation.papers.filling import fill
from bangfu.foundation.papers.layout import layout
from bangfu.foundation.papers.packing import write_paper
from bangfu.foundation.papers.scanning import guard
from bangfu.foundation.regions.selectors import names_around
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

_DAY = timedelta(days=1)
_TAKEN_DOWN = (NoticeState.ENDED, NoticeState.ARCHIVED)


def notice_part(record: NoticeRecord) -> NoticePart:
    """Return a notice as its papers tell it; the days are the full ones."""
    return NoticePart(
        posted_on=record.posted_on,
        from_on=record.posted_on + _DAY,
        until_on=record.until_on,
        days=record.days,
        contact=record.contact or None,
        contact_phone=record.contact_phone or None,
        report_phone=record.report_phone,
        web_until=record.until_on + _DAY if record.web_file_id else None,
        taken_down_on=record.until_on + _DAY if record.state in _TAKEN_DOWN else None,
        objection_count=len(record.objections),
        households=tuple(
            Listed(
                group=line.group or None,
                head_name=line.head_name,
                people=line.people,
                category=line.category or None,
                way=line.way or None,
            )
            for line in record.lines
        ),
    )


def number_of(no: str, paper: str) -> Number:
    """Return prefix, year and serial of a number that `services` gave: 上坪示〔2026〕3号."""
    prefix, rest = no.split("示〔", 1)
    year, serial = rest.removesuffix("号").split("〕")
    return Number(paper=paper, prefix=prefix, year=int(year), serial=int(serial))


def print_notice(scope: Scope, record: NoticeRecord, paper: str, book: PaperBook | None) -> bytes:
    """Return the .docx of a notice after it was searched with what the register knows of every
    household on it.

    Raises Refused E-PAPERS-PRIVATE with what was found and in which lines.
    """
    names = names_around(record.region_code)
    place = RegionCode(record.region_code)
    context = CaseContext(
        made_on=record.posted_on,
        place=Place(
            county=names.get(str(place.county)),
            township=names.get(str(place.parent)),
            village=names.get(record.region_code),
        ),
        numbers=(number_of(record.no, paper),),
        notice=replace(notice_part(record), web_until=record.until_on + _DAY),
    )
    filled = fill((book or load()).get(paper, record.posted_on), context, layout())
    private = list_private(scope, [line.household_id for line in record.lines])
    for line in record.lines:
        home = _home(line.household_no, line.head_name, private.get(line.household_id, ()))
        guard(filled, replace(context, household=home))
    return write_paper(filled, layout())


def _home(household_no: str, head_name: str, people: Sequence[Private]) -> Household:
    members = tuple(
        Member(name=one.name, id_number=one.id_number, phone=one.phone) for one in people
    )
    return Household(household_no=household_no, head_name=head_name, members=members)
