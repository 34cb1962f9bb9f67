"""Model fields that several apps share."""

from __future__ import annotations

from typing import Any

from django.db import models


class RegionCodeField(models.CharField):
    """A 12-digit division code, compared byte by byte so that a prefix is an index range."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        if kwargs.get("max_length") == 12:
            del kwargs["max_length"]
        if kwargs.get("db_collation") == "C":
            del kwargs["db_collation"]
        return name, path, args, kwargs
