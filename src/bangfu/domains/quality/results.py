"""The work list as its readers take it: JSON-ready values for screens, jobs and commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from bangfu.domains.quality import selectors
from bangfu.domains.quality.domain import CheckResult, Counts, ItemRecord, Shown
from bangfu.domains.quality.rulebook import Rulebook, rulebook_of
from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.selectors.naming import name_people
from bangfu.foundation.access.roles import require
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import TOWN, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.columns import say_withheld

Names = dict[str, str]


def read_place(scope: Scope, text: str | None) -> RegionCode:
    """Return the asked place, the scope's own when none is asked.

    A place outside the scope raises NotFound, like one that does not exist.
    """
    place = RegionCode.parse(text) if text else scope.region
    if not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    return place


def summarise(result: CheckResult) -> dict[str, Any]:
    """Return a check as JSON-ready values; the keys are in docs/how-to/work-list.md."""
    check = result.check
    return {
        "check_id": str(check.id),
        "region": check.region_code,
        "as_of": check.as_of.isoformat(),
        "pack": check.pack,
        "pack_version": check.pack_version,
        "households": check.households,
        "persons": check.persons,
        "rules_run": check.rules_run,
        "not_asked": check.not_asked,
        **check.counts.as_dict(),
        "written": result.written,
        "seconds": result.seconds,
    }


def get_summary(scope: Scope, region: str | None) -> dict[str, Any]:
    """Return the counts of a place, by place below and by rule, and the course of its checks.

    The totals count everything; of a rule that is closed to the reader there is no count.
    """
    require(scope, "REGISTRY_READ")
    place = read_place(scope, region)
    latest = selectors.list_latest(scope, place)
    ids = [one.id for one in latest]
    by_rule = selectors.count_items(scope, place, ids, "rule")
    book = rulebook_of(scope, place, timezone.localdate())
    newest = max(latest, key=lambda one: one.finished_at, default=None)
    names: Names = {}
    return {
        "region": _ref(str(place), names),
        "checked_at": newest.finished_at if newest else None,
        "as_of": newest.as_of if newest else None,
        "check_id": str(newest.id) if newest else None,
        "not_asked": newest.not_asked if newest else [],
        "totals": _sum(list(by_rule.values())).as_dict(),
        "by_child": _by_child(scope, place, ids, names),
        "by_rule": [
            {**_title(book, rule_id), **counts.as_dict()}
            for rule_id, counts in sorted(by_rule.items(), key=lambda one: (-one[1].open, one[0]))
            if not book.classes_closed(scope, rule_id)
        ],
        "checks": [
            {
                "id": str(one.check.id),
                "finished_at": one.check.finished_at,
                "open": one.counts.open,
                "new": one.counts.new,
                "fixed": one.counts.fixed,
            }
            for one in selectors.list_course(scope, place)
        ],
    }


def _title(book: Rulebook, rule_id: str) -> dict[str, str]:
    described = book.describe(rule_id)
    return {name: described[name] for name in ("rule_id", "rule_no", "title_zh", "title_en")}


def _sum(counts: Sequence[Counts]) -> Counts:
    return Counts(
        sum(one.open for one in counts),
        sum(one.new for one in counts),
        sum(one.fixed for one in counts),
        sum(one.excepted for one in counts),
    )


def _by_child(
    scope: Scope, place: RegionCode, latest: Sequence[Any], names: Names
) -> list[dict[str, Any]]:
    """Return the places directly below that have items, the most open ones first."""
    if place.level >= VILLAGE:
        return []
    found = selectors.count_items(scope, place, latest, "child")
    return [
        {"region": _ref(code, names), **counts.as_dict()}
        for code, counts in sorted(found.items(), key=lambda one: (-one[1].open, one[0]))
    ]


def _name(code: str, names: Names) -> str:
    if code not in names:
        found = regions.find_region(code)
        names[code] = found.name if found else code
    return names[code]


def _ref(code: str, names: Names) -> dict[str, str]:
    return {"code": code, "name": _name(code, names)}


def _at(code: str, level: int, names: Names) -> str:
    region = RegionCode(code)
    return _name(str(region.at_level(level)), names) if region.level >= level else ""


def list_items(
    scope: Scope,
    *,
    region: str | None,
    rule: str | None,
    state: str,
    q: str,
    cursor: str | None,
    limit: int,
) -> dict[str, Any]:
    """Return a page of the work list as its wire shape."""
    filters = selectors.ItemFilter(read_place(scope, region), rule, Shown(state), q)
    page = selectors.list_items(scope, filters, cursor=cursor, limit=limit)
    return {
        "items": describe_items(scope, page.items),
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


def describe_items(
    scope: Scope, items: Sequence[ItemRecord], names: Names | None = None
) -> list[dict[str, Any]]:
    """Return items with the names of their places, households and members.

    The names are those of the register today. `names` keeps those of places between calls. A
    reader to whom a class is closed that the rule reads gets neither rule nor message, but the
    sentence about the closed class, and `withheld`.
    """
    known = {} if names is None else names
    books = _books(scope, items)
    homes = registry.list_by_ids(scope, {item.household_id for item in items})
    people = name_people(scope, {item.person_id for item in items if item.person_id})
    found = []
    for item in items:
        book = books[RegionCode(item.region_code).county]
        closed = book.classes_closed(scope, item.rule_id)
        home = homes.get(item.household_id)
        person = people.get(item.person_id) if item.person_id else None
        found.append(
            {
                "id": str(item.id),
                **_said(item, book, closed),
                "region": _ref(item.region_code, known),
                "town_name": _at(item.region_code, TOWN, known),
                "village_name": _at(item.region_code, VILLAGE, known),
                "household_no": item.household_no,
                "head_name": home.head_name if home else "",
                "member_name": person.name if person else None,
                "id_number_masked": person.id_number_masked if person else None,
                "state": _state(item),
                "first_seen_on": item.first_seen_on,
                "last_seen_on": item.last_seen_on,
                "fixed_on": item.fixed_on,
                "exception": _exception(item, closed),
            }
        )
    return found


def _books(scope: Scope, items: Sequence[ItemRecord]) -> dict[RegionCode, Rulebook]:
    """Return the rules of each county that items lie in."""
    today = timezone.localdate()
    counties = {RegionCode(item.region_code).county for item in items}
    return {county: rulebook_of(scope, county, today) for county in counties}


def _said(item: ItemRecord, book: Rulebook, closed: frozenset[str]) -> dict[str, Any]:
    """Return what an item says: its rule, the columns, the message."""
    if not closed:
        return {
            **book.describe(item.rule_id),
            **book.name_columns(item.rule_id),
            "message_zh": item.message_zh,
            "message_en": item.message_en,
            "withheld": False,
        }
    told = {language: say_withheld(closed, language) for language in ("zh", "en")}
    return {
        "rule_id": "",
        "rule_no": "",
        **{
            f"{name}_{language}": text
            for name in ("title", "message")
            for language, text in told.items()
        },
        **dict.fromkeys(("remedy_zh", "remedy_en"), ""),
        **dict.fromkeys(("column_zh", "column_en")),
        "withheld": True,
    }


def _state(item: ItemRecord) -> str:
    return str(Shown.NEW) if item.is_new else str(item.state)


def _exception(item: ItemRecord, closed: frozenset[str]) -> dict[str, Any] | None:
    """An exception; its reason tells what was found, so it is closed with its rule."""
    one = item.exception
    if one is None:
        return None
    reason = say_withheld(closed, "zh") if closed else one.reason
    return {"reason": reason, "by": one.by, "at": one.at, "until": one.until}
