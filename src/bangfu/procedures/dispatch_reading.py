"""YAML of `procedures/dispatch.yaml` → tables of dispatch, with the line of every slip."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from bangfu.kernel.errors import Refused
from bangfu.kernel.region import TOWN, VILLAGE
from bangfu.procedures.dispatch import (
    Channel,
    Dispatch,
    DispatchRow,
    HandlerKind,
    Loudness,
    Post,
    Proof,
    Way,
)
from bangfu.procedures.errors import Problem
from bangfu.procedures.model import Definition, Text
from bangfu.procedures.reading import read_day, read_region, read_source
from bangfu.standards import codelists
from bangfu.standards.reading import Block, read_block
from bangfu.standards.roles import role_names

FILE = "procedures/dispatch.yaml"
_E = TypeVar("_E", bound=StrEnum)
_Made = TypeVar("_Made")
_LEVEL = {HandlerKind.VILLAGE_POST: VILLAGE, HandlerKind.TOWNSHIP_POST: TOWN}
_ROW = (
    "name", "zh", "en", "severities", "risks", "sources", "handlers", "otherwise", "channels",
    "todo", "ways", "photo", "place", "department", "limit",
)  # fmt: skip


class _Reading:
    """One file under way: what is wrong is gathered, so that all of it is told."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def tell(self, code: str, block: Block, key: str, params: dict[str, Any]) -> None:
        where = f"{block.name}.{key}" if block.name else key
        line = block.lines.get(key, block.line)
        self.problems.append(Problem(code, self.file, line, where, params))

    def each(self, blocks: list[Block], make: Callable[[Block], _Made]) -> list[_Made]:
        """Make one of every block; one that cannot be made is told and left out."""
        made = []
        for block in blocks:
            try:
                made.append(make(block))
            except Refused as refused:
                line, where = refused.params["line"], str(refused.params["field"])
                self.problems.append(Problem(refused.code, self.file, line, where, refused.params))
        return made


def read_dispatch(path: Path, file: str = FILE) -> tuple[list[Dispatch], list[Problem]]:
    """Read the tables of a file; with any problem the tables are not to be used.

    Raises Refused E-STANDARD-MALFORMED for a file that is no such thing at all.
    """
    block = read_block(path)
    block.allow(("tables",))
    reading = _Reading(file)
    tables = reading.each(block.children("tables"), lambda child: _table(reading, child))
    seen: dict[tuple[str, date], Dispatch] = {}
    for table in tables:
        if (table.prefix, table.valid_from) in seen:
            params = {"name": f"{table.prefix or '全国'} {table.valid_from}", "other": file}
            reading.tell("E-PROCEDURE-TWICE", block, "tables", params)
        seen[table.prefix, table.valid_from] = table
    if not any(table.prefix == "" for table in tables) and not reading.problems:
        reading.tell("E-DISPATCH-EVERYWHERE", block, "tables", {})
    return tables, reading.problems


def _table(reading: _Reading, block: Block) -> Dispatch:
    block.allow(("name", "region", "valid_from", "document", "article", "status", "posts", "rows"))
    posts = {
        post.kind: post
        for post in reading.each(block.children("posts"), lambda child: _post(reading, child))
    }
    blocks = block.children("rows")
    rows = reading.each(blocks, lambda child: _row(reading, child, posts))
    _check_order(reading, blocks, rows)
    return Dispatch(
        read_region(block),
        read_day(block, "valid_from"),
        read_source(block),
        posts,
        tuple(rows),
        reading.file,
    )


def _post(reading: _Reading, block: Block) -> Post:
    block.allow(("name", "roles", "permission"))
    kind = HandlerKind(block.choice("name", _LEVEL))
    permission, roles = block.text("permission"), block.texts("roles")
    for role in roles:
        found = role_names().get(role)
        if found is None or _LEVEL[kind] not in found.levels or permission not in found.permissions:
            params = {"name": str(kind), "role": role, "permission": permission}
            reading.tell("E-DISPATCH-ROLE", block, "roles", params)
    if not roles:
        raise block.fail("roles", "no role is named", "write roles: [VILLAGE_OFFICER]")
    return Post(kind, roles, permission, block.line)


