"""Recipes: for each column of each table the SQL that invents its values.

They are data (recipe_files/*.yaml) and are held against the catalog: a feed or a column that the
contracts gained and the recipes lack is refused, never left empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bangfu.engine.contracts.tables import Catalog, Table
from bangfu.engine.errors import LakeRefused

FOLDER = Path(__file__).with_name("recipe_files")
LANDED = ("period", "as_of")
"""Columns that every feed gets from its delivery."""
_CODES = re.compile(r"\bcodes\(\)")


@dataclass(frozen=True)
class Recipe:
    """How the rows of a table are invented.

    `of` member or head; `where` who has rows; `copies` rows tried for each; `history` older months
    beside the newest; `columns` and the hidden `facts` name → SQL.
    """

    table: str
    columns: Mapping[str, str]
    facts: Mapping[str, str] = field(default_factory=dict)
    of: str = "member"
    where: str = "TRUE"
    copies: int = 1
    history: int = 0


@cache
def read_recipes() -> Mapping[str, Recipe]:
    """Read every recipe file; table → recipe."""
    found: dict[str, Recipe] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        described: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        found |= {name: Recipe(name, **recipe) for name, recipe in described.items()}
    return found


def complete_recipe(table: Table, catalog: Catalog, recipes: Mapping[str, Recipe]) -> Recipe:
    """Return the recipe of a table with the codes of its lists put in.

    Raises LakeRefused E-LAKE-RECIPE when the table or one of its columns has none.
    """
    recipe = recipes.get(table.name)
    if recipe is None:
        raise LakeRefused("E-LAKE-RECIPE", table=table.name, column="")
    wanted = [column for column in table.columns if not table.is_feed or column.name not in LANDED]
    columns = {}
    for column in wanted:
        if column.name not in recipe.columns:
            raise LakeRefused("E-LAKE-RECIPE", table=table.name, column=column.name)
        listed = sorted(catalog.codes(column.type.code_list or "") or ())
        columns[column.name] = _CODES.sub(str(listed), recipe.columns[column.name])
    return Recipe(
        recipe.table,
        columns,
        recipe.facts,
        recipe.of,
        recipe.where,
        recipe.copies,
        recipe.history,
    )
