"""What lies in clear for a moment lies in the home, and outlives no crash for long."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bangfu.foundation.files import scratch
from bangfu.foundation.files.uploads import HomeUploadHandler

# A process that is killed in the middle of its work.
_KILLED = """
import os, signal, sys
from django.conf import settings
settings.configure(BANGFU_HOME=sys.argv[1])
from bangfu.foundation.files.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "file.csv").write_text("431200199001011234")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.BANGFU_HOME = tmp_path
    return tmp_path


def test_a_folder_is_for_the_servers_user_alone_and_goes_with_its_work(home: Path) -> None:
    with scratch.scratch_folder() as folder:
        assert folder.parent == home / "scratch"
        assert folder.parent.stat().st_mode & 0o777 == folder.stat().st_mode & 0o777 == 0o700
        (folder / "file.csv").write_text("431200199001011234")
    assert list((home / "scratch").iterdir()) == []


@pytest.mark.evidence("GB22239-8.1.4.10-b")
def test_what_a_killed_process_left_goes_with_the_next_use(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(home)], capture_output=True, text=True, check=False
    )
    left = Path(done.stdout.strip())
    assert done.returncode < 0
    assert (left / "file.csv").exists()
    with scratch.scratch_folder() as mine:
        assert list((home / "scratch").iterdir()) == [mine]


def test_what_somebody_works_in_stays(home: Path) -> None:
    with scratch.scratch_folder() as first, scratch.scratch_folder() as second:
        scratch.clear()
        assert sorted((home / "scratch").iterdir()) == sorted([first, second])


def test_a_large_upload_lies_in_the_home_while_it_comes_in(home: Path) -> None:
    handler = HomeUploadHandler()
    handler.new_file("file", "名单.xlsx", "application/octet-stream", 3 << 20)
    path = Path(handler.file.temporary_file_path())
    assert path.parent == home / "uploads"
    assert path.stat().st_mode & 0o077 == path.parent.stat().st_mode & 0o077 == 0
    handler.file.close()
    assert not path.exists()


def test_an_upload_that_a_killed_process_left_goes_after_an_hour(home: Path) -> None:
    folder = home / "uploads"
    folder.mkdir()
    for name, age in (("old.upload", 3700), ("new.upload", 3500)):
        (folder / name).write_text("431200199001011234")
        when = scratch.time.time() - age
        os.utime(folder / name, (when, when))
    scratch.clear()
    assert [path.name for path in folder.iterdir()] == ["new.upload"]
