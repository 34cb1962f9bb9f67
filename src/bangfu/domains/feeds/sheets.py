"""Excel out: the template that a department fills in, made from the dataset's contract."""

from __future__ import annotations

from pathlib import Path

from bangfu.foundation.sheets.templates import write_template
from bangfu.kernel.errors import Refused
from bangfu.standards import datasets

AUTHORIZATION = "feeds/authorization"


def write_feed_template(dataset: str, path: Path, *, language: str = "zh") -> None:
    """Write the .xlsx template of any contract. Raises Refused E-FEED-UNKNOWN."""
    known = {contract.id: contract for contract in datasets.list_datasets()}
    if dataset not in known:
        raise Refused("E-FEED-UNKNOWN", dataset=dataset, known="、".join(sorted(known)))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path, known[dataset], language=language)
