"""What a public paper may name (privacy.yaml), checked when its definition is read.

The first of two locks; `scan` is the second, over the filled paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from bangfu.foundation.papers import paths
from bangfu.foundation.papers.block_reading import slots_of
from bangfu.foundation.papers.definitions import PUBLICITY, Paper
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import packs_root
from bangfu.standards.reading import Block, read_block

KINDS = ("ID", "PHONE", "ACCOUNT", "LONG_NUMBER", "HEALTH", "MONEY", "KNOWN", "MEMBER", "NAME")
WORDED = ("HEALTH", "MONEY")


@dataclass(frozen=True, slots=True)
class PublicClass:
    """What may stand on a board or on the web; `offices` are telephone numbers of offices."""

    allowed: frozenset[str]
    masked: frozenset[str]
    offices: frozenset[str]


@dataclass(frozen=True)
class Publicity:
    """All of privacy.yaml."""

    classes: Mapping[str, PublicClass]
    findings: Mapping[str, MappingProxyType[str, str]]
    words: Mapping[str, tuple[str, ...]]
    harmless: tuple[str, ...]

    def check_definition(self, block: Block, paper: Paper) -> None:
        """Refuse a public paper that names a path its class does not allow, or shows a name bare.

        Raises Refused E-STANDARD-MALFORMED.
        """
        if paper.publicity not in self.classes:
            return
        rules = self.classes[paper.publicity]
        for path, used in slots_of(paper):
            if path not in rules.allowed:
                problem = f"{path} may not stand on a paper of publicity {paper.publicity}"
                raise block.fail("blocks", problem, "leave it out, or see privacy.yaml")
            if path in rules.masked and used != "masked":
                problem = f"{path} is not masked"
                raise block.fail("blocks", problem, f"write {{{path.rsplit('.', 1)[1]}|masked}}")


@cache
def publicity(folder: Path | None = None) -> Publicity:
    """Read privacy.yaml of a folder of papers, by default the national one.

    Raises Refused E-STANDARD-MALFORMED by file and line.
    """
    block = read_block((folder or packs_root() / "national" / "papers") / "privacy.yaml")
    block.allow(("document", "status", "classes", "findings", "words", "harmless"))
    block.text("document")
    block.choice("status", STATUSES)
    words = block.values.get("words")
    if not isinstance(words, dict) or set(words) != set(WORDED):
        raise block.fail("words", "not the lists needed", f"write {', '.join(WORDED)}")
    return Publicity(
        classes=MappingProxyType(
            {child.choice("name", PUBLICITY): _class(child) for child in block.children("classes")}
        ),
        findings=_findings(block),
        words=MappingProxyType({name: tuple(map(str, found)) for name, found in words.items()}),
        harmless=block.texts("harmless"),
    )


def _class(block: Block) -> PublicClass:
    block.allow(("name", "allowed", "masked", "offices"))
    lists = [frozenset(block.texts(field)) for field in ("allowed", "masked", "offices")]
    for path in sorted(lists[0]):
        try:
            _in_context(path)
        except LookupError as error:
            raise block.fail("allowed", f"no context has {path}", "mend the path") from error
    for field, found in (("masked", lists[1]), ("offices", lists[2])):
        if found - lists[0]:
            problem = f"{', '.join(sorted(found - lists[0]))} not among the allowed"
            raise block.fail(field, problem, "add it to allowed")
    return PublicClass(*lists)


def _in_context(path: str) -> None:
    """A path may lead through a list: notice.households.head_name."""
    owner, _, name = path.rpartition(".")
    try:
        paths.type_at(path)
    except LookupError:
        paths.type_at(name, paths.item_type(owner))


def _findings(block: Block) -> Mapping[str, MappingProxyType[str, str]]:
    found = {}
    for child in block.children("findings"):
        child.allow(("name", "zh", "en"))
        words = MappingProxyType({"zh": child.text("zh"), "en": child.text("en")})
        found[child.choice("name", KINDS)] = words
    if set(found) != set(KINDS):
        raise block.fail("findings", "not all kinds", f"write {', '.join(KINDS)}")
    return MappingProxyType(found)
