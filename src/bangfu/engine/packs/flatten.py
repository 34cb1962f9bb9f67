"""A pack as one folder of its own, without the packs that it extends."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from bangfu.engine.packs.files import collect


def flatten(path: Path | str, target: Path | str) -> None:
    """Copy the effective files of the pack at `path` to the new folder `target`.

    The copy extends nothing and has the same hash, so that it means the same later whatever
    becomes of the packs it was made of. `target` must not exist; it appears whole or not at all.
    Raises PackRefused as `load` does for a folder that is no pack.
    """
    made = collect(Path(path))
    target = Path(target)
    half = target.with_name(f".{target.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name, file in made.files.items():
        (half / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, half / name)
    about = {key: value for key, value in made.about.values.items() if key != "extends"}
    (half / "pack.yaml").write_text(
        yaml.safe_dump(about, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    half.replace(target)
