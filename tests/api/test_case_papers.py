"""The papers of a case are as closed as any paper of a family: purpose, budget, audit, class.

The family's ID number is 990101197001020015 (tests.api.conftest.id_number: county 990101, born
1970-01-02, serial 001), of which the division alone is shown: 990101 and twelve stars. Its words
are of classes FINANCE and HEALTH (a clue of one's own words); the village holds no HEALTH_READ.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.villagelists import lists
from bangfu.kernel.period import Period
from bangfu.server.api import api
from tests import cases_kit as kit
from tests.api.test_changes import BODY as BIRTH
from tests.cast import YUNXI_VILLAGE, Cast, Player, _player
from tests.evidence_samples import png
from tests.proceedings_kit import HOUSE, OTHER_HOUSE, checking

pytestmark = pytest.mark.django_db
FULL, MASKED = "990101197001020015", "990101************"
# What the township wrote when it reported the clue, and what the village found at the home.
REPORTED, FOUND = "说住院花了很多", "情况属实"
WHY = {"purpose": "HOME_CHECK"}


@dataclass
class Desk:
    """A case that waits for its notice, and those who ask for its papers."""

    office: kit.Office
    case: ProceedingRecord
    team: Player
    county: Player

    def client(self, who: str) -> Client:
        """Return a signed-in client."""
        player = {
            "village": self.office.village,
            "team": self.team,
            "town": self.office.second,
            "county": self.county,
            "cadre": self.office.cast.cadre,
            "auditor": self.office.cast.auditor,
            "neighbour": self.office.cast.neighbour,
        }[who]
        client = Client(raise_request_exception=False)
        client.force_login(player.user)
        return client

    def get(self, who: str, path: str, **query: str) -> Any:
        """Ask for something of the case."""
        return self.client(who).get(f"/api/v1/cases/{self.case.id}/{path}", query)

    def file(self, who: str, **query: str) -> str:
        """Return the text of the whole file; the answer is 200."""
        answer = self.get(who, "file.docx", **query)
        assert answer.status_code == 200, answer.content
        return words(b"".join(answer.streaming_content))

    def left(self, who: str) -> int:
        """Return how many looks are left of the day."""
        return int(self.client(who).get("/api/v1/reveal/options").json()["left"])

    def looks(self) -> list[dict[str, Any]]:
        """Return who looked at the household, newest first, but for its page."""
        found = self.client("county").get(f"/api/v1/households/{HOUSE}/access").json()["items"]
        return [one for one in found if one["action"] != "VIEWED"]

    def scan(self) -> str:
        """Hand in a scan as the village and return its id."""
        page = SimpleUploadedFile("诊断证明.png", png())
        form = {"paper": "other", "no": "诊断证明1", "kind": "SCAN", "file": page}
        kept = self.client("village").post(f"/api/v1/cases/{self.case.id}/originals", form)
        assert kept.status_code == 201, kept.content
        return str(kept.json()["id"])


def words(content: bytes) -> str:
    """Return every letter of a .docx, whatever part of it holds it."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        raw = "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return re.sub(r"<[^>]*>", "", raw)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    office = kit.settle(cast)
    team = _player("dui", "驻村队员", "RESIDENT_TEAM", YUNXI_VILLAGE)
    return Desk(office, kit.to_notice(office), team, cast.county)


@pytest.mark.evidence("T1")
@pytest.mark.parametrize("who", ["village", "team"])
def test_the_village_takes_the_whole_file_for_a_purpose_and_one_look(desk: Desk, who: str) -> None:
    refused = desk.get(who, "file.docx")
    assert (refused.status_code, refused.json()["code"]) == (400, "E-REVEAL-DOCUMENT")
    assert desk.left(who) == 60
    said = desk.file(who, purpose="HOME_CHECK")
    assert FULL in said, "the authorisation is signed with the full number"
    assert desk.left(who) == 59
    (look,) = desk.looks()
    assert (look["action"], look["purpose"]["code"]) == ("EXPORTED", "HOME_CHECK")
    assert look["by"] == {"village": "村干部", "team": "驻村队员"}[who]


@pytest.mark.evidence("T1")
def test_a_paper_that_tells_of_an_illness_is_named_and_left_out(desk: Desk) -> None:
    """The village wrote the finding itself and prints it; the team neither wrote nor reads it."""
    withheld = {
        who: [one["paper"] for one in desk.get(who, "papers").json()["papers"] if one["withheld"]]
        for who in ("village", "team", "town")
    }
    assert withheld == {
        "village": ["application"],
        "team": ["application", "home_check", "village_review"],
        "town": [],
    }
    village, team = (desk.file(who, **WHY) for who in ("village", "team"))
    assert (REPORTED in village, FOUND in village) == (False, True)
    assert (REPORTED in team, FOUND in team) == (False, False)
    # Once on the cover, and once in the contents beside each of them.
    assert (village.count("非本岗"), team.count("非本岗")) == (2, 4)
    town = desk.file("town")
    assert (REPORTED in town, FOUND in town, "非本岗" in town) == (True, True, False)


