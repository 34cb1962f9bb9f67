"""The register against exports of the national system: what differs, and what ticks itself off."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bangfu.domains.reconciliation import exports, selectors, services
from bangfu.domains.reconciliation.domain import ItemKind, ItemState, State, plain, same
from bangfu.domains.reconciliation.models import ReconciliationItem
from bangfu.domains.reconciliation.selectors import ItemFilter
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, Cast
from tests.registry_kit import BRIDGE, HEAD, STONE, id_number, person, take_in, write_list

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
NOVEMBER, LATER = date(2026, 11, 1), date(2026, 11, 2)


@pytest.fixture
def register(cast: Cast, tmp_path: Path) -> Cast:
    """Household A with two people, B with one, C (another town) with one."""
    rows = [
        person("A", 1, "王一"),
        person("A", 2, "王二", "之子"),
        person("B", 3, "李三", wage=5000),
        person("C", 4, "赵四", village=STONE),
    ]
    take_in(cast.county.scope, write_list(tmp_path / "here.xlsx", rows))
    return cast


def compare(cast: Cast, path: Path, rows, *, as_of: date = NOVEMBER, head=HEAD, **more):
    wanted = {
        "scope": cast.county.scope,
        "region": cast.county.scope.region,
        "as_of": as_of,
        "file": write_list(path / f"{as_of}-{len(rows)}.xlsx", rows, head),
        "at": AT,
    }
    return services.reconcile(**{**wanted, **more})


def items(cast: Cast, **more):
    wanted = ItemFilter(cast.county.scope.region, **more)
    return selectors.list_items(cast.county.scope, wanted, cursor=None, limit=100).items


def told(cast: Cast, **more):
    return {
        (str(one.kind), one.household_no, one.member_name, one.column, one.here, one.there)
        for one in items(cast, **more)
    }


SAME = (
    ("A", 1, "王一", {}),
    ("A", 2, "王二", {"relation": "之子"}),
    ("B", 3, "李三", {"wage": 5000}),
    ("C", 4, "赵四", {"village": STONE}),
)


def export(*changes, without=()):
    """The register as the national system would export it, with changes by household and person."""
    rows = []
    for household, serial, name, more in SAME:
        if (household, serial) in without:
            continue
        changed = next((c for (who, c) in changes if who == serial), {})
        kept = {**more, **{key: value for key, value in changed.items() if key != "name"}}
        rows.append(person(household, serial, changed.get("name", name), **kept))
    return rows


def test_an_export_that_says_the_same_leaves_an_empty_list(register, tmp_path):
    run = compare(register, tmp_path, export())
    assert run.state is State.DONE
    assert (run.counts["households"], run.counts["persons"]) == (3, 4)
    assert run.counts["cells"] > 0
    assert items(register) == []


def test_every_kind_of_difference_is_told_field_by_field(register, tmp_path):
    """By hand: B's wages 5,000 here and 4,200 there; 王二 is 之女 there; C is not there; a
    household D and a person 孙五 in A are only there; 王一 is called 王壹 there."""
    rows = [
        *export(
            (1, {"name": "王壹"}),
            (2, {"relation": "之女"}),
            (3, {"wage": 4200}),
            without=[("C", 4)],
        ),
        person("A", 5, "孙五", "其他"),
        person("D", 6, "周六"),
    ]
    run = compare(register, tmp_path, rows)
    assert told(register) == {
        ("CORRECT_FIELD", "A", "王一", "name", "王一", "王壹"),
        ("CORRECT_FIELD", "A", "王二", "relation", "SON", "DAUGHTER"),
        ("CORRECT_FIELD", "B", "", "wage_income", "5000", "4200"),
        ("ENTER_HOUSEHOLD", "C", "", "", "", ""),
        ("ONLY_THERE_MEMBER", "A", "孙五", "", "", ""),
        ("ONLY_THERE_HOUSEHOLD", "D", "", "", "", ""),
    }
    assert run.counts["CORRECT_FIELD"] == 3
    counts = selectors.count_items(register.county.scope, register.county.scope.region)
    assert counts["kinds"]["ENTER_HOUSEHOLD"] == 1
    assert ("relation", True, 1) in counts["columns"]
    assert ("wage_income", False, 1) in counts["columns"]


def test_a_member_missing_there_is_to_be_entered(register, tmp_path):
    compare(register, tmp_path, export(without=[("A", 2)]))
    assert told(register) == {("ENTER_MEMBER", "A", "王二", "", "", "")}


def test_a_person_who_stands_in_another_household_there_is_one_item_by_number_not_name(
    register, tmp_path
):
    """李三's ID number stands in A there: one field to correct, found by the number alone."""
    rows = [*export(without=[("B", 3)]), person("A", 3, "李叁", "其他")]
    compare(register, tmp_path, rows)
    assert told(register) == {
        ("CORRECT_FIELD", "B", "李叁", "household_no", "B", "A"),
        ("ENTER_HOUSEHOLD", "B", "", "", "", ""),
    }


