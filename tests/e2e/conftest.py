"""A served demo and a browser: Debian's Chromium, driven by playwright on this machine alone."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

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


# Two turns of a page that has nothing to do: what an answer leads to has begun by then.
QUIET_MOMENT = "() => new Promise(done => requestIdleCallback(() => requestIdleCallback(done)))"


class Traffic:
    """The requests of a page: how many it began, and which are under way."""

    def __init__(self, page: Page) -> None:
        self.begun = 0
        self.under_way: set[Request] = set()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        self.begun += 1
        self.under_way.add(request)

    def _end(self, request: Request) -> None:
        self.under_way.discard(request)


_traffic: WeakKeyDictionary[Page, Traffic] = WeakKeyDictionary()


def open_screen(page: Page, address: str) -> None:
    """Open a screen and wait until it stands: its heading is there, every request was answered,
    and the page has neither work left nor another request to make."""
    if page not in _traffic:
        _traffic[page] = Traffic(page)
    known = _traffic[page]
    known.under_way.clear()
    page.goto(address)
    page.locator("h1:visible").first.wait_for()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        begun = known.begun
        page.evaluate(QUIET_MOMENT)
        if known.begun == begun and not known.under_way:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{address} does not come to rest: {known.under_way}")


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
