"""The audit log over the interface: its administrator reads it, nobody else, nobody's neighbour."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import granting
from bangfu.foundation.audit import canonical, sealer
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.inspection import packing, verify_export
from bangfu.kernel.region import RegionCode
from bangfu.server.api import api
from bangfu.standards import audit as words
from bangfu.standards import messages
from tests.api.conftest import World
from tests.cast import AT, SHIQIAO, SINCE, YUNXI, YUNXI_VILLAGE, Player

pytestmark = pytest.mark.django_db
NATION = command_scope(RegionCode("000000000000"), "tests")


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own, for key and checkpoints."""
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=str(tmp_path / "w.jsonl")):
        yield tmp_path


def administrator(world: World, region: RegionCode = YUNXI) -> Client:
    """Return a signed-in audit administrator of a county."""
    from tests import cast

    player: Player = cast._player(
        f"audit{region.prefix}", "审计管理员", "AUDIT_ADMINISTRATOR", region
    )
    return world.client(player)


def add(region: RegionCode, subject: str, label: str = "甲") -> None:
    """Add a row about a household."""
    scope = command_scope(region, label)
    audit.record_read(
        scope,
        "registry.household.viewed",
        at=timezone.now(),
        subject_kind="registry.household",
        subject_id=subject,
        region_code=str(region),
    )


def rows(**filters: Any) -> list[AuditEvent]:
    with activate(NATION):
        return list(AuditEvent.objects.filter(**filters).order_by("id"))


def test_pages_go_from_new_to_old_without_gap_or_double(world: World) -> None:
    client = administrator(world)
    for number in range(7):
        add(YUNXI, f"H{number}")
    seen: list[str] = []
    cursor = None
    for _ in range(9):
        query = {"limit": 2, "subject_kind": "registry.household"}
        page = client.get("/api/v1/audit/events", query | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.content.decode()
        seen += [item["subject"]["id"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"H{number}" for number in range(6, -1, -1)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"action": "registry."}, {"A", "B"}),
        ({"action": "registry.household.viewed", "actor": "李"}, {"B"}),
        ({"subject_id": "A"}, {"A"}),
        ({"result": "REFUSED", "action": "registry."}, set()),
        ({"region": "990101101201", "action": "registry."}, {"B"}),
        ({"since": "2026-01-01", "until": "2026-01-02", "action": "registry."}, set()),
    ],
)
def test_filters_narrow(world: World, query: dict[str, str], expected: set[str]) -> None:
    client = administrator(world)
    add(YUNXI, "A", "王")
    add(YUNXI_VILLAGE, "B", "李")
    found = client.get("/api/v1/audit/events", query)
    assert found.status_code == 200, found.content.decode()
    assert {item["subject"]["id"] for item in found.json()["items"]} == expected


@pytest.mark.evidence("F56", "ASVS-16.4.2")
def test_f56_nobody_reads_the_log_of_another_county(world: World) -> None:
    add(SHIQIAO, "卡那瑞1")
    client = administrator(world)
    for path in ("/api/v1/audit/events", "/api/v1/audit/events?subject_id=卡那瑞1"):
        assert "卡那瑞" not in client.get(path).content.decode()
    assert client.get("/api/v1/audit/events", {"region": str(SHIQIAO)}).status_code == 404
    packed = export(client, "检查")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(packed.streaming_content)))
    lines = archive.read("events.jsonl").decode().splitlines()
    # One's own refused question is there with the place that it named.
    assert "990102" not in "".join(one for one in lines if "access.request.refused" not in one)
    assert "卡那瑞" not in "".join(lines)


@pytest.mark.evidence("GB22239-8.1.4.2-d", "GB22239-8.1.5.2-a", "GB22239-8.1.5.2-b", "ASVS-16.3.2")
def test_officers_and_the_auditor_without_export_are_refused_and_that_is_written(
    world: World,
) -> None:
    for player in (world.cast.county, world.cast.township, world.cast.cadre, world.cast.neighbour):
        client = world.client(player)
        for path in ("events", "state", "words", "events/export"):
            assert client.get(f"/api/v1/audit/{path}").status_code == 403, path
    auditor = world.client(world.cast.auditor)
    assert auditor.get("/api/v1/audit/events").status_code == 200
    assert auditor.get("/api/v1/audit/events/export").status_code == 403
    refused = rows(action="access.request.refused")
    assert len(refused) == 17
    assert {row.detail["status"] for row in refused} == {403}
    assert refused[-1].actor_label == "审计员"


