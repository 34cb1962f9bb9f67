"""A department's data officer sees, imports and takes back the data of one department alone
(hostile neighbour, finding 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from bangfu.domains.feeds import feedback, feedback_view
from bangfu.foundation import jobs
from bangfu.foundation.access.departments import covers_dataset
from bangfu.foundation.access.scopes import (
    activate,
    command_scope,
    narrowed,
    restored_scope,
    scope_for_post,
)
from bangfu.foundation.accounts import selectors
from bangfu.foundation.accounts.models import Post
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.period import Period
from bangfu.standards.departments import datasets_of, list_departments
from tests.api.conftest import World
from tests.api.test_imports import deaths, good_row, hand_in, work_off
from tests.cast import (
    AT,
    SHIQIAO,
    SINCE,
    YUNXI,
    YUNXI_TOWN,
    YUNXI_VILLAGE,
    Player,
    _player,
    give_post,
)
from tests.feeds_kit import CLAIM_HEAD, NOW, claim, take_in, write_csv

CLAIMS, DEATHS = "medical/claim", "police/death"


@dataclass
class Offices:
    """The data officers of two departments, the county officer, and what the county has."""

    world: World
    police: Player
    medical: Player
    landed: str
    staged: str
    feedback: str

    def client(self, player: Player) -> Client:
        return self.world.client(player)


@pytest.fixture
def offices(world: World, tmp_path: Any) -> Offices:
    """Claims in force, deaths waiting with a bad row, and a request about each list."""
    landed = take_in(write_csv(tmp_path / "claims.csv", CLAIM_HEAD, [claim(1)]))
    county = world.client(world.cast.county)
    started = hand_in(county, deaths(good_row(), "12345,王大山,2026-10-03,2026-10-08,户籍")).json()
    work_off(started["job_id"])
    asked = {
        dataset: feedback.create_feedback(
            scope=command_scope(YUNXI, "tests"),
            at=NOW,
            region=YUNXI,
            draft=feedback.Draft(dataset, Period("2026-10"), column, "甲", "乙", "与事实不符"),
        )
        for dataset, column in ((CLAIMS, "self_paid"), (DEATHS, "died_on"))
    }
    return Offices(
        world,
        _player("police", "公安数据员", "DEPARTMENT_USER", YUNXI),
        _officer("medical", "MEDICAL_INSURANCE"),
        str(landed.batch_id),
        started["batch_id"],
        str(asked[CLAIMS]),
    )


def _officer(name: str, department: str) -> Player:
    """A data officer of a department; the cast's own is of the police."""
    player = _player(name, name, None, None)
    post_id = give_post(player.user, "DEPARTMENT_USER", YUNXI, department=department)
    (post,) = selectors.active_posts(player.user, AT.date())
    return Player(player.user, post_id, player.actor, scope_for_post(post, player.actor))


def ids(client: Client, path: str) -> set[str]:
    return {one["dataset"] for one in client.get(f"/api/v1{path}").json()["items"]}


@pytest.mark.evidence("ASVS-8.2.2")
def test_lists_and_the_board_hold_the_own_departments_data_alone(offices: Offices):
    for player, own in ((offices.police, {DEATHS}), (offices.medical, {CLAIMS})):
        client = offices.client(player)
        assert ids(client, "/imports") <= own
        board = client.get("/api/v1/feeds/board", {"period": "2026-10"}).json()["datasets"]
        assert {one["dataset"] for one in board} == datasets_of(player.scope.department)
        may = {one["id"] for one in client.get("/api/v1/datasets").json() if one["may_import"]}
        assert may == datasets_of(player.scope.department)
    county = offices.client(offices.world.cast.county)
    assert ids(county, "/feeds/feedback") == {CLAIMS, DEATHS}


def test_requests_for_correction_are_narrowed_wherever_a_department_may_read_them(offices: Offices):
    """The role reads none today; what the table of roles may give it some day is narrowed."""
    assert offices.client(offices.medical).get("/api/v1/feeds/feedback").status_code == 403
    reader = frozenset({"FEEDBACK_MANAGE", "REGISTRY_READ"})
    actor = offices.medical.actor
    for department, own in (("MEDICAL_INSURANCE", CLAIMS), ("POLICE", DEATHS)):
        scope = restored_scope(YUNXI, reader, actor, department)
        found = feedback_view.list_feedback(scope, YUNXI, today=AT.date())["items"]
        assert [one["dataset"] for one in found] == [own]
    with pytest.raises(NotFound):
        feedback_view.get_feedback(scope, UUID(offices.feedback), today=AT.date())
    with pytest.raises(NotFound):
        feedback.step_feedback(
            scope=scope, at=AT, feedback_id=UUID(offices.feedback), step="send", note=""
        )


