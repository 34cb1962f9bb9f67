"""Rounds and windows as the console sees them."""

from __future__ import annotations

from typing import Any

from bangfu.domains.rounds import corrections, entering, windows
from bangfu.domains.rounds.domain import (
    CorrectionRecord,
    EntryRecord,
    RoundRecord,
    RoundState,
    Stage,
    Tally,
    WindowRecord,
    next_stage,
    stage_before,
)
from bangfu.domains.rounds.policy import Usual, policy, words
from bangfu.domains.rounds.selectors import EntryPage, Progress
from bangfu.domains.rounds.services import MANAGE
from bangfu.domains.rounds.window_selectors import WindowPage
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.region import COUNTY, TOWN, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists


class Places:
    """Names of places, read once a county and answer."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def ref(self, code: str) -> dict[str, str]:
        """Return a place as {code, name}; the code for a name that nobody knows."""
        if code not in self._known:
            self._known.update(regions.names_around(code))
        return {"code": code, "name": self._known.setdefault(code, code)}


def _coded(group: str, name: str) -> dict[str, str] | None:
    if not name:
        return None
    zh, en = words(group, name)
    return {"code": str(name), "zh": zh, "en": en}


def vocabulary() -> dict[str, Any]:
    """Return every word that rounds and windows use."""
    found = policy()
    return {
        "seasons": [_usual("seasons", each) for each in found.seasons.values()],
        "stages": [_usual("stages", each) for each in found.stages.values()],
        **{
            group: [_coded(group, name) for name in found.words[group]]
            for group in ("results", "ways", "corrections")
        },
        "matters": [
            {"code": each.code, "zh": each.zh, "en": each.en}
            for each in codelists.get("matter").entries
        ],
    }


def _usual(group: str, usual: Usual) -> dict[str, Any]:
    return {
        **(_coded(group, usual.name) or {}),
        "usual_from": usual.start,
        "usual_to": usual.end,
        "document": usual.document,
        "status": usual.status,
    }


def round_list(scope: Scope, found: list[RoundRecord]) -> dict[str, Any]:
    """Return rounds as a list."""
    places = Places()
    return {
        "items": [_round(scope, each, places) for each in found],
        "can_open": scope.allows(MANAGE),
    }


def _round(scope: Scope, record: RoundRecord, places: Places) -> dict[str, Any]:
    return {
        "code": record.code,
        "season": _coded("seasons", record.season),
        "year": record.year,
        "county": places.ref(record.region_code),
        "document_no": record.document_no,
        "from_on": record.from_on,
        "to_on": record.to_on,
        "state": str(record.state),
        "households": record.households if scope.region.level <= COUNTY else None,
        "opened_at": record.opened_at,
        "opened_by": record.opened_by,
        "closed_at": record.closed_at,
        "close_note": record.close_note,
    }


def progress(scope: Scope, found: Progress) -> dict[str, Any]:
    """Return how far a round has come."""
    places = Places()
    is_open = found.round.state is RoundState.OPEN
    return {
        "round": _round(scope, found.round, places),
        "region": places.ref(found.total.region_code),
        "total": _tally(found.total, places),
        "children": [_tally(each, places) for each in found.children],
        "can_manage": is_open and scope.allows(MANAGE),
        "can_enter": is_open and scope.allows(entering.ENTER),
    }


def _tally(tally: Tally, places: Places) -> dict[str, Any]:
    return {
        "region": places.ref(tally.region_code),
        "households": tally.households,
        "entered": tally.entered,
        "to_do": tally.to_do,
        "unchanged": tally.unchanged,
        "changed": tally.changed,
        "urgent": tally.urgent,
    }


def entry_page(found: EntryPage) -> dict[str, Any]:
    """Return a page of entries."""
    return {**entries(found.items), "next_cursor": found.next_cursor, "total": found.total}


def entries(found: list[EntryRecord]) -> dict[str, Any]:
    """Return entries."""
    places = Places()
    return {"items": [_entry(each, places) for each in found]}


def _entry(record: EntryRecord, places: Places) -> dict[str, Any]:
    return {
        "id": str(record.id),
        "region": places.ref(record.region_code),
        "household_no": record.household_no,
        "head_name": record.head_name,
        "result": _coded("results", record.result),
        "way": _coded("ways", record.way),
        "visited_on": record.visited_on,
        "entered_at": record.entered_at,
        "entered_by": record.entered_by,
        "clue_no": record.clue_no,
    }


def window_list(scope: Scope, found: list[WindowRecord]) -> dict[str, Any]:
    """Return windows as a list."""
    places = Places()
    return {"items": [_window(each, places) for each in found], "can_open": scope.allows(MANAGE)}


def _window(record: WindowRecord, places: Places) -> dict[str, Any]:
    return {
        "year": record.year,
        "county": places.ref(record.region_code),
        "stage": _coded("stages", record.stage),
        "spans": [
            {"stage": str(each.stage), "from_on": each.from_on, "to_on": each.to_on}
            for each in record.spans
        ],
        "document_no": record.document_no,
        "opened_at": record.opened_at,
        "opened_by": record.opened_by,
        "locked_at": record.locked_at,
        "locked_by": record.locked_by,
        "lock_document_no": record.lock_document_no,
        "corrections_to": record.corrections_to,
    }


def window(scope: Scope, found: WindowPage) -> dict[str, Any]:
    """Return a window whole, with what the reader may do."""
    places = Places()
    return {
        **_window(found.window, places),
        "signatures": [
            {"region": places.ref(each.region_code), "at": each.at, "by": each.by}
            for each in found.signatures
        ],
        "unsigned": [places.ref(each) for each in found.unsigned],
        "corrections": [correction(each, places) for each in found.corrections],
        "allowed": _allowed(scope, found),
    }


def correction(record: CorrectionRecord, places: Places | None = None) -> dict[str, Any]:
    """Return a request for a correction."""
    known = places or Places()
    return {
        "id": str(record.id),
        "region": known.ref(record.region_code),
        "household_no": record.household_no,
        "head_name": record.head_name,
        "what": record.what,
        "reason": record.reason,
        "state": _coded("corrections", record.state),
        "asked_at": record.asked_at,
        "asked_by": record.asked_by,
        "decided_at": record.decided_at,
        "decided_by": record.decided_by,
        "note": record.note,
        "until_on": record.until_on,
    }


def _allowed(scope: Scope, found: WindowPage) -> list[str]:
    """Return the steps open to the reader at the stage of the window."""
    stage = found.window.stage
    is_county = scope.allows(MANAGE) and scope.region.level == COUNTY
    is_town = scope.allows(windows.SIGN) and scope.region.level == TOWN
    signed = {each.region_code for each in found.signatures}
    following = next_stage(stage)
    steps = {
        "days": is_county and stage is not Stage.LOCKED,
        "advance": is_county and following not in (None, Stage.LOCKED),
        "back": is_county and stage_before(stage) is not None,
        "lock": is_county and stage is Stage.SIGNING and not found.unsigned,
        "sign": is_town and stage is Stage.SIGNING and str(scope.region) not in signed,
        "ask": scope.allows(corrections.ASK) and stage is Stage.LOCKED,
        "decide": scope.allows(corrections.DECIDE) and stage is Stage.LOCKED,
    }
    return [name for name, is_open in steps.items() if is_open]


def region_in(text: str) -> RegionCode:
    """Read a place of a body. Raises InvalidValue E-REGION-…."""
    return RegionCode.parse(text)
