"""The household page: everything known about one household, joined for a reader."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.looking import note_view
from bangfu.domains.registry.records import HouseholdRecord, MemberRecord
from bangfu.domains.reports.facts import known_fields, sections
from bangfu.domains.reports.handling import of_household
from bangfu.domains.reports.labels import coded
from bangfu.domains.reports.places import path_of, ref
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.domain import HintRecord
from bangfu.foundation.access.columns import access_to
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import datasets

HOUSEHOLD = "registry/household"
MEMBER = "registry/member"


def get_page(
    scope: Scope, household_no: str, period: Period | None, *, at: datetime
) -> dict[str, Any]:
    """Return a household with members, hint and history, as open as the scope's permissions say.

    That the page was opened is written down (`registry.looking.note_view`) before it is answered.
    Raises NotFound when the household is not in the scope.
    """
    require(scope, "REGISTRY_READ")
    today = timezone.localdate(at)
    with activate(scope):
        household = registry.get_household(scope, household_no)
        note_view(scope, household_id=household.id, region_code=household.region_code, at=at)
    may_reveal = access_to(scope, MEMBER, "id_number").can_reveal
    return {
        "household": _head(scope, household),
        "sections": sections(HOUSEHOLD, household.facts),
        "members": [_member(member, today, may_reveal) for member in household.members],
        **_hints(scope, household, period),
        **of_household(scope, household.id, at),
        "history": [_change(one) for one in registry.list_changes(scope, household_no)],
    }


def _value(household: HouseholdRecord, name: str) -> Any:
    fact = household.facts.get(name)
    return fact.value if fact else None


def _head(scope: Scope, household: HouseholdRecord) -> dict[str, Any]:
    return {
        "id": str(household.id),
        "household_no": household.household_no,
        "head_name": household.head_name,
        "region": ref(household.region_code),
        "path": path_of(household.region_code, scope.region),
        "member_count": household.member_count,
        "household_type": coded("household_type", _value(household, "household_type")),
        "monitored_category": coded("monitored_category", _value(household, "monitored_category")),
        "risk_status": coded("risk_status", _value(household, "risk_status")),
        "as_of": household.as_of,
        "source": household.source.label,
    }


def _member(member: MemberRecord, today: date, may_reveal: bool) -> dict[str, Any]:
    birth = member.facts["birth_on"].value if "birth_on" in member.facts else None
    sex = member.facts["sex"].value if "sex" in member.facts else None
    return {
        "id": str(member.id),
        "name": member.name,
        "relation": coded("relation_to_head", member.relation),
        "sex": coded("sex", sex),
        "birth_on": birth,
        "age": _age(birth, today),
        "id_number_masked": member.id_number_masked,
        "phone_masked": member.phone_masked,
        "can_reveal": may_reveal,
        "fields": known_fields(datasets.get(MEMBER), member.facts),
    }


def _age(birth: date | None, today: date) -> int | None:
    if birth is None:
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _hints(scope: Scope, household: HouseholdRecord, period: Period | None) -> dict[str, Any]:
    if "HINT_READ" not in scope.permissions:
        return {"hint": None, "hint_history": []}
    history = screening.list_hint_history(scope, household.id)
    run = screening.find_run(scope, RegionCode(household.region_code), period)
    month = run.period if run else None
    current = next((one for one in history if month and _holds(one, month)), None)
    return {
        "hint": _hint(current, month) if current and month else None,
        "hint_history": [_step(one) for one in history],
    }


def _holds(hint: HintRecord, month: str) -> bool:
    return hint.valid_from <= month and (hint.valid_to is None or month < hint.valid_to)


def _hint(hint: HintRecord, month: str) -> dict[str, Any]:
    return {
        "hint": hint.severity.word,
        "reason_zh": hint.reason_zh,
        "reason_en": hint.reason_en,
        "rule_ids": hint.fired,
        "period": month,
        "since": hint.valid_from,
        "changed_at": hint.changed_at,
    }


def _step(hint: HintRecord) -> dict[str, Any]:
    return {
        "hint": hint.severity.word,
        "reason_zh": hint.reason_zh,
        "reason_en": hint.reason_en,
        "valid_from": hint.valid_from,
        "valid_to": hint.valid_to,
    }


def _change(change: Any) -> dict[str, Any]:
    who = [{"key": "person", "after": change.person_name}] if change.person_name else []
    return {"at": change.at, "source": change.source, "changes": [*who, *change.changes]}
