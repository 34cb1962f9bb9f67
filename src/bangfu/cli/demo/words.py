"""Names of people, towns and villages, drawn from the word lists of `standards/demo`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bangfu.standards.paths import standards_root


@dataclass(frozen=True)
class Words:
    """The word lists; `lists` is the parsed words.yaml, `surnames` pairs of name and weight."""

    lists: dict[str, Any]
    surnames: tuple[tuple[str, int], ...]

    @classmethod
    def load(cls, folder: Path | None = None) -> Words:
        """Read the lists from `folder` (the product's own unless said)."""
        root = folder or standards_root() / "demo"
        lists = yaml.safe_load((root / "words.yaml").read_text(encoding="utf-8"))
        with (root / "surnames.csv").open(encoding="utf-8", newline="") as file:
            rows = tuple((row["surname"], int(row["weight"])) for row in csv.DictReader(file))
        return cls(lists, rows)

    @cached_property
    def _weights(self) -> list[int]:
        return list(accumulate(weight for _, weight in self.surnames))

    def surname(self, random: Random) -> str:
        """Draw a surname by its frequency."""
        return random.choices(self.surnames, cum_weights=self._weights)[0][0]

    def given(self, random: Random, sex: str, born: int) -> str:
        """Draw a given name that suits the sex and the generation (year of birth)."""
        generation = "old" if born < 1968 else "middle" if born < 1995 else "young"
        letters: list[str] = self.lists["given"][sex][generation]
        if random.random() < 0.3:
            return random.choice(letters)
        return random.choice(letters) + random.choice(letters)

    def pick(self, random: Random, key: str) -> str:
        """Draw one word of a list."""
        word: str = random.choice(self.lists[key])
        return word