def test_items_tick_themselves_off_when_the_next_export_shows_them(register, tmp_path):
    compare(register, tmp_path, export((3, {"wage": 4200}), without=[("C", 4)]))
    run = compare(register, tmp_path, export((3, {"wage": 4300})), as_of=LATER)
    assert (run.counts["done"], run.counts["again"], run.counts["new"]) == (1, 1, 0)
    (open_one,) = items(register, state=ItemState.OPEN)
    assert (open_one.column, open_one.there, open_one.first_seen_on) == (
        "wage_income",
        "4300",
        NOVEMBER,
    )
    (done,) = items(register, state=ItemState.DONE)
    assert (done.kind, done.done_on) == (ItemKind.ENTER_HOUSEHOLD, LATER)


def test_an_export_without_the_column_ticks_nothing_of_it_off(register, tmp_path):
    compare(register, tmp_path, export((3, {"wage": 4200})))
    head = HEAD[:-1]
    run = compare(register, tmp_path, [row[:-1] for row in export()], as_of=LATER, head=head)
    assert run.counts["done"] == 0
    assert [one.column for one in items(register, state=ItemState.OPEN)] == ["wage_income"]


def test_an_export_of_one_town_ticks_nothing_off_in_another(register, tmp_path):
    compare(register, tmp_path, export((3, {"wage": 4200}), without=[("C", 4)]))
    town = RegionCode.parse(STONE[:9])
    rows = [person("C", 4, "赵四", village=STONE)]
    run = compare(register, tmp_path, rows, as_of=LATER, region=town)
    assert run.counts["done"] == 1
    assert [one.household_no for one in items(register, state=ItemState.OPEN)] == ["B"]


def test_a_dismissed_item_stays_aside_until_either_side_changes(register, tmp_path):
    compare(register, tmp_path, export((3, {"wage": 4200})))
    (item,) = items(register)
    services.dismiss(scope=register.county.scope, item_id=item.id, reason="口径不同", at=AT)
    compare(register, tmp_path, export((3, {"wage": 4200})), as_of=LATER)
    (still,) = items(register)
    assert (still.state, still.reason) == (ItemState.DISMISSED, "口径不同")
    compare(register, tmp_path, [*export((3, {"wage": 4100}))], as_of=LATER)
    (back,) = items(register)
    assert (back.state, back.there) == (ItemState.OPEN, "4100")


def test_a_dismissal_can_be_taken_back_and_needs_a_reason(register, tmp_path):
    compare(register, tmp_path, export((3, {"wage": 4200})))
    (item,) = items(register)
    scope = register.county.scope
    with pytest.raises(Refused) as refused:
        services.dismiss(scope=scope, item_id=item.id, reason=" ", at=AT)
    assert refused.value.code == "E-RECONCILE-REASON"
    services.dismiss(scope=scope, item_id=item.id, reason="口径不同", at=AT)
    with pytest.raises(Conflict):
        services.dismiss(scope=scope, item_id=item.id, reason="再次", at=AT)
    assert services.restore(scope=scope, item_id=item.id, at=AT).state is ItemState.OPEN
    with activate(scope):
        actions = list(
            AuditEvent.objects.filter(action__startswith="reconciliation.item").values_list(
                "action", flat=True
            )
        )
    assert sorted(actions) == ["reconciliation.item.dismissed", "reconciliation.item.restored"]


def test_a_cell_that_cannot_be_read_is_counted_and_not_compared(register, tmp_path):
    run = compare(register, tmp_path, export((3, {"wage": "五千"})))
    assert run.counts["unreadable"] == 1
    assert items(register) == []


def test_f17_households_of_another_county_are_counted_and_nothing_of_them_is_kept(
    register, tmp_path
):
    rows = [*export(), person("Z", 9, "邻居", village=BRIDGE)]
    run = compare(register, tmp_path, rows)
    assert run.counts["outside"] == 1
    with activate(register.county.scope):
        assert not ReconciliationItem.objects.filter(head_name="邻居").exists()


