"""YAML of a pack's `procedures/` → definitions, time limits and ladders, with the line of every
slip. What the names mean together is checked in `checking`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import NATION, RegionCode
from bangfu.kernel.workdays import MAX_COUNT, Unit
from bangfu.procedures.limits import Dated, Ladder, LadderValue, Limit, LimitValue, RungDef
from bangfu.procedures.model import (
    ClockDef,
    Definition,
    Extension,
    Fact,
    FactType,
    Guard,
    GuardKind,
    Level,
    Source,
    State,
    StepDef,
    Text,
    Value,
    Who,
)
from bangfu.standards.codelists import STATUSES
from bangfu.standards.reading import Block, read_block

Named = TypeVar("Named", Fact, Guard, State, ClockDef, StepDef, Limit, Ladder)
_SOURCE = ("document", "article", "status")
_TITLE = ("name", "zh", "en")
_ABOUT = ("id", "version", "zh", "en", "valid_from", "valid_to")
_PARTS = ("facts", "guards", "always", "clocks", "states", "opening", "steps")
_JUDGED = ("kind", "facts", "values", "least", "share", "is_strict", "limit", "when")
_KEEPS = ("keeps_day", "keeps_doer")
_STEP = ("to", "who", "takes", "needs", "guards", *_KEEPS)
_EXTENDS = ("extends", "extends_to", "extends_limit")
_MOVES = ("from", "main", "renews", "forgets", "restarts", *_EXTENDS)
_LIMITED = (GuardKind.FULL, GuardKind.WITHIN)


def read_definition(path: Path, shown: str = "") -> Definition:
    """Read one version of a procedure. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(path)
    block.allow((*_ABOUT, *_SOURCE, *_PARTS))
    opening = block.children("opening")
    if len(opening) != 1:
        raise block.fail("opening", "one step is needed", "write one `- name: …` block")
    return Definition(
        id=block.text("id"),
        version=block.text("version"),
        title=_title(block),
        valid_from=read_day(block, "valid_from"),
        valid_to=read_day(block, "valid_to") if "valid_to" in block.values else None,
        source=read_source(block),
        states=_named(block, "states", _state),
        facts=_named(block, "facts", _fact),
        guards=_named(block, "guards", _guard) if "guards" in block.values else {},
        clocks=_named(block, "clocks", _clock) if "clocks" in block.values else {},
        opening=_step(opening[0], is_opening=True),
        steps=_named(block, "steps", _step),
        always=block.texts("always"),
        file=shown or path.name,
    )


