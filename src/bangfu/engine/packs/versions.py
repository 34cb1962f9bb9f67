"""What the rules of one file owe each other: versions that do not overlap, cases for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bangfu.engine.packs.model import Case
from bangfu.engine.packs.parts import Bad
from bangfu.engine.rules.rule import Rule

Place = TypeVar("Place")
Placed = Sequence[tuple[Place, Rule]]


def check_versions(rules: Placed[Place]) -> Iterable[tuple[Place, Bad]]:
    """Rules of one identifier in one file are versions: no day may have two of them."""
    for index, (_, first) in enumerate(rules):
        for place, second in rules[index + 1 :]:
            if first.id == second.id and _overlap(first, second):
                yield (
                    place,
                    Bad(
                        "E-PACK-VERSIONS",
                        "valid_from",
                        rule=first.id,
                        first=str(first.valid_from),
                        second=str(second.valid_from),
                    ),
                )


def _overlap(first: Rule, second: Rule) -> bool:
    ends_before = first.valid_to is not None and first.valid_to < second.valid_from
    starts_after = second.valid_to is not None and second.valid_to < first.valid_from
    return not (ends_before or starts_after)


def check_cases(
    rules: Placed[Place], cases: Sequence[Case], file: str
) -> Iterable[tuple[Place, Bad]]:
    """Every version needs a case that is true and one that is false; a screening rule about feeds
    also one that nobody can decide. Of several versions a case speaks of the one of its month."""
    for place, rule in rules:
        versions = [other for _, other in rules if other.id == rule.id]
        expected = {
            case.expect
            for case in cases
            if case.rule_id == rule.id
            and (len(versions) == 1 or rule.is_in_force(case.period.last_day))
        }
        wanted = {"TRUE", "FALSE"}
        if rule.feeds and rule.kind != "QUALITY":
            wanted.add("UNKNOWN")
        if wanted - expected:
            yield place, no_cases(rule.id, file, wanted - expected)


def no_cases(rule_id: str, file: str, lacking: Iterable[str]) -> Bad:
    """What is said of a rule whose cases are not there."""
    told = ", ".join(sorted(lacking))
    return Bad("E-PACK-NO-CASES", "id", rule=rule_id, cases=file, lacking=told)
