"""From a list to what it opens and back without a mouse: the keyboard is where one looks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import open_screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SignIn = Callable[..., Page]


def test_enter_goes_into_what_it_opens_and_escape_back_to_its_row(sign_in: SignIn) -> None:
    page = sign_in()
    open_screen(page, "/households")
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    pane = page.locator(".worklist__detail")
    expect(pane).to_be_focused()
    second = page.url

    page.keyboard.press("j")
    expect(page).not_to_have_url(second)
    expect(pane).to_be_focused()

    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/households(\?[^/]*)?$"))
    row = page.locator("tr.is-active a").first
    expect(row).to_be_focused()

    # Walking on from the row, Enter opens the one that is marked.
    page.keyboard.press("k")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(second)


def test_a_screen_that_the_post_may_not_open_says_so_and_nothing_else(sign_in: SignIn) -> None:
    page = sign_in("yunxi_cadre")
    open_screen(page, "/batches")
    expect(page.locator("main h1")).to_have_text("县级审定")
    expect(page.locator("main")).to_contain_text("当前岗位不能看这里")
    expect(page.locator("main")).not_to_contain_text("没有等待审定的")
