"""The table of roles is refused when an administrator's power overlaps another's."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from bangfu.foundation.access import roles
from bangfu.foundation.access.roles import read_table
from bangfu.foundation.access.scopes import restored_scope
from bangfu.foundation.accounts.domain import (
    Colleague,
    PostKind,
    Terms,
    check_four_eyes,
    check_small_county,
    check_terms,
)
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import BangfuError, InvalidValue, NotAllowed
from bangfu.standards.paths import standards_root
from tests.cast import SHIQIAO, SINCE, YUNXI, YUNXI_TOWN

LONGEST = {PostKind.TEMPORARY: 10, PostKind.DEPUTY: 5}


@pytest.fixture
def table() -> dict[str, Any]:
    text = (standards_root() / "roles.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(yaml.safe_load(text))


@pytest.mark.evidence("T10")
@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("SYSTEM_ADMINISTRATOR", "ACCOUNTS_GRANT"),
        ("SECURITY_ADMINISTRATOR", "ACCOUNTS_MANAGE"),
        ("SECURITY_ADMINISTRATOR", "AUDIT_READ"),
        ("AUDIT_ADMINISTRATOR", "ACCOUNTS_GRANT"),
        ("SYSTEM_ADMINISTRATOR", "REGISTRY_READ"),
        ("AUDIT_ADMINISTRATOR", "HINT_READ"),
        ("SECURITY_ADMINISTRATOR", "EXPORT_APPROVE"),
        ("COUNTY_OFFICER", "ACCOUNTS_MANAGE"),
        ("PAIRED_CADRE", "AUDIT_EXPORT"),
        ("AUDITOR", "ACCOUNTS_GRANT"),
    ],
)
def test_a_power_that_is_not_its_own_makes_the_table_be_refused(
    table: dict[str, Any], role: str, permission: str
) -> None:
    table["roles"][role]["permissions"].append(permission)
    with pytest.raises(InvalidValue, match="E-ACCESS-ADMINISTRATORS"):
        read_table(table)


@pytest.mark.parametrize("role", ["SYSTEM_ADMINISTRATOR", "AUDIT_ADMINISTRATOR"])
def test_a_table_without_one_of_the_three_is_refused(table: dict[str, Any], role: str) -> None:
    del table["roles"][role]
    with pytest.raises(InvalidValue, match="E-ACCESS-ADMINISTRATORS"):
        read_table(table)


def test_an_administrator_keeps_the_duty_that_is_his(table: dict[str, Any]) -> None:
    table["roles"]["SYSTEM_ADMINISTRATOR"]["duty"] = "BUSINESS"
    with pytest.raises(InvalidValue, match="E-ACCESS-DUTY"):
        read_table(table)


@pytest.mark.parametrize(
    ("role", "duty"),
    [("AUDIT_ADMINISTRATOR", "SYSTEM"), ("COUNTY_OFFICER", "KING"), ("COUNTY_OFFICER", "")],
)
def test_a_duty_that_is_not_the_roles_or_not_known_is_refused(
    table: dict[str, Any], role: str, duty: str
) -> None:
    table["roles"][role]["duty"] = duty
    with pytest.raises(InvalidValue, match="E-ACCESS-DUTY"):
        read_table(table)


def small(**permissions: list[str]) -> dict[str, Any]:
    """A table of the three administrators alone; `permissions` by duty."""
    known = {one: {"zh": one, "en": one} for held in permissions.values() for one in held}
    made = {
        role: {
            "zh": role,
            "en": role,
            "levels": [3],
            "duty": duty,
            "permissions": permissions.get(duty, []),
        }
        for role, duty in roles.ADMINISTRATORS.items()
    }
    return {"permissions": known, "roles": made}


def test_one_role_may_hold_all_there_is_and_no_more_than_there_is() -> None:
    table = small(SYSTEM=["A", "B"])
    found = read_table(table)
    assert found.roles["SYSTEM_ADMINISTRATOR"].permissions == {"A", "B"}
    assert found.roles["AUDIT_ADMINISTRATOR"].permissions == frozenset()
    assert not found.permissions["A"].is_data
    table["permissions"]["A"]["data"] = True
    with pytest.raises(InvalidValue, match="E-ACCESS-ADMINISTRATORS"):
        read_table(table)
    table["permissions"]["C"] = table["permissions"].pop("A")
    with pytest.raises(InvalidValue) as caught:
        read_table(table)
    assert caught.value.code == "E-ACCESS-PERMISSION-UNKNOWN"
    assert caught.value.params["permissions"] == "A"


@pytest.mark.parametrize(
    "pair", [("SYSTEM", "SECURITY"), ("SYSTEM", "AUDIT"), ("SECURITY", "AUDIT")]
)
def test_each_two_of_the_three_share_nothing(pair: tuple[str, str]) -> None:
    one, other = pair
    with pytest.raises(InvalidValue, match="E-ACCESS-ADMINISTRATORS"):
        read_table(small(**{one: ["A", "B"], other: ["B", "C"]}))
    read_table(small(**{one: ["A"], other: ["B"]}))


def test_a_role_is_looked_up_by_its_code_in_a_table_that_is_read_once() -> None:
    codes = [role.code for role in roles.list_roles()]
    assert codes == sorted(codes)
    assert roles.get_role("AUDITOR").code == "AUDITOR"
    assert roles.get_role("AUDITOR") is roles.get_role("AUDITOR")
    assert roles.get_role("AUDIT_ADMINISTRATOR").is_administrator
    assert not roles.get_role("AUDITOR").is_administrator
    with pytest.raises(InvalidValue, match="E-ACCESS-ROLE"):
        roles.get_role("KING")
    assert roles.all_permissions() == {one.code for one in roles.list_permissions()}


def test_a_power_is_asked_for_by_name_and_by_place() -> None:
    scope = restored_scope(YUNXI, frozenset({"EXPORT"}), Actor("USER", "1", "甲"))
    roles.require(scope, "EXPORT")
    roles.require(scope, "EXPORT", YUNXI_TOWN)
    with pytest.raises(NotAllowed, match="E-ACCESS-PERMISSION"):
        roles.require(scope, "REGISTRY_READ")
    with pytest.raises(NotAllowed, match="E-ACCESS-REGION"):
        roles.require(scope, "EXPORT", SHIQIAO)
    with pytest.raises(LookupError, match="SEE_ALL"):
        roles.require(scope, "SEE_ALL")


def test_the_table_has_a_role_for_each_kind_of_holder_and_the_three_share_nothing() -> None:
    codes = {role.code for role in roles.list_roles()}
    assert codes >= {
        "NATION_OFFICER", "PROVINCE_OFFICER", "PREFECTURE_OFFICER", "COUNTY_OFFICER",
        "TOWNSHIP_OFFICER", "VILLAGE_OFFICER", "DEPARTMENT_USER", "PAIRED_CADRE",
        "RESIDENT_TEAM", "GRID_WORKER", "HOUSEHOLD", "PARTNER", "AUDITOR",
    }  # fmt: skip
    system, security, audit = (roles.permissions(code) for code in roles.ADMINISTRATORS)
    assert system & security == security & audit == system & audit == frozenset()
    assert {one.code for one in roles.list_permissions() if "_" not in one.code} <= {
        "EXPORT",
        "RECONCILE",
    }


def refusal(**changes: Any) -> str:
    terms = Terms(SINCE, **changes)
    try:
        check_terms(terms, is_administrator=bool(changes.get("office")), longest=LONGEST)
    except BangfuError as error:
        return error.code
    return ""


@pytest.mark.evidence("F60")
def test_a_temporary_post_has_a_last_day_within_its_longest_term() -> None:
    def until(day: int) -> Any:
        return SINCE.replace(day=day)

    assert refusal() == ""
    assert refusal(kind=PostKind.TEMPORARY) == "E-ACCOUNT-TERM"
    assert refusal(kind=PostKind.TEMPORARY, valid_to=until(10)) == ""
    assert refusal(kind=PostKind.TEMPORARY, valid_to=until(11)) == "E-ACCOUNT-TERM"
    assert refusal(kind=PostKind.DEPUTY, valid_to=until(5)) == "E-ACCOUNT-DEPUTY"
    assert refusal(kind=PostKind.DEPUTY, valid_to=until(5), office="农业农村局") == ""
    assert refusal(kind=PostKind.DEPUTY, valid_to=until(6), office="农业农村局") == "E-ACCOUNT-TERM"


@pytest.mark.parametrize(
    ("small", "role", "kind", "office", "expected"),
    [
        (False, "AUDIT_ADMINISTRATOR", "REGULAR", "农业农村局", ""),
        (True, "AUDIT_ADMINISTRATOR", "REGULAR", "农业农村局", "E-ACCOUNT-AUDIT-OFFICE"),
        (True, "AUDIT_ADMINISTRATOR", "REGULAR", "审计局", ""),
        (True, "SYSTEM_ADMINISTRATOR", "REGULAR", "农业农村局", ""),
        (True, "SYSTEM_ADMINISTRATOR", "REGULAR", "县委办", "E-ACCOUNT-AUDIT-OFFICE"),
        (True, "SYSTEM_ADMINISTRATOR", "DEPUTY", "农业农村局", ""),
        (False, "SYSTEM_ADMINISTRATOR", "DEPUTY", "农业农村局", "E-ACCOUNT-DEPUTY-SIZE"),
    ],
)
def test_a_small_county_may_use_deputies_and_audits_from_another_office(
    small: bool, role: str, kind: str, office: str, expected: str
) -> None:
    colleagues = [
        Colleague("SECURITY_ADMINISTRATOR", "农业农村局"),
        Colleague("AUDIT_ADMINISTRATOR", "县委办"),
    ]
    terms = Terms(SINCE, SINCE.replace(day=5), PostKind(kind), office)
    try:
        check_small_county(role, terms, colleagues, small)
        found = ""
    except BangfuError as error:
        found = error.code
    assert found == expected


def test_no_person_stands_on_both_sides_of_a_grant() -> None:
    check_four_eyes(holder="c", proposer="a", decider="b")
    for sides, code in (
        ({"holder": "a", "proposer": "a", "decider": "b"}, "E-ACCOUNT-OWN-GRANT"),
        ({"holder": "b", "proposer": "a", "decider": "b"}, "E-ACCOUNT-OWN-GRANT"),
        ({"holder": "c", "proposer": "a", "decider": "a"}, "E-ACCOUNT-SECOND-PERSON"),
    ):
        with pytest.raises(BangfuError, match=code):
            check_four_eyes(**sides)


def test_a_role_is_for_one_department_where_the_text_says_so(table: dict[str, Any]) -> None:
    table["roles"]["GRID_WORKER"]["department"] = False
    found = read_table(table).roles.values()
    assert {role.code for role in found if role.is_departmental} == {"DEPARTMENT_USER"}
