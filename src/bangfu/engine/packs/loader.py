"""Reads a pack and refuses it with every problem found, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from bangfu.engine.contracts.catalog import default_catalog, quality_catalog
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.errors import PackRefused, Problem
from bangfu.engine.packs.files import PackFiles, collect, read_yaml
from bangfu.engine.packs.model import Case, Indicator, NotComputable, Pack
from bangfu.engine.packs.reading import (
    Bad,
    Names,
    read_cases,
    read_indicator,
    read_not_computable,
    read_region,
    read_rule,
    read_threshold,
    text,
)
from bangfu.engine.packs.thresholds import Threshold, ThresholdBook
from bangfu.engine.rules.rule import Rule

Made = TypeVar("Made")
_USES = re.compile(r"indicator\(\s*'(\w+)'")


def load(path: Path | str, *, catalog: Catalog | None = None) -> Pack:
    """Read the screening rules of a pack folder. Raises PackRefused with all problems."""
    return _Loader(collect(Path(path)), "rules", catalog or default_catalog()).load(Path(path))


def load_quality(path: Path | str, *, catalog: Catalog | None = None) -> Pack:
    """Read the data-quality rules (packs/<name>/quality) instead of the screening rules."""
    return _Loader(collect(Path(path)), "quality", catalog or quality_catalog()).load(Path(path))


class _Loader:
    def __init__(self, files: PackFiles, folder: str, catalog: Catalog) -> None:
        self.files = files
        self.folder = folder
        self.catalog = catalog
        self.problems: list[Problem] = []
        self.thresholds: Mapping[str, Threshold] = {}
        self.bases: dict[Path, ThresholdBook] = {}

    def load(self, path: Path) -> Pack:
        thresholds = self.thresholds = self._thresholds()
        names = Names(self.catalog, {name: item.type for name, item in thresholds.items()})
        if self.folder == "rules":
            names = Names(self.catalog, names.thresholds, self._indicators(names))
        rules, cases = self._rules(names)
        about = self.files.about
        title = self._try("pack.yaml", lambda: text(about.values, "title", ""))
        region = self._try("pack.yaml", lambda: read_region(about.values))
        not_computable = self._not_computable()
        for key in ("id", "version"):
            if not about.values.get(key):
                self._problem("E-PACK-KEY-MISSING", "pack.yaml", key, key=key)
        if self.problems:
            raise PackRefused(self.problems)
        assert title is not None
        return Pack(
            id=str(about.values["id"]),
            version=str(about.values["version"]),
            title=title,
            hash=self.files.digest(),
            catalog=self.catalog,
            thresholds=ThresholdBook(thresholds),
            indicators=names.indicators,
            rules=tuple(sorted(rules, key=lambda rule: rule.id)),
            cases=cases,
            path=path,
            region=region or "",
            not_computable=not_computable,
            chain=self.files.chain,
        )

    def _problem(self, code: str, file: str, where: str, **params: Any) -> None:
        self.problems.append(Problem(code, file, where, params))

    def _try(self, file: str, make: Callable[[], Made]) -> Made | None:
        try:
            return make()
        except Bad as bad:
            self._problem(bad.code, file, bad.where, **bad.params)
        except PackRefused as refused:
            self.problems += refused.problems
        return None

    def _documents(self, folder: str) -> list[tuple[str, Mapping[str, Any]]]:
        found = []
        for name, path in self.files.under(folder):
            block = self._try(name, lambda path=path: read_yaml(path))  # type: ignore[misc]
            if block is not None:
                found.append((name, block.values))
        return found

    def _thresholds(self) -> dict[str, Threshold]:
        found: dict[str, Threshold] = {}
        for file, values in self._documents("thresholds"):
            made = self._try(file, lambda v=values, f=file: read_threshold(v, f))  # type: ignore[misc]
            if made is not None and self._is_new(made.id, found, file):
                found[made.id] = made
        return found

    def _indicators(self, names: Names) -> dict[str, Indicator]:
        """Read indicators in an order in which each finds what it uses; a circle is refused."""
        waiting = self._documents("indicators")
        known = {str(values.get("id")) for _, values in waiting}
        found: dict[str, Indicator] = {}
        while waiting:
            later = []
            for file, values in waiting:
                uses = set(_USES.findall(str(values.get("formula")))) & known
                if uses - set(found):
                    later.append((file, values))
                    continue
                scope = Names(names.catalog, names.thresholds, found)
                made = self._try(file, lambda v=values, f=file, s=scope: read_indicator(v, f, s))  # type: ignore[misc]
                if made is None:
                    known.discard(str(values.get("id")))
                if made is not None and self._is_new(made.id, found, file):
                    found[made.id] = made
            if len(later) == len(waiting):
                for file, values in later:
                    self._problem("E-RULE-CIRCULAR", file, "formula", id=str(values.get("id")))
                break
            waiting = later
        return found

    def _not_computable(self) -> tuple[NotComputable, ...]:
        found: dict[str, NotComputable] = {}
        for file, values in self._documents("not_computable"):
            made = self._try(file, lambda v=values, f=file: read_not_computable(v, f))  # type: ignore[misc]
            for item in made or ():
                if self._is_new(item.id, found, file):
                    found[item.id] = item
        return tuple(found.values())

    def _is_new(self, name: str, found: Mapping[str, Any], file: str) -> bool:
        if name in found:
            self._problem("E-PACK-TWICE", file, "id", id=name)
        return name not in found

    def _rules(self, names: Names) -> tuple[list[Rule], list[Case]]:
        rules: dict[str, Rule] = {}
        cases: list[Case] = []
        for file, document in self._documents(self.folder):
            listed = document.get("rules")
            many = listed if isinstance(listed, list) else [document]
            here: list[str] = []
            for values in many:
                if not isinstance(values, Mapping):
                    self._problem("E-PACK-ID", file, "rules", id=str(values)[:40])
                    continue
                made = self._try(
                    f"{file}#{values.get('id', '?')}",
                    lambda v=values, f=file: read_rule(v, f, names),  # type: ignore[misc]
                )
                here.append(str(values.get("id")))
                if made is not None and self._is_new(made.id, rules, file):
                    rules[made.id] = made
            cases += self._cases(file, here)
        return list(rules.values()), cases

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

    def _cases(self, file: str, rule_ids: list[str]) -> list[Case]:
        """Cases stand at the same path: cases/<path without rules/>, or cases/quality/…"""
        relative = file.removeprefix("rules/")
        name = f"cases/{relative}"
        path = self.files.files.get(name)
        found: list[Case] = []
        if path is not None:
            block = self._try(name, lambda: read_yaml(path))
            if block is not None:
                made = self._try(name, lambda: read_cases(block.values, name, rule_ids))
                written_against = self._written_against(name)
                found = [replace(case, thresholds=written_against) for case in made or []]
        for rule_id in rule_ids:
            expected = {case.expect for case in found if case.rule_id == rule_id}
            if not {"TRUE", "FALSE"} <= expected:
                self._problem("E-PACK-NO-CASES", file, rule_id, rule=rule_id, cases=name)
        return found
