"""The household of a case as its papers tell it: as open as the reader's post, numbers in clear.

A case's papers name its people in full (承诺授权书, 采集表); that they were made is written down.
What belongs to a class that the reader may not see stays a blank to be filled in by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.reconciliation import labels
from bangfu.domains.registry.records import FactValue, HouseholdRecord, MemberRecord
from bangfu.domains.registry.selectors.identity import Private, list_private
from bangfu.domains.registry.selectors.pages import get_household
from bangfu.foundation.access.scopes import narrowed
from bangfu.foundation.papers.context import Amount, Household, Measure, Member, Place
from bangfu.foundation.regions.selectors import names_around
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists

_AMOUNTS = (
    "wage_income", "business_income", "property_income", "transfer_income", "operating_expense",
)  # fmt: skip
_OPEN = "OPEN"
_RISK_KIND = "risk_kind"


def find_record(scope: Scope, row: Proceeding) -> HouseholdRecord | None:
    """Return the household of a case as the register has it; None where it is known no more."""
    if not row.household_no:
        return None
    try:
        within = narrowed(scope, RegionCode(row.region_code))
        return get_household(within, row.household_no)
    except NotFound:
        return None


def place_of(row: Proceeding, record: HouseholdRecord | None) -> Place:
    """Return the names of the places that a case belongs to."""
    names = names_around(row.region_code)
    place = RegionCode(row.region_code)
    group = word(record.facts, "village_group") if record else None
    return Place(
        county=names.get(str(place.county)),
        township=names.get(str(place.parent)) if place.parent else None,
        village=names.get(row.region_code),
        group=group,
    )


def home_of(
    scope: Scope, row: Proceeding, record: HouseholdRecord | None, on: date, risk: str = ""
) -> Household:
    """Return the household with its members; two queries. `risk` is what the case was opened for:
    it stands for the risks of a household of which the register names none yet."""
    if record is None:
        return Household(household_no=row.household_no or None, head_name=row.head_name or None)
    private = list_private(scope, [record.id]).get(record.id, [])
    numbers = {one.person_id: one for one in private}
    head = next((one for one in private if one.relation == "HEAD"), None)
    return Household(
        household_no=record.household_no,
        head_name=record.head_name,
        head_id_number=head.id_number or None if head else None,
        phone=head.phone or None if head else None,
        address=word(record.facts, "natural_village"),
        household_type=word(record.facts, "household_type"),
        category=word(record.facts, "monitored_category"),
        population=record.member_count,
        risks=_risks(record) or _risk(risk),
        members=tuple(_member(each, numbers, on) for each in record.members),
    )


def _risks(record: HouseholdRecord) -> tuple[str, ...]:
    said = word(record.facts, "risk_kinds")
    return tuple(said.split("、")) if said else ()


def _risk(code: str) -> tuple[str, ...]:
    """A clue may be about what is no risk of the code list, such as insurance."""
    known = codelists.get(_RISK_KIND).by_code(code) if code else None
    return (known.zh,) if known else ()


def _member(member: MemberRecord, numbers: Mapping[UUID, Private], on: date) -> Member:
    born = value(member.facts, "birth_on")
    private = numbers.get(member.id)
    return Member(
        name=member.name,
        relation=labels.value("relation", True, member.relation, "zh") or None,
        sex=word(member.facts, "sex", of_member=True),
        born_on=born if isinstance(born, date) else None,
        age=_age(born, on) if isinstance(born, date) else None,
        id_number=private.id_number or None if private else None,
        health=word(member.facts, "health", of_member=True),
        education=word(member.facts, "education_level", of_member=True),
        labour=word(member.facts, "labour_class", of_member=True),
        work=word(member.facts, "work_place", of_member=True),
        insurance=None,
        phone=private.phone or None if private else None,
    )


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def amounts_of(record: HouseholdRecord | None) -> tuple[Amount, ...]:
    """Return income and spending of the register that the reader may see."""
    if record is None:
        return ()
    found = []
    for name in _AMOUNTS:
        amount = value(record.facts, name)
        if isinstance(amount, Decimal):
            found.append(Amount(labels.title(name, False, "zh"), amount))
    return tuple(found)


def income_of(record: HouseholdRecord | None) -> Decimal | None:
    """Return the net income of the register that the reader may see, yuan a year."""
    found = value(record.facts, "net_income") if record else None
    return found if isinstance(found, Decimal) else None


def measures_of(record: HouseholdRecord | None) -> tuple[Measure, ...]:
    """Return the kinds of help in the register; what came of each is written by hand."""
    said = word(record.facts, "measures") if record else None
    return tuple(Measure(kind=one) for one in said.split("、")) if said else ()


def value(facts: Mapping[str, FactValue], name: str) -> object:
    """Return a fact that is open to the reader, else None."""
    fact = facts.get(name)
    return fact.value if fact is not None and fact.shown == _OPEN else None


def word(facts: Mapping[str, FactValue], name: str, *, of_member: bool = False) -> str | None:
    """Return an open fact in words."""
    found = value(facts, name)
    if found in (None, "", []):
        return None
    text = ",".join(map(str, found)) if isinstance(found, list | tuple) else str(found)
    return labels.value(name, of_member, text, "zh") or None
