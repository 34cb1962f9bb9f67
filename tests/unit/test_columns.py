"""Classes of sensitive columns: the table is whole, and what a scope sees follows from it alone."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.domains.registry import columns
from bangfu.foundation.access.columns import (
    HIDDEN,
    MASKED,
    OPEN,
    Access,
    access_to,
    closed_classes,
    is_open,
    opened_classes,
    require_reveal,
)
from bangfu.foundation.access.roles import all_permissions
from bangfu.foundation.access.scopes import restored_scope
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import InvalidValue, NotAllowed
from bangfu.kernel.scope import Scope
from bangfu.standards import columns as classes
from bangfu.standards import datasets
from bangfu.standards import reveal as policy
from tests.cast import YUNXI

DATASETS = (columns.HOUSEHOLD, columns.MEMBER)
WITHOUT_COLUMNS = {"extensions"}


def scope_with(*permissions: str) -> Scope:
    return restored_scope(YUNXI, frozenset(permissions), Actor("USER", "1", "甲"))


@pytest.mark.evidence("ASVS-14.2.4", "ASVS-14.1.2")
def test_every_column_that_is_stored_encrypted_or_holds_money_has_a_class() -> None:
    bare = [
        f"{dataset}.{column.name}"
        for dataset in DATASETS
        for column in datasets.get(dataset).columns
        if column.type in (*columns.ENCRYPTED_TYPES, "money")
        and classes.find(dataset, column.name) is None
    ]
    assert bare == []


def test_every_named_column_is_one_of_the_register() -> None:
    for name in classes.named_columns():
        dataset, column = name.split(".")
        known = datasets.get(dataset).find_column(column) is not None
        assert known or column in WITHOUT_COLUMNS, name


def test_every_permission_of_a_class_is_in_the_table_of_roles() -> None:
    for one in classes.list_classes():
        assert {one.reveal, one.read or one.reveal} <= all_permissions()
        assert one.source


@pytest.mark.evidence("ASVS-14.2.4")
def test_photos_and_documents_are_of_the_class_of_health_data() -> None:
    """GB/T 45574-2025."""
    health, document = classes.get_class("HEALTH"), classes.get_class("DOCUMENT")
    assert (document.read, document.reveal) == (health.read, health.reveal)


@pytest.mark.parametrize(
    ("permissions", "column", "shown", "value"),
    [
        ((), "registry/member.sex", OPEN, "x"),
        ((), "registry/member.phone", MASKED, "138****1234"),
        (("HEALTH_READ", "FINANCE_READ"), "registry/member.phone", MASKED, "138****1234"),
        (("REGISTRY_REVEAL",), "registry/member.id_number", MASKED, "138110************"),
        ((), "registry/member.health", HIDDEN, None),
        (("HEALTH_READ",), "registry/member.health", OPEN, "x"),
        ((), "registry/household.account", HIDDEN, None),
        (("FINANCE_READ",), "registry/household.account", MASKED, "*******1234"),
        (("FINANCE_READ",), "registry/household.net_income", OPEN, "x"),
        (("FINANCE_READ",), "registry/household.eligible_out_of_pocket", HIDDEN, None),
        (("FINANCE_READ",), "registry/member.disability_certificate_no", HIDDEN, None),
        (("HEALTH_READ",), "registry/member.disability_certificate_no", MASKED, "1*"),
    ],
)
def test_what_a_scope_sees_of_a_column(
    permissions: tuple[str, ...], column: str, shown: str, value: str | None
) -> None:
    access = access_to(scope_with(*permissions), *column.split("."))
    assert access.shown == shown
    assert access.can_reveal == ("REGISTRY_REVEAL" in permissions and shown != OPEN)
    given = {"138****1234": "13811111234", "138110************": "138110199001011234"}
    given |= {"*******1234": "13811111234"}
    stored = given.get(str(value), "x")
    assert access.apply(stored) == (value if value != "1*" else "*")


def test_nothing_is_told_of_a_hidden_value() -> None:
    access = access_to(scope_with(), "registry/member", "health")
    assert [access.apply(value) for value in (["SERIOUS"], [], None, "", 0, False)] == [None] * 6


def test_a_class_is_open_as_a_whole_to_whoever_may_read_it() -> None:
    scope = scope_with("HEALTH_READ")
    assert [is_open(scope, name) for name in ("HEALTH", "FINANCE", "IDENTITY")] == [
        True, False, False,
    ]  # fmt: skip
    assert not is_open(scope_with(*all_permissions()), "IDENTITY")


def test_a_value_is_revealed_to_whoever_may_reveal_its_class() -> None:
    health = classes.get_class("HEALTH")
    require_reveal(scope_with(health.reveal), health)
    with pytest.raises(NotAllowed, match="E-ACCESS-PERMISSION"):
        require_reveal(scope_with("HEALTH_READ"), health)


def test_what_is_masked_without_a_mask_is_not_shown() -> None:
    def word(text: str) -> str:
        """A text that is equal to the constant and not the same object."""
        return "".join(list(text))

    shown = [Access(word(one), mask=mask).apply("13812341234") for one, mask in (
        ("OPEN", None), ("MASKED", "phone"), ("MASKED", None), ("HIDDEN", "phone"),
        ("HIDDEN", None),
    )]  # fmt: skip
    assert shown == ["13812341234", "138****1234", None, None, None]
    assert [Access(word("MASKED"), mask="phone").apply(one) for one in ("", None)] == ["", None]
    assert [Access(word("HIDDEN"), mask="phone").apply(one) for one in ("", None)] == [None, None]
    assert not Access(OPEN).can_reveal


def test_a_mask_of_a_mask_is_the_mask() -> None:
    scope = scope_with("FINANCE_READ", "HEALTH_READ")
    for column, value in (
        ("registry/member.id_number", "990101198001010014"),
        ("registry/member.phone", "13812341234"),
        ("registry/household.account", "6222020200112233445"),
    ):
        access = access_to(scope, *column.split("."))
        assert access.apply(access.apply(value)) == access.apply(value)


def test_the_audit_row_of_a_page_names_the_classes_that_were_open() -> None:
    assert opened_classes(scope_with("HEALTH_READ")) == ["HEALTH", "DOCUMENT"]
    assert opened_classes(scope_with("REGISTRY_READ")) == []


def test_a_class_that_somebody_may_read_is_closed_to_whoever_may_not() -> None:
    readable = {one.name for one in classes.list_classes() if one.read is not None}
    assert readable < {one.name for one in classes.list_classes()}
    assert set(closed_classes(scope_with("REGISTRY_READ"))) == readable
    assert set(closed_classes(scope_with("HEALTH_READ"))) == readable - {"HEALTH", "DOCUMENT"}
    assert not closed_classes(scope_with(*all_permissions()))


def test_purposes_and_budget_are_data() -> None:
    assert policy.daily_budget(date(2020, 1, 1)) == policy.budgets()[0].value
    assert all(one.source for one in policy.budgets())
    assert policy.get_purpose("OTHER").needs_note
    with pytest.raises(InvalidValue, match="E-REVEAL-PURPOSE"):
        policy.get_purpose("CURIOUS")
