"""Columns that a province adds to the national register (省级扩展字段).

A province's contract, `registry/household_<two digits>` or `registry/member_<two digits>`, lists
only its additional columns. They are matched and checked like all others and kept together in
`extensions`, each under its column's name.
"""

from __future__ import annotations

from dataclasses import replace

from bangfu.kernel.region import RegionCode
from bangfu.standards import datasets
from bangfu.standards.datasets import Column, Dataset


def extended(dataset: Dataset, region: RegionCode) -> Dataset:
    """Return the contract with the columns that the region's province adds to it."""
    added = extra_columns(dataset.id, region)
    return replace(dataset, columns=(*dataset.columns, *added)) if added else dataset


def extra_columns(dataset_id: str, region: RegionCode) -> tuple[Column, ...]:
    """Return the columns that the region's province adds to a contract; none for the nation."""
    if region.level == 0:
        return ()
    wanted = f"{dataset_id}_{str(region)[:2]}"
    for dataset in datasets.list_datasets():
        if dataset.id == wanted:
            return tuple(dataset.columns)
    return ()
