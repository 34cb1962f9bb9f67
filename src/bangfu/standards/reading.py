"""Reading YAML with the line of every key, so that a refusal can say where to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bangfu.kernel.errors import Refused

# The reader written in C where PyYAML has it: ten times quicker, the same marks.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def malformed(path: Path, line: int, field: str, problem: str, remedy: str) -> Refused:
    """Return the refusal of a data file: which file and line, which field, what to do."""
    return Refused(
        "E-STANDARD-MALFORMED",
        file=path.name,
        folder=path.parent.name,
        line=line,
        field=field,
        problem=problem,
        remedy=remedy,
    )


@dataclass(frozen=True)
class Block:
    """A mapping of a YAML file that remembers its file, its name and the lines of its keys."""

    path: Path
    name: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    node: yaml.MappingNode

    def fail(self, field: str, problem: str, remedy: str) -> Refused:
        """Return a refusal that points at `field` of this block."""
        where = f"{self.name}.{field}" if self.name else field
        return malformed(self.path, self.lines.get(field, self.line), where, problem, remedy)

    def allow(self, fields: Iterable[str]) -> None:
        """Refuse any key that is not among `fields`."""
        known = set(fields)
        for key in self.values:
            if key not in known:
                raise self.fail(key, "unknown field", f"use one of {', '.join(sorted(known))}")

    def text(self, field: str, default: str | None = None) -> str:
        """Return a text; without a default an absent or empty one is refused."""
        value = self.values.get(field, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail(
                field, "a text is needed", "write it, in quotes if it looks like a number"
            )
        return value

    def optional(self, field: str) -> str | None:
        """Return a text, or None where the field is absent."""
        return None if self.values.get(field) is None else self.text(field)

    def choice(self, field: str, allowed: Iterable[str], default: str | None = None) -> str:
        """Return a text that is one of `allowed`."""
        value = self.text(field, default)
        options = tuple(allowed)
        if value not in options:
            raise self.fail(field, f"{value!r} is not known", f"use one of {', '.join(options)}")
        return value

    def boolean(self, field: str, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(field, default)
        if not isinstance(value, bool):
            raise self.fail(field, "not true or false", "write true or false without quotes")
        return value

    def count(self, field: str, default: int | None = None) -> int | None:
        """Return a whole number of zero or more, or the default."""
        value = self.values.get(field, default)
        is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if value is not None and not is_count:
            raise self.fail(field, "not a whole number", "write a whole number of zero or more")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the field is absent."""
        value = self.values.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(field, "not a list of texts", "write [甲, 乙]")
        return tuple(value)

    def bilingual(self, field: str) -> dict[str, str]:
        """Return {zh, en}; both are needed."""
        value = self.values.get(field)
        if not isinstance(value, dict) or set(value) != {"zh", "en"}:
            raise self.fail(field, "zh and en are needed", "write {zh: …, en: …}")
        if not all(isinstance(text, str) and text.strip() for text in value.values()):
            raise self.fail(field, "zh and en must be texts", "write {zh: …, en: …}")
        return dict(value)

    def children(self, field: str) -> list[Block]:
        """Return the blocks of a list of mappings under `field`, called by their `name`."""
        found = next((value for key, value in self.node.value if key.value == field), None)
        if not isinstance(found, yaml.SequenceNode) or not found.value:
            raise self.fail(field, "a list is needed", "write one `- name: …` block an entry")
        blocks = []
        for number, node in enumerate(found.value, start=1):
            if not isinstance(node, yaml.MappingNode):
                raise self.fail(field, f"entry {number} is no block", "write `- name: …`")
            name = next((v.value for k, v in node.value if k.value == "name"), str(number))
            blocks.append(_block(self.path, f"{field}[{name}]", node))
        return blocks


def read_block(path: Path) -> Block:
    """Read a YAML file whose top is a mapping; raises Refused E-STANDARD-MALFORMED."""
    loader = _Loader(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise malformed(path, line, "", str(error.problem), "mend the YAML") from error
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        raise malformed(path, 1, "", "not a mapping", "write `field: value` lines")
    return _block(path, "", node)


def _block(path: Path, name: str, node: yaml.MappingNode) -> Block:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.value in lines:
            raise malformed(path, line, str(key.value), "written twice", "keep one of the two")
        lines[str(key.value)] = line
    values = _Loader("").construct_document(node)
    return Block(path, name, node.start_mark.line + 1, values, lines, node)
