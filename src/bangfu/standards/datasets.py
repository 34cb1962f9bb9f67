"""Dataset contracts (数据契约): what a department or the register delivers, column by column.

One contract is the single source of the template, the validation, the Parquet schema and the
reference page. `standards/datasets/<department>/<table>.yaml`.
"""

from __future__ import annotations

from functools import cache

from bangfu.kernel.errors import NotFound
from bangfu.standards.contract_reading import read_contract
from bangfu.standards.contracts import Column, Dataset, ListThreshold, Section
from bangfu.standards.paths import standards_root

__all__ = ["Column", "Dataset", "ListThreshold", "Section", "get", "list_datasets"]


@cache
def get(dataset_id: str) -> Dataset:
    """Return a contract, e.g. "medical/claim".

    Raises NotFound E-DATASET-UNKNOWN, Refused E-STANDARD-MALFORMED.
    """
    if dataset_id not in _ids():
        raise NotFound("E-DATASET-UNKNOWN", dataset=dataset_id)
    return read_contract(standards_root() / "datasets" / f"{dataset_id}.yaml")


def list_datasets() -> tuple[Dataset, ...]:
    """Return every contract, sorted by id."""
    return tuple(get(dataset_id) for dataset_id in _ids())


@cache
def _ids() -> tuple[str, ...]:
    root = standards_root() / "datasets"
    return tuple(sorted(f"{p.parent.name}/{p.stem}" for p in root.glob("*/*.yaml")))
