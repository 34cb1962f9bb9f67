"""A case as its papers are filled: facts of the procedure, register, notice, batch, the clue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.domain.proceedings import CLEARING
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import CasePaper, DecisionBatch, DecisionBatchRow
from bangfu.domains.monitoring.papers import answers, homes, hung
from bangfu.domains.monitoring.papers.conditions import conditions_of
from bangfu.domains.monitoring.papers.history import ANSWERED, Past, current, past_of
from bangfu.domains.monitoring.papers.known import Known, known_of
from bangfu.domains.monitoring.papers.parts import clearing_of, review_of
from bangfu.domains.monitoring.rows import visible
from bangfu.domains.monitoring.wording import Wording, source_label
from bangfu.domains.publicity.domain import NoticeRecord
from bangfu.domains.reconciliation import labels
from bangfu.domains.registry.records import HouseholdRecord
from bangfu.foundation.access.columns import closed_classes
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.papers import CaseContext, PaperBook
from bangfu.foundation.papers import context as parts
from bangfu.foundation.papers import context_steps as steps
from bangfu.foundation.papers.slots import Slot
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

_DAY = timedelta(days=1)
_RISK_IS_TRUE, _IS_CLEAR, _AT_HOME = "风险属实", "具备消除条件", "入户"
# 民法典第十七条.
_ADULT = 18
_AGREED = "同意上报"
# Where a case was refused: what its home check and its township then say.
_NOT_DUE = {"identification": "不符合纳入条件", "clearing": "不符合消除条件"}
_NOT_AGREED = {"identification": "不同意纳入", "clearing": "不同意消除"}
_AFTER_CHECK, _BY_TOWNSHIP, _PASS, _WHOLE = "CHECKING", "TOWNSHIP_REFUSE", "PASS", "whole"
_PIECES = {"prefix": r"(?P<prefix>.+?)", "year": r"(?P<year>\d{4})", "serial": r"(?P<serial>\d+)"}


@dataclass(frozen=True)
class Read:
    """Everything a case's papers are filled from, read once; `covering` says who may see it."""

    row: Proceeding
    known: Known
    clue: Known | None
    clue_row: Proceeding | None
    record: HouseholdRecord | None
    notice: NoticeRecord | None
    batch: DecisionBatch | None
    batch_row: DecisionBatchRow | None
    papers: tuple[CasePaper, ...]
    reasons: str | None
    reported_by: str
    past: Past


def read_case(scope: Scope, row: Proceeding, at: datetime) -> Read:
    """Read a case with what belongs to it; inside `activate`. About a dozen queries."""
    wording = Wording(at)
    definition = wording.definition(row.region_code, row.procedure, row.version)
    known = known_of(instances.unseal(row.facts), definition)
    past = past_of(row, definition)
    if past.answer is not None and row.state in ANSWERED:
        past = replace(past, answer=current(past.answer, known.facts))
    clue_row = visible(scope).filter(id=row.origin_id).first() if row.origin_id else None
    clue = None
    if clue_row is not None:
        clue = known_of(
            instances.unseal(clue_row.facts),
            wording.definition(clue_row.region_code, clue_row.procedure, clue_row.version),
        )
    batch, batch_row = _batch(row)
    origin = (clue_row or row).origins.order_by("id").first()
    return Read(
        row=row,
        known=known,
        clue=clue,
        clue_row=clue_row,
        record=homes.find_record(scope, row),
        notice=hung.notice_of(scope, row, past),
        batch=batch,
        batch_row=batch_row,
        papers=tuple(row.papers.order_by("id")),
        reasons=(str(origin.words) or None) if origin else None,
        reported_by=origin.by_id if origin else "",
        past=past,
    )


def _batch(row: Proceeding) -> tuple[DecisionBatch | None, DecisionBatchRow | None]:
    """The county's list of a case: a village may see what was decided on its own case."""
    listed = DecisionBatchRow.objects.filter(proceeding_id=row.id, is_live=True).first()
    if listed is None:
        return None, None
    county = RegionCode(row.region_code).county
    with activate(system_scope(county, "monitoring.batch")):
        return DecisionBatch.objects.filter(id=listed.batch_id).first(), listed