def test_papers_that_print_numbers_say_so(desk: Desk) -> None:
    """Of what there is by now, the form of consent and the application name people in full."""
    found = desk.get("town", "papers").json()["papers"]
    assert [one["paper"] for one in found if one["numbered"]] == ["application", "authorisation"]


@pytest.mark.evidence("T1")
@pytest.mark.parametrize("who", ["town", "county"])
def test_who_reads_health_data_takes_it_along_with_numbers_masked(desk: Desk, who: str) -> None:
    said = desk.file(who)
    assert (FULL in said, MASKED in said) == (False, True)
    assert (desk.left(who), "非本岗" in said) == (60, False)
    said = desk.file(who, purpose="FEEDBACK")
    assert FULL in said
    assert desk.left(who) == 59
    assert [one["purpose"] and one["purpose"]["code"] for one in desk.looks()] == ["FEEDBACK", None]


@pytest.mark.evidence("T1")
@pytest.mark.parametrize("who", ["village", "team"])
def test_a_scan_opens_for_a_purpose_and_one_look(desk: Desk, who: str) -> None:
    address = f"papers/{desk.scan()}/file"
    assert desk.get(who, "papers").json()["needs_purpose"] is True
    refused = desk.get(who, address)
    assert (refused.status_code, refused.json()["code"]) == (400, "E-REVEAL-DOCUMENT")
    wrong = desk.get(who, address, purpose="CURIOUS")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "E-REVEAL-PURPOSE")
    assert desk.left(who) == 60
    opened = desk.get(who, address, purpose="OTHER", note="核对出院日期")
    assert b"".join(opened.streaming_content).startswith(b"\x89PNG")
    assert desk.left(who) == 59
    (look,) = desk.looks()
    assert (look["action"], look["note"], look["document"]) == (
        "OPENED", "核对出院日期", desk.case.no,
    )  # fmt: skip


@pytest.mark.evidence("T1")
@pytest.mark.parametrize("who", ["town", "county"])
def test_who_reads_health_data_opens_a_scan_as_part_of_the_work(desk: Desk, who: str) -> None:
    scan = desk.scan()
    assert desk.get(who, "papers").json()["needs_purpose"] is False
    assert desk.get(who, f"papers/{scan}/file").status_code == 200
    assert desk.left(who) == 60
    assert [one["action"] for one in desk.looks()] == ["OPENED"]


@pytest.mark.evidence("T1")
def test_a_paper_is_made_with_masked_numbers_unless_a_look_is_spent(desk: Desk) -> None:
    village = desk.client("village")
    path = f"/api/v1/cases/{desk.case.id}/papers"

    def make(**body: str) -> str:
        made = village.post(path, {"paper": "authorisation", **body}, "application/json")
        assert made.status_code == 201, made.content
        opened = desk.get("town", f"papers/{made.json()['id']}/file")
        return words(b"".join(opened.streaming_content))

    said = make()
    assert (FULL in said, MASKED in said, desk.left("village")) == (False, True, 60)
    said = make(purpose="HOME_CHECK")
    assert (FULL in said, desk.left("village")) == (True, 59)
    spent = next(one for one in desk.looks() if one["by"] == "村干部")
    assert (spent["purpose"]["code"], spent["document"]) == ("HOME_CHECK", desk.case.no)
    # A paper that is not of the file costs nothing.
    none = village.post(path, {"paper": "notice", **WHY}, "application/json")
    assert (none.json()["code"], desk.left("village")) == ("E-MONITORING-PAPER-APART", 59)
    # The team prints the form of the home check with blanks for what it may not read.
    made = desk.client("team").post(path, {"paper": "home_check"}, "application/json").json()
    opened = desk.get("town", f"papers/{made['id']}/file")
    assert FOUND not in words(b"".join(opened.streaming_content))


@pytest.mark.evidence("T1")
def test_the_days_looks_end_for_papers_too_and_the_attempt_is_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = desk.scan()
    monkeypatch.setattr("bangfu.standards.reveal.daily_budget", lambda on: 1)
    assert desk.get("village", f"papers/{scan}/file", **WHY).status_code == 200
    for path in ("file.docx", f"papers/{scan}/file"):
        refused = desk.get("village", path, **WHY)
        assert (refused.status_code, refused.json()["code"]) == (409, "E-REVEAL-BUDGET"), path
    body = {"paper": "authorisation", **WHY}
    path = f"/api/v1/cases/{desk.case.id}/papers"
    refused = desk.client("village").post(path, body, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "E-REVEAL-BUDGET")
    assert [one["refused"] for one in desk.looks()] == [True, True, True, False]
    assert {one["paper"] for one in desk.get("town", "papers").json()["held"]} == {
        "authorisation", "comparison", "village_review", "other",
    }  # fmt: skip
    assert not [
        one for one in desk.get("town", "papers").json()["held"] if one["kind"] == "MADE"
    ], "nothing was made"


