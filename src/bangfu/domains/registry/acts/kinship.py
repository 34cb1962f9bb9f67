"""How people are related to another head of their household. Pure.

Relations stand towards the head (与户主关系). When another member becomes head, those that follow
from the old ones are worked out; a list tells sons apart from each other no further than by sex, so
where two readings are possible (whose wife is the daughter-in-law?) the answer is None, and a
person has to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEAD, OTHER = "HEAD", "OTHER"
MALE = "MALE"
_CHILDREN = {"SON", "DAUGHTER"}
# Husband and wife have these in common.
_SHARED = {
    "SON", "DAUGHTER", "DAUGHTER_IN_LAW", "SON_IN_LAW", "SONS_SON", "SONS_DAUGHTER",
    "DAUGHTERS_SON", "DAUGHTERS_DAUGHTER", "GREAT_GRANDSON", "GREAT_GRANDDAUGHTER",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kin:
    """A member as far as kinship goes: relation to the old head, and sex ("" when unknown)."""

    relation: str
    sex: str

    @property
    def is_male(self) -> bool:
        """Whether the person is a man; unknown counts as not."""
        return self.sex == MALE


def towards(new_head: Kin, person: Kin, family: Sequence[Kin]) -> str | None:
    """Return a person's relation to the new head, or None where the list does not tell.

    `family` is everybody of the household before the change, the two included.
    """
    if not person.sex or not new_head.sex:
        return None
    if new_head.relation == "SPOUSE":
        return _towards_spouse(new_head, person)
    if new_head.relation in _CHILDREN:
        return _towards_child(new_head, person, family)
    if new_head.relation in {"FATHER", "MOTHER"}:
        return _towards_parent(person, family)
    return None


def _by_sex(person: Kin, man: str, woman: str) -> str:
    return man if person.is_male else woman


def _towards_spouse(head: Kin, person: Kin) -> str | None:
    if person.relation == HEAD:
        return "SPOUSE"
    if person.relation in _SHARED:
        return person.relation
    in_law = "WIFES" if head.is_male else "HUSBANDS"
    own: Mapping[str, str] = {
        "FATHER": f"{in_law}_FATHER",
        "MOTHER": f"{in_law}_MOTHER",
        "WIFES_FATHER": "FATHER",
        "WIFES_MOTHER": "MOTHER",
        "HUSBANDS_FATHER": "FATHER",
        "HUSBANDS_MOTHER": "MOTHER",
    }
    return own.get(person.relation)


def _towards_child(head: Kin, person: Kin, family: Sequence[Kin]) -> str | None:
    if person.relation in {HEAD, "SPOUSE"}:
        return _by_sex(person, "FATHER", "MOTHER")
    if person.relation in _CHILDREN:
        return "SIBLING"
    if _count(family, head.relation) == 1:
        own = {
            "SON": {"DAUGHTER_IN_LAW": "SPOUSE", "SONS_SON": "SON", "SONS_DAUGHTER": "DAUGHTER"},
            "DAUGHTER": {
                "SON_IN_LAW": "SPOUSE",
                "DAUGHTERS_SON": "SON",
                "DAUGHTERS_DAUGHTER": "DAUGHTER",
            },
        }[head.relation]
        found = own.get(person.relation)
        if found is not None and (found != "SPOUSE" or _count(family, person.relation) == 1):
            return found
    return _towards_grandparent(person, family)


def _towards_grandparent(person: Kin, family: Sequence[Kin]) -> str | None:
    former = next((each for each in family if each.relation == HEAD), None)
    if former is None or not former.sex or person.relation not in {"FATHER", "MOTHER"}:
        return None
    side = "FATHERS" if former.is_male else "MOTHERS"
    return f"{side}_{person.relation}"


def _towards_parent(person: Kin, family: Sequence[Kin]) -> str | None:
    former = next((each for each in family if each.relation == HEAD), None)
    if former is None or not former.sex:
        return None
    if person.relation in {"FATHER", "MOTHER"}:
        return "SPOUSE"
    if person.relation in {HEAD, "SIBLING"}:
        return _by_sex(person, "SON", "DAUGHTER")
    if person.relation == "SPOUSE":
        return _by_sex(person, "SON_IN_LAW", "DAUGHTER_IN_LAW")
    if person.relation in _CHILDREN:
        line = "SONS" if former.is_male else "DAUGHTERS"
        return f"{line}_{person.relation}"
    return None


def _count(family: Sequence[Kin], relation: str) -> int:
    return sum(each.relation == relation for each in family)


# How the family of somebody is related to the head to whom that somebody is related.
_CARRIED: dict[str, dict[str, str]] = {
    "SON": {
        "SPOUSE": "DAUGHTER_IN_LAW",
        "SON": "SONS_SON",
        "DAUGHTER": "SONS_DAUGHTER",
        "SONS_SON": "GREAT_GRANDSON",
        "SONS_DAUGHTER": "GREAT_GRANDDAUGHTER",
    },
    "DAUGHTER": {
        "SPOUSE": "SON_IN_LAW",
        "SON": "DAUGHTERS_SON",
        "DAUGHTER": "DAUGHTERS_DAUGHTER",
    },
    "FATHER": {"SPOUSE": "MOTHER", "SON": "SIBLING", "DAUGHTER": "SIBLING"},
    "MOTHER": {"SPOUSE": "FATHER", "SON": "SIBLING", "DAUGHTER": "SIBLING"},
    "SPOUSE": {"SON": "SON", "DAUGHTER": "DAUGHTER"},
}


def carried(relation: str, person: Kin) -> str | None:
    """Return a person's relation to a new head, from `relation`, that of their former head to him.

    None where it does not follow.
    """
    return _CARRIED.get(relation, {}).get(person.relation)