def test_phones_are_compared_by_token_and_shown_masked(cast, tmp_path):
    head = (*HEAD, "联系电话")
    here = write_list(tmp_path / "p.xlsx", [[*person("A", 1, "王一"), "13800001111"]], head)
    take_in(cast.county.scope, here)
    compare(cast, tmp_path, [[*person("A", 1, "王一"), "13800002222"]], head=head)
    shown = {(one.here, one.there) for one in items(cast)}
    assert shown == {("138****1111", "138****2222")}


def test_a_day_ahead_and_a_place_outside_are_refused(register, tmp_path):
    with pytest.raises(Refused) as refused:
        compare(register, tmp_path, export(), as_of=date(2027, 1, 1))
    assert refused.value.code == "E-RECONCILE-FUTURE"
    with pytest.raises(NotAllowed):
        compare(register, tmp_path, export(), region=RegionCode.parse("9901"))


def test_an_older_export_than_the_last_is_refused(register, tmp_path):
    compare(register, tmp_path, export(), as_of=LATER)
    with pytest.raises(Refused) as refused:
        compare(register, tmp_path, export(), as_of=NOVEMBER)
    assert refused.value.code == "E-RECONCILE-OLDER"


def test_a_file_that_is_no_list_leaves_a_refusal_and_the_list_as_it_was(register, tmp_path):
    compare(register, tmp_path, export((3, {"wage": 4200})))
    run = compare(register, tmp_path, [["x"]], head=("随便",), as_of=LATER)
    assert run.state is State.REFUSED
    assert run.errors[0]["code"].startswith("E-SHEET")
    assert [one.column for one in items(register)] == ["wage_income"]


def test_the_workbook_holds_what_the_screen_shows(register, tmp_path):
    compare(register, tmp_path, export((2, {"relation": "之女"})))
    stream, name = exports.export_items(
        scope=register.county.scope,
        wanted=ItemFilter(register.county.scope.region),
        language="zh",
        at=AT,
    )
    with stream:
        sheet = load_workbook(stream).active
    rows = list(sheet.iter_rows(values_only=True))
    assert name.endswith(".xlsx")
    assert rows[1][:9] == (
        "不一致：字段", "清溪镇", "上坪村", "A", "王一", "王二", "与户主关系", "之子", "之女",
    )  # fmt: skip


def test_pages_hold_every_item_once(register, tmp_path):
    rows = [person(f"N{n}", n, f"新{n}") for n in range(10, 31)]
    compare(register, tmp_path, [*export(), *rows])
    scope, wanted = register.county.scope, ItemFilter(register.county.scope.region)
    seen, cursor = [], None
    while True:
        page = selectors.list_items(scope, wanted, cursor=cursor, limit=4)
        assert page.total == 21
        seen += [one.household_no for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(f"N{n}" for n in range(10, 31))


def test_the_neighbour_sees_nothing_even_without_the_filter(register, tmp_path, settings):
    run = compare(register, tmp_path, export((3, {"wage": 4200})))
    settings.BANGFU_SCOPE_FILTER = False
    scope = register.neighbour.scope
    assert selectors.list_reconciliations(scope, SHIQIAO) == []
    with pytest.raises(NotFound):
        selectors.get_reconciliation(scope, run.id)
    page = selectors.list_items(scope, ItemFilter(SHIQIAO), cursor=None, limit=9)
    assert (page.items, page.total) == ([], 0)


def test_only_the_county_reconciles(register, tmp_path):
    with pytest.raises(NotAllowed):
        compare(register, tmp_path, export(), scope=register.township.scope)


def test_values_are_compared_by_what_they_mean():
    from decimal import Decimal

    assert same(Decimal("8200.00"), 8200)
    assert same(["A", "B"], ("B", "A"))
    assert same(None, "")
    assert not same(None, Decimal(0))
    assert not same(False, None)
    assert same(True, True)
    assert not same(True, False)
    assert plain(Decimal("8200.50")) == "8200.5"
    assert plain(("B", "A")) == "A,B"
    assert id_number(1) != id_number(2)


def test_the_command_prints_one_json_object_and_writes_the_list(register, tmp_path):
    import json

    from click.testing import CliRunner

    from bangfu.cli.reconcile import command

    file = write_list(tmp_path / "export.xlsx", export((3, {"wage": 4200})))
    out = tmp_path / "todo.xlsx"
    arguments = [str(file), "--region", "990101", "--as-of", "2026-11-01"]
    done = CliRunner().invoke(command, [*arguments, "--json", "--out", str(out)])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["to_correct"], found["new"], found["state"]) == (1, 1, "DONE")
    assert load_workbook(out).active.max_row == 2
    refused = CliRunner().invoke(
        command, [str(write_list(tmp_path / "no.xlsx", [["x"]], ("随便",))), *arguments[1:]]
    )
    assert refused.exit_code == 1
