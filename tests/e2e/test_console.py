"""What an officer does in the console, in a real browser on a real database."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bangfu.standards.paths import standards_root
from tests.demo_kit import Demo
from tests.e2e.conftest import open_screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SignIn = Callable[..., Page]
SIZES = [(1440, 900), (390, 844)]
EXAMPLE = standards_root() / "examples" / "households.xlsx"
SCREENS = (
    "/",
    "/overview",
    "/desk/list",
    "/clues",
    "/clues/new",
    "/cases",
    "/batches",
    "/reviews",
    "/notices",
    "/village-lists",
    "/rounds",
    "/year-window",
    "/learning",
    "/households",
    "/imports",
    "/imports/new",
    "/screening",
    "/rules",
    "/rules/housing_unsafe",
    "/coverage",
    "/feedback",
    "/feedback/new",
    "/quality",
    "/quality/items",
    "/changes",
    "/changes/new",
    "/reconciliations",
    "/exports",
    "/account",
)
# A rule says itself how much its findings weigh: those of little weight need not be searched for.
SERIOUS = """async () => {
  const isWanted = rule => rule.enabled && ['serious', 'critical'].includes(rule.impact)
    && !rule.tags.some(tag => ['experimental', 'deprecated'].includes(tag));
  const rules = axe._audit.rules.filter(isWanted).map(rule => rule.id);
  const only = { type: 'rule', values: rules };
  const found = await axe.run({ resultTypes: ['violations'], runOnly: only });
  return { rules, violations: found.violations };
}"""
# Screens of the administrators, by the demo's account that has them.
GUARDED_SCREENS = {
    "yunxi_system": ("/accounts", "/accounts?tab=proposals", "/accounts?tab=acts"),
    "yunxi_audit": ("/audit",),
}


def a_case(demo: Demo, name: str) -> str:
    """Return the number of the household that stands for a case."""
    found: str = next(row["household_no"] for row in demo.truth if row["case"] == name)
    return found


def test_the_overview_opens_with_the_sentence_and_its_numbers_open_their_lists(
    sign_in: SignIn, demo: Demo
) -> None:
    page = sign_in()
    page.goto("/overview")
    hints = demo.summary["screened"]["云溪县 2026-10"]["hints"]
    waiting = hints["urgent"] + hints["attention"]
    expect(page.locator("h1")).to_contain_text(f"需研判 {waiting} 户")
    page.locator("main").get_by_role("link", name=re.compile("紧急")).first.click()
    expect(page).to_have_url(re.compile(r"/households\?.*hint=urgent"))
    expect(page.locator("h1")).to_contain_text(f"{hints['urgent']} 户")


def test_a_household_shows_why_with_value_threshold_and_source(sign_in: SignIn, demo: Demo) -> None:
    page = sign_in()
    page.goto(f"/households/{a_case(demo, 'below-hit-1')}")
    main = page.locator("main")
    expect(main).to_contain_text("8,799.99")
    expect(main).to_contain_text("8,800")
    expect(main).to_contain_text("差 0.01 元")
    expect(main).to_contain_text("未研判")


def test_an_undecided_rule_says_what_is_missing(sign_in: SignIn, demo: Demo) -> None:
    page = sign_in()
    page.goto(f"/households/{a_case(demo, 'housing-unknown-1')}")
    expect(page.locator("main")).to_contain_text("资料不足")


def test_a_list_of_households_goes_in_and_the_errors_can_be_taken_home(
    sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in()
    page.goto("/imports/new")
    page.get_by_text("户基本信息").first.click()
    page.locator("input[type=file]").set_input_files(str(EXAMPLE))
    page.locator("form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/imports/[0-9a-f-]{36}"))
    expect(page.locator("main")).to_contain_text("错误", timeout=120_000)
    with page.expect_download() as caught:
        page.get_by_text(re.compile("下载.*错误|错误.*(工作簿|表|清单)")).first.click()
    saved = tmp_path / "errors.xlsx"
    caught.value.save_as(saved)
    assert saved.read_bytes()[:2] == b"PK"


def test_an_officer_finds_nothing_of_the_neighbour(sign_in: SignIn, demo: Demo) -> None:
    page = sign_in("shiqiao_county")
    page.goto("/overview")
    expect(page.locator("h1")).to_contain_text("石桥县")
    page.goto(f"/households/{a_case(demo, 'below-hit-1')}")
    expect(page.locator("main")).not_to_contain_text("8,799.99")
    answer = page.request.get(f"/api/v1/households/{a_case(demo, 'below-hit-1')}")
    assert answer.status == 404


def a_large_family(page: Page) -> str:
    """Return the number of a household of at least three that the account sees."""
    items = page.request.get("/api/v1/households?limit=100").json()["items"]
    found: str = next(item["household_no"] for item in items if item["member_count"] >= 3)
    return found


def choose(page: Page, label: str) -> None:
    """Open a list of choices and take the last one."""
    page.get_by_role("combobox", name=label).click(force=True)
    page.locator(".el-select-dropdown:visible .el-select-dropdown__item").last.click()


def test_a_rule_is_told_in_sentences_with_its_thresholds_cases_and_source(
    sign_in: SignIn, demo: Demo
) -> None:
    page = sign_in()
    page.goto(f"/households/{a_case(demo, 'below-hit-1')}")
    page.locator("main").get_by_role("link", name="看规则").first.click()
    expect(page).to_have_url(re.compile(r"/rules/\w+"))
    main = page.locator("main")
    for part in ("规则怎么说", "用到的标准", "例子", "待核实"):
        expect(main).to_contain_text(part)
    main.get_by_role("link", name="规则", exact=True).click()
    expect(page.locator("h1")).to_contain_text(re.compile(r"现行 \d+ 条规则"))


def test_the_coverage_board_says_what_each_dataset_may_say(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/coverage")
    expect(page.locator("h1")).to_contain_text(re.compile(r"\d+ 项资料中 \d+ 项可用"))
    page.locator("tbody tr").filter(has_text="医保").first.click()
    detail = page.locator(".worklist__detail")
    expect(detail).to_contain_text("能说明什么")
    expect(detail).to_contain_text("近 12 个月交来的")
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)


def test_a_wrong_value_goes_back_to_its_owner(sign_in: SignIn) -> None:
    page = sign_in()
    family = a_large_family(page)
    page.goto(f"/feedback/new?household={family}&dataset=medical/claim")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ 人"))
    choose(page, "哪一项")
    page.get_by_label("资料里写的").fill("两次")
    page.get_by_label("应该是").fill("一次")
    page.get_by_label("凭什么这样说").fill("村里核对过结算单。")
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(re.compile(r"/feedback/(?!new)[\w-]+"))
    detail = page.locator(".worklist__detail")
    expect(detail).to_contain_text("还没有发出")
    for step, said in (("发出", "答复"), ("撤回", "已撤回")):
        detail.get_by_role("button", name=step, exact=True).click()
        if step == "撤回":
            detail.locator("textarea").fill("试写的一张。")
        detail.get_by_role("button", name=step, exact=True).click()
        expect(detail).to_contain_text(said)


def test_a_check_of_the_data_ends_in_a_work_list(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/quality")
    page.get_by_role("button", name=re.compile("核查")).click()
    expect(page.get_by_text("核查完成")).to_be_visible(timeout=180_000)
    expect(page.locator("h1")).to_contain_text(re.compile("待核对|没有待核对"))
    page.goto("/quality/items")
    expect(page.locator("h1")).to_contain_text(re.compile(r"待核对 \d"))
    if page.locator("[data-row]").count() == 0:
        expect(page.locator("main")).to_contain_text("没有数据问题")
        return
    page.locator("[data-row]").first.click()
    page.get_by_role("button", name="登记为例外").click()
    page.locator("textarea").fill("户主在外务工")
    page.get_by_role("button", name="登记例外").click()
    page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.get_by_text("登记为例外。")).to_have_count(0)


def test_a_change_is_drawn_up_handed_in_and_taken_back(sign_in: SignIn) -> None:
    page = sign_in()
    family = a_large_family(page)
    page.goto(f"/changes/new?household={family}&kind=HEAD_CHANGE")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ 人"))
    choose(page, "新户主")
    page.get_by_role("button", name="保存草稿").click()
    expect(page).to_have_url(re.compile(r"/changes/(?!new)[\w-]+"))
    detail = page.locator(".worklist__detail")
    expect(detail).to_contain_text("还是草稿")
    expect(detail).to_contain_text("审定后名册会怎样")
    detail.get_by_role("button", name="撤回申请").click()
    detail.get_by_role("button", name="撤回申请").click()
    expect(detail).to_contain_text("名册没有改动")


def test_an_export_of_the_national_system_is_compared_or_refused_with_the_reason(
    sign_in: SignIn,
) -> None:
    page = sign_in()
    page.goto("/reconciliations")
    page.locator("input[type=file]").set_input_files(str(EXAMPLE))
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/reconciliations/[\w-]+"))
    answer = re.compile("待录入|两边一致|没有收下")
    expect(page.locator("h1")).to_contain_text(answer, timeout=180_000)
    main = page.locator("main")
    expect(main).to_contain_text(re.compile("逐项清单|退回原因"))


def test_a_telephone_reaches_every_section_from_its_bar(sign_in: SignIn) -> None:
    page = sign_in(width=390, height=844)
    page.get_by_role("button", name="更多").click()
    page.get_by_role("dialog").get_by_role("link", name="规则", exact=True).click()
    expect(page.locator("h1")).to_contain_text("条规则")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize(("width", "height"), SIZES, ids=["desk", "phone"])
def test_every_screen_fits_and_has_no_serious_barrier(
    width: int, height: int, english: bool, sign_in: SignIn, demo: Demo
) -> None:
    page = sign_in(width=width, height=height, english=english)
    household = f"/households/{a_case(demo, 'dropout-hit-2')}"
    for address in (household, *SCREENS):
        assert_it_fits(page, address, english)


@pytest.mark.parametrize(("width", "height", "english"), [(1440, 900, True), (390, 844, False)])
@pytest.mark.parametrize("username", GUARDED_SCREENS)
def test_the_administrators_screens_fit_too(
    username: str, width: int, height: int, english: bool, sign_in: SignIn
) -> None:
    page = sign_in(username, width=width, height=height, english=english)
    for address in GUARDED_SCREENS[username]:
        assert_it_fits(page, address, english)


def assert_it_fits(page: Page, address: str, english: bool) -> None:
    """Open a screen: it is no wider than the window, in the right language, and axe finds
    nothing serious."""
    open_screen(page, address)
    expect(page.locator("html")).to_have_attribute("lang", "en" if english else "zh-CN")
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"{address} is {overflow} px too wide"
    assert serious(page) == [], address


def serious(page: Page) -> list[str]:
    """Return axe's serious and critical findings, of the rules whose findings are such."""
    page.evaluate(Axe().axe_script)
    found: dict[str, Any] = page.evaluate(SERIOUS)
    assert {"color-contrast", "label", "button-name"} <= set(found["rules"])
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]
