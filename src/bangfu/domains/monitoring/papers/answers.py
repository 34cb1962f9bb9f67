"""The refusal of a case and its rechecks as its papers tell them: who, at which stage, why, and
where the family may ask for another look until when; and a request that was taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bangfu.domains.monitoring.domain.cases import level_of
from bangfu.domains.monitoring.papers.history import FINDINGS, Answer, Past
from bangfu.domains.monitoring.papers.known import Known
from bangfu.foundation.papers import context_steps as steps
from bangfu.foundation.papers.context import Place
from bangfu.kernel.workdays import Unit, local_day
from bangfu.procedures import Definition, Level, Terms

UPHELD, AGAIN = "维持", "重新核查"
_LEVELS = {"township": "乡镇复核", "county": "县级复核"}
_STAYS = {"township": "TOWNSHIP_UPHOLD", "county": "COUNTY_UPHOLD"}
_CHANGES = {"township": "REOPEN", "county": "COUNTY_REOPEN"}
_ASKS = {"township": "ASK_RECHECK", "county": "ASK_COUNTY"}
_ASKED_ON = {"township": "recheck_asked_on", "county": "county_recheck_asked_on"}
_ASK_LIMIT = "case_recheck_asked"
_UNITS = {Unit.DAYS: "日", Unit.WORKING_DAYS: "个工作日", Unit.MONTHS: "个月"}
# A state says what is waited for; a stage of a decision is named without that.
_WAITING, _GOING_ON = "待", "中"


def refusal_of(
    past: Past, place: Place, definition: Definition | None, terms: Terms, agency: str | None
) -> steps.Refusal:
    """Return the newest refusal; `agency` is the county's where it decided by a list."""
    answer = past.answer
    if answer is None:
        return steps.Refusal()
    known, told = answer.known, answer.after.get("TELL")
    refused_on = local_day(answer.refused.at)
    since = local_day(told.at) if told else None
    return steps.Refusal(
        agency=_agency(answer, place, agency),
        stage=_stage(answer, definition),
        refused_on=known.day("decided_on") or refused_on,
        reasons=known.text("refusal_reason"),
        told_on=known.day("told_on"),
        way=known.word("told_way"),
        told_by=told.by if told else None,
        office=_township(place),
        within=_within(terms, since or refused_on),
        until=_until(terms, since) if since else None,
        next_office=_county(place),
    )


def recheck_of(past: Past, level: str, place: Place, terms: Terms) -> steps.Recheck:
    """Return the recheck of a level, `township` or `county`, of the newest refusal."""
    answer = past.answer
    asked = answer.after.get(_ASKS[level]) if answer else None
    if answer is None or asked is None:
        return steps.Recheck()
    known, stays = answer.known, answer.after.get(_STAYS[level])
    is_township = level == "township"
    found = steps.Recheck(
        level=_LEVELS[level],
        agency=_township(place) if is_township else _county(place),
        applied_on=known.day(_ASKED_ON[level]),
        # The county looks at what the township was asked to look at.
        reasons=known.text("recheck_reason"),
        checkers=known.people(f"{level}_recheckers"),
        checked_on=known.day(f"{level}_recheck_on"),
        finding=known.text(FINDINGS[f"{level}_recheck".upper()]),
        answered_on=known.day(f"{level}_recheck_told_on"),
    )
    changes = answer.after.get(_CHANGES[level])
    if changes is not None:
        day = local_day(changes.at)
        return replace(found, outcome=AGAIN, checkers=(changes.by,), checked_on=day)
    if stays is None:
        return found
    found = replace(found, outcome=UPHELD)
    if not is_township:
        return found
    day = local_day(stays.at)
    return replace(
        found, next_office=_county(place), within=_within(terms, day), until=_until(terms, day)
    )


def withdrawal_of(past: Past, known: Known) -> steps.Withdrawal:
    """Return how a request was taken back."""
    step = past.newest.get("WITHDRAW")
    if step is None:
        return steps.Withdrawal()
    return steps.Withdrawal(
        withdrawn_on=local_day(step.at),
        reasons=known.text("withdrawal_reason"),
        recorded_by=step.by or None,
    )


def _agency(answer: Answer, place: Place, agency: str | None) -> str | None:
    level = level_of(answer.step) if answer.step else None
    if level is Level.COUNTY:
        return agency or _county(place)
    if level is Level.VILLAGE:
        return f"{place.village}村民委员会" if place.village else None
    return _township(place)


def _stage(answer: Answer, definition: Definition | None) -> str | None:
    state = definition.states.get(answer.refused.from_state) if definition else None
    return state.title.zh.removeprefix(_WAITING).removesuffix(_GOING_ON) if state else None


def _township(place: Place) -> str | None:
    return f"{place.township}人民政府" if place.township else None


def _county(place: Place) -> str | None:
    """The office of the county's leading group decides on who is monitored."""
    return f"{place.county}农村工作领导小组办公室" if place.county else None


def _within(terms: Terms, on: date) -> str | None:
    limit = terms.limit(_ASK_LIMIT, on) if _ASK_LIMIT in terms.limits else None
    return f"{limit.count}{_UNITS[limit.unit]}" if limit else None


def _until(terms: Terms, since: date) -> date | None:
    if _ASK_LIMIT not in terms.limits:
        return None
    limit = terms.limit(_ASK_LIMIT, since)
    return terms.calendar.due(since, limit.count, limit.unit, rolls=limit.rolls).on
