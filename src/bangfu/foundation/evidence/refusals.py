"""How the child says that a file is not taken."""

from __future__ import annotations


class NotTaken(Exception):
    """A file is refused: a code of standards/errors/evidence.yaml and what its text needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params
