"""Relations to another head, by hand."""

from __future__ import annotations

import pytest

from bangfu.domains.registry.acts.kinship import Kin, carried, towards

HUSBAND, WIFE = Kin("HEAD", "MALE"), Kin("SPOUSE", "FEMALE")
SON, SONS_WIFE = Kin("SON", "MALE"), Kin("DAUGHTER_IN_LAW", "FEMALE")
DAUGHTER, GRANDSON = Kin("DAUGHTER", "FEMALE"), Kin("SONS_SON", "MALE")
FATHER, MOTHER = Kin("FATHER", "MALE"), Kin("MOTHER", "FEMALE")
FAMILY = [HUSBAND, WIFE, SON, SONS_WIFE, DAUGHTER, GRANDSON, FATHER, MOTHER]


@pytest.mark.parametrize(
    ("head", "person", "relation"),
    [
        (WIFE, HUSBAND, "SPOUSE"),
        (WIFE, SON, "SON"),
        (WIFE, GRANDSON, "SONS_SON"),
        (WIFE, FATHER, "HUSBANDS_FATHER"),
        (Kin("SPOUSE", "MALE"), MOTHER, "WIFES_MOTHER"),
        (WIFE, Kin("WIFES_FATHER", "MALE"), "FATHER"),
        (SON, HUSBAND, "FATHER"),
        (SON, WIFE, "MOTHER"),
        (SON, DAUGHTER, "SIBLING"),
        (SON, SONS_WIFE, "SPOUSE"),
        (SON, GRANDSON, "SON"),
        (SON, FATHER, "FATHERS_FATHER"),
        (DAUGHTER, SONS_WIFE, None),
        (DAUGHTER, HUSBAND, "FATHER"),
        (DAUGHTER, Kin("DAUGHTERS_DAUGHTER", "FEMALE"), "DAUGHTER"),
        (FATHER, HUSBAND, "SON"),
        (FATHER, WIFE, "DAUGHTER_IN_LAW"),
        (FATHER, MOTHER, "SPOUSE"),
        (FATHER, SON, "SONS_SON"),
        (FATHER, Kin("SIBLING", "FEMALE"), "DAUGHTER"),
        (Kin("OTHER", "MALE"), WIFE, None),
        (WIFE, Kin("SON", ""), None),
        (Kin("SPOUSE", ""), SON, None),
    ],
)
def test_the_relation_to_another_head(head: Kin, person: Kin, relation: str | None) -> None:
    assert towards(head, person, FAMILY) == relation


def test_of_two_sons_nobody_knows_whose_wife_and_child_they_are() -> None:
    family = [*FAMILY, Kin("SON", "MALE")]
    assert towards(SON, SONS_WIFE, family) is None
    assert towards(SON, GRANDSON, family) is None


@pytest.mark.parametrize(
    ("relation", "person", "found"),
    [
        ("SON", WIFE, "DAUGHTER_IN_LAW"),
        ("SON", SON, "SONS_SON"),
        ("DAUGHTER", SON, "DAUGHTERS_SON"),
        ("FATHER", WIFE, "MOTHER"),
        ("MOTHER", SON, "SIBLING"),
        ("SPOUSE", DAUGHTER, "DAUGHTER"),
        ("SPOUSE", FATHER, None),
        ("OTHER", SON, None),
    ],
)
def test_what_follows_for_the_family_of_somebody_who_joins(
    relation: str, person: Kin, found: str | None
) -> None:
    assert carried(relation, person) == found
