"""Reads a pack and refuses it with every problem found, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from bangfu.engine.contracts.catalog import default_catalog, quality_catalog
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.errors import PackRefused, Problem
from bangfu.engine.packs.case_reading import read_cases
from bangfu.engine.packs.documents import Document
from bangfu.engine.packs.files import PackFiles, collect, read
from bangfu.engine.packs.model import Case, Indicator, NotComputable, Pack
from bangfu.engine.packs.parts import Bad, Names, SeveralBad, only, read_region, text
from bangfu.engine.packs.reading import read_indicator, read_not_computable, read_threshold
from bangfu.engine.packs.rule_reading import read_rule
from bangfu.engine.packs.thresholds import Threshold, ThresholdBook
from bangfu.engine.packs.versions import check_cases, check_versions, no_cases
from bangfu.engine.rules.rule import Rule

Made = TypeVar("Made")
_USES = re.compile(r"indicator\(\s*'(\w+)'")
_ABOUT = ("id", "version", "title", "extends", "region", "source")


def load(path: Path | str, *, catalog: Catalog | None = None) -> Pack:
    """Read the screening rules of a pack folder. Raises PackRefused with all problems."""
    return _Loader(collect(Path(path)), "rules", catalog or default_catalog()).load(Path(path))


def load_quality(path: Path | str, *, catalog: Catalog | None = None) -> Pack:
    """Read the data-quality rules (packs/<name>/quality) instead of the screening rules."""
    return _Loader(collect(Path(path)), "quality", catalog or quality_catalog()).load(Path(path))


def load_all(path: Path | str) -> list[Pack]:
    """Read the screening rules of a pack and, where it or a pack it extends has any, the quality
    rules. Raises PackRefused with the problems of both."""
    loaded: list[Pack] = []
    problems: dict[Problem, None] = {}
    has_quality = any(name.startswith("quality/") for name in collect(Path(path)).files)
    for read_one in (load, load_quality) if has_quality else (load,):
        try:
            loaded.append(read_one(path))
        except PackRefused as refused:
            problems |= dict.fromkeys(refused.problems)
    if problems:
        raise PackRefused(list(problems))
    return loaded


@dataclass(frozen=True)
class _Part:
    """A mapping of a pack's file: the file's relative path and how it is told, the mapping, its
    place in the file (`rules[2].`) and what it is called (the rule)."""

    name: str
    shown: str
    document: Document
    values: Mapping[str, Any]
    prefix: str = ""
    label: str = ""

    def problem(self, bad: Bad) -> Problem:
        """Say where in the file it is."""
        where = ".".join(part for part in (self.label, bad.where.rstrip(".")) if part)
        line, column = self.document.place(f"{self.prefix}{bad.where}", bad.at)
        return Problem(bad.code, self.shown, where, bad.params, line, column)


class _Loader:
    def __init__(self, files: PackFiles, folder: str, catalog: Catalog) -> None:
        self.files = files
        self.folder = folder
        self.catalog = catalog
        self.problems: list[Problem] = []
        self.thresholds: Mapping[str, Threshold] = {}
        self.bases: dict[Path, ThresholdBook] = {}

    def load(self, path: Path) -> Pack:
        about = _Part("pack.yaml", "pack.yaml", self.files.about, self.files.about.values)
        title = self._about(about)
        thresholds = self.thresholds = self._thresholds()
        names = Names(self.catalog, {name: item.type for name, item in thresholds.items()})
        if self.folder == "rules":
            names = Names(self.catalog, names.thresholds, self._indicators(names))
        rules, cases = self._rules(names)
        not_computable = self._not_computable()
        if self.problems:
            raise PackRefused(sorted(self.problems, key=lambda found: (found.file, found.line)))
        assert title is not None
        return Pack(
            id=str(about.values["id"]),
            version=str(about.values["version"]),
            title=title,
            hash=self.files.digest(),
            catalog=self.catalog,
            thresholds=ThresholdBook(thresholds),
            indicators=names.indicators,
            rules=tuple(sorted(rules, key=lambda rule: (rule.id, rule.valid_from))),
            cases=cases,
            path=path,
            region=read_region(about.values),
            not_computable=not_computable,
            chain=self.files.chain,
        )

    def _about(self, about: _Part) -> Any:
        """Check pack.yaml; return its title."""
        self._try(about, lambda: only(about.values, _ABOUT, ""))
        self._try(about, lambda: read_region(about.values))
        for key in ("id", "version"):
            if not about.values.get(key):
                self._tell(about, Bad("E-PACK-KEY-MISSING", key, key=key))
        return self._try(about, lambda: text(about.values, "title", ""))

    def _tell(self, part: _Part, bad: Bad) -> None:
        self.problems.append(part.problem(bad))

    def _try(self, part: _Part, make: Callable[[], Made]) -> Made | None:
        """Return what is made, or None with everything wrong kept."""
        try:
            return make()
        except Bad as bad:
            self._tell(part, bad)
        except SeveralBad as several:
            self.problems += [part.problem(found) for found in several.found]
        return None

    def _parts(self, folder: str) -> Iterable[_Part]:
        """The files of a folder; those that are no YAML are told and left out."""
        for name, path in self.files.under(folder):
            found = self._part(name, path)
            if found is not None:
                yield found

    def _part(self, name: str, path: Path) -> _Part | None:
        shown = self.files.shown(name)
        try:
            document = read(path, shown)
        except PackRefused as refused:
            self.problems += refused.problems
            return None
        return _Part(name, shown, document, document.values)

    def _thresholds(self) -> dict[str, Threshold]:
        found: dict[str, Threshold] = {}
        for part in self._parts("thresholds"):
            made = self._try(part, lambda p=part: read_threshold(p.values, p.name))  # type: ignore[misc]
            if made is not None and self._is_new(made.id, found, part):
                found[made.id] = made
        return found

    def _indicators(self, names: Names) -> dict[str, Indicator]:
        """Read indicators in an order in which each finds what it uses; a circle is refused."""
        waiting = list(self._parts("indicators"))
        known = {str(part.values.get("id")) for part in waiting}
        found: dict[str, Indicator] = {}
        while waiting:
            later = []
            for part in waiting:
                uses = set(_USES.findall(str(part.values.get("formula")))) & known
                if uses - set(found):
                    later.append(part)
                    continue
                scope = Names(names.catalog, names.thresholds, found)
                made = self._try(part, lambda p=part, s=scope: read_indicator(p.values, p.name, s))  # type: ignore[misc]
                if made is None:
                    known.discard(str(part.values.get("id")))
                if made is not None and self._is_new(made.id, found, part):
                    found[made.id] = made
            if len(later) == len(waiting):
                for part in later:
                    name = str(part.values.get("id"))
                    self._tell(part, Bad("E-RULE-CIRCULAR", "formula", id=name))
                break
            waiting = later
        return found

    def _not_computable(self) -> tuple[NotComputable, ...]:
        found: dict[str, NotComputable] = {}
        for part in self._parts("not_computable"):
            made = self._try(part, lambda p=part: read_not_computable(p.values, p.name))  # type: ignore[misc]
            for item in made or ():
                if self._is_new(item.id, found, part):
                    found[item.id] = item
        return tuple(found.values())

    def _is_new(self, name: str, found: Mapping[str, Any], part: _Part) -> bool:
        """Whether no other file has the identifier; a file hides another only by its path."""
        if name in found:
            other = getattr(found[name], "file", "")
            self._tell(part, Bad("E-PACK-TWICE", "id", id=name, other=other))
        return name not in found

    def _rules(self, names: Names) -> tuple[list[Rule], list[Case]]:
        rules: dict[str, Rule] = {}
        versions: list[Rule] = []
        cases: list[Case] = []
        for part in self._parts(self.folder):
            here: list[tuple[_Part, Rule]] = []
            unread: list[_Part] = []
            for one in self._rules_of(part):
                made = self._try(one, lambda p=one: read_rule(p.values, p.name, names))  # type: ignore[misc]
                if made is None:
                    unread.append(one)
                elif self._is_new(made.id, rules, one):
                    here.append((one, made))
            rules |= {rule.id: rule for _, rule in here}
            versions += [rule for _, rule in here]
            for place, bad in check_versions(here):
                self._tell(place, bad)
            cases += self._cases(part, here, unread)
        return versions, cases

    def _rules_of(self, part: _Part) -> Iterable[_Part]:
        """The rules of a file: one, or a list under `rules`."""
        listed = part.values.get("rules")
        if not isinstance(listed, list):
            yield replace(part, label=str(part.values.get("id", "?")))
            return
        self._try(part, lambda: only(part.values, ("rules",), ""))
        for index, values in enumerate(listed):
            if isinstance(values, Mapping):
                label = str(values.get("id", "?"))
                yield replace(part, values=values, prefix=f"rules[{index}].", label=label)
            else:
                self._tell(part, Bad("E-PACK-ID", f"rules[{index}]", id=str(values)[:40]))

    def _cases(
        self, part: _Part, rules: list[tuple[_Part, Rule]], unread: list[_Part]
    ) -> list[Case]:
        """Cases stand at the same path: cases/<path without rules/>, or cases/quality/…"""
        name = f"cases/{part.name.removeprefix('rules/')}"
        path = self.files.files.get(name)
        found: list[Case] = []
        if path is not None:
            file = self._part(name, path)
            if file is None:
                return []
            named = list(dict.fromkeys(str(p.values.get("id")) for p in self._rules_of(part)))
            made = self._try(file, lambda: read_cases(file.values, name, named, self.catalog))
            if made is None:
                return []
            written_against = self._written_against(name)
            found = [
                replace(
                    case,
                    thresholds=written_against,
                    line=file.document.place(f"cases[{case.number}]")[0],
                )
                for case in made
            ]
        for place, bad in check_cases(rules, found, name):
            self._tell(place, bad)
        for place in unread:
            if not any(case.rule_id == place.label for case in found):
                self._tell(place, no_cases(place.label, name, {"TRUE", "FALSE"}))
        return found

    def _written_against(self, name: str) -> ThresholdBook | None:
        """The thresholds of the pack that a file of cases comes from, if it is one extended.

        A county that sets its own line need not write anew the cases of the nation's.
        """
        base = self.files.base_of(name)
        if base is None:
            return None
        if base not in self.bases:
            theirs = _Loader(collect(base), self.folder, self.catalog)._thresholds()
            self.bases[base] = ThresholdBook({**self.thresholds, **theirs})
        return self.bases[base]
