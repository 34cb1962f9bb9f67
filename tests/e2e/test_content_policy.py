"""The content policy in a real browser: no screen breaks it, and what it forbids does not run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.demo_kit import Demo
from tests.e2e.conftest import open_screen
from tests.e2e.test_console import SCREENS, a_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SignIn = Callable[..., Page]
# Installed before any script of a page: keeps what the browser refused.
WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation', event => window.refused.push(
  [event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber, event.sample]
));
"""
EVIL = """() => {
  document.body.insertAdjacentHTML('beforeend',
    '<img src="x" onerror="window.ran = 1"><script>window.ran = 2</script>' +
    '<a id="evil" href="javascript:window.ran = 3">x</a>');
  const script = document.createElement('script');
  script.textContent = 'window.ran = 4';
  document.body.append(script);
  document.getElementById('evil').click();
  const frame = document.createElement('iframe');
  frame.src = '/';
  document.body.append(frame);
}"""


def refused_on(page: Page, path: str) -> list[Any]:
    open_screen(page, path)
    found: list[Any] = page.evaluate("window.refused")
    return found


@pytest.mark.evidence("ASVS-3.4.3", "ASVS-3.2.2")
def test_no_screen_breaks_the_policy(sign_in: SignIn, demo: Demo) -> None:
    page = sign_in()
    page.context.add_init_script(WATCH)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    household = f"/households/{a_case(demo, 'below-hit-1')}"
    found = {path: refused_on(page, path) for path in (*SCREENS, household)}
    assert {path: one for path, one in found.items() if one} == {}
    assert [text for text in said if "Content Security Policy" in text] == []


@pytest.mark.evidence("ASVS-3.4.3", "ASVS-3.4.6")
def test_a_script_written_into_a_page_does_not_run(sign_in: SignIn) -> None:
    page = sign_in()
    page.context.add_init_script(WATCH)
    page.goto("/")
    page.locator("h1:visible").first.wait_for()
    page.evaluate(EVIL)
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    kinds = {one[0] for one in page.evaluate("window.refused")}
    assert {"script-src-attr", "script-src-elem", "frame-src"} <= kinds
