"""Runs `bangfu` as people have it, without the pandas that only measurements install.

    python bench/without_pandas.py engine run …

pyarrow imports pandas where it finds it; that takes half a second and forty megabytes.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def main() -> None:
    """Run the command."""
    sys.meta_path.insert(0, _NoPandas())
    from bangfu.cli.main import main as bangfu

    bangfu()


if __name__ == "__main__":
    main()
