"""What the loader refuses: every problem with its file and line, a code of
`standards/errors/procedures.yaml` each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bangfu.kernel.errors import Refused


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file of `procedures/`: code and parameters of its text, the file,
    its line (0 where nobody can say), and the place in it, as `steps[SUBMIT].needs`."""

    code: str
    file: str
    line: int
    where: str
    params: dict[str, Any] = field(hash=False)


class ProceduresRefused(Refused):
    """A pack's procedures with at least one problem are refused whole; `problems` lists all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = problems[0]
        super().__init__(
            "E-PROCEDURE-REFUSED",
            count=len(problems),
            first=f"{first.file}:{first.line} {first.where} {first.code}",
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return ProceduresRefused, (list(self.problems),)
