"""Whose duty a proceeding is: handlers come with a step that names them and go with the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.kernel.errors import InvalidValue


def accounts(named: Iterable[str]) -> list[UUID]:
    """Return people named by their accounts as ids. Raises InvalidValue E-MONITORING-PERSON."""
    try:
        return [UUID(each) for each in named]
    except ValueError as error:
        raise InvalidValue("E-MONITORING-PERSON") from error


def assign(row: Proceeding, users: Iterable[UUID], *, at: datetime, reason: str) -> None:
    """Make some people, and nobody else, the handlers of a proceeding from an instant on."""
    wanted = list(dict.fromkeys(users))
    held = set(_open(row).values_list("user_id", flat=True))
    _open(row).exclude(user_id__in=wanted).update(until=at, end_reason=reason[:200])
    ProceedingHandler.objects.bulk_create(
        [
            ProceedingHandler(region_code=row.region_code, proceeding=row, user_id=user, since=at)
            for user in wanted
            if user not in held
        ]
    )


def end(row: Proceeding, *, at: datetime, reason: str, users: Iterable[UUID] | None = None) -> int:
    """End the duty of all handlers, or of some; return how many it ended for."""
    found = _open(row)
    if users is not None:
        found = found.filter(user_id__in=list(users))
    return int(found.update(until=at, end_reason=reason[:200]))


def is_handler(row: Proceeding, actor_id: str) -> bool:
    """Whether a proceeding is somebody's duty now."""
    try:
        return _open(row).filter(user_id=UUID(actor_id)).exists()
    except ValueError:
        return False


def _open(row: Proceeding) -> QuerySet[ProceedingHandler]:
    return ProceedingHandler.objects.filter(proceeding_id=row.id, until__isnull=True)
