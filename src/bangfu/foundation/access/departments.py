"""Which datasets a scope may touch: one of a department sees that department's alone.

Row security knows places and no departments, so this filter stands by itself and no setting turns
it off; selectors of batches, landings, feedback and jobs apply it, and what writes asks
`require_dataset`.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.scope import Scope
from bangfu.standards.departments import datasets_of

_M = TypeVar("_M", bound=Model)


def covers_dataset(scope: Scope, dataset: str) -> bool:
    """Return whether a dataset, e.g. "police/death", is one of the scope's department."""
    return scope.department is None or dataset in datasets_of(scope.department)


def require_dataset(scope: Scope, dataset: str) -> None:
    """Refuse a dataset of another department. Raises NotAllowed E-ACCESS-DEPARTMENT."""
    if not covers_dataset(scope, dataset):
        raise NotAllowed("E-ACCESS-DEPARTMENT", dataset=dataset)


def in_department(queryset: QuerySet[_M], scope: Scope, field: str = "dataset") -> QuerySet[_M]:
    """Return the rows of `queryset` whose dataset belongs to the scope's department."""
    if scope.department is None:
        return queryset
    return queryset.filter(**{f"{field}__in": sorted(datasets_of(scope.department))})
