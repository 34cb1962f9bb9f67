"""GET /rules and /rules/{rule_id}: what is in force, in sentences, with sources and cases."""

from __future__ import annotations

import pytest

from tests.api.conftest import CANARIES


def test_it_lists_the_rules_in_force_with_the_households_each_hits(get):
    answer = get("/rules", period="2026-10")
    assert (answer["pack"]["id"], answer["pack"]["document"]) == ("national", None)
    assert answer["pack"]["chain"][0]["id"] == "national"
    assert answer["run_period"] == "2026-10"
    rules = {rule["rule_id"]: rule for rule in answer["rules"]}
    water = rules["water_unsafe"]
    assert (water["kind"], water["hint"], water["source_status"]) == (
        "GUARANTEE",
        "attention",
        "unverified",
    )
    # The published run of the tests names its rules "a" and "b"; the pack's hit nobody.
    assert water["fired"] == 0
    assert {feed["dataset"] for feed in rules["medical_lifted"]["feeds"]} == {"medical/claim"}


def test_a_threshold_is_the_one_of_the_place_and_day(get):
    lines = {one["id"]: one for one in get("/rules", period="2026-10")["thresholds"]}
    # Yunxi's own line of the demo, 8,800 yuan a head since 2026; nationally 6,000.
    assert lines["income_line"]["value"] == "8800"
    assert lines["income_line"]["value_zh"] == "8,800"
    assert lines["income_line"]["unit_zh"] == "元/人"
    earlier = {one["id"]: one for one in get("/rules", period="2025-10")["thresholds"]}
    assert earlier["income_line"]["value"] == "6000"


@pytest.mark.evidence("T17")
def test_a_rule_has_sentences_formulas_thresholds_feeds_and_cases(get):
    rule = get("/rules/medical_lifted", period="2026-10")
    assert "max_in(medical_claim" in rule["when"]
    assert "household_type" in rule["applies"]
    assert "住院" in rule["title_zh"]
    assert rule["sentence_zh"]
    assert rule["sentence_en"]
    assert len(rule["clauses"]) >= 2
    (limit,) = rule["thresholds"]
    in_force = [value for value in limit["values"] if value["in_force_here"]]
    assert [value["value"] for value in in_force] == ["5000"]
    (feed,) = rule["feeds"]
    assert {"self_paid_year", "visit_kind"} <= {column["name"] for column in feed["columns"]}
    assert {"TRUE", "FALSE", "UNKNOWN"} <= {case["expect"] for case in rule["cases"]}
    told = [line for case in rule["cases"] for line in case["facts_zh"]]
    assert any(line.startswith("医保个人自付费用清单：") for line in told)


def test_every_rule_of_the_list_has_its_page(get):
    for rule in get("/rules", period="2026-10")["rules"]:
        page = get(f"/rules/{rule['rule_id']}", period="2026-10")
        assert page["cases"]
        assert page["clauses"]


def test_a_rule_that_is_not_there_and_a_place_outside_are_not_found(jia):
    assert jia.get("/api/v1/rules/no_such_rule").status_code == 404
    assert jia.get("/api/v1/rules", {"region": "990102"}).status_code == 404
    assert jia.get("/api/v1/rules/water_unsafe", {"region": "990102"}).status_code == 404


def test_a_filter_that_nobody_knows_is_refused(jia):
    answer = jia.get("/api/v1/rules", {"kind": "ALERT"})
    assert (answer.status_code, answer.json()["code"]) == (400, "E-API-FILTER")


def test_every_role_with_hints_reads_rules_and_the_auditor_does_not(world):
    assert world.client(world.cast.township).get("/api/v1/rules").status_code == 200
    assert world.client(world.cast.auditor).get("/api/v1/rules").status_code == 403


def test_f52_the_neighbours_households_are_in_no_count(jia):
    body = jia.get("/api/v1/rules").content.decode()
    assert not [canary for canary in CANARIES if canary in body]