def context_of(scope: Scope, read: Read, at: datetime, book: PaperBook) -> CaseContext:
    """Return the context of a case; what is not known, or closed in the register, is left out."""
    today = local_day(at)
    known, notice = read.known, read.notice
    household = homes.home_of(scope, read.row, read.record, today, _risk(scope, read))
    household = replace(household, identified_on=known.day("identified_on"))
    place, county = (
        homes.place_of(read.row, read.record),
        book_for(RegionCode(read.row.region_code), at),
    )
    terms = county.terms(read.row.region_code)
    return CaseContext(
        case_no=read.row.no,
        made_on=today,
        place=place,
        household=household,
        numbers=numbers_of(read.papers, book, today, notice),
        application=_application(read),
        authorisation=_authorisation(read, household),
        check=_check(read),
        comparison=steps.Comparison(
            compared_on=known.day("compared_on"),
            people=read.record.member_count if read.record else None,
            conclusion=known.word("comparison_result"),
        ),
        review=review_of(known),
        notice=hung.notice(notice),
        objections=hung.objections(notice),
        township=_township(read),
        decision=_decision(read),
        announcement=_announcement(read),
        entry=_entry(read),
        refusal=answers.refusal_of(read.past, place, known.definition, terms, _refusing(read)),
        recheck=answers.recheck_of(read.past, "township", place, terms),
        county_recheck=answers.recheck_of(read.past, "county", place, terms),
        withdrawal=answers.withdrawal_of(read.past, known),
        fast_track=_fast_track(read),
        clearing=clearing_of(
            known,
            conditions_of(known, county.book.conditions, terms, today)
            if read.row.procedure == CLEARING
            else (),
            homes.measures_of(read.record),
        ),
    )


def numbers_of(
    papers: Iterable[CasePaper], book: PaperBook, on: date, notice: NoticeRecord | None
) -> tuple[parts.Number, ...]:
    """Return the numbers of the papers on file, taken apart as each paper writes its own."""
    found: dict[str, parts.Number] = {}
    kept = [(each.paper, each.no) for each in papers]
    if notice is not None:
        kept += [(notice.kind.board_paper, notice.no), (notice.kind.web_paper, notice.no)]
    for paper, no in kept:
        if paper in book.papers and (number := parse_number(book, paper, no, on)):
            found[paper] = number
    return tuple(found.values())


def parse_number(book: PaperBook, paper: str, no: str, on: date) -> parts.Number | None:
    """Return a number taken apart by the paper's own pattern; None for one written otherwise."""
    pattern = "".join(
        _PIECES.get(piece.path.rpartition(".")[2], ".*")
        if isinstance(piece, Slot)
        else re.escape(piece)
        for piece in book.get(paper, on).number
    )
    match = re.fullmatch(pattern, no) if pattern else None
    if match is None:
        return None
    held = match.groupdict()
    return parts.Number(paper, held.get("prefix"), int(held["year"]), int(held["serial"]))


def _joined(names: tuple[str, ...]) -> str | None:
    return "、".join(names) or None


def _application(read: Read) -> steps.Application:
    if read.row.procedure == CLEARING:
        return steps.Application()
    clue = read.clue
    return steps.Application(
        applied_on=read.known.day("clue_on"),
        channel=source_label(clue.definition, read.clue_row.source).zh or None
        if clue and read.clue_row
        else None,
        applicant=read.row.head_name or None,
        proxy_name=clue.text("proxy_name") if clue else None,
        reasons=read.reasons,
        received_on=local_day(read.clue_row.opened_at) if read.clue_row else None,
    )


def _authorisation(read: Read, household: parts.Household) -> steps.Authorisation:
    """Every adult stands on it, to sign in person, by proxy or by video."""
    known = read.known
    return steps.Authorisation(
        paper_no=known.text("authorisation_no"),
        signed_on=known.day("authorised_on"),
        witness=known.text("authorisation_witness"),
        consents=tuple(
            steps.Consent(name=one.name, relation=one.relation, id_number=one.id_number)
            for one in household.members
            if one.age is None or one.age >= _ADULT
        ),
    )


def _check(read: Read) -> parts.Check:
    known = read.known
    return parts.Check(
        visited_on=known.day("visited_on"),
        way=_AT_HOME if known.day("visited_on") else None,
        checkers=known.people("visitors"),
        findings=known.text("visit_finding"),
        amounts=homes.amounts_of(read.record),
        net_income=homes.income_of(read.record),
        outcome=_outcome(read),
        category=_category(read),
        level=known.word("assessed_level"),
        assessed_by=_joined(known.people("assessed_by")),
    )


def _risk(scope: Scope, read: Read) -> str:
    """What the case was opened for; nothing to a reader from whom its matter is kept."""
    about = read.clue_row or read.row
    return "" if closed_classes(scope) & set(about.classes) else about.risk


def _outcome(read: Read) -> str | None:
    """A case goes on past the home check only where the risk was found to be true; where it was
    refused there, it was not."""
    answer = read.past.answer
    is_refused = read.row.state in ANSWERED and answer is not None
    if is_refused and answer is not None and answer.refused.from_state == _AFTER_CHECK:
        return _NOT_DUE[read.row.procedure]
    if read.row.procedure == CLEARING:
        is_passed = _PASS in read.past.reached and read.row.state != _AFTER_CHECK
        return _IS_CLEAR if is_passed else None
    return _RISK_IS_TRUE if read.known.text("assessed_level") else None


