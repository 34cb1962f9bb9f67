"""What the deciders should see before they agree: marks, never refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.domains.changes.domain import Flag
from bangfu.domains.changes.facts import Facts, ids_in
from bangfu.domains.changes.kinds import Kind
from bangfu.domains.changes.policy import policy
from bangfu.domains.changes.splitting import is_minor, split_flags
from bangfu.domains.changes.words import word
from bangfu.domains.registry.selectors.people import HouseholdBrief, MemberBrief, find_known
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Case:
    """A request in hand: its form, facts and household on a day."""

    scope: Scope
    kind: Kind
    facts: Facts
    household: HouseholdBrief
    happened_on: date
    today: date
    has_evidence: bool


def flags_of(case: Case) -> tuple[Flag, ...]:
    """Return all marks of a request, in the order in which they are shown."""
    found = [*_about_day(case), *_about_number(case), *_about_heads(case), *_about_leaving(case)]
    if not case.has_evidence and case.kind.is_paper_required:
        kind = case.kind
        found.append(Flag("NO_EVIDENCE", {"paper_zh": kind.paper_zh, "paper_en": kind.paper_en}))
    return tuple(found)


def _about_day(case: Case) -> list[Flag]:
    if case.happened_on > case.today:
        return [Flag("FUTURE_DATE", {})]
    days = policy().long_ago_days
    if (case.today - case.happened_on).days > days:
        return [Flag("LONG_AGO", {"days": days})]
    return []


def _about_number(case: Case) -> list[Flag]:
    number = case.facts.get("id_number")
    if not number:
        return []  # a second record's number is known by nature
    found: list[Flag] = []
    if case.kind.code == "BIRTH":
        born = IdNumber.parse(str(number)).birth_on
        if born != case.happened_on:
            found.append(Flag("BIRTHDAY_DIFFERS", {"born": born.isoformat()}))
    known = find_known(case.scope, RegionCode(case.household.region_code).county, str(number))
    if known is None:
        return found
    if known.is_elsewhere:
        code = "ID_KNOWN_ELSEWHERE" if known.is_member else "ID_KNOWN_FREE"
        return [*found, Flag(code, {})]
    if known.is_dead:
        found.append(Flag("ID_DECEASED", {}))
    elif known.is_member:
        found.append(Flag("ID_KNOWN", {}))
    else:
        found.append(Flag("ID_KNOWN_FREE", {}))
    if known.name and known.name != case.facts.get("name", known.name):
        found.append(Flag("NAME_DIFFERS", {}))
    return found


def _about_heads(case: Case) -> list[Flag]:
    wanted = ids_in(case.facts, "new_head") + ids_in(case.facts, "head")
    if case.kind.code == "HEAD_CHANGE":
        wanted += ids_in(case.facts, "person")
    members = [case.household.member(each) for each in wanted]
    return [
        Flag("MINOR_HEAD", {"name": member.name})
        for member in members
        if member is not None and is_minor(member, case.happened_on)
    ]


def _about_leaving(case: Case) -> list[Flag]:
    leaving = set(ids_in(case.facts, "person")) | set(ids_in(case.facts, "persons"))
    is_new_household = case.kind.code == "DIVORCE" and "to_household" not in case.facts
    if case.kind.code == "SPLIT" or is_new_household:
        return split_flags(case.scope, case.household, leaving, case.happened_on)
    if case.kind.code not in ("DEATH", "MOVE_OUT", "DIVORCE"):
        return []
    found: list[Flag] = []
    if {each.person_id for each in case.household.members} <= leaving:
        found.append(Flag("WHOLE_HOUSEHOLD_LEAVES", {}))
    if case.kind.code == "DEATH":
        found += [
            Flag("DEATH_BENEFITS", _benefits(member))
            for member in case.household.members
            if member.person_id in leaving and (member.has_dibao or member.has_tekun)
        ]
    return found


def _benefits(member: MemberBrief) -> dict[str, Any]:
    held = [
        word("parts", code)
        for code, has in (("dibao", member.has_dibao), ("tekun", member.has_tekun))
        if has
    ]
    return {
        "name": member.name,
        "benefits_zh": "、".join(zh for zh, _ in held),
        "benefits_en": ", ".join(en for _, en in held),
    }
