"""What the engine refuses, each with a code of standards/errors/engine.yaml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bangfu.kernel.errors import Refused


class FormulaError(Exception):
    """One formula that cannot be read; the loader adds the file and the rule.

    `at` is the position in the formula's text where it goes wrong, None where nobody can tell.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params
        self.at: int | None = None


@dataclass(frozen=True)
class Problem:
    """One reason why a pack is refused: code, its parameters, the file and the place in it.

    `where` is the rule and the key, as `income_below_line.when`; `line` and `column` count from
    1 in the file, 0 where there is no such place.
    """

    code: str
    file: str
    where: str
    params: dict[str, Any] = field(hash=False)
    line: int = 0
    column: int = 0

    @property
    def place(self) -> str:
        """File, line and column as editors read them, then the rule and the key."""
        at = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.file}{at} {self.where}".strip()


class PackRefused(Refused):
    """A pack with at least one problem is refused whole; `problems` lists every one."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        first = problems[0]
        super().__init__(
            "E-PACK-REFUSED",
            count=len(problems),
            first=f"{first.place} {first.code} {first.params}",
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return PackRefused, (list(self.problems),)


class RunRefused(Refused):
    """A run whose inputs do not keep the contract, or that was cancelled."""


class LakeRefused(Refused):
    """A synthetic lake that cannot be made."""
