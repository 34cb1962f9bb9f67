"""Times the household list with filters, the explanation and the reveal of one value, inside the
server process.

It reads the database of the demo (`bangfu demo --no-serve` first) through the whole stack of
middleware, as the county officer: p50 and p95 in milliseconds. Targets: list p95 ≤ 100 ms,
explanation p95 ≤ 50 ms, reveal ≤ 50 ms. The reveals spend two thirds of that officer's daily
budget, so it runs once a day for a database.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

ROUNDS = 40
RESULTS = Path(__file__).parent / "results"
QUERIES: dict[str, dict[str, Any]] = {
    "worst first": {},
    "urgent and attention": {"hint": ["urgent", "attention"]},
    "none": {"hint": ["none"]},
    "lifted": {"household_type": ["LIFTED"]},
    "a town": {"region": "990101100000"},
    "by name": {"sort": "name"},
    "search a surname": {"q": "王"},
    "search pinyin": {"q": "zhang"},
    "search a number": {"q": "990101"},
    "a rule": {"rule": "housing_unsafe"},
    "an earlier month": {"period": "2026-08"},
}


def times(call: Callable[[], Any]) -> dict[str, float]:
    """Return p50 and p95 of `ROUNDS` calls in milliseconds, after two that warm up."""
    call(), call()
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        found.append((time.perf_counter() - began) * 1000)
    return {
        "p50": round(statistics.median(found), 1),
        "p95": round(statistics.quantiles(found, n=20)[-1], 1),
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    user = get_user_model().objects.filter(username="yunxi_county").first()
    if user is None:
        sys.exit("no demo in this database: run `bangfu demo --no-serve` first")
    client = Client()
    client.force_login(user)

    def ask(path: str, query: dict[str, Any] | None = None) -> Any:
        response = client.get(f"/api/v1{path}", query or {})
        assert response.status_code == 200, response.content
        return response.json()

    result: dict[str, Any] = {"households": ask("/households")["total"], "list_ms": {}}
    for name, query in QUERIES.items():
        result["list_ms"][name] = times(lambda query=query: ask("/households", query))
    cursor = None
    for _ in range(20):
        page = ask("/households", {"limit": 200, **({"cursor": cursor} if cursor else {})})
        cursor = page["next_cursor"]
    result["list_ms"]["page 21 of 200"] = times(
        lambda: ask("/households", {"limit": 200, "cursor": cursor})
    )
    numbers = [one["household_no"] for one in ask("/households", {"limit": 200})["items"]]
    walk = iter(numbers * 2)
    result["explanation_ms"] = times(lambda: ask(f"/households/{next(walk)}/explanation"))
    walk = iter(numbers)

    def reveal() -> None:
        response = client.post(
            f"/api/v1/households/{next(walk)}/reveal",
            {"field": "phone", "purpose": "CONTACT"},
            content_type="application/json",
        )
        assert response.status_code == 200, response.content

    result["reveal_ms"] = times(reveal)
    result["overview_ms"] = times(lambda: ask("/overview"))
    result["page_ms"] = times(lambda: ask(f"/households/{numbers[0]}"))
    text = json.dumps(result, ensure_ascii=False, indent=1)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "api_households.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
