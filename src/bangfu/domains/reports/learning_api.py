"""Routes of what is learned from answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router

from bangfu.domains.reports import learning
from bangfu.domains.reports.api import BINARY, XLSX
from bangfu.domains.reports.learning_schemas import LearningOut, RuleLearningOut, SignalsOut
from bangfu.domains.reports.learning_sheet import export_learning as write_learning
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS

router = Router(tags=["learning"])
READ = Permit("HINT_READ")
_ASKED = ("region", "from_period", "period")
Rule = Path(..., max_length=80)


def _asked(
    request: HttpRequest, region: str | None, start: str | None, end: str | None
) -> learning.Asked:
    return learning.read(scope_of(request), region, start, end, at=timezone.now())


@router.get("/learning/rules", auth=READ, response={200: LearningOut, **REFUSALS})
def get_learning(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    from_period: str | None = Query(None, max_length=7),
    period: str | None = Query(None, max_length=7),
) -> Any:
    """Return the precision of rules in a place, from a month to a month."""
    asked = _asked(request, region, from_period, period)
    return learning.get_learning(scope_of(request), asked)


@router.get("/learning/rules/export", auth=Permit("EXPORT"), openapi_extra=BINARY)
def export_learning(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    from_period: str | None = Query(None, max_length=7),
    period: str | None = Query(None, max_length=7),
) -> Any:
    """Return the precision of rules as an .xlsx file."""
    asked = _asked(request, region, from_period, period)
    stream, name = write_learning(
        scope=scope_of(request), asked=asked, language=language_of(request), at=timezone.now()
    )
    return send(request, stream, file_name=name, content_type=XLSX)


@router.get("/learning/rules/{rule_id}", auth=READ, response={200: RuleLearningOut, **REFUSALS})
def get_rule_learning(
    request: HttpRequest,
    rule_id: str = Rule,
    region: str | None = Query(None, max_length=12),
    from_period: str | None = Query(None, max_length=7),
    period: str | None = Query(None, max_length=7),
) -> Any:
    """Return a rule's answers by place and month, and its false cases."""
    asked = _asked(request, region, from_period, period)
    return learning.get_rule_learning(scope_of(request), rule_id, asked)


@router.get("/learning/signals", auth=READ, response={200: SignalsOut, **REFUSALS})
def get_signals(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    months: int = Query(12, ge=2, le=36),
) -> Any:
    """Return new clues by month for a place and the places directly below it."""
    return learning.get_signals(scope_of(request), region=region, months=months, at=timezone.now())
