"""Which classes of sensitive data rules read, and what a reader without them is told instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bangfu.domains.screening import explaining
from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.packs import national_pack
from bangfu.domains.screening.withholding import Closed, closed_by
from bangfu.engine.contracts.types import BOOLEAN
from bangfu.engine.packs.loader import load_quality
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.sensitivity import classes_of
from bangfu.foundation.access.scopes import command_scope, restored_scope
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.scope import Scope
from bangfu.standards import columns, datasets
from bangfu.standards.paths import packs_root
from tests.cast import YUNXI

BOTH = frozenset({"HEALTH", "FINANCE"})
HEALTH = "涉及健康信息，须由有权限的人员查看"
EVERYTHING = "涉及健康信息、收入与财产信息，须由有权限的人员查看"
URGENT, ATTENTION, UNKNOWN = Severity.URGENT, Severity.ATTENTION, Severity.UNKNOWN


def scope_with(*permissions: str) -> Scope:
    return restored_scope(YUNXI, frozenset(permissions), Actor("USER", "1", "甲"))


def closed(*permissions: str) -> Closed:
    return closed_by(scope_with(*permissions), [national_pack()])


@pytest.mark.parametrize(
    ("rule_id", "expected"),
    [
        # The certificate's grade; standing in the list at all; claims are health, not money.
        ("disability_heavy_new", {"HEALTH"}),
        ("serious_disease_new", {"HEALTH"}),
        ("medical_sudden", {"HEALTH"}),
        # Net income and out-of-pocket expense, through an indicator.
        ("income_below_line", {"HEALTH", "FINANCE"}),
        # The labour class of the register.
        ("worker_unemployed", {"HEALTH"}),
        ("vehicle_owned", {"FINANCE"}),
        ("school_cost_high", {"FINANCE"}),
        ("water_unsafe", set()),
        ("housing_unsafe", set()),
    ],
)
def test_a_rule_has_the_classes_of_what_it_reads(rule_id: str, expected: set[str]) -> None:
    pack = national_pack()
    rule = next(one for one in pack.rules if one.id == rule_id)
    assert classes_of(rule, pack.catalog) == expected


@pytest.mark.parametrize("kind", ["screening", "quality"])
def test_no_rule_reads_a_closed_column_without_having_its_class(kind: str) -> None:
    pack = national_pack() if kind == "screening" else load_quality(packs_root() / "national")
    for rule in pack.rules:
        assert _named(rule, pack) <= classes_of(rule, pack.catalog), rule.id


def _named(rule: Rule, pack: Pack) -> set[str]:
    """The classes of the columns of a rule, found by its text instead of its tree."""
    text = " ".join(rule.formulas.values())
    return {
        found.cls.name
        for table in pack.catalog.tables.values()
        for column in table.columns
        if (found := columns.find(table.dataset, column.name))
        and f"{table.name}.{column.name}" in text
    }


def test_an_amount_that_no_contract_has_is_money() -> None:
    pack = load_quality(packs_root() / "national")
    column = pack.catalog.column("household", "net_income_earlier")
    rule = replace(
        pack.rules[0], when=n.Missing(n.Field("household", column.name, column.type)), values={}
    )
    assert datasets.get("registry/household").find_column(column.name) is None
    assert classes_of(replace(rule, applies=None), pack.catalog) == {"FINANCE"}


def test_to_ask_whether_somebody_stands_in_a_list_is_to_read_it() -> None:
    pack = national_pack()
    listed = n.FeedAggregate("listed", "serious_disease", None, None, "person", BOOLEAN)
    open_list = n.FeedAggregate("listed", "near_dibao", None, None, "person", BOOLEAN)
    for when, expected in ((listed, {"HEALTH"}), (open_list, set())):
        rule = replace(pack.rules[0], when=when, applies=None, values={})
        assert classes_of(rule, pack.catalog) == expected


def test_who_holds_every_class_reads_everything() -> None:
    everything = closed_by(command_scope(YUNXI, "tests"), [national_pack()])
    assert everything.tell(URGENT, ["medical_sudden"], [], ("住院", "in hospital")) == (
        "住院",
        "in hospital",
    )
    everything.check("medical_sudden")


@pytest.mark.parametrize(
    ("permissions", "severity", "fired", "undecided", "expected"),
    [
        ((), URGENT, ["medical_sudden"], [], HEALTH),
        (("HEALTH_READ",), URGENT, ["medical_sudden"], [], "原话"),
        # Any of the rules as urgent as the hint may have spoken; the open one is named.
        ((), URGENT, ["housing_unsafe", "medical_sudden"], [], f"住房安全有问题；{HEALTH}"),
        # A rule that only asks for attention does not speak for an urgent hint.
        ((), URGENT, ["housing_unsafe", "disability_new"], [], "原话"),
        ((), ATTENTION, ["water_unsafe"], ["income_below_line"], "原话"),
        # What could not be decided is told under the rule's title.
        ((), UNKNOWN, [], ["water_unsafe", "income_below_line"], EVERYTHING),
        # A rule that no pack holds counts as one of every class.
        (("HEALTH_READ",), ATTENTION, ["gone"], [], "涉及收入与财产信息，须由有权限的人员查看"),
        ((), Severity.NONE, ["vehicle_owned"], [], ""),
    ],
)  # fmt: skip
def test_a_reason_is_told_or_the_sentence_stands_in_its_place(
    permissions: tuple[str, ...],
    severity: Severity,
    fired: list[str],
    undecided: list[str],
    expected: str,
) -> None:
    spoken = "" if severity == Severity.NONE else "原话"
    told, _ = closed(*permissions).tell(severity, fired, undecided, (spoken, spoken))
    assert told == expected


def test_an_undecided_rule_that_is_open_speaks_for_itself() -> None:
    undecided = ["income_below_line", "water_unsafe"]
    told, _ = closed().tell(UNKNOWN, [], undecided, ("饮水安全有问题：没有数据", ""))
    assert told == "饮水安全有问题：没有数据"


def test_an_explanation_tells_the_closed_rules_as_one() -> None:
    texts = [f"{name}_{one}" for name in ("title", "reason", "change") for one in ("zh", "en")]

    def rule(rule_id: str) -> dict[str, object]:
        return {
            **dict.fromkeys(texts, "秘语"),
            "rule_id": rule_id,
            "kind": "ALERT",
            "outcome": "TRUE",
            "unknown_reason": None,
            "hint": "urgent",
            "source": {"document": "文", "article": "", "status": "verified"},
            "clauses": [],
        }  # fmt: skip

    told = list(
        explaining._rules(
            closed(),
            [
                rule("medical_sudden"),
                rule("water_unsafe"),
                rule("disability_new"),
                rule("wage_fall"),
            ],
        )
    )
    assert [(one["rule_id"], one["withheld"]) for one in told] == [
        ("", True),
        ("water_unsafe", False),
        ("", True),
    ]
    assert told[0]["title_zh"] == told[0]["reason_zh"] == HEALTH
    assert "秘语" not in str([told[0], told[2]])


def test_one_cannot_list_by_a_closed_rule() -> None:
    with pytest.raises(NotAllowed, match="E-ACCESS-RULE-CLOSED"):
        closed("HEALTH_READ").check("vehicle_owned")
    closed("HEALTH_READ").check("medical_sudden")
    closed().check("water_unsafe")
    closed().check(None)
