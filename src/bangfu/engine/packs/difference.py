"""What changed between two packs: rules, indicators, and thresholds per region and date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from bangfu.engine.contracts.types import unit_text
from bangfu.engine.packs.model import Indicator, NotComputable, Pack
from bangfu.engine.packs.thresholds import ThresholdBook, ThresholdValue
from bangfu.engine.rules.nodes import Named, Node, Threshold, walk
from bangfu.engine.rules.rule import Rule, Text

ADDED, REMOVED, CHANGED = "ADDED", "REMOVED", "CHANGED"
Item = TypeVar("Item")


@dataclass(frozen=True)
class FieldChange:
    """One key of a rule or indicator: how it was written before and how it is written now."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ItemChange:
    """A rule, an indicator or a thing not computable: ADDED, REMOVED or CHANGED in `fields`.

    `used_by` are the rules of the new pack that a changed indicator stands in.
    """

    change: str
    id: str
    title: Text
    fields: tuple[FieldChange, ...] = ()
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class ThresholdChange:
    """A stretch of days on which a threshold has another value (or source) in a region.

    `region` is the significant part of the division code, "" for the whole country; `valid_to` is
    the last day, None when it goes on. `before` and `after` are the values in force there, also
    where they come from a wider region; None where none is in force.
    """

    id: str
    title: Text
    unit: str
    region: str
    valid_from: date
    valid_to: date | None
    before: Decimal | None
    after: Decimal | None
    source_before: str | None
    source_after: str | None
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackDiff:
    """Everything that differs between two packs, `old` and `new` as (id, version)."""

    old: tuple[str, str]
    new: tuple[str, str]
    rules: tuple[ItemChange, ...] = ()
    indicators: tuple[ItemChange, ...] = ()
    thresholds: tuple[ThresholdChange, ...] = ()
    not_computable: tuple[ItemChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both packs say the same."""
        return not (self.rules or self.indicators or self.thresholds or self.not_computable)

    def as_json(self) -> dict[str, Any]:
        """Return plain mappings; numbers and dates as texts, titles as {zh, en}."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def diff(old: Pack, new: Pack) -> PackDiff:
    """Return what changed from one pack to another; the effective packs are compared."""
    return PackDiff(
        old=(old.id, old.version),
        new=(new.id, new.version),
        rules=tuple(_rule_changes(old, new)),
        indicators=tuple(_indicator_changes(old, new)),
        thresholds=tuple(_threshold_changes(old, new)),
        not_computable=tuple(
            _changes(_by_id(old.not_computable), _by_id(new.not_computable), _not_computable_keys)
        ),
    )


def _rule_changes(old: Pack, new: Pack) -> Iterable[ItemChange]:
    return _changes(_versions(old.rules), _versions(new.rules), _rule_keys)


def _versions(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by identifier; the versions of one rule by identifier and first day."""
    listed = list(rules)
    counts: dict[str, int] = {}
    for rule in listed:
        counts[rule.id] = counts.get(rule.id, 0) + 1
    return {
        rule.id if counts[rule.id] == 1 else f"{rule.id}@{rule.valid_from}": rule for rule in listed
    }


def _rule_keys(rule: Rule) -> dict[str, str | None]:
    feeds = ", ".join(sorted(rule.feeds))
    remedy = (rule.remedy.zh, rule.remedy.en) if rule.remedy else (None, None)
    return {
        **{key: _one_line(text) for key, text in rule.formulas.items()},
        "kind": rule.kind,
        "unit": rule.unit,
        "hint": rule.hint,
        "risk": rule.risk,
        "valid_from": str(rule.valid_from),
        "valid_to": str(rule.valid_to) if rule.valid_to else None,
        "feeds": feeds or None,
        "title.zh": rule.title.zh,
        "title.en": rule.title.en,
        "reason.zh": rule.reason.zh,
        "reason.en": rule.reason.en,
        "remedy.zh": remedy[0],
        "remedy.en": remedy[1],
        "source.document": rule.source.document,
        "source.article": rule.source.article or None,
        "source.status": rule.source.status,
    }


def _indicator_changes(old: Pack, new: Pack) -> Iterable[ItemChange]:
    for found in _changes(old.indicators, new.indicators, _indicator_keys):
        users = _users(new, "indicator", found.id)
        yield ItemChange(found.change, found.id, found.title, found.fields, users)


def _indicator_keys(indicator: Indicator) -> dict[str, str | None]:
    return {
        "formula": _one_line(indicator.text),
        "unit": indicator.unit,
        "title.zh": indicator.title.zh,
        "title.en": indicator.title.en,
    }


def _not_computable_keys(item: NotComputable) -> dict[str, str | None]:
    return {
        f"{key}.{language}": getattr(item, key).in_language(language)
        for key in ("title", "why", "needs")
        for language in ("zh", "en")
    }


def _by_id(items: Iterable[NotComputable]) -> dict[str, NotComputable]:
    return {item.id: item for item in items}


def _changes(old: Mapping[str, Item], new: Mapping[str, Item], keys: Any) -> Iterable[ItemChange]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        title: Text = getattr(after if after is not None else before, "title", Text(name, name))
        if before is None or after is None:
            yield ItemChange(ADDED if before is None else REMOVED, name, title)
            continue
        was, now = keys(before), keys(after)
        fields = tuple(
            FieldChange(key, was.get(key), now.get(key))
            for key in dict.fromkeys([*was, *now])
            if was.get(key) != now.get(key)
        )
        if fields:
            yield ItemChange(CHANGED, name, title, fields)


def _threshold_changes(old: Pack, new: Pack) -> Iterable[ThresholdChange]:
    for name in sorted({*old.thresholds.thresholds, *new.thresholds.thresholds}):
        before, after = (pack.thresholds.thresholds.get(name) for pack in (old, new))
        present = after or before
        assert present is not None
        values = [*(before.values if before else ()), *(after.values if after else ())]
        for prefix in sorted({value.prefix for value in values}):
            own = [value for value in values if value.prefix == prefix]
            for start, end, was, now in _stretches(name, prefix, own, old, new):
                yield ThresholdChange(
                    id=name,
                    title=present.title,
                    unit=unit_text(present.type.unit or ()),
                    region=prefix,
                    valid_from=start,
                    valid_to=end,
                    before=None if was is None else was.value,
                    after=None if now is None else now.value,
                    source_before=None if was is None else was.source.document,
                    source_after=None if now is None else now.source.document,
                    used_by=_users(new, "threshold", name),
                )


def _stretches(
    name: str, prefix: str, own: list[ThresholdValue], old: Pack, new: Pack
) -> Iterable[tuple[date, date | None, ThresholdValue | None, ThresholdValue | None]]:
    """Stretches of days on which a region's own values make a difference, neighbours joined."""
    starts = {value.valid_from for value in own}
    starts |= {value.valid_to + timedelta(1) for value in own if value.valid_to is not None}
    found: list[tuple[date, date | None, ThresholdValue | None, ThresholdValue | None]] = []
    days = sorted(starts)
    for start, following in zip(days, [*days[1:], None], strict=True):
        was, now = (_in_force(pack.thresholds, name, prefix, start) for pack in (old, new))
        own_there = any(value is not None and value.prefix == prefix for value in (was, now))
        if not own_there or _say(was) == _say(now):
            continue
        end = None if following is None else following - timedelta(1)
        if found and found[-1][1] == start - timedelta(1):
            last = found[-1]
            if (_say(last[2]), _say(last[3])) == (_say(was), _say(now)):
                found[-1] = (last[0], end, was, now)
                continue
        found.append((start, end, was, now))
    return found


def _in_force(book: ThresholdBook, name: str, prefix: str, day: date) -> ThresholdValue | None:
    return book.find(name, prefix, day) if name in book.thresholds else None


def _say(value: ThresholdValue | None) -> tuple[Decimal, str, str] | None:
    return None if value is None else (value.value, value.source.document, value.source.status)


def _users(pack: Pack, kind: str, name: str) -> tuple[str, ...]:
    """Rules in which an indicator or a threshold stands, also by way of an indicator."""

    def uses(root: Node) -> bool:
        if kind == "threshold":
            return any(isinstance(node, Threshold) and node.name == name for node in walk(root))
        return any(isinstance(node, Named) and node.name == name for node in walk(root))

    users = {rule.id for rule in pack.rules if uses(rule.condition)}
    return tuple(sorted(users))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case Decimal() | date():
            return str(value)
        case _:
            return value
