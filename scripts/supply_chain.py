"""What the product is made of: read from the hashed locks of Python and of the console."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

RUNTIME_LOCKS = ("core", "analytics")  # installed in production
BUILD_LOCKS = ("setup", "dev", "uv")  # needed to build and to test only

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class BadLock(Exception):
    """A lock with something that is not pinned and hashed; the text says what."""


@dataclass(frozen=True, order=True)
class Component:
    """One third-party package. `ecosystem` is pypi or npm; `runtime`: is it in production?"""

    ecosystem: str
    name: str
    version: str
    runtime: bool
    hashes: tuple[str, ...]
    license: str = ""

    @property
    def purl(self) -> str:
        """Return the package URL, e.g. pkg:npm/%40vue/shared@3.5.0 (purl specification)."""
        name = self.name.replace("@", "%40", 1) if self.ecosystem == "npm" else self.name
        return f"pkg:{self.ecosystem}/{name}@{self.version}"


def read_lock(text: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return name → (version, SHA-256 hashes) of a requirement file; raises BadLock."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for entry in re.sub(r"\\\n", " ", text).split("\n"):
        line = entry.strip()
        if not line or line.startswith("#"):
            continue
        pin = _PIN.match(line)
        hashes = tuple(sorted(_HASH.findall(line)))
        if not pin or not hashes:
            raise BadLock(f"not pinned and hashed: {line[:60]}")
        found[pin[1].lower().replace("_", "-")] = (pin[2], hashes)
    return found


def python_components(locks: Path) -> list[Component]:
    """Return every package of the locks, once, by name; raises BadLock for two versions of one."""
    versions: dict[str, tuple[str, tuple[str, ...]]] = {}
    runtime: set[str] = set()
    for lock in (*RUNTIME_LOCKS, *BUILD_LOCKS):
        for name, pin in read_lock((locks / f"{lock}.txt").read_text(encoding="ascii")).items():
            if versions.setdefault(name, pin)[0] != pin[0]:
                raise BadLock(f"{name} is {versions[name][0]} and {pin[0]}")
            if lock in RUNTIME_LOCKS:
                runtime.add(name)
    return [
        Component("pypi", name, version, name in runtime, hashes)
        for name, (version, hashes) in sorted(versions.items())
    ]


def console_components(lock: Path) -> list[Component]:
    """Return every package of package-lock.json but our own; raises BadLock when one has no hash.

    The console is built into static files, so what its own sources import is in production.
    """
    found = set()
    for path, entry in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        if entry.get("link") or "node_modules/" not in path:
            continue  # our own workspaces
        name = path.rsplit("node_modules/", 1)[1]
        kind, _, value = entry.get("integrity", "").partition("-")
        if kind != "sha512":
            raise BadLock(f"package-lock.json: {name} has no sha512")
        digest = base64.b64decode(value).hex()
        runtime = not entry.get("dev", False)
        text = str(entry.get("license", ""))
        found.add(Component("npm", name, entry["version"], runtime, (digest,), text))
    return sorted(found)


def components(root: Path) -> list[Component]:
    """Return all components of the checkout at `root`; raises BadLock."""
    return [
        *python_components(root / "locks"),
        *console_components(root / "web" / "package-lock.json"),
    ]
