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

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SignIn = Callable[..., Page]
SIZES = [(1440, 900), (390, 844)]
EXAMPLE = standards_root() / "examples" / "households.xlsx"


def a_case(demo: Demo, name: str) -> str:
    """Return the number of the household that stands for a case."""
    found: str = next(row["household_no"] for row in demo.truth if row["case"] == name)
    return found


def test_the_overview_opens_with_the_sentence_and_its_numbers_open_their_lists(
    sign_in: SignIn, demo: Demo
) -> None:
    page = sign_in()
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
    expect(page.locator("h1")).to_contain_text("石桥县")
    page.goto(f"/households/{a_case(demo, 'below-hit-1')}")
    expect(page.locator("main")).not_to_contain_text("8,799.99")
    answer = page.request.get(f"/api/v1/households/{a_case(demo, 'below-hit-1')}")
    assert answer.status == 404


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize(("width", "height"), SIZES, ids=["desk", "phone"])
def test_every_screen_fits_and_has_no_serious_barrier(
    width: int, height: int, english: bool, sign_in: SignIn, demo: Demo
) -> None:
    page = sign_in(width=width, height=height, english=english)
    household = f"/households/{a_case(demo, 'dropout-hit-2')}"
    for address in ("/", "/households", household, "/imports", "/imports/new", "/screening"):
        page.goto(address)
        page.locator("h1:visible").first.wait_for()
        page.wait_for_load_state("networkidle")
        assert page.locator("html").get_attribute("lang") == ("en" if english else "zh-CN")
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{address} is {overflow} px too wide"
        assert serious(page) == [], address


def serious(page: Page) -> list[str]:
    """Return axe's serious and critical findings."""
    response: dict[str, Any] = Axe().run(page).response
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
