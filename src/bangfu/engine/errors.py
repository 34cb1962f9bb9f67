"""What the engine refuses, each with a code of standards/errors/engine.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bangfu.kernel.errors import Refused


class FormulaError(Exception):
    """One formula that cannot be read; the loader adds the file and the rule."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Problem:
    """One reason why a pack is refused: code, its parameters, the file and the place in it."""

    code: str
    file: str
    where: str
    params: dict[str, Any]


class PackRefused(Refused):
    """A pack with at least one problem is refused whole; `problems` lists every one."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        first = problems[0]
        super().__init__(
            "E-PACK-REFUSED",
            count=len(problems),
            first=f"{first.file} {first.where} {first.code} {first.params}",
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return PackRefused, (list(self.problems),)


class RunRefused(Refused):
    """A run whose inputs do not keep the contract, or that was cancelled."""


class LakeRefused(Refused):
    """A synthetic lake that cannot be made."""
