"""The notice of a case and the objections to it as its papers tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers.history import Past
from bangfu.domains.publicity import selectors as publicity
from bangfu.domains.publicity.domain import (
    NoticeRecord,
    NoticeState,
    NoticeWay,
    ObjectionRecord,
    ObjectionState,
    ObjectionWay,
)
from bangfu.domains.publicity.printing import notice_part
from bangfu.foundation.papers import context_steps as steps
from bangfu.kernel.scope import Scope

_BOARDS: Mapping[NoticeWay, tuple[str, ...]] = MappingProxyType(
    {
        NoticeWay.BOARD: ("村务公开栏",),
        NoticeWay.BOARD_AND_WEB: ("村务公开栏", "网上公示栏"),
    }
)
_WAYS: Mapping[ObjectionWay, str] = MappingProxyType(
    {
        ObjectionWay.ORAL: "口头",
        ObjectionWay.WRITTEN: "书面",
        ObjectionWay.TELEPHONE: "电话",
    }
)
_ENDS: Mapping[ObjectionState, str] = MappingProxyType(
    {ObjectionState.UNFOUNDED: "异议不成立", ObjectionState.UPHELD: "异议成立"}
)


def notice_of(scope: Scope, row: Proceeding, past: Past) -> NoticeRecord | None:
    """Return the newest notice of a case, but for one of before the case was done anew."""
    if not scope.allows(publicity.READ):
        return None
    found = publicity.find_latest(scope, row.id)
    since = past.since(("POST_NOTICE",))
    return found if found is None or since is None or found.created_at > since[0] else None


def notice(record: NoticeRecord | None) -> steps.Notice:
    """Return a notice with the places where it hung."""
    if record is None:
        return steps.Notice()
    return replace(notice_part(record), boards=_BOARDS[record.way])


def objections(record: NoticeRecord | None) -> tuple[steps.Objection, ...]:
    """Return the objections to a notice."""
    return tuple(_objection(one) for one in record.objections) if record else ()


def _objection(record: ObjectionRecord) -> steps.Objection:
    return steps.Objection(
        number=record.number,
        raised_on=record.raised_on,
        raised_by=record.raised_by or None,
        way=_WAYS[record.way],
        content=record.words,
        checked_on=record.checked_on,
        checkers=record.checkers,
        finding=record.finding or None,
        outcome=_ENDS.get(record.state),
        answered_on=record.answered_on,
    )


def is_hung(notice: NoticeRecord | None) -> bool:
    """Whether the notice of a case hangs or hung."""
    hung = (NoticeState.PUBLISHED, NoticeState.ENDED, NoticeState.ARCHIVED)
    return notice is not None and notice.state in hung
