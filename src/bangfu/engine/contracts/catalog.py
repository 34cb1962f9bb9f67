"""The catalog of a checkout: registry tables, feeds of standards/datasets, code lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

from bangfu.engine.contracts.tables import Catalog, Column, Table, make_column
from bangfu.engine.contracts.types import Kind
from bangfu.standards import codelists, datasets

_REGISTRY = Path(__file__).with_name("registry.yaml")
_NO_FEEDS = ("registry", "feeds")
_LAKE_COLUMNS = (
    make_column("period", "month", zh="数据月份", en="Month of the data", nullable=False),
    make_column("as_of", "date", zh="数据截止日期", en="As of"),
)

# What the register held at the end of the year before, or when it was first filled. Data-quality
# rules compare with it; a bare file has none of it.
EARLIER = (
    make_column(
        "member_count_earlier",
        "integer",
        unit="person",
        zh="上年末家庭人口",
        en="Members a year earlier",
    ),
    make_column(
        "net_income_earlier",
        "money",
        zh="上年末登记的家庭纯收入",
        en="Net income registered a year earlier",
    ),
)


@cache
def registry_tables() -> Mapping[str, Table]:
    """Return the promised tables `household` and `person`."""
    described = yaml.safe_load(_REGISTRY.read_text(encoding="utf-8"))
    return {
        name: Table(
            name=name,
            columns=tuple(
                make_column(
                    column["name"],
                    column["type"],
                    unit=column.get("unit"),
                    code_list=column.get("code_list"),
                    zh=column["zh"],
                    en=column["en"],
                    nullable=column.get("nullable", True),
                    dated_by=column.get("dated_by", "as_of"),
                )
                for column in table["columns"]
            ),
            zh=table["zh"],
            en=table["en"],
            dataset=table["dataset"],
        )
        for name, table in described.items()
    }


def feed_table(dataset: datasets.Dataset) -> Table:
    """Return a feed as it lands: no name, number or plate; a token, the month, the file's date."""
    columns = (_column(column) for column in dataset.lake_columns)
    return Table(
        name=dataset.table,
        columns=(*columns, *_LAKE_COLUMNS),
        zh=dataset.title["zh"],
        en=dataset.title["en"],
        dataset=dataset.id,
        basis=dataset.basis,
        coverage=dataset.coverage,
        valid_months=dataset.valid_months,
        silent=dataset.silent,
        is_feed=True,
        accumulates=dataset.accumulates,
    )


def _column(column: datasets.Column) -> Column:
    return make_column(
        column.name,
        column.type,
        unit=column.unit,
        code_list=column.code_list,
        zh=column.zh,
        en=column.en,
        nullable=not column.required,
    )


@cache
def default_catalog() -> Catalog:
    """Return household, person and every departmental feed, with the code lists they use."""
    return _with_codes({**registry_tables(), **_feed_tables()})


def _feed_tables() -> dict[str, Table]:
    feeds = (
        feed_table(dataset)
        for dataset in datasets.list_datasets()
        if dataset.id.split("/")[0] not in _NO_FEEDS
    )
    return {feed.name: feed for feed in feeds}


@cache
def quality_catalog() -> Catalog:
    """Return `household` and `person` with every column that a registry file may have, what the
    register held before (`EARLIER`), and the feeds."""
    tables = _feed_tables()
    for name, dataset_id in (("household", "registry/household"), ("person", "registry/member")):
        promised = registry_tables()[name]
        tables[name] = promised.with_columns(
            _column(column) for column in datasets.get(dataset_id).columns
        )
    tables["household"] = tables["household"].with_columns(EARLIER)
    return _with_codes(tables)


def _with_codes(tables: Mapping[str, Table]) -> Catalog:
    return Catalog(tables, {name: _labels(name) for name in _lists(tables.values())})


def _lists(tables: Iterable[Table]) -> list[str]:
    used = {
        column.type.code_list
        for table in tables
        for column in table.columns
        if column.type.kind in (Kind.CODE, Kind.CODES) and column.type.code_list
    }
    return sorted(used & set(codelists.names()))


def _labels(name: str) -> dict[str, tuple[str, str]]:
    return {entry.code: (entry.zh, entry.en) for entry in codelists.get(name).entries}
