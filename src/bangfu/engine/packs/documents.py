"""A YAML file of a pack, with the line and column of everything in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 100
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(Exception):
    """A file that is no YAML mapping: what is wrong, and where."""

    def __init__(self, problem: str, line: int = 1, column: int = 1, where: str = "") -> None:
        super().__init__(problem)
        self.problem, self.line, self.column, self.where = problem, line, column, where


class _Loader(_Base):  # type: ignore[misc, valid-type]
    """Dates that do not exist stay texts, so that they are refused by their key."""


def _date(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


@dataclass(frozen=True)
class Document:
    """A mapping of a YAML file: its values, and its nodes with their marks."""

    values: Mapping[str, Any]
    node: yaml.MappingNode
    lines: tuple[str, ...]

    def place(self, where: str, at: int | None = None) -> tuple[int, int]:
        """Return line and column (from 1) of a path such as `values[0].source.status`.

        What is missing is placed at the nearest thing around it. `at` is a position in the text
        that stands there: the place of that character.
        """
        mark = self.node.start_mark
        node: yaml.Node | None = self.node
        for index, key in _STEP.findall(where):
            mark, node = _below(node, index, key) or (mark, None)
        if at is not None and isinstance(node, yaml.ScalarNode):
            inside = self._inside(node, at)
            if inside is not None:
                return inside
        return mark.line + 1, mark.column + 1

    def _inside(self, node: yaml.ScalarNode, at: int) -> tuple[int, int] | None:
        """The place of a character of a scalar; folded and literal blocks begin a line below."""
        start = node.start_mark
        if node.style in ("|", ">"):
            return self._inside_block(start.line + 1, at)
        quote = 1 if node.style in ("'", '"') else 0
        if node.end_mark.line != start.line:
            return None
        return start.line + 1, start.column + quote + at + 1

    def _inside_block(self, first: int, at: int) -> tuple[int, int] | None:
        """Every line of a block, without its indent, is as long as in the text, and a break."""
        indent = None
        for number in range(first, len(self.lines)):
            line = self.lines[number]
            if indent is None:
                indent = len(line) - len(line.lstrip(" "))
            length = max(len(line) - indent, 0) + 1
            if at < length:
                return number + 1, indent + at + 1
            at -= length
        return None


def _below(node: yaml.Node | None, index: str, key: str) -> tuple[Any, yaml.Node] | None:
    """What stands at an index or under a key, and the mark of the item or of the key."""
    if isinstance(node, yaml.SequenceNode) and index and int(index) < len(node.value):
        item = node.value[int(index)]
        return item.start_mark, item
    if isinstance(node, yaml.MappingNode) and key:
        for name, value in node.value:
            if name.value == key:
                return name.start_mark, value
    return None


def read_document(path: Path) -> Document:
    """Read a YAML mapping of at most 1 MB.

    Raises Malformed with the line: not UTF-8, broken YAML, no mapping, a key written twice, too
    large or going round in a circle by its anchors.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Malformed(f"larger than {MAX_BYTES} bytes")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Malformed("not UTF-8", line) from error
    try:
        _check_depth(text)
        node = _Loader(text).get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise Malformed("not a mapping (key: value)")
        _check(node)
        values = _Loader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Malformed(
            str(error.problem or error.context),
            mark.line + 1 if mark else 1,
            mark.column + 1 if mark else 1,
        ) from error
    except yaml.YAMLError as error:
        raise Malformed(str(error).splitlines()[0]) from error
    return Document(values, node, tuple(text.splitlines()))


def _check_depth(text: str) -> None:
    """Refuse what is nested too deeply before libyaml's composer, which would overrun its stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise Malformed("nested too deeply", event.start_mark.line + 1)  # type: ignore[union-attr]


def _check(node: yaml.Node) -> None:
    """Refuse a key written twice, anchors that go round, and more nodes than anyone writes."""
    for count, inner in enumerate(_walk(node, ())):
        if count > MAX_NODES:
            raise Malformed("too large")
        if not isinstance(inner, yaml.MappingNode):
            continue
        seen: set[str] = set()
        for key, _ in inner.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Malformed("a key must be a word", key.start_mark.line + 1)
            if key.value in seen and key.value != "<<":
                mark = key.start_mark
                raise Malformed("written twice", mark.line + 1, mark.column + 1, key.value)
            seen.add(key.value)


def _walk(node: yaml.Node, above: tuple[int, ...]) -> Iterator[yaml.Node]:
    if id(node) in above:
        raise Malformed("an anchor contains itself", node.start_mark.line + 1)
    yield node
    if isinstance(node, yaml.MappingNode | yaml.SequenceNode):
        inside = (*above, id(node))
        for item in node.value:
            for part in item if isinstance(item, tuple) else (item,):
                yield from _walk(part, inside)
