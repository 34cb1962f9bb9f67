"""`bangfu changes list` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bangfu.cli import changes
from tests.cast import Cast
from tests.changes_kit import draft, settle
from tests.registry_kit import id_number

CHILD = {"name": "赵六", "id_number": id_number(9, "20261010"), "relation": "SONS_DAUGHTER"}


def test_requests_of_a_place_are_listed_without_anybodys_number(cast: Cast, tmp_path: Path) -> None:
    made = draft(settle(cast, tmp_path), "BIRTH", "1", CHILD)
    run = CliRunner()
    done = run.invoke(changes.command, ["list", "--region", "990101", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["total"] == 1
    (item,) = found["items"]
    assert (item["no"], item["kind"], item["state"]) == (made.no, "BIRTH", "DRAFT")
    assert CHILD["id_number"] not in done.stdout
    text = run.invoke(changes.command, ["list", "--region", "990101101"])
    assert made.no in text.stdout
    neighbour = run.invoke(changes.command, ["list", "--region", "990102", "--json"])
    assert json.loads(neighbour.stdout) == {"items": [], "total": 0}
