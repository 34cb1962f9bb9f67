"""Proceedings as the console sees them: words in both languages beside every code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bangfu.domains.monitoring import errands, wording
from bangfu.domains.monitoring.domain.proceedings import HandlerRecord, ProceedingRecord, bearing_of
from bangfu.domains.monitoring.errands import Errand, Photo
from bangfu.domains.monitoring.listing import ProceedingPage
from bangfu.domains.monitoring.selectors import Detail, Offers, Timeline
from bangfu.domains.monitoring.wording import Label
from bangfu.foundation.access.roles import get_role
from bangfu.foundation.accounts.holders import Holder
from bangfu.foundation.regions import selectors as regions
from bangfu.procedures import Definition, Offer, StepDef, Value
from bangfu.procedures.model import Fact
from bangfu.standards import codelists
from bangfu.standards.departments import list_departments

# Columns that the wire takes over as they are.
_SAME = (
    *("no", "procedure", "state", "household_no", "head_name", "title_zh", "title_en", "risk"),
    *("severity", "assessed_level", "source", "period", "opened_at", "changed_at", "waits_for"),
    *("department", "next_clock", "next_due_on", "is_provisional", "overdue_level"),
    *("is_supervised", "closed_at", "revision"),
)


class Places:
    """Names of places, each asked for once in an answer."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def ref(self, code: str) -> dict[str, str]:
        """Return a place as {code, name}."""
        if code not in self._names:
            self._names.update(regions.names_around(code))
        return {"code": code, "name": self._names.setdefault(code, code)}


def _both(name: str, label: Label) -> dict[str, str]:
    return {f"{name}_zh": label.zh, f"{name}_en": label.en}


def head(
    record: ProceedingRecord, definition: Definition | None, handlers: Sequence[str], places: Places
) -> dict[str, Any]:
    """Return a proceeding as one line."""
    return {
        "id": str(record.id),
        **{name: getattr(record, name) for name in _SAME},
        "region": places.ref(record.region_code),
        **_both("procedure", wording.procedure_label(definition, record.procedure)),
        **_both("state", wording.state_label(definition, record.state)),
        **_both("source", wording.source_label(definition, record.source)),
        **_both("risk", wording.risk_label(record.risk)),
        **_both("department", wording.department_label(record.department)),
        **_both("next_clock", wording.clock_label(definition, record.next_clock)),
        "handlers": list(handlers),
    }


def page(found: ProceedingPage) -> dict[str, Any]:
    """Return a page of the list."""
    places = Places()
    return {
        "items": [
            head(item, found.definitions[item.id], found.handlers.get(item.id, []), places)
            for item in found.items
        ],
        "next_cursor": found.next_cursor,
        "total": found.total,
    }


def detail(found: Detail, *, joined_now: bool = False) -> dict[str, Any]:
    """Return one proceeding."""
    record = found.record
    present = [one for one in found.handlers if one.until is None]
    names = [found.names.get(str(one.user_id), "") for one in present]
    return {
        **head(record, found.definition, names, Places()),
        "facts": facts(found.definition, record.facts, found.names),
        "present_handlers": [_handler(one, found.names) for one in present],
        "household_id": str(record.household_id) if record.household_id else None,
        "origin_id": str(record.origin_id) if record.origin_id else None,
        "joined_to_id": str(record.joined_to_id) if record.joined_to_id else None,
        "by_duty": found.by_duty,
        "joined_now": joined_now,
        "errand": _errand(found.definition, found.errand) if found.errand else None,
    }


def _errand(definition: Definition | None, found: Errand) -> dict[str, Any]:
    row = found.row
    way = definition.facts.get(errands.WAY) if definition else None
    ways = [(str(one), wording.value_label(way, str(one), {})) for one in row.ways]
    return {
        "row": row.name,
        **_plain(wording.of_text(row.title)),
        **_both("todo", wording.of_text(row.todo)),
        "ways": [{"code": code, **_plain(label)} for code, label in ways],
        "photo": str(row.photo),
        "place": str(row.place),
        "department": row.department,
        **_both("department", wording.department_label(row.department)),
        "photos": [photo(one) for one in found.photos],
        "needs_purpose": found.needs_purpose,
    }


def photo(one: Photo) -> dict[str, Any]:
    """Return a photo of a check that is on file."""
    return {"id": str(one.id), "no": one.no, "at": one.at, "by": one.by, "can_open": one.can_open}


def facts(
    definition: Definition | None, known: Mapping[str, Value], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return facts with their names and values in words, in the order of the definition."""
    order = list(definition.facts) if definition else []
    told = sorted(known, key=lambda name: order.index(name) if name in order else len(order))
    return [_fact(definition, name, known[name], dict(names)) for name in told]


def _fact(
    definition: Definition | None, name: str, value: Value, names: dict[str, str]
) -> dict[str, Any]:
    fact = definition.facts.get(name) if definition else None
    label = wording.of_text(fact.title) if fact else wording.plain(name)
    return {
        "name": name,
        "zh": label.zh,
        "en": label.en,
        "type": str(fact.type) if fact else "TEXT",
        "value": wire_value(value),
        **_both("value", wording.value_label(fact, value, names)),
    }


def wire_value(value: Value) -> Any:
    """Return a fact's value as the wire has it."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _handler(one: HandlerRecord, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "user_id": str(one.user_id),
        "name": names.get(str(one.user_id), ""),
        "since": one.since,
        "until": one.until,
    }