def test_the_neighbour_and_who_prepares_no_case_learn_nothing(desk: Desk) -> None:
    scan = desk.scan()
    for path in ("file.docx", f"papers/{scan}/file"):
        for who, status in (("neighbour", 404), ("cadre", 403), ("auditor", 403)):
            assert desk.get(who, path, **WHY).status_code == status, (who, path)


# Every route that answers with a file. A new one stands here or the next test fails.
FILES: dict[str, str] = {
    "get_change_evidence": "DOCUMENT",
    "get_case_paper_file": "DOCUMENT",
    "get_case_file": "DOCUMENT",
    "get_notice_board": "hung up in the village: searched for numbers and illnesses (ADR 0099)",
    "get_notice_web": "shown to everybody: masked and searched (ADR 0099)",
    "get_batch_list": "the county's list: names, category, days",
    "download_village_list": "names and reasons as the screen shows them, an audit row",
    "get_feedback_form": "names a person to a department, an audit row (ADR 0086)",
    "get_error_workbook": "the importer's own rows (ADR 0086)",
    "export_pairings": "an export by a second person's leave",
    "export_households": "an export by a second person's leave",
    "export_proceedings": "an export by a second person's leave",
    "export_quality_items": "an export by a second person's leave",
    "export_reconciliation": "an export by a second person's leave",
    "export_learning": "counts of rules",
    "export_audit_events": "the audit log, for its administrator",
    "get_pairing_template": "empty",
    "get_template": "empty",
}


def binary_routes() -> dict[str, dict[str, Any]]:
    """Return the GET operations that answer with something else than JSON, by name."""
    found = {}
    for path, methods in api.get_openapi_schema(path_prefix="")["paths"].items():
        for method, one in methods.items():
            answers = {str(status): each for status, each in one["responses"].items()}
            content = answers.get("200", {}).get("content", {})
            if method == "get" and (not content or any("json" not in kind for kind in content)):
                found[one["operationId"]] = {**one, "path": path}
    return found


@pytest.mark.evidence("T1")
def test_every_route_that_gives_a_file_says_under_which_rule() -> None:
    assert set(binary_routes()) == set(FILES)


DOCUMENTS = sorted(name for name, rule in FILES.items() if rule == "DOCUMENT")


@pytest.mark.evidence("T1")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_route_of_documents_asks_the_village_why(
    desk: Desk, name: str, change_evidence: Callable[[Desk], dict[str, str]]
) -> None:
    route = binary_routes()[name]
    asked = {one["name"] for one in route["parameters"] if one["in"] == "query"}
    assert asked == {"purpose", "note"}
    known = {"proceeding_id": str(desk.case.id)}
    if "{paper_id}" in route["path"]:
        known["paper_id"] = desk.scan()
    if "{change_id}" in route["path"]:
        known |= change_evidence(desk)
    address = "/api/v1" + route["path"].format(**known)
    village = desk.client("village")
    refused = village.get(address)
    assert (refused.status_code, refused.json()["code"]) == (400, "E-REVEAL-DOCUMENT")
    assert desk.left("village") == 60
    assert village.get(address, WHY).status_code == 200
    assert desk.left("village") == 59


@pytest.fixture
def change_evidence() -> Callable[[Desk], dict[str, str]]:
    """Return what hands in a paper with a change request and names both."""

    def make(desk: Desk) -> dict[str, str]:
        cadre = desk.client("cadre")
        made = cadre.post("/api/v1/changes", BIRTH, "application/json")
        assert made.status_code == 201, made.content
        page = SimpleUploadedFile("户口簿.png", png())
        path = f"/api/v1/changes/{made.json()['id']}/evidence"
        (kept,) = cadre.post(path, {"file": page}).json()["evidence"]
        return {"change_id": made.json()["id"], "file_id": kept["id"]}

    return make


@pytest.mark.evidence("T1")
def test_no_other_file_that_the_village_can_fetch_holds_a_full_number(desk: Desk) -> None:
    hung = kit.hang(desk.office, desk.case)
    checking(desk.office.cast, household_no=OTHER_HOUSE)
    (made,) = lists.make_lists(
        scope=desk.office.t, at=kit.noon(kit.POSTED), region=YUNXI_VILLAGE, month=Period("2026-10")
    )
    for address in (
        f"notices/{hung.id}/board.docx",
        f"village-lists/{made.id}/list.docx",
    ):
        answer = desk.client("village").get(f"/api/v1/{address}")
        assert answer.status_code == 200, address
        said = words(answer.getvalue())
        assert "王大山" in said or "李小河" in said, address
        assert not re.search(r"\d{17}[\dX]", said), address