def _township(read: Read) -> steps.Township:
    """The review of the township: it agreed, or refused and said why."""
    known, answer = read.known, read.past.answer
    on = known.day("township_on")
    if answer is not None and answer.refused.step == _BY_TOWNSHIP and read.row.state in ANSWERED:
        return steps.Township(
            reviewed_on=local_day(answer.refused.at),
            reviewer=answer.refused.by or None,
            outcome=_NOT_AGREED[read.row.procedure],
            opinion=answer.known.text("refusal_reason"),
        )
    return steps.Township(
        reviewed_on=on,
        reviewer=_joined(known.people("township_reviewers")),
        outcome=_AGREED if on else None,
        opinion=_AGREED if on else None,
    )


def _category(read: Read) -> str | None:
    """The category: decided, or the one that the notice named."""
    lines = read.notice.lines if read.notice else ()
    named = next((line.category for line in lines if line.subject_id == read.row.id), None)
    return read.known.word("monitored_category") or named or None


def _listed(read: Read) -> steps.Listed:
    place = homes.place_of(read.row, read.record)
    notice = read.notice
    return steps.Listed(
        township=place.township,
        village=place.village,
        group=place.group,
        head_name=read.row.head_name or None,
        people=read.record.member_count if read.record else None,
        category=_category(read),
        way=read.known.word("clearing_way"),
        notice_from=notice.posted_on + _DAY if notice else None,
        notice_until=notice.until_on if notice else None,
        township_on=read.known.day("township_on"),
        reason=read.known.text("refusal_reason"),
    )


def _decision(read: Read) -> steps.Decision:
    batch = read.batch
    if batch is None or batch.decided_on is None:
        return steps.Decision()
    line = _listed(read)
    is_refused = read.batch_row is not None and read.batch_row.decision == "REFUSE"
    return steps.Decision(
        batch_no=batch.no,
        decided_on=batch.decided_on,
        agency=batch.agency or None,
        approval_no=batch.approval_no,
        meeting=batch.meeting or None,
        household_count=0 if is_refused else 1,
        people_count=0 if is_refused else line.people,
        households=() if is_refused else (line,),
        refused=(line,) if is_refused else (),
    )


def _announcement(read: Read) -> steps.Announcement:
    announced = read.known.day("announced_on")
    batch = read.batch
    if batch is None or batch.decided_on is None:
        return steps.Announcement(announced_on=announced)
    return steps.Announcement(
        announced_on=announced,
        approval_no=batch.approval_no,
        approved_on=batch.decided_on,
        contact_phone=read.notice.report_phone if read.notice else None,
        households=(_listed(read),),
    )


def entry_fields(known: Known, procedure: str) -> tuple[tuple[str, str, str], ...]:
    """Return what is to be entered in the national system: register column, code, word."""
    decided = known.day("decided_on")
    if decided is None or known.day("refused_on") is not None:
        return ()
    month = f"{decided:%Y-%m}"
    if procedure == CLEARING:
        found = [
            ("risk_status", "CLEARED", ""),
            ("clearing_method", known.text("clearing_way") or "", ""),
            ("risk_cleared_month", month, ""),
        ]
    else:
        found = [
            ("monitored_category", known.text("monitored_category") or "", ""),
            ("risk_status", "ACTIVE", ""),
            ("risk_identified_month", month, ""),
        ]
    return tuple(
        (column, code, labels.value(column, False, code, "zh")) for column, code, _ in found if code
    )


def _entry(read: Read) -> steps.RegisterEntry:
    on = read.known.day("registered_on")
    return steps.RegisterEntry(
        entered_on=on,
        entered_by=read.past.doer("REGISTER"),
        fields=tuple(
            steps.EntryField(labels.title(column, False, "zh"), word, on)
            for column, _, word in entry_fields(read.known, read.row.procedure)
        ),
    )


def _refusing(read: Read) -> str | None:
    """The office of the county's list that refused."""
    return (read.batch.agency or None) if read.batch else None


def _fast_track(read: Read) -> steps.FastTrack:
    if read.known.flag("is_fast_track") is not True:
        return steps.FastTrack()
    clue = read.clue
    return steps.FastTrack(
        happened_on=read.known.day("clue_on"),
        event=clue.text("danger") if clue else None,
        help=clue.text("help_given") if clue else None,
        helped_on=read.known.day("helped_on"),
        procedure_until=_whole_until(read.row),
    )


def _whole_until(row: Proceeding) -> date | None:
    """Until when the procedure is made up for: the last day of the clock of the whole case."""
    newest = row.clocks.filter(clock=_WHOLE).order_by("began_at", "id").last()
    return newest.due_on if newest else None
