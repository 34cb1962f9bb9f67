"""The saved connection of our own cluster: `pg/connection.json` in the installation's home."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bangfu.foundation.database.urls import DatabaseUrl
from bangfu.kernel.errors import NotFound

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


def load(home: Path) -> SavedConnection:
    """Return the saved connection. Raises NotFound E-DB-NOT-RUNNING when there is none."""
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
