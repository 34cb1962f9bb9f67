"""The import contracts hold, and each of them can fail: what they forbid is planted and refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the `src` and `.importlinter` of a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [str(LINT), "--no-cache", "--config", str(folder / ".importlinter")]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package with its contracts, to plant things in."""
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=ignored)
    shutil.copy(ROOT / ".importlinter", tmp_path / ".importlinter")
    return tmp_path


def plant(folder: Path, module: str, line: str) -> None:
    """Add an import at the end of a module of the copy."""
    path = folder / "src" / "bangfu" / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")


def test_the_contracts_hold_as_committed() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_an_upward_import_is_refused(copy: Path) -> None:
    plant(copy, "kernel/money.py", "import bangfu.standards.errors")
    done = lint(copy)
    assert done.returncode != 0
    assert "bangfu.kernel is not allowed to import bangfu.standards" in done.stdout


def test_an_import_between_foundation_and_engine_is_refused(copy: Path) -> None:
    plant(copy, "engine/__init__.py", "import bangfu.foundation.crypto.tokens")
    done = lint(copy)
    assert done.returncode != 0
    assert "bangfu.engine is not allowed to import bangfu.foundation" in done.stdout


def test_a_domain_may_not_import_a_higher_one(copy: Path) -> None:
    plant(copy, "domains/registry/services.py", "import bangfu.domains.screening.selectors")
    done = lint(copy)
    assert done.returncode != 0
    assert "registry is not allowed to import bangfu.domains.screening" in done.stdout


def test_foreign_models_are_refused(copy: Path) -> None:
    plant(copy, "domains/screening/selectors.py", "import bangfu.domains.registry.models")
    done = lint(copy)
    assert done.returncode != 0
    assert "The models of registry are private to it BROKEN" in done.stdout


def test_a_framework_in_the_kernel_is_refused(copy: Path) -> None:
    plant(copy, "kernel/money.py", "import django.utils.timezone")
    done = lint(copy)
    assert done.returncode != 0
    assert "bangfu.kernel is not allowed to import django" in done.stdout


def test_an_unplaced_folder_is_refused(copy: Path) -> None:
    room = copy / "src" / "bangfu" / "attic"
    room.mkdir()
    (room / "__init__.py").write_text('"""A room without a place."""\n', encoding="utf-8")
    done = lint(copy)
    assert done.returncode != 0
    assert "bangfu.attic" in done.stdout


def test_a_domain_without_its_models_contract_is_refused(copy: Path) -> None:
    room = copy / "src" / "bangfu" / "domains" / "grievances"
    room.mkdir()
    (room / "__init__.py").write_text('"""A new domain."""\n', encoding="utf-8")
    (room / "models.py").write_text('"""Its tables."""\n', encoding="utf-8")
    command = [sys.executable, str(copy / "scripts" / "make_contracts.py"), "--check"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 1
    assert "stale: .importlinter" in done.stdout
