"""A line of the log holds what is needed to find a fault and nothing of anybody."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from bangfu.foundation.logs import line_formatter
from bangfu.foundation.logs.lines import describe

CARD = "51072219700102003X"
NAME = "卡那瑞"


def line(logger: str, words: str, *args: Any, error: BaseException | None = None) -> dict[str, Any]:
    """Format one record as the server does."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, words, args, info)
    found = line_formatter().format(record)
    assert "\n" not in found
    for secret in (CARD, NAME, CARD[:17]):
        assert secret not in found
    read: dict[str, Any] = json.loads(found)
    return read


def raised(text: str) -> BaseException:
    try:
        try:
            raise ValueError(f"Key (name)=({text}) already exists")
        except ValueError as inner:
            raise RuntimeError(text) from inner
    except RuntimeError as error:
        return error


@pytest.mark.evidence("ASVS-16.2.4", "ASVS-16.2.5", "ASVS-16.2.2")
def test_a_line_has_level_place_and_time_with_its_zone():
    found = line("bangfu.jobs", "job %s failed", "0a1b")
    assert (found["event"], found["level"]) == ("job 0a1b failed", "error")
    assert found["timestamp"].endswith("Z")


@pytest.mark.evidence("ASVS-16.2.5", "F56")
def test_our_own_words_lose_long_numbers():
    assert line("bangfu.api", f"no such person {CARD}")["event"] == "no such person #"
    assert line("bangfu.api", "no such person %s", CARD)["event"] == "no such person #"


@pytest.mark.evidence("ASVS-16.2.5", "F56")
def test_a_librarys_words_lose_whatever_was_filled_in():
    assert line("django.request", "Not Found: %s", f"/api/v1/{CARD}")["event"] == "Not Found: %s"
    found = line("some.library", f"could not parse '{NAME}' of {CARD} in {NAME}x")
    assert found["event"] == "could not parse … of … in …x"


@pytest.mark.evidence("ASVS-16.2.5", "ASVS-16.3.4", "ASVS-16.5.1")
def test_an_exception_is_its_kinds_and_places_and_never_its_text():
    found = line("django.request", "%s", "x", error=raised(f"{NAME} {CARD}"))
    kinds = [one["kind"] for one in found["error"]]
    assert kinds == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "test_log_lines.py:" in found["error"][0]["at"][-1]


def test_the_databases_code_is_kept():
    class Broken(Exception):
        sqlstate = "23505"

    assert describe(Broken(NAME))[0]["code"] == "23505"


@pytest.mark.evidence("ASVS-16.4.1")
def test_a_line_stays_one_line_whatever_is_logged():
    found = line("bangfu.api", "asked for %s", 'a\nb\r{"level": "info"}\u2028')
    assert found["event"].count("\n") == 1
    assert found["level"] == "error"


@pytest.mark.evidence("ASVS-16.2.5")
@pytest.mark.parametrize(
    "fail",
    [
        f"raise RuntimeError('{NAME} {CARD}')",
        f"threading.Thread(target=lambda: int('{CARD}')).start()",
        f"warnings.warn('{CARD} {NAME}')",
    ],
)
def test_what_nobody_caught_is_a_line_too(fail: str):
    program = (
        "import logging, sys, threading, warnings\n"
        "from bangfu.foundation.logs import guard_process, line_formatter\n"
        "handler = logging.StreamHandler()\n"
        "handler.setFormatter(line_formatter())\n"
        "logging.getLogger().addHandler(handler)\n"
        f"guard_process()\n{fail}\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    lines = [json.loads(one) for one in done.stderr.splitlines()]
    assert len(lines) == 1
    assert NAME not in done.stderr
    assert CARD[:17] not in done.stderr