def _row(reading: _Reading, block: Block, posts: Collection[HandlerKind]) -> DispatchRow:
    block.allow(_ROW)
    todo = block.bilingual("todo")
    row = DispatchRow(
        name=block.text("name"),
        title=Text(block.text("zh"), block.text("en")),
        severities=_some(block, "severities", Loudness),
        risks=block.texts("risks"),
        sources=block.texts("sources"),
        handlers=_some(block, "handlers", HandlerKind),
        otherwise=_some(block, "otherwise", HandlerKind),
        channels=_some(block, "channels", Channel),
        todo=Text(todo["zh"], todo["en"]),
        ways=_some(block, "ways", Way),
        photo=Proof(block.choice("photo", Proof, str(Proof.NONE))),
        place=Proof(block.choice("place", Proof, str(Proof.NONE))),
        department=block.optional("department") or "",
        limit=block.text("limit"),
        line=block.line,
    )
    for key in ("handlers", "channels", "ways"):
        if not getattr(row, key):
            raise block.fail(key, "nothing is named", f"write at least one under {key}")
    for kind in (*row.handlers, *row.otherwise):
        if kind in _LEVEL and kind not in posts:
            reading.tell("E-DISPATCH-POST", block, "handlers", {"name": row.name, "post": kind})
    for key, code_list in (("risks", "matter"), ("department", "department")):
        for code in block.texts(key) if key == "risks" else filter(None, (row.department,)):
            if codelists.get(code_list).by_code(code) is None:
                params = {"name": row.name, "code": code, "list": code_list}
                reading.tell("E-DISPATCH-CODE", block, key, params)
    return row


def _some(block: Block, key: str, kind: type[_E]) -> tuple[_E, ...]:
    """The members of an enumeration named under a key, in their order, each once."""
    written = block.texts(key)
    for one in written:
        if one not in list(kind):
            raise block.fail(key, f"{one!r} is not known", f"use {', '.join(kind)}")
    return tuple(dict.fromkeys(kind(one) for one in written))


def _check_order(reading: _Reading, blocks: list[Block], rows: list[DispatchRow]) -> None:
    """Refuse a row that an earlier one hides, and a last row that leaves something out."""
    by_line = {block.line: block for block in blocks}
    for place, row in enumerate(rows):
        for earlier in rows[:place]:
            if earlier.name == row.name or earlier.covers(row):
                params = {"name": row.name, "other": earlier.name}
                reading.tell("E-DISPATCH-HIDDEN", by_line[row.line], "name", params)
                break
    if rows and len(rows) == len(blocks):
        last = rows[-1]
        if last.severities or last.risks or last.sources:
            reading.tell("E-DISPATCH-LAST", by_line[last.line], "name", {"name": last.name})


def check_dispatch(
    tables: Collection[Dispatch],
    definitions: Collection[Definition],
    limits: Collection[str],
    permissions: Collection[str] | None,
) -> Iterator[Problem]:
    """Yield what the tables name that the rest of the pack does not have: time limits, sources
    of clues, permissions."""
    clues = [one for one in definitions if one.id == "clue" and "source" in one.facts]
    sources = {code for one in clues for code in one.facts["source"].codes}
    for table in tables:
        for post in table.posts.values():
            if permissions is not None and post.permission not in permissions:
                params = {"name": str(post.kind), "unknown": post.permission}
                where = f"posts[{post.kind}].permission"
                yield Problem("E-PROCEDURE-PERMISSION", table.file, post.line, where, params)
        for row in table.rows:
            where = f"rows[{row.name}]"
            if row.limit not in limits:
                params = {"name": row.name, "unknown": row.limit}
                yield Problem("E-PROCEDURE-LIMIT", table.file, row.line, f"{where}.limit", params)
            for code in row.sources:
                if clues and code not in sources:
                    params = {"name": row.name, "code": code, "list": "clue.source"}
                    yield Problem(
                        "E-DISPATCH-CODE", table.file, row.line, f"{where}.sources", params
                    )
