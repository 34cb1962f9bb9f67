"""How long the papers of a case take: one paper, the whole file, the file as a zip, a list back.

Run: python bench/case_papers.py. Prints one JSON object; seconds are the median of 20, processor
and wall. The case is the one of standards/examples with every kind of paper filled, its household
of 40 members; the first paper also reads the definitions and is told apart.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.foundation import papers
from bangfu.foundation.papers.context import CaseContext, Member
from bangfu.foundation.papers.context_steps import FastTrack, Recheck, Refusal
from bangfu.standards.paths import standards_root

TIMES = 20
DAY = date(2026, 10, 31)


def example(name: str) -> CaseContext:
    """Return a context of standards/examples."""
    path = standards_root() / "examples" / f"{name}.json"
    return papers.read_context(path.read_text(encoding="utf-8"))


def largest() -> CaseContext:
    """Return the example with 40 members and the papers that few cases have."""
    case = example("case-papers")
    members = tuple(replace(case.household.members[1], name=f"成员{n}") for n in range(39))
    return replace(
        case,
        household=replace(case.household, members=(Member(name="张德福"), *members)),
        refusal=Refusal("核查", "理由", DAY, "当面", "孙敏", "石桥镇人民政府", "0990-6210002"),
        recheck=Recheck("乡镇复核", DAY, "理由", ("钱勇", "吴芳"), DAY, "情况", "维持", DAY),
        fast_track=FastTrack(DAY, "山洪", "安置", Decimal(6000), DAY, "赵立新", DAY, DAY),
    )


def measure(work: Callable[[], Any]) -> dict[str, float]:
    """Return medians of processor and wall seconds."""
    processor, wall = [], []
    for _ in range(TIMES):
        began, spent = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - spent)
    return {
        "processor_seconds": round(statistics.median(processor), 4),
        "seconds": round(statistics.median(wall), 4),
    }


def main() -> None:
    case, listed = largest(), example("monthly-list")
    began = time.perf_counter()
    papers.make_paper("home_check", case, on=DAY)
    first = round(time.perf_counter() - began, 4)
    printed = papers.make_paper("monthly_list", listed, on=DAY).content
    paper = papers.load().get("monthly_list", DAY)
    result = {
        "papers_in_the_file": len(papers.list_papers("identification", case, on=DAY)),
        "first_paper_seconds": first,
        "one_paper": measure(lambda: papers.make_paper("home_check", case, on=DAY)),
        "whole_file": measure(lambda: papers.make_file("identification", case, on=DAY)),
        "whole_file_as_zip": measure(lambda: papers.make_zip("identification", case, on=DAY)),
        "monthly_list_read": measure(
            lambda: papers.read_list(printed, paper, today=date(2026, 11, 12))
        ),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