def timeline(found: Timeline) -> dict[str, Any]:
    """Return everything that happened to a proceeding."""
    definition = found.definition
    return {
        "steps": [
            {
                "at": one.at,
                "by": one.by,
                "step": one.step,
                **_both("step", wording.step_label(definition, one.step)),
                **_both("state", wording.state_label(definition, one.to_state)),
                "note": one.note,
                "facts": facts(definition, one.facts, found.names),
            }
            for one in found.steps
        ],
        "clocks": [
            {
                "clock": one.clock,
                **_plain(wording.clock_label(definition, one.clock)),
                "counted_from": one.counted_from,
                "due_on": one.due_on,
                "is_provisional": one.is_provisional,
                "extended": one.extended,
                "climbed": [str(rung["level"]) for rung in one.climbed],
                "ended_on": one.ended_on,
                "is_late": one.is_late,
            }
            for one in found.clocks
        ],
        "origins": [
            {
                "at": one.at,
                "by": one.by,
                "source": one.source,
                **_both("source", wording.source_label(definition, one.source)),
                "period": one.period,
                "words": one.words,
                "reporter": one.reporter,
            }
            for one in found.origins
        ],
        "handlers": [_handler(one, found.names) for one in found.handlers],
    }


def _plain(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def offered(found: Offers) -> dict[str, Any]:
    """Return the steps that the reader may take; what another step has to bring blocks one."""
    definition = found.definition
    return {
        "offers": [_offer(definition, found, one) for one in found.offers],
        "next_step": found.next_step,
        "revision": found.revision,
    }


def _offer(definition: Definition, found: Offers, one: Offer) -> dict[str, Any]:
    step, facts = one.step, errands.narrowed(definition.facts, found.errand)
    asks = [name for name in one.asks if name in step.takes]
    others = [name for name in step.takes if name not in asks and name in facts]
    elsewhere = [definition.facts[name].title for name in one.asks if name not in step.takes]
    blocked = [definition.guards[name].title for name in one.blocked_by]
    return {
        "step": step.name,
        **_plain(wording.of_text(step.title)),
        "bearing": str(bearing_of(definition, found.state, step)),
        "is_next": step.name == found.next_step,
        "asks": [fact(facts[name]) for name in asks],
        "takes": [fact(facts[name]) for name in others if name not in found.known],
        "renews": [
            fact(facts[name]) for name in others if name in found.known and name in step.renews
        ],
        "photo": str(errands.photo_of(definition, found.state, step, found.errand)),
        **{
            f"blocked_{key}": [
                *(text.said(key) for text in blocked),
                *(wording.lacking(text, key) for text in elsewhere),
            ]
            for key in ("zh", "en")
        },
    }


def fact(one: Fact) -> dict[str, Any]:
    """Return what a fact of a step asks for."""
    return {
        "name": one.name,
        **_plain(wording.of_text(one.title)),
        "type": str(one.type),
        "codes": [{"code": code, "zh": text.zh, "en": text.en} for code, text in one.codes.items()],
        "may_be_future": one.may_be_future,
    }


def procedure(one: Definition) -> dict[str, Any]:
    """Return a procedure with what screens and forms say."""
    return {
        "procedure": one.id,
        "version": one.version,
        **_plain(wording.of_text(one.title)),
        "states": [
            {"state": name, **_plain(wording.of_text(each.title)), "is_end": each.is_end}
            for name, each in one.states.items()
        ],
        "steps": [_step(one, each) for each in one.steps.values()],
        "opening": _step(one, one.opening),
        "facts": [fact(each) for each in one.facts.values()],
        "clocks": [
            {"code": name, "zh": each.title.zh, "en": each.title.en}
            for name, each in one.clocks.items()
        ],
    }


def _step(definition: Definition, step: StepDef) -> dict[str, Any]:
    return {
        "step": step.name,
        **_plain(wording.of_text(step.title)),
        "origins": list(definition.origins_of(step)),
        "target": step.target,
        "levels": list(dict.fromkeys(str(who.level) for who in step.who)),
        "takes": list(step.takes),
        "needs": list(step.needs),
    }


def colleagues(found: Sequence[Holder]) -> list[dict[str, Any]]:
    """Return people who may be named in a step, each with a post."""
    places = Places()
    return [
        {
            "id": str(one.user_id),
            "name": one.name,
            "role": one.role,
            "role_zh": get_role(one.role).zh,
            "role_en": get_role(one.role).en,
            "office": one.office,
            "region": places.ref(one.region_code),
        }
        for one in found
    ]


def matters() -> dict[str, Any]:
    """Return what a clue can be about, and the departments that one can be passed to."""
    return {
        "matters": [
            {"code": one.code, "zh": one.zh, "en": one.en}
            for one in codelists.get("matter").entries
        ],
        "departments": [
            {"code": one.code, "zh": one.zh, "en": one.en} for one in list_departments()
        ],
    }
