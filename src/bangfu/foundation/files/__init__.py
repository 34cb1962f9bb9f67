"""Files that the installation keeps (文件): what came in, error workbooks, exports.

`save`, `get_file`, `open_file` and `copy_file` are the whole of it. What is kept lies encrypted on
the disk. It does not read what is in a file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bangfu.foundation.files.selectors import get_file as get_file
    from bangfu.foundation.files.services import copy_file as copy_file
    from bangfu.foundation.files.services import open_file as open  # noqa: F401
    from bangfu.foundation.files.services import open_file as open_file
    from bangfu.foundation.files.services import save as save

_HOMES = {
    "copy_file": ("services", "copy_file"),
    "get_file": ("selectors", "get_file"),
    "open": ("services", "open_file"),
    "open_file": ("services", "open_file"),
    "save": ("services", "save"),
}


def __getattr__(name: str) -> Any:
    """Fetch at use: models load only after Django has loaded the apps."""
    if name not in _HOMES:
        raise AttributeError(name)
    module, function = _HOMES[name]
    return getattr(import_module(f"{__name__}.{module}"), function)
