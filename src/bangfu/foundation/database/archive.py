"""How our own cluster hands over its write-ahead log: into a folder beside its data.

PostgreSQL calls a script for each finished log file, at the latest 20 seconds after a write. The
script copies it into the folder, from where `foundation.backup` takes it; without the folder
nobody wants it. It must never be the backup that fills the disk: with less than 1 GiB free a file
is left out, and the file `GAP` says so.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

FOLDER = "archive"
GAP = "GAP"
SCRIPT = "bangfu-archive.sh"
# Half a minute at most until a write is in the folder; the rest of the minute is for shipping it.
TIMEOUT_SECONDS = 20

SETTINGS = """\
archive_mode = on
archive_command = 'sh {script} "%p" "%f"'
archive_timeout = '{seconds}s'
wal_keep_size = '256MB'
"""

_SCRIPT = """\
#!/bin/sh
# Written anew by every `bangfu db up`. $1: path of the log file, $2: its name.
folder={folder}
[ -d "$folder" ] || exit 0
free=$(df -Pk "$folder" | awk 'NR == 2 {{ print $4 }}')
if [ "$free" -lt 1048576 ]; then
  : > "$folder/GAP"
  exit 0
fi
dd if="$1" of="$folder/.$2" bs=1M conv=fsync 2> /dev/null \
  && mv "$folder/.$2" "$folder/$2" && sync "$folder"
"""


def folder_of(data: Path) -> Path:
    """Return the folder into which the cluster of `data` hands its log."""
    return data.parent / FOLDER


def write_script(data: Path) -> str:
    """Write the script beside the settings and return the settings that call it."""
    path = data / SCRIPT
    path.write_text(_SCRIPT.format(folder=shlex.quote(str(folder_of(data)))), encoding="utf-8")
    return SETTINGS.format(script=SCRIPT, seconds=TIMEOUT_SECONDS)


def begin(data: Path) -> Path:
    """Make the folder, owned like the data; from now on every log file is kept."""
    folder = folder_of(data)
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = data.stat()
    if folder.stat().st_uid != owner.st_uid:
        os.chown(folder, owner.st_uid, owner.st_gid)
    return folder


def remove(data: Path) -> None:
    """Forget what was handed over and not taken; nothing is kept any more."""
    shutil.rmtree(folder_of(data), ignore_errors=True)