@pytest.mark.evidence("ASVS-8.2.2", "F50")
def test_f50_another_departments_things_are_not_found(offices: Offices):
    police, medical = offices.client(offices.police), offices.client(offices.medical)
    staged, landed = f"/api/v1/imports/{offices.staged}", f"/api/v1/feeds/landings/{offices.landed}"
    for client, path in (
        (medical, staged),
        (medical, f"{staged}/errors.xlsx"),
        (police, landed),
        (police, f"/api/v1/imports/{offices.landed}"),
    ):
        assert client.get(path).status_code == 404, path
    revert = {"data": {"reason": "错了"}, "content_type": "application/json"}
    assert medical.post(f"{staged}/commit").status_code == 404
    assert medical.post(f"{staged}/cancel").status_code == 404
    assert police.post(f"{landed}/revert", **revert).status_code == 404
    # Their own, and the neighbour's officer sees neither.
    bing = offices.client(offices.world.cast.neighbour)
    for client, path in ((police, staged), (medical, landed)):
        assert client.get(path).status_code == 200, path
        assert bing.get(path).status_code == 404, path
    assert police.get(f"{staged}/errors.xlsx").status_code == 200
    assert medical.post(f"{landed}/revert", **revert).status_code == 200


def test_a_department_imports_its_own_lists_and_no_others(offices: Offices):
    police, medical = offices.client(offices.police), offices.client(offices.medical)
    refused = hand_in(medical, deaths(good_row(2)))
    assert (refused.status_code, refused.json()["code"]) == (403, "E-ACCESS-DEPARTMENT")
    started = hand_in(police, deaths(good_row(2))).json()
    work_off(started["job_id"])
    path = f"/api/v1/imports/{started['batch_id']}"
    assert police.get(path).json()["state"] == "STAGED", police.get(path).content.decode()
    work_off(police.post(f"{path}/commit").json()["job_id"])
    assert police.get(path).json()["state"] == "COMMITTED"
    # The job that did it is the department's work; the other department has no such job.
    assert police.get(f"/api/v1/jobs/{started['job_id']}").status_code == 200
    assert medical.get(f"/api/v1/jobs/{started['job_id']}").status_code == 404


def test_a_job_keeps_to_the_department_of_its_starter(offices: Offices):
    """What reaches the worker by another way than the form is refused there as well."""
    scope = offices.medical.scope
    assert scope is not None
    commit = {"batch_id": offices.staged}
    with activate(scope):
        job = jobs.start(scope, "feeds.commit", commit, at=AT)
    work_off(str(job.id))
    county = offices.client(offices.world.cast.county)
    assert county.get(f"/api/v1/imports/{offices.staged}").json()["state"] == "STAGED"


def test_a_post_of_the_role_names_a_department_and_no_other_post_does(cast: Any):
    someone = _player("someone", "某人", None, None).user
    for terms, code in (
        ({"department": ""}, "E-ACCOUNT-DEPARTMENT"),
        ({"department": "NOBODY"}, "E-ACCOUNT-DEPARTMENT"),
        ({"department": "RURAL_ASSISTANCE"}, "E-ACCOUNT-DEPARTMENT"),
    ):
        with pytest.raises(InvalidValue) as refused:
            give_post(someone, "DEPARTMENT_USER", YUNXI, **terms)
        assert refused.value.code == code
    with pytest.raises(InvalidValue, match="E-ACCOUNT-DEPARTMENT-OF-ROLE"):
        give_post(someone, "COUNTY_OFFICER", YUNXI, department="POLICE")
    give_post(someone, "DEPARTMENT_USER", YUNXI, department="POLICE")
    give_post(someone, "DEPARTMENT_USER", YUNXI, department="EDUCATION")


@pytest.mark.parametrize(
    ("role", "department"), [("DEPARTMENT_USER", ""), ("COUNTY_OFFICER", "POLICE")]
)
def test_the_database_refuses_it_too(cast: Any, role: str, department: str):
    user = _player("someone", "某人", None, None).user
    post = give_post(user, "GRID_WORKER", YUNXI_VILLAGE)
    with activate(command_scope(YUNXI, "tests")):
        row = Post.objects.get(id=post)
        with pytest.raises(IntegrityError, match="department_of_role"), transaction.atomic():
            Post.objects.create(
                user=user,
                role=role,
                duty=row.duty,
                region_code=str(YUNXI),
                valid_from=SINCE,
                department=department,
                proposed_by="a",
                approved_by="b",
            )


def test_a_narrowed_scope_stays_with_its_department(offices: Offices):
    scope = offices.police.scope
    assert scope is not None
    town = narrowed(scope, YUNXI_TOWN)
    assert (town.department, covers_dataset(town, CLAIMS)) == ("POLICE", False)
    assert covers_dataset(command_scope(SHIQIAO, "tests"), CLAIMS)


def test_every_dataset_of_a_department_has_one_owner():
    owned = [one for department in list_departments() for one in department.datasets]
    assert len(owned) == len(set(owned))
    # They lie in one folder and belong to two offices.
    assert datasets_of("TRANSPORT") == {"traffic/road"}
    assert datasets_of("TRAFFIC_POLICE") == {"traffic/vehicle"}
    assert datasets_of("POLICE") == {DEATHS}
    assert datasets_of("") == frozenset()
