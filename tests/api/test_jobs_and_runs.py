"""GET /jobs/{id}, POST /jobs/{id}/cancel, GET and POST /screening/runs."""

from __future__ import annotations

from bangfu.foundation.jobs import services as job_services
from tests.cast import YUNXI

RUN = {"region": "990101", "period": "2026-11"}


def start(client, body=None):
    return client.post("/api/v1/screening/runs", body or RUN, content_type="application/json")


def test_a_screening_is_started_as_a_job_and_published_by_it(jia):
    response = start(jia)
    assert response.status_code == 202
    job_id = response.json()["job_id"]
    assert jia.get(f"/api/v1/jobs/{job_id}").json()["state"] == "QUEUED"
    job_services.run_queued(job_id, YUNXI)
    job = jia.get(f"/api/v1/jobs/{job_id}").json()
    assert (job["state"], job["done"], job["total"]) == ("DONE", 4, 4)
    assert job["result"]["households"] == 3
    runs = jia.get("/api/v1/screening/runs").json()["items"]
    assert [run["period"] for run in runs] == ["2026-11", "2026-10"]
    assert runs[0]["region"]["name"] == "云溪县"
    assert runs[0]["households"] == 3


def test_the_explanation_of_a_screened_household_names_source_and_day(jia):
    job_services.run_queued(start(jia).json()["job_id"], YUNXI)
    found = jia.get("/api/v1/households/H9901010001/explanation").json()
    assert (found["household_no"], found["period"]) == ("H9901010001", "2026-11")
    assert found["rules"]
    for rule in found["rules"]:
        assert rule["outcome"] in ("TRUE", "UNKNOWN")
        assert rule["title_zh"]
        assert rule["source"]
    clauses = [clause for rule in found["rules"] for clause in rule["clauses"]]
    assert {"dataset", "as_of", "value", "threshold", "person_name"} <= set(clauses[0])
    assert "王大山" in {clause["person_name"] for clause in clauses}


def test_a_household_whose_run_has_no_files_says_so_like_a_missing_one(jia):
    assert jia.get("/api/v1/households/H9901010001/explanation").status_code == 404


def test_a_queued_job_can_be_cancelled_once(jia):
    job_id = start(jia).json()["job_id"]
    assert jia.post(f"/api/v1/jobs/{job_id}/cancel").json()["state"] == "CANCELLED"
    assert jia.post(f"/api/v1/jobs/{job_id}/cancel").status_code == 409


def test_a_failed_job_says_why_in_the_readers_language(jia):
    job_id = start(jia).json()["job_id"]
    from bangfu.domains.screening.locking import one_at_a_time

    with one_at_a_time(YUNXI):
        job_services.run_queued(job_id, YUNXI)
    job = jia.get(f"/api/v1/jobs/{job_id}", headers={"Accept-Language": "en"}).json()
    assert job["state"] == "FAILED"
    assert job["error"]["code"] == "E-SCREENING-RUNNING"
    assert "under way" in job["error"]["message"]


def test_a_town_is_refused_with_its_county(jia):
    response = start(jia, {"region": "990101101", "period": "2026-10"})
    assert (response.status_code, response.json()["code"]) == (400, "E-SCREENING-COUNTY")
    assert "990101000000" in response.json()["remedy"]


def test_a_township_officer_may_not_screen_and_sees_no_list_of_runs(world):
    client = world.client(world.cast.township)
    assert start(client).status_code == 403
    assert client.get("/api/v1/screening/runs").json()["items"] == []


def test_f51_the_neighbour_does_not_find_the_job(jia, bing):
    job_id = start(jia).json()["job_id"]
    assert bing.get(f"/api/v1/jobs/{job_id}").status_code == 404
    assert bing.post(f"/api/v1/jobs/{job_id}/cancel").status_code == 404
    assert start(bing).status_code == 404
    assert [
        run["region"]["name"] for run in bing.get("/api/v1/screening/runs").json()["items"]
    ] == ["石桥县"]
