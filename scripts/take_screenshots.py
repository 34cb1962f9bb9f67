"""Take the pictures of docs/how-to anew from a served demo.

    bangfu demo --households 900        (in another terminal; any address will do)
    .venv/bin/python scripts/take_screenshots.py http://127.0.0.1:8000

Needs Debian's Chromium, as the browser tests do. Only the accounts of the demo are used, and what
the pictures need is entered by them: a proposal of a post and one look at a value.
"""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

OUT = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "images"
PASSWORD = "demo-Yunxi-2026"  # shown on the demo's sign-in page
SIZE = {"width": 1180, "height": 760}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

Steps = Callable[[Page], None]


def _settled(page: Page) -> None:
    """Wait until the page's heading stands and nothing is under way."""
    page.locator("h1:visible").first.wait_for()
    page.wait_for_load_state("networkidle")
    for _ in range(300):  # the content policy lets no script be handed in to wait with
        if not page.locator("[class*=skeleton]:visible").count():
            break
        page.wait_for_timeout(100)


def signed_in(browser: Browser, base: str, account: str) -> Page:
    """Return a page on which an account of the demo is signed in."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN", base_url=base).new_page()
    page.set_default_timeout(60_000)
    page.goto("/")
    page.locator("input[autocomplete=username]").fill(account)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    _settled(page)
    return page


def second_factor(page: Page) -> None:
    """Open the form that adds a code of the telephone."""
    page.get_by_role("button", name="添加一种").click()
    choice = page.get_by_text("手机验证码", exact=True)
    if choice.count():
        choice.first.click()
    page.get_by_alt_text("供手机扫描的二维码").wait_for()
    page.get_by_text("第二步验证").first.evaluate("found => found.scrollIntoView()")


def proposal(page: Page) -> None:
    """Fill part of the form that proposes a post."""
    page.get_by_label("用户名").fill("yunxi_village")
    page.get_by_label("依据").fill("云农发〔2026〕3号")


def guarded(page: Page) -> None:
    """Ask for an administrator's account to be disabled, without sending it."""
    page.get_by_role("button", name="石开明").click()
    page.get_by_role("button", name="停用账号").click()
    page.get_by_label("为什么停用这个账号").fill("调到市里工作，云组干〔2026〕12号")


def first_household(page: Page) -> None:
    """Open the first household of the list."""
    page.locator("a[href^='/households/']").first.click()
    page.get_by_text("谁看过这户").first.wait_for()
    page.wait_for_load_state("networkidle")


def reveal(page: Page) -> None:
    """Open the dialog that asks why a value is to be seen."""
    first_household(page)
    page.get_by_role("button", name="查看").first.click()
    page.get_by_role("dialog").get_by_text("入户核实").first.wait_for()


def access(page: Page) -> None:
    """Look at one value, then scroll to the list of those who looked."""
    reveal(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("入户核实").first.click()
    dialog.get_by_role("button", name="查看").click()
    page.wait_for_load_state("networkidle")
    dialog.get_by_role("button").last.click()
    dialog.wait_for(state="hidden")
    page.get_by_role("heading", name="谁看过这户").evaluate("found => found.scrollIntoView()")
    page.wait_for_load_state("networkidle")


def nothing(page: Page) -> None:
    """The page as it opens."""


SHOTS: tuple[tuple[str, str, str, Steps], ...] = (
    ("my-sign-ins", "yunxi_system", "/account", nothing),
    ("second-factor", "yunxi_security", "/account", second_factor),
    ("accounts", "yunxi_system", "/accounts", nothing),
    ("guarded", "yunxi_system", "/accounts?q=yunxi_audit", guarded),
    ("proposal", "yunxi_security", "/accounts/propose", proposal),
    ("reveal", "yunxi_county", "/households", reveal),
    ("access", "yunxi_county", "/households", access),
    ("audit", "yunxi_audit", "/audit", nothing),
)


def sign_in_page(browser: Browser, base: str) -> None:
    """The page that everybody sees first."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN", base_url=base).new_page()
    page.goto("/")
    page.locator("input[type=password]").wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=OUT / "sign-in.png")
    page.context.close()


def main() -> None:
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    wanted = set(sys.argv[2:])
    with urllib.request.urlopen(f"{base}/api/v1/health", timeout=60):
        OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        if not wanted or "sign-in" in wanted:
            sign_in_page(browser, base)
        for name, account, path, steps in SHOTS:
            if wanted and name not in wanted:
                continue
            page = signed_in(browser, base, account)
            page.goto(path)
            _settled(page)
            steps(page)
            page.screenshot(path=OUT / f"{name}.png")
            page.context.close()
            print(f"{name}.png", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
