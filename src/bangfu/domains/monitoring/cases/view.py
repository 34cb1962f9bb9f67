"""Cases, notices and lists as the wire shapes say them."""

from __future__ import annotations

from datetime import date
from typing import Any

from bangfu.domains.monitoring.cases.prefill import Prefill
from bangfu.domains.monitoring.domain.cases import BatchRecord, CasePaperRecord, RowProblem
from bangfu.domains.monitoring.papers.filing import APART, CaseFile
from bangfu.domains.publicity.domain import NoticeRecord, ObjectionRecord
from bangfu.foundation.accounts.naming import names_of
from bangfu.foundation.papers import PaperState
from bangfu.foundation.regions.selectors import names_around
from bangfu.standards import errors


def _ref(code: str, names: dict[str, str]) -> dict[str, str]:
    return {"code": code, "name": names.get(code, code)}


def case_file(found: CaseFile) -> dict[str, Any]:
    """Return the file of a case."""
    return {
        "kind": found.kind,
        "papers": [_state(one, found) for one in found.states],
        "held": [paper(one) for one in found.held],
        "missing": len(found.missing),
        "needs_purpose": found.needs_purpose,
    }


def _state(one: PaperState, found: CaseFile) -> dict[str, Any]:
    return {
        "paper": one.paper,
        "title_zh": one.title["zh"],
        "title_en": one.title["en"],
        "step": one.step,
        "state": one.state,
        "optional": one.is_optional,
        "apart": one.paper in APART,
        "withheld": one.paper in found.withheld,
        "numbered": one.paper in found.numbered,
        "lacks": [{"path": lack.path, "zh": lack.zh, "en": lack.en} for lack in one.lacks],
        "number": one.number,
        "dated_on": one.dated_on,
    }


def paper(one: CasePaperRecord) -> dict[str, Any]:
    """Return a paper on file."""
    return {
        "id": str(one.id),
        "paper": one.paper,
        "no": one.no,
        "kind": str(one.kind),
        "dated_on": one.dated_on,
        "has_file": one.file_id is not None,
        "name": one.name,
        "size": one.size,
        "note": one.note,
        "at": one.at,
        "by": one.by,
    }


def prefill(found: Prefill) -> dict[str, Any]:
    """Return what is known for the next steps."""
    return {
        "facts": {
            name: value.isoformat()
            if isinstance(value, date)
            else list(value)
            if isinstance(value, tuple)
            else value
            for name, value in found.facts.items()
        },
        "stops": [
            {"rule": one.rule_id, "text_zh": one.message_zh, "text_en": one.message_en}
            for one in found.stops
        ],
        "screened_in": found.screened_in,
        "hits": [
            {"severity": severity, "reason_zh": zh, "reason_en": en}
            for severity, zh, en in found.hits
        ],
    }


def notice_head(one: NoticeRecord, names: dict[str, str]) -> dict[str, Any]:
    """Return a notice as one line."""
    return {
        "id": str(one.id),
        "no": one.no,
        "kind": str(one.kind),
        "way": str(one.way),
        "state": str(one.state),
        "region": _ref(one.region_code, names),
        "posted_on": one.posted_on,
        "until_on": one.until_on,
        "days": one.days,
        "households": len(one.lines),
        "created_at": one.created_at,
        "created_by": one.created_by,
    }


def notice(one: NoticeRecord, today: date) -> dict[str, Any]:
    """Return a notice with its lines and objections."""
    return {
        **notice_head(one, names_around(one.region_code)),
        "contact": one.contact,
        "contact_phone": one.contact_phone,
        "report_phone": one.report_phone,
        "reason": one.reason,
        "on_web": one.is_on_web(today),
        "lines": [
            {
                "proceeding_id": str(line.subject_id),
                "household_no": line.household_no,
                "head_name": line.head_name,
                "group": line.group,
                "people": line.people,
                "category": line.category,
                "way": line.way,
            }
            for line in one.lines
        ],
        "objections": [objection(each) for each in one.objections],
    }


def objection(one: ObjectionRecord) -> dict[str, Any]:
    """Return an objection."""
    return {
        "id": str(one.id),
        "proceeding_id": str(one.subject_id),
        "number": one.number,
        "raised_on": one.raised_on,
        "raised_by": one.raised_by,
        "way": str(one.way),
        "words": one.words,
        "state": str(one.state),
        "checked_on": one.checked_on,
        "checkers": list(one.checkers),
        "finding": one.finding,
        "at": one.at,
        "by": one.by,
    }


def batch_head(one: BatchRecord) -> dict[str, Any]:
    """Return a list as one line."""
    return {
        "id": str(one.id),
        "no": one.no,
        "procedure": one.procedure,
        "stage": str(one.stage),
        "approval_no": one.approval_no,
        "decided_on": one.decided_on,
        "created_at": one.created_at,
        "created_by": one.created_by,
    }


def batch(one: BatchRecord) -> dict[str, Any]:
    """Return a list with its cases."""
    names = names_around(one.region_code)
    people = names_of(one.deciders)
    return {
        **batch_head(one),
        "agency": one.agency,
        "meeting": one.meeting,
        "deciders": [people.get(each, str(each)) for each in one.deciders],
        "scan_name": one.scan_name,
        "decided_at": one.decided_at,
        "reason": one.reason,
        "rows": [
            {
                "proceeding_id": str(row.proceeding_id),
                "no": row.no,
                "region": _ref(row.region_code, names),
                "household_no": row.household_no,
                "head_name": row.head_name,
                "state": row.state,
                "decision": str(row.decision),
                "category": row.category,
                "reason": row.reason,
            }
            for row in one.rows
        ],
    }


def problem(one: RowProblem) -> dict[str, Any]:
    """Return why a case cannot be decided."""
    zh = errors.text(one.code, dict(one.params), "zh")
    en = errors.text(one.code, dict(one.params), "en")
    return {
        "proceeding_id": str(one.proceeding_id),
        "no": one.no,
        "head_name": one.head_name,
        "code": one.code,
        "text_zh": zh.message,
        "text_en": en.message,
        "remedy_zh": zh.remedy,
        "remedy_en": en.remedy,
    }