@pytest.mark.evidence("F50", "ASVS-16.3.2")
@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("post", "/screening/runs", {"region": str(SHIQIAO), "period": "2026-10"}),
        ("post", "/households/search", {"region": "990102"}),
        ("post", "/households/search", {"region": "989999"}),
        ("get", "/households", {"region": "990102"}),
        ("post", "/imports", None),
    ],
)
def test_f50_a_foreign_place_in_a_body_a_form_or_a_filter_is_written_down_like_a_foreign_record(
    world: World, method: str, path: str, asked: dict[str, str] | None
) -> None:
    client = world.client(world.cast.county)
    fields = {"dataset": "police/death", "region": "990102", "period": "2026-10"}
    if asked is None:
        file = SimpleUploadedFile("a.csv", b"a")
        answer = client.post(f"/api/v1{path}", {**fields, "file": file})
    elif method == "get":
        answer = client.get(f"/api/v1{path}", asked)
    else:
        answer = client.post(f"/api/v1{path}", asked, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "E-API-NOT-FOUND")
    (row,) = rows(action="access.request.refused")
    assert (row.actor_label, row.region_code) == ("甲", str(YUNXI))
    assert (row.detail["status"], row.detail["subject"]) == (404, (asked or fields)["region"])


def test_f56_what_else_a_body_holds_stands_in_no_row(world: World) -> None:
    client = world.client(world.cast.county)
    for region in ("990101197001020030", "13900007777", "卡那瑞"):
        asked = {"region": region, "q": "王大山"}
        answer = client.post("/api/v1/households/search", asked, content_type="application/json")
        assert answer.status_code >= 400
    for row in rows(action="access.request.refused"):
        assert "subject" not in row.detail


def test_unknown_and_malformed_filters_are_refused(world: World) -> None:
    client = administrator(world)
    assert client.get("/api/v1/audit/events", {"who": "x"}).status_code == 400
    assert client.get("/api/v1/audit/events", {"cursor": "x"}).status_code == 400
    assert client.get("/api/v1/audit/events", {"action": "a%"}).status_code == 422
    assert client.get("/api/v1/audit/events/export", {"purpose": "x"}).status_code == 400


def test_the_state_says_when_it_was_sealed_and_whether_it_is_late(world: World) -> None:
    client = administrator(world)
    add(YUNXI, "H1")
    before = client.get("/api/v1/audit/state").json()
    assert (before["sealed_at"], before["is_sound"], before["is_late"]) == (None, None, False)
    sealer.seal_all()
    after = client.get("/api/v1/audit/state").json()
    assert after["sealed_at"] is not None
    assert after["is_off_box"] is True
    page = client.get("/api/v1/audit/events", {"subject_id": "H1"}).json()
    assert [item["is_sealed"] for item in page["items"]] == [True]


def export(client: Client, purpose: str, **query: str) -> Any:
    """Ask for an export, let 云溪县's security administrator agree, and fetch it."""
    asked = client.post(
        "/api/v1/exports/requests",
        {"kind": "audit", "filters": query, "purpose": purpose},
        content_type="application/json",
    )
    assert asked.status_code == 201, asked.content.decode()
    number = asked.json()["id"]
    second = Client()
    second.force_login(_second().user)
    agreed = second.post(f"/api/v1/exports/requests/{number}/approve")
    assert agreed.status_code == 200, agreed.content.decode()
    return client.get("/api/v1/audit/events/export", {"approval": number, **query})


def _second() -> Player:
    from tests import cast

    return cast._player("security", "安全管理员", "SECURITY_ADMINISTRATOR", YUNXI)


