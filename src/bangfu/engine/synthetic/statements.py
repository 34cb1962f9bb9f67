"""SQL that invents one county: families, members, and the rows of each feed."""

from __future__ import annotations

import pyarrow as pa

from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.tables import Table
from bangfu.engine.synthetic.plan import County, Delivery
from bangfu.engine.synthetic.recipes import Recipe
from bangfu.kernel.period import Period

# Asset rows of so many in ten thousand people without authorisation.
UNAUTHORISED = 200


def macros(seed: int) -> list[str]:
    """Return the functions of the recipes: draws that depend on row, salt and seed only."""
    drawn = f"hash(k, salt, {seed})"
    return [
        f"CREATE MACRO roll(k, salt, parts) AS ({drawn} % parts)::BIGINT",
        f"CREATE MACRO chance(k, salt, of_ten_thousand) AS ({drawn} % 10000 < of_ten_thousand)",
        f"CREATE MACRO pick(k, salt, listed) AS listed[1 + ({drawn} % len(listed))::BIGINT]",
    ]


def families(recipe: Recipe, shape: pa.Schema, county: County, period: Period) -> str:
    """Return the statement that makes `family`: household facts and promised columns."""
    first = county.index * 10_000_000
    inner = (
        f"SELECT hn, '{county.code}' AS county, {county.index} AS county_index, "  # noqa: S608
        f"DATE '{period.first_day}' AS month_start, DATE '{period.last_day}' AS month_end "
        f"FROM range({first}, {first + county.households}) AS t(hn)"
    )
    known = _with_facts(recipe, inner)
    return f"CREATE TABLE family AS SELECT *, {_typed(recipe, shape)} FROM ({known})"  # noqa: S608


def members(recipe: Recipe, shape: pa.Schema, seed: int) -> str:
    """Return the statement that makes `member`: a row for each member with the family's facts."""
    known = ", ".join(name for name in shape.names if name in _SHARED)
    inner = (
        f"SELECT f.*, hn * 8 + place AS n, place, {seed} AS seed "  # noqa: S608
        "FROM family AS f JOIN range(1, 8) AS m(place) ON place <= size"
    )
    typed = _typed(recipe, shape, leave_out=_SHARED)
    source = _with_facts(recipe, inner)
    return f"CREATE TABLE member AS SELECT * EXCLUDE ({known}), {known}, {typed} FROM ({source})"  # noqa: S608


_SHARED = ("household_id", "region_code")


def feed_rows(recipe: Recipe, table: Table, deliveries: list[Delivery]) -> str:
    """Return the statement that makes `feed`: the rows of all deliveries, marked by `turn`."""
    months = ", ".join(
        f"({d.turn}, {d.back}, '{d.period}', DATE '{d.period.first_day}', "
        f"DATE '{d.period.last_day}')"
        for d in deliveries
    )
    matched = "TRUE"
    if table.coverage == "CHANGES":
        # Something happens once, in one of the months.
        matched = f"d.turn = roll(n * 4 + c, '{table.name} month', {deliveries[-1].turn + 1})"
    who = ["token IS NOT NULL", f"({recipe.where})"]
    who += ["place = 1"] if recipe.of == "head" else []
    if table.basis == "ASSET":
        who.append(f"(agreed OR chance(n, 'not agreed', {UNAUTHORISED}))")
    source = (
        "SELECT m.* EXCLUDE (month_start, month_end), c, d.* FROM member AS m "  # noqa: S608
        f"CROSS JOIN range({recipe.copies}) AS r(c) JOIN (VALUES {months}) "
        f"AS d(turn, back, month, month_start, month_end) ON {matched}"
    )
    shape = pa.schema([field for field in schema(table) if field.name in recipe.columns])
    return (
        f"CREATE TABLE feed AS SELECT turn, token AS person_token, {_typed(recipe, shape)}, "  # noqa: S608
        "month AS period, month_end AS as_of, n, c "
        f"FROM ({source}) WHERE {' AND '.join(who)}"
    )


def authorizations(period: Period) -> str:
    """Return the query for papers: of adults who agreed, and of children whose guardian signed.

    Some have expired, some are to come.
    """
    day = f"DATE '{period.last_day}'"
    return (
        "SELECT token AS person_token, "  # noqa: S608
        f"{day} - (CASE WHEN chance(n, 'signed later', 150) THEN -9 ELSE 5 END"
        " + roll(n, 'signed', 300))::INTEGER AS signed_on, "
        f"{day} + (CASE WHEN chance(n, 'expired', 500) THEN -3 ELSE 30 END"
        " + CASE WHEN chance(n, 'expired', 500) THEN -1 ELSE 1 END * roll(n, 'expires', 300))"
        "::INTEGER AS expires_on "
        "FROM member WHERE agreed AND (age > 17 OR guarded) AND token IS NOT NULL ORDER BY n"
    )


def _with_facts(recipe: Recipe, source: str) -> str:
    """Add the facts one around the other: a later one may use an earlier one, and none is
    computed twice."""
    for name, sql in recipe.facts.items():
        source = f"SELECT *, {sql} AS {name} FROM ({source})"  # noqa: S608
    return source


def _typed(recipe: Recipe, shape: pa.Schema, leave_out: tuple[str, ...] = ()) -> str:
    return ", ".join(
        f'CAST(({recipe.columns[field.name]}) AS {_sql_type(field.type)}) AS "{field.name}"'
        for field in shape
        if field.name not in leave_out
    )


def _sql_type(type_: pa.DataType) -> str:
    if pa.types.is_decimal(type_):
        return f"DECIMAL({type_.precision}, {type_.scale})"
    if pa.types.is_list(type_):
        return "VARCHAR[]"
    names = {pa.int64(): "BIGINT", pa.bool_(): "BOOLEAN", pa.date32(): "DATE"}
    return names.get(type_, "VARCHAR")
