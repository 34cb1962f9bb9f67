"""What commands share: Django set-up, JSON on standard output, words on standard error."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import click

from bangfu.kernel.errors import BangfuError
from bangfu.standards import errors


def setup_django() -> None:
    """Load Django with Bangfu's settings; commands that need no database do not call this."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    import django

    django.setup()


def language() -> str:
    """Return the language of messages, "zh" or "en", by BANGFU_LANGUAGE (Chinese unless said)."""
    return "en" if os.environ.get("BANGFU_LANGUAGE", "zh").startswith("en") else "zh"


def say(message: str) -> None:
    """Write a message for a person to standard error."""
    click.echo(message, err=True)


def emit(result: dict[str, Any], *, as_json: bool, text: str) -> None:
    """Print the result: one JSON object when `as_json`, else `text`."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))
    else:
        click.echo(text)


def describe_error(error: BangfuError) -> dict[str, Any]:
    """Return {code, message, remedy, params} of an error in the language of messages."""
    text = errors.text(error.code, error.params, language())
    return {
        "code": error.code,
        "message": text.message,
        "remedy": text.remedy,
        "params": error.params,
    }


def report_error(error: BangfuError, *, as_json: bool) -> None:
    """Print a refusal: as {"errors": […]} on standard output, or in words on standard error."""
    described = describe_error(error)
    if as_json:
        click.echo(json.dumps({"errors": [described]}, ensure_ascii=False, default=str))
    say(f"{described['code']} {described['message']}\n  {described['remedy']}")


def fail(found: list[dict[str, Any]], *, as_json: bool, **more: Any) -> None:
    """Print reasons of a refusal and leave with status 1."""
    if as_json:
        click.echo(json.dumps({**more, "errors": found}, ensure_ascii=False, default=str))
    for reason in found:
        say(f"{reason['code']} {reason['message']}\n  {reason.get('remedy', '')}")
    sys.exit(1)


class Progress:
    """A line on standard error that says how far a long work is; on a terminal it is redrawn."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._last = 0.0
        self._drawn = False

    def __call__(self, done: int, total: int, message: str) -> None:
        now = time.monotonic()
        finished = total > 0 and done >= total
        if self._quiet or (now - self._last < 0.2 and not finished):
            return
        self._last = now
        share = f"{100 * done // total:3d}% " if total else ""
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{share}{message}", err=True, nl=False)
            self._drawn = True
        elif finished or not total:
            say(f"{share}{message}")

    def close(self) -> None:
        """End the redrawn line."""
        if self._drawn:
            click.echo("", err=True)
            self._drawn = False
