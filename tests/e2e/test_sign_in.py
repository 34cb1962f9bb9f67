"""Signing in with two steps in a real browser: set up a factor, a security key, the province's way.

The server is one of its own that asks for second factors; the security key is Chromium's virtual
one, so the browser's whole WebAuthn runs. Keys need a name: the address is localhost.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.demo_kit import BANGFU, Demo
from tests.e2e.conftest import PASSWORD, free_port, wait_until_it_answers
from tests.sign_in_kit import totp

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# A loaded machine takes longer than playwright's five seconds.
expect.set_options(timeout=60_000)
# The demo is one for all files of tests: in no other does this account sign in meanwhile.
USERNAME = "yunxi_medical"
Open = Callable[[], tuple[BrowserContext, Page]]
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def strict_server(demo: Demo) -> Iterator[str]:
    """Serve the demo as an installation that asks everybody above the village for two steps."""
    port = free_port()
    environment = {**demo.environment(), "BANGFU_SECOND_FACTOR": "required"}
    command = [str(BANGFU), "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, text=True)
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/api/v1/health", process, 240)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(40)
        back = ("reset-factor", USERNAME, "--region", "990101000000", "--by", "tests")
        assert demo.command("accounts", *back, "--approved-by", "tests 2").returncode == 0


@pytest.fixture
def open_browser(strict_server: str, browser: Browser) -> Iterator[Open]:
    """Return a function that opens a browser of its own, as on another desk."""
    contexts: list[BrowserContext] = []

    def make() -> tuple[BrowserContext, Page]:
        context = browser.new_context(locale="zh-CN", base_url=strict_server)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        return context, page

    yield make
    for context in contexts:
        context.close()


def give_password(page: Page, username: str = USERNAME) -> None:
    page.goto("/")
    page.locator("input[autocomplete=username]").fill(username)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("input[type=password]").press("Enter")


def wait_for_a_fresh_code() -> None:
    """A code counts in its half minute alone: begin early enough in one to type it."""
    if time.time() % 30 > 20:
        time.sleep(31 - time.time() % 30)


@pytest.mark.evidence("GB22239-8.1.4.1-d")
def test_an_officer_sets_up_codes_and_a_key_and_signs_in_with_either(open_browser: Open) -> None:
    context, page = open_browser()
    give_password(page)
    expect(page).to_have_url(re.compile("/settle"))
    page.goto("/households")
    expect(page).to_have_url(re.compile("/settle"))
    page.get_by_text("手机验证码").click()
    expect(page.locator(".totp-setup img")).to_be_visible()
    secret = page.locator(".totp-setup__key").inner_text().replace(" ", "")
    wait_for_a_fresh_code()
    page.locator("input[autocomplete=one-time-code]").fill(totp(secret))
    page.keyboard.press("Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    codes = page.locator(".recovery-codes li").all_inner_texts()
    page.get_by_role("button", name="已经存好").click()
    expect(page).to_have_url(re.compile(r"/households$"))

    protocol = context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto("/account")
    page.get_by_role("button", name="添加一种").click()
    page.get_by_text("安全密钥").click()
    page.locator(".account-form input").fill("抽屉里的密钥")
    page.keyboard.press("Enter")
    expect(page.locator(".account-list")).to_contain_text(["抽屉里的密钥"])

    # At another desk, with a recovery code; from there the first desk is signed out.
    _, other = open_browser()
    give_password(other)
    expect(other.locator("body")).to_contain_text("第二步验证")
    other.get_by_text("用恢复码").click()
    other.locator("#code").fill(codes[0])
    other.keyboard.press("Enter")
    expect(other).not_to_have_url(re.compile("/sign-in"))
    other.goto("/account")
    expect(other.locator("h1")).to_contain_text("您在 2 处登录着")
    other.get_by_role("button", name="退出", exact=True).first.click()
    expect(other.locator(".account-list").first.locator("li")).to_have_count(1)

    # The first desk comes back with its key.
    page.goto("/households")
    expect(page).to_have_url(re.compile("/sign-in"))
    give_password(page)
    page.get_by_role("button", name="用安全密钥").click()
    expect(page).not_to_have_url(re.compile("/sign-in"))
    expect(page.locator("h1:visible").first).to_contain_text("等您办")


def test_a_village_officer_goes_in_with_the_password_alone(open_browser: Open) -> None:
    _, page = open_browser()
    give_password(page, "yunxi_village")
    expect(page).not_to_have_url(re.compile("/sign-in"))
    expect(page.locator("h1:visible").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("/settle"))
