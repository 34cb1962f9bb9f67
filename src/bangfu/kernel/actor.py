"""Who does something: a signed-in person, the system itself, or a command at the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["USER", "SYSTEM", "COMMAND"]
_KINDS = ("USER", "SYSTEM", "COMMAND")


@dataclass(frozen=True, slots=True)
class Actor:
    """The doer as the audit log keeps it: `id` and `label` outlive the account."""

    kind: ActorKind
    id: str
    label: str

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(f"actor kind {self.kind!r} is none of {_KINDS}")
        if not self.id:
            raise ValueError("an actor needs an id")