def unpack(client: Client, folder: Path, **query: str) -> dict[str, Any]:
    """Export, unpack into `folder`, return the manifest."""
    answer = export(client, "县纪委检查", **query)
    assert answer.status_code == 200, answer.content.decode()
    (folder / "export.zip").write_bytes(b"".join(answer.streaming_content))
    with zipfile.ZipFile(folder / "export.zip") as archive:
        archive.extractall(folder / "out")
    manifest: dict[str, Any] = json.loads((folder / "out" / "manifest.json").read_text())
    return manifest


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the export as a stranger would: plain Python, nothing of ours."""
    return subprocess.run(
        [sys.executable, "-I", str(folder / "out" / "verify.py"), str(folder / "out"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.evidence("GB22239-8.1.4.3-c")
def test_a_stranger_verifies_an_export_and_finds_what_was_altered(
    world: World, tmp_path: Path
) -> None:
    client = administrator(world)
    for number in range(5):
        add(YUNXI, f"H{number}")
        add(SHIQIAO, f"卡那瑞{number}")
        sealer.seal_all()
    manifest = unpack(client, tmp_path, action="registry.household.viewed")
    assert manifest["rows"] == 5
    witnessed = json.loads((tmp_path / "w.jsonl").read_text().splitlines()[-1])
    assert (witnessed["number"], witnessed["chain"]) == (manifest["number"], manifest["chain"])
    done = check(tmp_path, witnessed["chain"])
    assert done.returncode == 0, done.stderr
    assert "5 rows are as they were sealed" in done.stdout
    assert packing.is_ours(tmp_path / "export.zip")
    sheet = openpyxl.load_workbook(tmp_path / "out" / "events.xlsx").active
    assert [row[6].value for row in sheet.iter_rows(min_row=2)] == [f"H{n}" for n in range(5)]

    assert check(tmp_path, "0" * 64).returncode == 1
    events = tmp_path / "out" / "events.jsonl"
    kept = events.read_bytes()
    events.write_bytes(kept.replace(b'"H3"', b'"H4"'))
    assert "row 4 (segment" in check(tmp_path).stderr
    events.write_bytes(b"\n".join(kept.split(b"\n")[1:]))
    assert "differ in length" in check(tmp_path).stderr
    events.write_bytes(kept)
    segments = tmp_path / "out" / "segments.jsonl"
    lines = segments.read_text().splitlines(keepends=True)
    segments.write_text("".join(lines[:2] + lines[3:]))
    assert "does not follow" in check(tmp_path).stderr


@pytest.mark.evidence("GB22239-8.1.5.2-a")
def test_an_export_is_itself_in_the_log_with_its_reason(world: World, tmp_path: Path) -> None:
    unpack(administrator(world), tmp_path)
    (row,) = rows(action="audit.events.exported")
    assert (row.purpose, row.actor_label) == ("县纪委检查", "审计管理员")
    assert row.detail["rows"] > 0


def test_an_export_whose_manifest_was_touched_is_not_ours(world: World, tmp_path: Path) -> None:
    unpack(administrator(world), tmp_path)
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(tmp_path / "export.zip") as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace("县纪委检查".encode(), "市纪委检查".encode()))
    assert not packing.is_ours(changed)


def test_the_scripts_own_sm3_is_sm3() -> None:
    for data in (b"", b"abc", b"abcd" * 16, bytes(range(256)) * 9):
        assert verify_export._own_sm3(data) == canonical.sm3(data)


def test_a_list_that_is_read_is_written_down_without_what_was_searched(world: World) -> None:
    client = world.client(world.cast.county)
    assert client.get("/api/v1/households", {"q": "王大山", "sort": "name"}).status_code == 200
    (row,) = rows(action="registry.households.listed")
    assert (row.actor_label, row.region_code) == ("甲", str(YUNXI))
    assert row.detail == {"filters": ["q", "sort"]}
    assert str(row.post_id) == str(world.cast.county.post_id)
    assert row.client == "127.0.0.1"


@pytest.mark.evidence("ASVS-16.5.3", "GB22239-8.1.4.3-d")
def test_a_read_whose_row_cannot_be_written_is_not_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("no audit today")

    monkeypatch.setattr("bangfu.server.reads.audit.record_read", fail)
    answer = world.client(world.cast.county).get("/api/v1/households")
    assert answer.status_code == 500
    assert "王大山" not in answer.content.decode()


# Routes that answer with names, values or papers write it down themselves, deeper than a route can.
RECORDED_DEEPER = {
    "/households/{household_no}": "registry.looking.note_view",
    "/households/export": "reports.exports",
    "/changes/{change_id}/evidence/{file_id}": "changes.papers.open_evidence",
    "/cases/{proceeding_id}/papers/{paper_id}/file": "monitoring.papers.filing.open_paper",
    "/cases/{proceeding_id}/file.docx": "monitoring.papers.filing.make_case_file",
    "/village-lists/{list_id}/list.docx": "monitoring.villagelists.paper",
    "/pairings/export.xlsx": "assistance.exports",
    "/learning/rules/export": "reports.learning_sheet",
    "/proceedings/export.xlsx": "monitoring.exports",
    "/proceedings/{proceeding_id}": "monitoring.services.note_view",
    "/quality/items/export": "quality.exports",
    "/reconciliations/{run_id}/export.xlsx": "reconciliation.exports",
    "/feeds/feedback/{feedback_id}/form.xlsx": "feeds.feedback_view",
    "/audit/events/export": "inspection.packing",
}
# Why the rest needs no row: it answers with no household's data.
HARMLESS = {
    "the reader's own session and account": r"^/(session|account|sign-in|me)\b|/sso"
    r"|/second-factor|^/messages",
    "words, rules, forms, places: nobody's data": r"^/(health|regions|datasets|rules|changes/kinds"
    r"|quality/rules|audit/words|columns|reveal|accounts/roles|procedures|rounds/words)",
    "counts and states of a place, no household": r"^/(overview|feeds/board|feeds/landings"
    r"|quality/summary|screening/runs|jobs|audit/state|reconciliations$|reconciliations/\{run_id\}$"
    r"|imports$|learning/rules$|learning/signals$|rounds$|rounds/\{round_code\}$|year-windows$)",
    "accounts, posts and requests of staff, for their administrators": r"^/(accounts|posts|exports"
    r"|administration)",
    "cadres with the number of their households": r"^/pairings/(cadres|choices|handovers|template)",
    "steps and people of a proceeding that was opened": r"^/proceedings/\{proceeding_id\}/(offers"
    r"|people)$",
    "who looked at a family, for those who may see the family": r"/access$",
}


def get_routes() -> list[str]:
    """Return the address templates of all GET routes."""
    return [
        re.sub(r"\{\w+:", "{", f"{prefix}{path}")
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        if "GET" in operation.methods
        or f"{prefix}{path}"
        in {one.route for one in words.reads().values() if one.method == "POST"}
    ]


@pytest.mark.evidence("GB22239-8.1.4.3-a")
def test_every_route_that_reads_says_whether_it_is_written_down() -> None:
    undeclared = [
        route
        for route in get_routes()
        if route not in words.reads()
        and route not in RECORDED_DEEPER
        and not any(re.search(pattern, route) for pattern in HARMLESS.values())
    ]
    assert undeclared == []
    assert set(words.reads()) <= set(get_routes())


def test_every_action_in_the_code_has_words() -> None:
    root = Path(words.__file__).parents[1]
    areas = "|".join(sorted({action.split(".")[0] for action in words.actions()}))
    pattern = re.compile(rf'"((?:{areas})(?:\.[a-z_]+)+)"')
    ended = re.compile(
        r"(ed|made|viewed|imported|placed|compared|done|undone|given|sent|begun|withdrawn|used)$"
    )
    found = {
        action
        for path in root.rglob("*.py")
        if "migrations" not in path.parts
        for action in pattern.findall(path.read_text(encoding="utf-8"))
        if ended.search(action)
    }
    assert len(found) > 40
    # Subjects of messages have names of the same form.
    assert sorted(found - set(words.actions()) - set(messages.table().subjects)) == []


@pytest.mark.evidence("GB22239-8.1.4.3-c")
def test_the_log_kept_longer_than_the_law_asks_names_its_source() -> None:
    kept = words._table()["kept"]
    assert kept["months"] >= 6
    assert "网络安全法" in kept["source"]


def test_an_ended_post_closes_the_log_at_once(world: World) -> None:
    client = administrator(world)
    assert client.get("/api/v1/audit/events").status_code == 200
    from bangfu.foundation.accounts.models import Post

    with activate(NATION):
        post = Post.objects.get(role="AUDIT_ADMINISTRATOR")
        granting.finish(post, at=AT, valid_to=SINCE)
    assert client.get("/api/v1/audit/events").status_code == 403
