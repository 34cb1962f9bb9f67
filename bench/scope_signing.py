"""Measures what signing the database's context adds to the household list.

It reads the database of the demo (`bangfu demo --no-serve` first) through the whole stack of
middleware, as the county officer, alternately with the signed functions and with the ones that
only read the settings, as they were before ADR 0084. Figures: p50 and p95 in milliseconds, and
their ratio; the target is a p95 of at most 1.05. The signed functions stand again at the end.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

BLOCKS = int(os.environ.get("BANGFU_BENCH_BLOCKS", "12"))
CALLS = 25
RESULTS = Path(__file__).parent / "results"
QUERIES: dict[str, dict[str, Any]] = {
    "worst first": {},
    "urgent and attention": {"hint": ["urgent", "attention"]},
    "search pinyin": {"q": "zhang"},
    "a town": {"region": "990101100000"},
}
_PLAIN = """
CREATE OR REPLACE FUNCTION {name}() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog
AS $$ SELECT NULLIF(current_setting('{setting}', true), '') $$"""


@contextmanager
def unsigned() -> Iterator[None]:
    """Put the functions from before signing in place, and ask no challenge."""
    from django.db import connections

    from bangfu.foundation.access import scopes
    from bangfu.foundation.database import context, rls
    from bangfu.foundation.database.migrate import tell_scope_keys

    setter = context._SET.replace(", bangfu_scope_from(), bangfu_user_id()", "")

    def enter(cursor: Any, wanted: Any, challenge: str = "") -> str:
        cursor.execute(setter, [wanted.lower, wanted.upper, wanted.user_id, ""])
        return ""

    with connections["owner"].cursor() as cursor:
        for name, setting in rls._FUNCTIONS:
            cursor.execute(_PLAIN.format(name=name, setting=setting))
    kept, scopes.enter = scopes.enter, enter
    try:
        yield
    finally:
        scopes.enter = kept
        tell_scope_keys()


def timed(call: Callable[[], Any], calls: int) -> list[float]:
    """Return the milliseconds of so many calls, after three that warm up."""
    for _ in range(3):
        call()
    found = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        found.append((time.perf_counter() - began) * 1000)
    return found


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def summary(signed: list[float], plain: list[float]) -> dict[str, float]:
    """Return both ways' figures and their ratios."""
    return {
        "signed_p50": round(statistics.median(signed), 2),
        "plain_p50": round(statistics.median(plain), 2),
        "signed_p95": round(p95(signed), 2),
        "plain_p95": round(p95(plain), 2),
        "ratio_p50": round(statistics.median(signed) / statistics.median(plain), 4),
        "ratio_p95": round(p95(signed) / p95(plain), 4),
        "ratio_least": round(min(signed) / min(plain), 4),
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    settings.BANGFU_RATE_LIMITS = False
    user = get_user_model().objects.filter(username="yunxi_county").first()
    if user is None:
        sys.exit("no demo in this database: run `bangfu demo --no-serve` first")
    client = Client()
    client.force_login(user)

    def ask(query: dict[str, Any]) -> Any:
        response = client.get("/api/v1/households", query)
        assert response.status_code == 200, response.content
        return response.json()

    taken: dict[str, dict[str, list[float]]] = {
        name: {"signed": [], "plain": []} for name in QUERIES
    }
    for block in range(BLOCKS):
        for way in ("signed", "plain") if block % 2 else ("plain", "signed"):
            for name, query in QUERIES.items():
                call = lambda query=query: ask(query)  # noqa: E731
                if way == "plain":
                    with unsigned():
                        taken[name][way] += timed(call, CALLS)
                else:
                    taken[name][way] += timed(call, CALLS)
    result = {
        "households": ask({})["total"],
        "calls": BLOCKS * CALLS,
        "list_ms": {name: summary(one["signed"], one["plain"]) for name, one in taken.items()},
        "all_ms": summary(
            *([t for o in taken.values() for t in o[w]] for w in ("signed", "plain"))
        ),
    }
    text = json.dumps(result, ensure_ascii=False, indent=1)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scope_signing.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
