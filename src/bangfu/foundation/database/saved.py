"""The saved connection of our own cluster: `pg/connection.json` in the installation's home."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bangfu.foundation.database import binaries
from bangfu.foundation.database.urls import DatabaseUrl
from bangfu.kernel.errors import NotFound, Refused

FILE = "connection.json"
DATABASE = "bangfu"
ROLES = {"app": "bangfu_app", "owner": "bangfu_owner", "admin": "postgres"}


@dataclass(frozen=True, slots=True)
class SavedConnection:
    """Where our cluster listens and the passwords of its three roles (app, owner, admin)."""

    host: str
    port: int
    data: str
    binaries: str
    run_as: str
    passwords: dict[str, str]

    def url(self, role: str, database: str = DATABASE) -> DatabaseUrl:
        """Return the address for role "app", "owner" or "admin"."""
        return DatabaseUrl(self.host, self.port, database, ROLES[role], self.passwords[role])


def folder(home: Path) -> Path:
    """Return the folder of the cluster's own files."""
    return Path(home) / "pg"


def data_places(home: Path) -> tuple[Path, Path]:
    """Return where the data of a home may lie: in it, else in a folder outside named after it."""
    home = Path(home).resolve()
    key = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return folder(home) / "data", binaries.SHARED_STATE / f"cluster-{key}" / "data"


def load(home: Path) -> SavedConnection:
    """Return the saved connection.

    Raises NotFound E-DB-NOT-RUNNING when there is none, Refused E-DB-OTHER-HOME when it names the
    data of another home, as in a copy: whoever works on the copy would change the original.
    """
    found = read(home)
    if Path(found.data).resolve() not in [place.resolve() for place in data_places(home)]:
        raise Refused("E-DB-OTHER-HOME", home=str(Path(home).resolve()), data=found.data)
    return found


def read(home: Path) -> SavedConnection:
    """Return what the file says, whoever's data it names. Raises NotFound E-DB-NOT-RUNNING."""
    try:
        return SavedConnection(**json.loads((folder(home) / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise NotFound("E-DB-NOT-RUNNING") from error


def save(home: Path, connection: SavedConnection) -> None:
    """Keep the connection, readable by its owner alone, replacing the old one whole."""
    target = folder(home) / FILE
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".connection-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(connection), file, indent=1)
        os.chmod(name, 0o600)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
