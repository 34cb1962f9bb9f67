"""A served demo and a browser: Debian's Chromium, driven by playwright on this machine alone."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.demo_kit import BANGFU, Demo

PASSWORD = "demo-Yunxi-2026"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SignIn = Callable[..., Page]
# The language is kept with the account, so a test that changes it changes it back.
SET_LANGUAGE = """language => fetch('/api/v1/session/language', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1],
  },
  body: JSON.stringify({ language }),
})"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_until_it_answers(url: str, process: subprocess.Popen[str], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}")


@pytest.fixture(scope="session")
def server(demo: Demo) -> Iterator[str]:
    """Serve the demo by the real command; return its address."""
    port = free_port()
    command = [str(BANGFU), "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=demo.environment(), text=True)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(f"{base}/api/v1/health", process, 120)
        yield base
    finally:
        process.terminate()
        process.wait(40)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium for a file of tests; playwright's event loop must end before other tests."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield found
        found.close()


@pytest.fixture
def sign_in(server: str, browser: Browser) -> Iterator[SignIn]:
    """Return a function that opens the console and signs an account in."""
    contexts = []

    def open_console(
        username: str = "yunxi_county",
        *,
        width: int = 1440,
        height: int = 900,
        english: bool = False,
    ) -> Page:
        locale = "en-US" if english else "zh-CN"
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, base_url=server
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto("/")
        page.locator("input[autocomplete=username]").fill(username)
        page.locator("input[type=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("h1:visible").first.wait_for()
        if english:
            page.evaluate(SET_LANGUAGE, "en")
            page.goto("/")
            page.locator("h1:visible").first.wait_for()
        return page

    yield open_console
    for context in contexts:
        if context.pages and "/sign-in" not in context.pages[0].url:
            context.pages[0].evaluate(SET_LANGUAGE, "zh")
        context.close()
