"""Statements whose SQL is made once a process.

Django takes longer to spell out a query than PostgreSQL to answer it. What every step, read or
audit row asks is spelt out once; only its values are given anew. Nothing that the database answers
is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, connections
from django.db.models import BooleanField, Expression, Func, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.signals import post_save

_R = TypeVar("_R")
_USING = "default"


class Slot(Expression):
    """Stands in a kept query where a value is given at each call."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return a place for the value, which names itself."""
        return "%s", (self,)


def is_any_of(field: str, name: str) -> Func:
    """Return the condition that a field is one of the values of a slot, which is a list."""
    return Func(
        field,
        Slot(name),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


class Kept(Generic[_R]):
    """A query of rows, or of values_list(), without joined rows or annotations."""

    def __init__(self, make: Callable[[], QuerySet[Any, _R]]) -> None:
        self._make = make
        self._made: _Select | None = None

    def ask(self, **values: Any) -> list[_R]:
        """Return what the query finds with these values in its slots; a value without a slot is
        left aside."""
        if self._made is None:
            self._made = _spell_out(self._make())
        return self._made.ask(values)

    def first(self, **values: Any) -> _R | None:
        """Return the first row; the query says of itself that it wants one."""
        return next(iter(self.ask(**values)), None)


@dataclass(frozen=True)
class _Select:
    sql: str
    params: tuple[Any, ...]
    # What turns columns into Python, by position.
    converters: dict[int, tuple[Sequence[Any], Any]]
    # The model and the names of its columns; None for plain tuples.
    model: type[Model] | None
    names: tuple[str, ...]

    def ask(self, values: dict[str, Any]) -> list[Any]:
        connection = connections[_USING]
        given = [values[one.name] if isinstance(one, Slot) else one for one in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            rows = cursor.fetchall()
        if self.converters:
            rows = [self._converted(row, connection) for row in rows]
        if self.model is None:
            return list(rows)
        return [self.model.from_db(_USING, self.names, row) for row in rows]

    def _converted(self, row: Sequence[Any], connection: Any) -> list[Any]:
        found = list(row)
        for place, (each, expression) in self.converters.items():
            for convert in each:
                found[place] = convert(found[place], expression, connection)
        return found


def _spell_out(queryset: QuerySet[Any, Any]) -> _Select:
    compiler = queryset.query.get_compiler(_USING)
    sql, params = compiler.as_sql()
    expressions = [column for column, _, _ in compiler.select]
    is_rows = queryset._iterable_class is ModelIterable
    return _Select(
        sql=sql,
        params=tuple(params),
        converters=compiler.get_converters(expressions),
        model=queryset.model if is_rows else None,
        names=tuple(one.target.attname for one in expressions) if is_rows else (),
    )


# Writes of single rows


def add(row: Model) -> None:
    """Add a row of a model without columns that the database makes."""
    table, fields = _columns(type(row), ())
    written = _values(row, fields, is_new=True)
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(place for place, _ in written)
    sql = f'INSERT INTO "{table}" ({names}) VALUES ({places})'  # noqa: S608
    with connections[_USING].cursor() as cursor:
        cursor.execute(sql, [value for _, value in written])
    row._state.adding, row._state.db = False, _USING
    _tell(row, is_new=True)


def change(row: Model, names: tuple[str, ...]) -> None:
    """Write some columns of a row anew, found by its key.

    Raises DatabaseError where the row is not there, as `save()` does.
    """
    table, fields = _columns(type(row), names)
    written = _values(row, fields, is_new=False)
    assigned = ", ".join(
        f'"{field.column}" = {place}' for field, (place, _) in zip(fields, written, strict=True)
    )
    key = type(row)._meta.pk.column
    sql = f'UPDATE "{table}" SET {assigned} WHERE "{key}" = %s'  # noqa: S608
    with connections[_USING].cursor() as cursor:
        cursor.execute(sql, [*(value for _, value in written), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"no {table} to write")
    _tell(row, is_new=False, names=names)


def _tell(row: Model, *, is_new: bool, names: Sequence[str] | None = None) -> None:
    """Tell whoever listens that a row was written, as `save()` does."""
    post_save.send(
        sender=type(row),
        instance=row,
        created=is_new,
        update_fields=None if names is None else frozenset(names),
        raw=False,
        using=_USING,
    )


@lru_cache(maxsize=64)
def _columns(model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """The table, and its fields of these names, or all that are written."""
    known = {field.name: field for field in model._meta.concrete_fields if not field.generated}
    wanted = [known[name] for name in names] if names else list(known.values())
    return model._meta.db_table, tuple(wanted)


def _values(row: Model, fields: Sequence[Any], *, is_new: bool) -> list[tuple[str, Any]]:
    connection = connections[_USING]
    found = []
    for field in fields:
        value = field.get_db_prep_save(field.pre_save(row, is_new), connection)
        place = field.get_placeholder(value, None, connection) if _is_cast(field) else "%s"
        found.append((place, value))
    return found


def _is_cast(field: Any) -> bool:
    return hasattr(field, "get_placeholder")
