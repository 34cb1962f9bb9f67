"""Requests as the console sees them: words in both languages, effects, marks, steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bangfu.domains.changes import facts as facts_of
from bangfu.domains.changes import shown, words
from bangfu.domains.changes.domain import Clash, Flag, RequestRecord, StepRecord
from bangfu.domains.changes.kinds import Kind, get_kind, list_kinds
from bangfu.domains.changes.selectors import RequestDetail, RequestPage
from bangfu.domains.registry.selectors.people import list_names
from bangfu.foundation.access.columns import is_open
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.scope import Scope
from bangfu.standards.columns import DOCUMENT


def kinds() -> list[dict[str, Any]]:
    """Return every kind with its form."""
    return [
        {
            "kind": kind.code,
            "zh": kind.zh,
            "en": kind.en,
            "help_zh": kind.help_zh,
            "help_en": kind.help_en,
            "evidence_zh": kind.paper_zh,
            "evidence_en": kind.paper_en,
            "evidence_required": kind.is_paper_required,
            "source_document": kind.source_document,
            "source_status": kind.source_status,
            "fields": [
                {
                    "name": field.name,
                    "zh": field.zh,
                    "en": field.en,
                    "type": field.type,
                    "required": field.is_required,
                    "options": facts_of.options_of(field),
                }
                for field in kind.fields
            ],
        }
        for kind in list_kinds()
    ]


def page(found: RequestPage) -> dict[str, Any]:
    """Return a page of the list."""
    names = _Places()
    return {
        "items": [
            {**_head(request, names), "conflicts": found.clashes.get(request.id, 0)}
            for request in found.items
        ],
        "next_cursor": found.next_cursor,
        "total": found.total,
    }


class _Places:
    """Names of places, each looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def ref(self, code: str) -> dict[str, str]:
        if code not in self._known:
            place = regions.find_region(code)
            self._known[code] = place.name if place else code
        return {"code": code, "name": self._known[code]}


def _head(request: RequestRecord, places: _Places) -> dict[str, Any]:
    kind = get_kind(request.kind)
    state_zh, state_en = words.word("states", request.state)
    return {
        "id": str(request.id),
        "no": request.no,
        "kind": request.kind,
        "kind_zh": kind.zh,
        "kind_en": kind.en,
        "state": str(request.state),
        "state_zh": state_zh,
        "state_en": state_en,
        "household_no": request.household_no,
        "head_name": request.head_name,
        "region": places.ref(request.region_code),
        "happened_on": request.happened_on,
        "created_at": request.created_at,
        "created_by": request.created_by,
        "flags": len(request.flags),
        "due_on": request.due_on,
    }


def detail(scope: Scope, found: RequestDetail) -> dict[str, Any]:
    """Return a request with everything that belongs to it."""
    request = found.request
    kind = get_kind(request.kind)
    names = list_names(scope, list(request.touch.persons))
    return {
        **_head(request, _Places()),
        "note": request.note,
        "revision": request.revision,
        "facts": shown.shown(scope, kind, request.facts, names),
        "evidence": [
            {
                "id": str(each.id),
                "name": each.name,
                "size": each.size,
                "note": each.note,
                "by": each.by,
                "at": each.at,
            }
            for each in found.evidence
        ],
        "conflicts": [_clash(each) for each in found.clashes],
        "flags": [_flag(each) for each in request.flags],
        "steps": [_step(each) for each in found.steps],
        "effects": effects(scope, kind, request, names),
        "allowed": [step.value.lower() for step in found.allowed],
        "needs_purpose": not is_open(scope, DOCUMENT),
    }


def _clash(clash: Clash) -> dict[str, str]:
    zh, en = words.word("conflicts", clash.why)
    if clash.id is None:
        zh = words.word("parts", "elsewhere", {"why": zh})[0]
        en = words.word("parts", "elsewhere", {"why": en})[1]
    change_id = str(clash.id) if clash.id else ""
    return {"change_id": change_id, "no": clash.no, "why_zh": zh, "why_en": en}


def _flag(flag: Flag) -> dict[str, str]:
    zh, en = words.word("flags", flag.code, flag.params)
    return {"code": flag.code, "text_zh": zh, "text_en": en}


def _step(taken: StepRecord) -> dict[str, Any]:
    step_zh, step_en = words.word("steps", taken.step)
    decision_zh, decision_en = "", ""
    if taken.decision:
        decision_zh, decision_en = words.word("decisions", taken.decision)
    return {
        "at": taken.at,
        "by": taken.by,
        "step_zh": step_zh,
        "step_en": step_en,
        "decision_zh": decision_zh,
        "decision_en": decision_en,
        "note": taken.note,
    }


def effects(
    scope: Scope, kind: Kind, request: RequestRecord, names: dict[UUID, str]
) -> list[dict[str, str]]:
    """Return what a request will do, or did, as sentences."""
    values_zh: dict[str, str] = {}
    values_en: dict[str, str] = {}
    for field in kind.fields:
        zh, en = shown.in_words(scope, field, request.facts, names)
        values_zh[field.name], values_en[field.name] = zh, en
    on = request.happened_on.isoformat()
    common = {"on": on, "household_no": request.household_no}
    parts = {**_new_head(values_zh.get("new_head", "")), **_leaving(values_zh, values_en)}
    zh = kind.effect_zh.format_map({**values_zh, **common, **parts})
    en = kind.effect_en.format_map({**values_en, **common, **parts})
    return [{"text_zh": zh, "text_en": " ".join(en.split())}]


def _new_head(name: str) -> dict[str, str]:
    zh, en = words.word("parts", "new_head", {"name": name}) if name else ("", "")
    return {"new_head_zh": zh, "new_head_en": en}


def _leaving(zh: dict[str, str], en: dict[str, str]) -> dict[str, str]:
    """Return who goes along and where to, for those who leave after a divorce."""
    along_zh, along_en = zh.get("persons", ""), en.get("persons", "")
    target = zh.get("to_household", "")
    where = words.word("parts", "where_join" if target else "where_new", {"household_no": target})
    return {
        "along_zh": words.word("parts", "along", {"names": along_zh})[0] if along_zh else "",
        "along_en": words.word("parts", "along", {"names": along_en})[1] if along_en else "",
        "where_zh": where[0],
        "where_en": where[1],
    }
