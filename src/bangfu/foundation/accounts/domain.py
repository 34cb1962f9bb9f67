"""The pure rules of posts: what kind a post is, how long it may last, who may decide on it.

Three administrators keep each other in check (三权分立, GB/T 22239-2019 8.1.5): nobody grants to
himself, nobody decides on what he proposed himself, and an account is of one duty for life. A
small county may let a neighbouring office hold its audit post and may use deputies with dates;
both come on top of these rules, neither takes one away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from bangfu.kernel.errors import Conflict, InvalidValue, Refused


class PostKind(StrEnum):
    """How a post is held."""

    REGULAR = "REGULAR"
    # 挂职: until a day.
    TEMPORARY = "TEMPORARY"
    # 代理: in an administrator's stead, until a day.
    DEPUTY = "DEPUTY"


class ProposalState(StrEnum):
    """Where the proposal of a post stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Act(StrEnum):
    """What is asked to be done with somebody's account."""

    DISABLE = "DISABLE"
    ENABLE = "ENABLE"
    END_POST = "END_POST"
    # The password of an account that was opened; asked for by opening it.
    FIRST_PASSWORD = "FIRST_PASSWORD"  # noqa: S105 (a name of what is done)
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 (a name of what is done)
    RESET_FACTORS = "RESET_FACTORS"
    # At the terminal alone: whom the province's sign-in lets in.
    JOIN_SSO = "JOIN_SSO"
    SEPARATE_SSO = "SEPARATE_SSO"


# Accounts of administrators and auditors, whose work the others' power must not end.
GUARDED_DUTIES = frozenset({"SYSTEM", "SECURITY", "AUDIT"})
# What changes who can sign in: done by one person, that person could be anybody (0117).
_LETS_IN = frozenset({Act.FIRST_PASSWORD, Act.RESET_PASSWORD, Act.RESET_FACTORS, Act.JOIN_SSO})


@dataclass(frozen=True, slots=True)
class Asked:
    """An act with its reason; a post's end names the post, and its last day unless at once."""

    act: Act
    reason: str
    post_id: UUID | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """From when to when a post is held, how, from which office, by which paper, for whose data."""

    valid_from: date
    valid_to: date | None = None
    kind: PostKind = PostKind.REGULAR
    # Where the holder works (单位); needed for administrators.
    office: str = ""
    # The document that orders it (文号), or a few words.
    note: str = ""
    # The department whose datasets it is for; of such roles alone.
    department: str = ""

    @property
    def days(self) -> int | None:
        """Days that the post lasts, both ends included; None without end."""
        return None if self.valid_to is None else (self.valid_to - self.valid_from).days + 1


@dataclass(frozen=True, slots=True)
class Colleague:
    """An administrator's post in force at the same place, as far as the rules look at it."""

    role: str
    office: str


def check_terms(terms: Terms, *, is_administrator: bool, longest: dict[PostKind, int]) -> None:
    """Refuse terms that no post may have; `longest` gives days by kind.

    Raises InvalidValue E-ACCOUNT-DATES, E-ACCOUNT-TERM (a temporary or deputy post without an end
    or longer than allowed), E-ACCOUNT-OFFICE (an administrator without an office),
    E-ACCOUNT-DEPUTY (a deputy of somebody who is no administrator).
    """
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        raise InvalidValue("E-ACCOUNT-DATES")
    if terms.kind in longest and (terms.days is None or terms.days > longest[terms.kind]):
        raise InvalidValue("E-ACCOUNT-TERM", days=longest[terms.kind])
    if terms.kind == PostKind.DEPUTY and not is_administrator:
        raise InvalidValue("E-ACCOUNT-DEPUTY")
    if is_administrator and not terms.office.strip():
        raise InvalidValue("E-ACCOUNT-OFFICE")


def check_department(department: str, *, is_departmental: bool, is_known: bool) -> None:
    """Refuse a post of a department's role that names none, or one of another role that does.

    Raises InvalidValue E-ACCOUNT-DEPARTMENT, E-ACCOUNT-DEPARTMENT-OF-ROLE.
    """
    if is_departmental and not is_known:
        raise InvalidValue("E-ACCOUNT-DEPARTMENT", department=department[:40])
    if department and not is_departmental:
        raise InvalidValue("E-ACCOUNT-DEPARTMENT-OF-ROLE")


def check_small_county(role: str, terms: Terms, colleagues: list[Colleague], small: bool) -> None:
    """Refuse what a county's size does not allow.

    A small county may use deputies, and its audit administrator must belong to another office
    than its system and security administrators. Elsewhere each office has people enough and a
    deputy is refused. Raises Refused E-ACCOUNT-DEPUTY-SIZE, E-ACCOUNT-AUDIT-OFFICE.
    """
    if terms.kind == PostKind.DEPUTY and not small:
        raise Refused("E-ACCOUNT-DEPUTY-SIZE")
    if not small:
        return
    audits = role == "AUDIT_ADMINISTRATOR"
    for one in colleagues:
        if (one.role == "AUDIT_ADMINISTRATOR") != audits and one.office == terms.office.strip():
            raise Refused("E-ACCOUNT-AUDIT-OFFICE", office=one.office)


def check_four_eyes(*, holder: str, proposer: str, decider: str) -> None:
    """Refuse when one person would stand on both sides of a grant; all are actors' ids.

    Raises Conflict E-ACCOUNT-OWN-GRANT, E-ACCOUNT-SECOND-PERSON.
    """
    if holder in (proposer, decider):
        raise Conflict("E-ACCOUNT-OWN-GRANT")
    if proposer == decider:
        raise Conflict("E-ACCOUNT-SECOND-PERSON")


def check_ordinary(duty: str) -> None:
    """Refuse what one person alone would do with an administrator's or auditor's account.

    Raises Conflict E-ACCOUNT-GUARDED.
    """
    if duty in GUARDED_DUTIES:
        raise Conflict("E-ACCOUNT-GUARDED")


def takes_two(act: Act, duty: str) -> bool:
    """Return whether two persons do an act: any with an administrator's or auditor's account,
    and with everybody's what lets somebody in."""
    return duty in GUARDED_DUTIES or act in _LETS_IN


def check_second_person(*, subject: str, proposer: str, decider: str) -> None:
    """Refuse when the account's own holder, or one person twice, would decide on an act.

    All are actors' ids. Raises Conflict E-ACCOUNT-SELF, E-ACCOUNT-SECOND-PERSON.
    """
    if subject in (proposer, decider):
        raise Conflict("E-ACCOUNT-SELF")
    if proposer == decider:
        raise Conflict("E-ACCOUNT-SECOND-PERSON")
