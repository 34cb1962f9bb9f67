"""What a query string may hold: an unknown or doubled filter is refused, never ignored (F54)."""

from __future__ import annotations

from typing import get_origin

from django.http import HttpRequest

from bangfu.foundation.http.schemas import Schema
from bangfu.kernel.errors import InvalidValue


def check_query(request: HttpRequest, *known: str, schema: type[Schema] | None = None) -> None:
    """Refuse query keys other than `known` and the fields of `schema`.

    A key that takes one value may stand once only. Raises InvalidValue E-API-FILTER.
    """
    fields = schema.model_fields if schema is not None else {}
    for key, values in request.GET.lists():
        is_list = key in fields and get_origin(fields[key].annotation) is list
        if (key not in fields and key not in known) or (len(values) > 1 and not is_list):
            raise InvalidValue("E-API-FILTER", name=key[:40])