def read_limits(path: Path, shown: str = "") -> tuple[list[Limit], list[Ladder]]:
    """Read a file of time limits and ladders. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(path)
    block.allow(("limits", "ladders"))
    file = shown or path.name
    limits = [_limit(each, file) for each in _optional(block, "limits")]
    ladders = [_ladder(each, file) for each in _optional(block, "ladders")]
    return limits, ladders


def _optional(block: Block, key: str) -> list[Block]:
    return block.children(key) if key in block.values else []


def _named(block: Block, key: str, read: Callable[[Block], Named]) -> dict[str, Named]:
    """The entries of a list by their names; one that is there twice is refused."""
    found: dict[str, Named] = {}
    for child in block.children(key):
        each = read(child)
        if each.name in found:
            raise child.fail("name", f"{each.name} is there twice", "rename or remove one")
        found[each.name] = each
    return found


def _title(block: Block) -> Text:
    return Text(block.text("zh"), block.text("en"))


def read_source(block: Block) -> Source:
    """Read the document of a value and whether somebody has checked it."""
    status = block.choice("status", STATUSES)
    return Source(block.text("document"), status, block.optional("article") or "")


def read_day(block: Block, key: str) -> date:
    """Read a day, written with or without quotes."""
    value = block.values.get(key)
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(block.text(key))
    except ValueError as error:
        raise block.fail(key, "no day", f'write {key}: "2026-01-01"') from error


def _state(block: Block) -> State:
    block.allow((*_TITLE, "is_end"))
    return State(block.text("name"), _title(block), block.boolean("is_end", False))


def _fact(block: Block) -> Fact:
    block.allow((*_TITLE, "type", "codes", "may_be_future"))
    kind = FactType(block.choice("type", FactType))
    codes = {}
    if kind is FactType.CODE:
        for child in block.children("codes"):
            child.allow(_TITLE)
            codes[child.text("name")] = _title(child)
    elif "codes" in block.values:
        raise block.fail("codes", "only a CODE has codes", "write type: CODE or remove them")
    future = block.boolean("may_be_future", False)
    return Fact(block.text("name"), kind, _title(block), codes, future)


def _guard(block: Block) -> Guard:
    block.allow((*_TITLE, *_SOURCE, *_JUDGED))
    kind = GuardKind(block.choice("kind", GuardKind))
    share = block.texts("share") or ("0", "1")
    if len(share) != 2 or not all(part.isdigit() for part in share) or int(share[1]) == 0:
        raise block.fail("share", "no share", 'write share: ["1", "2"] for one half')
    if (kind in _LIMITED) != ("limit" in block.values):
        raise block.fail("limit", f"{kind} and a limit do not fit", "FULL and WITHIN have a limit")
    return Guard(
        name=block.text("name"),
        kind=kind,
        title=_title(block),
        facts=block.texts("facts"),
        values=_values(block),
        least=block.count("least", 0) or 0,
        share=(int(share[0]), int(share[1])),
        is_strict=block.boolean("is_strict", False),
        limit=block.optional("limit") or "",
        when=block.optional("when") or "",
        source=read_source(block) if "document" in block.values else None,
    )


def _values(block: Block) -> tuple[Value, ...]:
    written = block.values.get("values", [])
    if not isinstance(written, list) or not all(isinstance(v, str | int | bool) for v in written):
        raise block.fail("values", "no list of values", "write values: [VISIT, TELEPHONE]")
    return tuple(written)


def _clock(block: Block) -> ClockDef:
    block.allow((*_TITLE, "limit", "ladder", "runs_in", "until", "counts_from"))
    return ClockDef(
        name=block.text("name"),
        title=_title(block),
        limit=block.text("limit"),
        ladder=block.text("ladder"),
        runs_in=block.texts("runs_in"),
        until=block.texts("until"),
        counts_from=block.optional("counts_from") or "",
    )


def _step(block: Block, is_opening: bool = False) -> StepDef:
    block.allow((*_TITLE, *_STEP) if is_opening else (*_TITLE, *_STEP, *_MOVES))
    return StepDef(
        name=block.text("name"),
        title=_title(block),
        origins=() if is_opening else block.texts("from"),
        target=block.text("to"),
        who=tuple(who for child in block.children("who") for who in _who(child)),
        takes=block.texts("takes"),
        needs=block.texts("needs"),
        guards=block.texts("guards"),
        renews=block.texts("renews"),
        forgets=block.texts("forgets"),
        restarts=block.texts("restarts"),
        extension=_extension(block),
        is_main=block.boolean("main", False),
        keeps_day=block.optional("keeps_day") or "",
        keeps_doer=block.optional("keeps_doer") or "",
    )


def _extension(block: Block) -> Extension | None:
    if block.optional("extends") is None:
        return None
    return Extension(block.text("extends"), block.text("extends_to"), block.text("extends_limit"))


def _who(block: Block) -> list[Who]:
    block.allow(("levels", "permission"))
    found = []
    for written in block.texts("levels"):
        if written not in list(Level):
            raise block.fail("levels", f"{written} is no level", f"use {', '.join(Level)}")
        level = Level(written)
        permission = "" if level is Level.SYSTEM else block.text("permission")
        found.append(Who(level, permission))
    if not found:
        raise block.fail("levels", "nobody may take the step", "write levels: [TOWNSHIP]")
    return found


def _limit(block: Block, file: str) -> Limit:
    block.allow((*_TITLE, "values"))
    values: list[LimitValue] = []
    for child in block.children("values"):
        child.allow(("region", "valid_from", "count", "unit", "rolls", *_SOURCE))
        count = child.count("count")
        if count is None or count > MAX_COUNT:
            raise child.fail("count", "no such length", f"write a number up to {MAX_COUNT}")
        unit = Unit(child.choice("unit", Unit))
        where, since = read_region(child), read_day(child, "valid_from")
        _once(child, where, since, [(each.prefix, each.valid_from) for each in values])
        rolls = child.boolean("rolls", False)
        values.append(LimitValue(where, since, count, unit, rolls, read_source(child)))
    return Limit(block.text("name"), _title(block), _everywhere(block, values), file)


def _ladder(block: Block, file: str) -> Ladder:
    block.allow((*_TITLE, "values"))
    values: list[LadderValue] = []
    for child in block.children("values"):
        child.allow(("region", "valid_from", "unit", "rungs", *_SOURCE))
        unit = Unit(child.choice("unit", Unit))
        where, since = read_region(child), read_day(child, "valid_from")
        _once(child, where, since, [(each.prefix, each.valid_from) for each in values])
        rungs = tuple(_rung(each) for each in child.children("rungs"))
        if [rung.after for rung in rungs] != sorted({rung.after for rung in rungs}):
            raise child.fail("rungs", "the rungs do not rise", "write each with a larger `after`")
        values.append(LadderValue(where, since, unit, rungs, read_source(child)))
    return Ladder(block.text("name"), _title(block), _everywhere(block, values), file)


def _rung(block: Block) -> RungDef:
    block.allow(("level", "after", "is_supervised"))
    level = Level(block.choice("level", [each for each in Level if each is not Level.SYSTEM]))
    after = block.count("after")
    if after is None or after > MAX_COUNT:
        raise block.fail("after", "no such length", "write after: 3")
    return RungDef(level, after, block.boolean("is_supervised", False))


def read_region(block: Block) -> str:
    """Read a division code as its leading digits, "" for the nation."""
    try:
        code = RegionCode.parse(block.text("region"))
    except InvalidValue as error:
        raise block.fail("region", "no division code", 'write region: "990101"') from error
    return "" if code.level == NATION else code.prefix


def _once(block: Block, where: str, since: date, before: list[tuple[str, date]]) -> None:
    if (where, since) in before:
        raise block.fail("valid_from", "two values begin on one day", "remove one of them")


def _everywhere(block: Block, values: list[Dated]) -> tuple[Dated, ...]:
    """The values, one of which has to hold in the whole country."""
    if not any(value.prefix == "" for value in values):
        raise block.fail("values", "none holds everywhere", 'write one with region: "000000000000"')
    return tuple(values)
