"""What is asked of a check, and its photos: who adds them, who opens them and for how long."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from tests.api.conftest import World
from tests.api.test_proceedings import account, clue, day, people_of, read, send, step
from tests.evidence_samples import jpeg

HOME_CHECK = {"purpose": "HOME_CHECK"}


@pytest.fixture
def people(world: World) -> dict[str, Client]:
    return people_of(world)


def add_photo(client: Client, one: dict[str, Any], name: str = "房.jpg") -> Any:
    photo = SimpleUploadedFile(name, jpeg())
    return client.post(f"/api/v1/proceedings/{one['id']}/photos", {"file": photo})


@pytest.mark.evidence("ASVS-8.2.2")
def test_what_is_asked_of_a_check_is_told_and_its_photo_kept_for_who_may_open_it(
    people: dict[str, Client],
) -> None:
    body = clue(risk="HOUSING", facts={"clue_on": day(), "source": "CADRE", "matter": "墙裂"})
    one = send(people["town"], "/proceedings", body, 201)
    assert one["errand"]["row"] == "housing"
    me = account(people, one, "结对干部")
    step(people["town"], one, "DISPATCH", handlers=[me])
    step(people["cadre"], one, "ACKNOWLEDGE")
    errand = read(people["cadre"], f"/proceedings/{one['id']}")["errand"]
    assert (errand["todo_zh"], errand["todo_en"]) == (
        "入户看房，拍下开裂、渗漏的部位，问清是否常住",
        "Look at the house, take pictures of cracks and leaks, ask whether they live there",
    )
    assert errand["ways"] == [{"code": "VISIT", "zh": "入户", "en": "At home"}]
    assert (errand["photo"], errand["place"], errand["photos"]) == ("NEEDED", "ALLOWED", [])
    assert (errand["department"], errand["department_zh"]) == ("HOUSING", "住建局")
    # Its matter is closed to a village officer, and so is what it asks for.
    assert read(people["village"], f"/proceedings/{one['id']}")["errand"] is None
    found = read(people["cadre"], f"/proceedings/{one['id']}/offers")["offers"]
    by_step = {each["step"]: each for each in found}
    ending = by_step["FIND_NO_RISK"]
    (way,) = [each for each in ending["asks"] if each["name"] == "check_way"]
    assert [each["code"] for each in way["codes"]] == ["VISIT"]
    assert [each["name"] for each in ending["takes"]] == ["check_place"]
    photos = {name: by_step[name]["photo"] for name in ("FIND_NO_RISK", "NOTE_CHECK", "TRANSFER")}
    assert photos == {"FIND_NO_RISK": "NEEDED", "NOTE_CHECK": "ALLOWED", "TRANSFER": "NONE"}
    checked = {"checked_on": day(), "check_way": "VISIT", "checkers": ["me"], "finding": "无裂缝"}
    refused = step(people["cadre"], one, "FIND_NO_RISK", 400, **checked)
    assert refused["code"] == "E-CLUES-CHECK-PHOTO"
    expected = {"neighbour": 404, "next": 404, "auditor": 403, "department": 403, "public": 403}
    for name, status in expected.items():
        assert add_photo(people[name], one).status_code == status, name
    kept = add_photo(people["cadre"], one)
    assert kept.status_code == 201, kept.content
    assert (kept.json()["no"], kept.json()["by"]) == (f"{one['no']}-01", "结对干部")
    assert kept.json()["can_open"] is True
    step(people["cadre"], one, "FIND_NO_RISK", **checked)
    assert add_photo(people["cadre"], one).json()["code"] == "E-CLUES-PHOTO-LATE"
    # Who hands on and decides opens it; the village states a purpose, as for any photo.
    path = f"/api/v1/cases/{one['id']}/papers/{kept.json()['id']}/file"
    opened = people["county"].get(path)
    assert opened.status_code == 200
    assert b"".join(opened.streaming_content).startswith(b"\xff\xd8\xff")
    assert people["village"].get(path).json()["code"] == "E-REVEAL-DOCUMENT"
    # His duty has ended with the clue, and with it what it opened.
    assert people["cadre"].get(path, HOME_CHECK).status_code == 403


@pytest.mark.evidence("T7")
def test_whoever_added_a_photo_opens_it_for_a_purpose_while_the_check_is_his_duty(
    people: dict[str, Client], world: World
) -> None:
    body = clue(risk="HOUSING", facts={"clue_on": day(), "source": "CADRE", "matter": "墙裂"})
    one = send(people["town"], "/proceedings", body, 201)
    step(people["town"], one, "DISPATCH", handlers=[account(people, one, "结对干部")])
    own, towns = (add_photo(people[name], one).json() for name in ("cadre", "town"))
    here = f"/proceedings/{one['id']}"
    found = read(people["cadre"], here)["errand"]
    assert found["needs_purpose"] is True
    assert [(each["no"], each["can_open"]) for each in found["photos"]] == [
        (own["no"], True),
        (towns["no"], False),
    ]
    assert [each["can_open"] for each in read(people["town"], here)["errand"]["photos"]] == [
        True,
        True,
    ]

    def path(photo: dict[str, Any]) -> str:
        return f"/api/v1/cases/{one['id']}/papers/{photo['id']}/file"

    def ask(name: str, photo: dict[str, Any], **reason: str) -> Any:
        return people[name].get(path(photo), reason)

    # Without a purpose it stays shut; what the township added is not his.
    assert ask("cadre", own).json()["code"] == "E-REVEAL-DOCUMENT"
    assert ask("cadre", towns, **HOME_CHECK).status_code == 403
    expected = {"neighbour": 404, "next": 404, "auditor": 403, "department": 403, "public": 403}
    for name, status in expected.items():
        assert ask(name, own, **HOME_CHECK).status_code == status, name
    opened = ask("cadre", own, **HOME_CHECK)
    assert opened.status_code == 200
    assert b"".join(opened.streaming_content).startswith(b"\xff\xd8\xff")
    # Handed to somebody else it is no longer his to look at; the rest of the file never was.
    handed = {"handlers": [account(people, one, "村干部")], "handover_reason": "出差"}
    step(people["town"], one, "REASSIGN", **handed)
    assert ask("cadre", own, **HOME_CHECK).status_code == 403
    assert people["cadre"].get(f"/api/v1/cases/{one['id']}/papers").status_code == 403
    with activate(world.cast.county.scope):
        (seen,) = AuditEvent.objects.filter(action="monitoring.case_paper.opened")
    told = {"no": one["no"], "paper": "check_photo", "file": own["id"], "by_duty": True}
    assert seen.actor_label == "结对干部"
    assert told.items() <= seen.detail.items()
