"""Parts of a case's papers that come from its facts alone: review, clearing."""

from __future__ import annotations

from bangfu.domains.monitoring.papers.known import NO, YES, Known
from bangfu.foundation.papers import context as parts
from bangfu.foundation.papers import context_steps as steps

_AGREED, _NOT_AGREED = "同意", "不同意"


def review_of(known: Known) -> steps.Review:
    """Return the village review with its votes; who neither agreed nor was against abstained."""
    present, agreed = known.count("votes_present"), known.count("votes_agree")
    against = known.count("votes_against")
    counted = present is not None and agreed is not None and against is not None
    resolution = None
    if present is not None and agreed is not None:
        resolution = _AGREED if agreed * 2 > present else _NOT_AGREED
    return steps.Review(
        held_on=known.day("reviewed_on"),
        expected=known.count("votes_due"),
        present=present,
        agreed=agreed,
        against=against,
        abstained=(present or 0) - (agreed or 0) - (against or 0) if counted else None,
        resolution=resolution,
    )


def clearing_of(
    known: Known, conditions: tuple[parts.Condition, ...], measures: tuple[parts.Measure, ...]
) -> parts.Clearing:
    """Return what decides on a clearing; months that the income was stable are whole ones."""
    since, visited = known.day("income_stable_since"), known.day("visited_on")
    months = None
    if since is not None and visited is not None:
        months = (visited.year - since.year) * 12 + visited.month - since.month
        months -= visited.day < since.day
    new_risk, without = known.flag("has_new_risk"), known.flag("is_all_without_labour")
    return parts.Clearing(
        way=known.word("clearing_way"),
        stable_since=since,
        stable_months=months,
        income_steady=YES if since else None,
        spending_solved=known.said("rigid_spending_settled"),
        guarantees_met=known.said("guarantees_met"),
        risk_gone=known.said("risk_gone"),
        no_new_risk=None if new_risk is None else _word(not new_risk),
        has_labour=None if without is None else _word(not without),
        conditions=conditions,
        measures=measures,
    )


def _word(value: bool) -> str:
    """Return yes or no as a form ticks it."""
    return YES if value else NO
