"""A difference between packs, line by line, as a person reads it in Chinese or English."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from bangfu.engine.contracts.types import parse_unit, unit_text
from bangfu.engine.packs.difference import ItemChange, PackDiff, ThresholdChange
from bangfu.engine.rules.texts import show_number
from bangfu.engine.rules.words import find_word, word

Say = Callable[..., str]


def diff_lines(diff: PackDiff, language: str) -> list[str]:
    """Return a heading and one line for every change; what stands before and after below it."""

    def say(name: str, /, **slots: object) -> str:
        return word("diff", name, language).format(**slots)

    old, new = (" ".join(name) for name in (diff.old, diff.new))
    lines = [say("head", old=old, new=new)]
    if diff.is_empty:
        return [*lines, say("nothing")]
    groups = (("rule", diff.rules), ("indicator", diff.indicators))
    for kind, changes in (*groups, ("not_computable", diff.not_computable)):
        for change in changes:
            lines += _item(change, say(kind), say, language)
    for threshold in diff.thresholds:
        lines += _threshold(threshold, say, language)
    return lines


def _item(change: ItemChange, kind: str, say: Say, language: str) -> Iterable[str]:
    title = change.title.in_language(language)
    yield say(change.change, kind=kind, id=change.id, title=title)
    for field in change.fields:
        yield say("field", key=field.key)
        yield say("before", text=field.before or say("none"))
        yield say("after", text=field.after or say("none"))
    if change.used_by:
        yield say("used_by", rules=", ".join(change.used_by))


def _threshold(change: ThresholdChange, say: Say, language: str) -> Iterable[str]:
    until = say("open") if change.valid_to is None else say("until", day=change.valid_to)
    yield say(
        "threshold",
        title=change.title.in_language(language),
        id=change.id,
        region=change.region or say("nation"),
        start=change.valid_from,
        until=until,
    )
    unit = _unit(change.unit, language)
    sides = (
        ("before", change.before, change.source_before),
        ("after", change.after, change.source_after),
    )
    for key, value, source in sides:
        yield say(key, text=_value(value, unit, source, say))
    if change.used_by:
        yield say("used_by", rules=", ".join(change.used_by))


def _value(value: Decimal | None, unit: str, source: str | None, say: Say) -> str:
    if value is None:
        return say("none")
    return say("value", value=show_number(value), unit=unit, source=source).strip()


def _unit(unit: str, language: str) -> str:
    written = unit_text(parse_unit(unit))
    return find_word("units", written, language) or written
