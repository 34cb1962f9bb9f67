"""How the reading child says no: a code and parameters, without importing the product."""

from __future__ import annotations


class Unreadable(Exception):
    """The file is not taken; ``code`` stands in standards/errors/sheets.yaml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
