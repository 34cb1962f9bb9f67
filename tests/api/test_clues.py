"""The routes of clues: held batches, acts on many, village lists; what 丙 sees of them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from docx import Document

from bangfu.domains.monitoring.clues import jobs
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.screening.events import RunPublished
from bangfu.domains.screening.selectors import find_run
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.jobs.models import Job
from tests.api.conftest import World
from tests.cast import YUNXI, _player
from tests.clues_kit import SCOPE, clues, hit, make

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def waiting(world: World) -> list[Proceeding]:
    """A clue about 王大山 that waits to be handed on: his village has no post but the cadre's."""
    run = find_run(SCOPE, YUNXI)
    assert run is not None
    make(run, hit(world.households["H9901010003"]), at=timezone.now())
    return clues()


def act(client: Client, rows: list[Proceeding], **more: Any) -> Any:
    body: dict[str, Any] = {"act": "DISPATCH", "ids": [str(row.id) for row in rows], **more}
    return client.post("/api/v1/clues/bulk", body, content_type=JSON)


def test_clues_are_handed_on_and_called_back_over_the_wire(
    world: World, jia: Client, waiting: list[Proceeding]
) -> None:
    cadre = str(world.cast.cadre.user.pk)
    refused = act(jia, waiting).json()
    assert (refused["act_id"], refused["refusals"][0]["code"]) == (None, "E-CLUES-NOBODY")
    done = act(jia, waiting, handlers=[cadre]).json()
    assert (done["done"], done["can_undo"], done["refusals"]) == (1, True, [])
    undo = f"/api/v1/clues/bulk/{done['act_id']}/undo"
    bing = world.client(world.cast.neighbour)
    assert bing.post(undo, {}, content_type=JSON).status_code == 404
    assert act(bing, waiting, handlers=[cadre]).status_code == 404
    assert jia.post(undo, {}, content_type=JSON).json()["done"] == 1
    assert jia.post(undo, {}, content_type=JSON).status_code == 409


def test_all_that_a_list_finds_are_handed_on_unless_their_number_changed(
    world: World, jia: Client, waiting: list[Proceeding]
) -> None:
    wish = {"handlers": [str(world.cast.cadre.user.pk)], "ids": []}
    filters = {"state": "RECEIVED", "open": True}
    changed = act(jia, [], matching={**filters, "count": 2}, **wish)
    assert (changed.status_code, changed.json()["code"]) == (409, "E-CLUES-BULK-COUNT")
    foreign = {**filters, "region": "990102", "count": 1}
    assert act(jia, [], matching=foreign, **wish).status_code == 404
    bing = world.client(world.cast.neighbour)
    assert act(bing, [], matching={**filters, "count": 1}, **wish).status_code == 409
    assert clues()[0].state == "RECEIVED"
    tried = act(jia, [], matching={**filters, "count": 1}, dry_run=True, **wish).json()
    assert (tried["done"], tried["act_id"]) == (1, None)
    done = act(jia, [], matching={**filters, "count": 1}, **wish).json()
    assert (done["done"], clues()[0].state) == (1, "DISPATCHED")
    assert act(jia, [], **wish).json()["code"] == "E-CLUES-BULK-SIZE"


def test_a_list_is_made_printed_and_entered_over_the_wire(
    world: World, jia: Client, waiting: list[Proceeding]
) -> None:
    act(jia, waiting, handlers=[str(world.cast.cadre.user.pk)])
    month = f"{timezone.localdate():%Y-%m}"
    made = jia.post(
        "/api/v1/village-lists", {"region": "990101102201", "month": month}, content_type=JSON
    ).json()
    assert [(one["rows"], one["answered"]) for one in made] == [(1, 0)]
    address = f"/api/v1/village-lists/{made[0]['id']}"
    (row,) = jia.get(address).json()["items"]
    assert (row["head_name"], row["clue_no"]) == ("赵石门", waiting[0].no)
    paper = jia.get(f"{address}/list.docx").content
    document = Document(io.BytesIO(paper))
    assert waiting[0].no in [cell.text for cell in document.tables[0].rows[1].cells]
    bing = world.client(world.cast.neighbour)
    # A list names families of every matter: it is of no department (hostile neighbour, 10).
    police = world.client(_player("police", "公安", "DEPARTMENT_USER", YUNXI))
    for other in (bing, police):
        assert {other.get(one).status_code for one in (address, f"{address}/list.docx")} == {404}
        assert other.get("/api/v1/village-lists").json() == []
    file = SimpleUploadedFile("list.docx", paper)
    entered = jia.post(f"{address}/answers", {"file": file, "dry_run": "true"}).json()
    assert (entered["still_open"], entered["is_dry_run"], entered["problems"]) == (1, True, [])


def test_publishing_a_run_asks_for_its_clues(world: World) -> None:
    run = find_run(SCOPE, YUNXI)
    assert run is not None
    with activate(SCOPE):
        jobs.after_publishing(RunPublished(SCOPE, timezone.now(), run))
        job = Job.objects.get(kind=jobs.KIND)
    assert job.args == {"region": str(YUNXI), "period": run.period}
    assert job.actor_kind == "SYSTEM"
