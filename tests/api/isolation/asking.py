"""Makes the questions of the matrix from the interface's own description.

A new route is asked without anybody writing a test for it. What cannot be guessed stands in three
small tables: what a path parameter names, what a body looks like (bodies.py), what a filter may
hold. A route with something that is not in them fails the test that the matrix knows every
parameter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from bangfu.server.api import api
from tests.api.isolation.bodies import example_of, form_of
from tests.api.isolation.country import COUNTIES, VILLAGES, Village
from tests.api.isolation.images import picture

PREFIX = "/api/v1"
# Path parameter → the kind of thing it names, by the beginning of the path.
NAMED: tuple[tuple[str, str, str], ...] = (
    ("/regions", "code", "region"),
    ("/households", "household_no", "household"),
    ("/households", "member_id", "member"),
    ("/changes", "change_id", "change"),
    ("/changes", "file_id", "evidence"),
    ("/proceedings", "proceeding_id", "proceeding"),
    ("/cases", "proceeding_id", "case"),
    ("/cases", "paper_id", "case_paper"),
    ("/notices", "notice_id", "notice"),
    ("/batches", "batch_id", "decision_list"),
    ("/village-lists", "list_id", "village_list"),
    ("/clues/held", "held_id", "held_batch"),
    ("/clues/bulk", "bulk_id", "bulk_act"),
    ("/pairings", "pairing_id", "pairing"),
    ("/pairings", "handover_id", "handover"),
    ("/feeds/landings", "batch_id", "batch"),
    ("/feeds/feedback", "feedback_id", "feedback"),
    ("/imports", "batch_id", "batch"),
    ("/reconciliations", "run_id", "reconciliation"),
    ("/reconciliations/items", "item_id", "difference"),
    ("/quality/items", "item_id", "quality_item"),
    ("/corrections", "correction_id", "correction"),
    ("/jobs", "job_id", "job"),
    ("/accounts", "username", "account"),
    ("/accounts/posts", "post_id", "post"),
    ("/accounts/proposals", "proposal_id", "proposal"),
    ("/accounts/acts", "act_id", "act"),
    ("/exports/requests", "request_id", "export"),
)
# Path parameters that name what is the same for all.
REFERENCE = {"department": "police", "table": "death", "rule_id": "water_unsafe"}
REFERENCE |= {"round_code": "2026-AUTUMN", "year": "2026"}
# Filters that hold a word of a list or a month; the others are asked with marks.
FILTERS: dict[str, tuple[str, ...]] = {
    "period": ("2026-10",),
    "from_period": ("2026-08",),
    "hint": ("urgent", "none"),
    "household_type": ("LIFTED",),
    "monitored_category": ("LIFTED_UNSTABLE",),
    "rule": ("water_unsafe", "road_distance"),
    "sort": ("hint", "household_no", "name", "due"),
    "state": ("OPEN", "DONE", "DRAFT"),
    "kind": ("BIRTH", "CORRECT_FIELD"),
    "column": ("water_safe",),
    "dataset": ("civil/dibao",),
    "limit": ("200",),
    "procedure": ("clue",),
    "handler": ("me",),
    "due_before": ("2030-01-01",),
    "waits_for": ("TOWNSHIP",),
    "lane": ("OVERDUE",),
    "unlisted": ("true",),
    "risk": ("WATER",),
    "source": ("CADRE",),
    "open": ("true",),
    "overdue": ("true",),
    "supervised": ("false",),
}


# Routes whose answer about one's own things is another than 200 in this country, and why.
OWN_ANSWER = {
    "get_landing": "the imports of the country are staged, none has landed",
    "explain_household": "the published runs have no folder with facts",
    "get_change_evidence": "photographs open for a stated purpose, to who may see health data",
    "get_case_paper_file": "the same of papers of a case: tests/api/test_case_papers.py",
    "get_case_file": "the same of its whole file: tests/api/test_case_papers.py",
    "get_notice_web": "the notices of the country hang on boards alone",
    "get_factor_code": "nobody of the country has begun to add an authenticator",
    "export_audit_events": "an export of the log needs what two persons agreed to",
}
# Lists of which nobody of the country is given a second page, and why.
ONE_PAGE = {"list_messages": "nothing has happened yet of which anybody was told"}
# Writes that nobody of the country can do with the body made for them. What lies outside is refused
# before it is read, and that is what the matrix asks; what follows is held by the domains' tests.
NEVER_DONE = frozenset(
    {
        "act_on_clues", "advance_window", "answer_feedback", "ask_for_correction",
        "ask_phone_code", "change_post", "check_batch", "check_pairings", "close_feedback",
        "close_round", "confirm_phone", "create_pairing", "decide_batch",
        "decide_change_town", "decide_change_village", "decide_correction", "draft_batch",
        "draw_up_notice", "end_quality_exception", "enter_village_list",
        "finish_correction", "hand_over", "keep_case_original", "keep_check_photo",
        "lock_window",
        "make_case_paper", "make_village_lists", "mark_pairings", "open_round",
        "open_year_window", "propose_act", "propose_case_clearing", "publish_notice",
        "put_batch_rows", "put_batch_scan", "put_window_back", "raise_notice_objection",
        "release_held_batch", "report_proceeding", "restore_reconciliation_item",
        "reveal_change_fact", "reveal_value", "revert_landing", "set_window_days",
        "sign_window", "start_sso", "submit_change", "take_proceeding_step", "undo_change",
        "withdraw_act", "withdraw_export", "withdraw_feedback", "withdraw_post",
    }
)  # fmt: skip
# Routes whose success leaves another number of audit rows than one.
WRITTEN = {
    # A file is stored, which is an act of its own, and something is done with it.
    "add_change_evidence": 2,
    "start_import": 2,
    "start_reconciliation": 2,
    # Asked for, and done at once, because the job had not begun.
    "cancel_job": 2,
    # The language of the reader's own screen.
    "change_language": 0,
    # Only the bell of the reader shows it.
    "mark_messages_read": 0,
    "mark_all_messages_read": 0,
}
# Roles that see less than their place has, and what shows it.
NARROWED = {"DEPARTMENT_USER": "one department's lists and jobs: tests/api/test_departments.py"}
# Routes that answer about a place above the post's, with what its holder sees there.
PARENT_ANSWER = {"get_board": "the feeds of one's county are known in its towns, their files not"}


@dataclass(frozen=True)
class Question:
    """One request: `way` says how it tries, `village` at whose things, `kinds` what it names."""

    operation: str
    method: str
    path: str
    way: str
    village: Village | None = None
    kinds: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    form: dict[str, Any] = field(default_factory=dict)
    region: str = ""

    def ask(self, client: Any) -> Any:
        """Send it and return the response."""
        send = getattr(client, self.method.lower())
        if self.form:
            return send(PREFIX + self.path, {**self.form, "file": upload(self.village)})
        if self.method == "GET":
            return send(PREFIX + self.path, list_of(self.query))
        body = json.dumps(self.body if self.body is not None else {})
        return send(PREFIX + self.path, body, content_type="application/json")

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.query)} {self.way}"


def list_of(query: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Return a query as the test client takes it."""
    found: dict[str, list[str]] = {}
    for key, value in query:
        found.setdefault(key, []).append(value)
    return found


def upload(village: Village | None) -> SimpleUploadedFile:
    """Return a small file to send."""
    return SimpleUploadedFile("a.png", picture(0 if village is None else village.place))


@dataclass(frozen=True)
class Route:
    """An operation of the interface as its description tells it."""

    name: str
    method: str
    path: str
    path_names: tuple[str, ...]
    queries: tuple[tuple[str, dict[str, Any]], ...]
    json_body: dict[str, Any] | None
    form_body: dict[str, Any] | None

    def kind(self, parameter: str) -> str | None:
        """Return what a path parameter names; None for what is the same for all."""
        if parameter in REFERENCE:
            return None
        fitting = [
            (len(start), kind)
            for start, name, kind in NAMED
            if name == parameter and self.path.startswith(start)
        ]
        if not fitting:
            raise LookupError(f"{self.name}: nobody says what {{{parameter}}} names")
        return max(fitting)[1]


@lru_cache(maxsize=1)
def routes() -> tuple[Route, ...]:
    """Return every operation of the interface."""
    document = api.get_openapi_schema(path_prefix="")
    schemas = document.get("components", {}).get("schemas", {})
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parameters = operation.get("parameters", [])
            content = operation.get("requestBody", {}).get("content", {})
            bodies = {kind: _resolved(one["schema"], schemas) for kind, one in content.items()}
            found.append(
                Route(
                    name=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    path_names=tuple(one["name"] for one in parameters if one["in"] == "path"),
                    queries=tuple(
                        (one["name"], one["schema"]) for one in parameters if one["in"] == "query"
                    ),
                    json_body=bodies.get("application/json"),
                    form_body=bodies.get("multipart/form-data"),
                )
            )
    return tuple(found)


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return schemas[reference.rpartition("/")[2]] if reference else schema


def questions(route: Route, things: dict[Village, Any], cursor: str = "") -> Iterator[Question]:
    """Yield every way of asking a route at the things of every village.

    `cursor` is one that an officer of another county was given for the same list.
    """
    kinds = {name: route.kind(name) for name in route.path_names}
    named = [kind for kind in kinds.values() if kind]
    targets = list(VILLAGES) if named else [None]
    for village in targets:
        for path, used in _paths(route, kinds, things, village):
            yield from _bodies(route, path, used, village, things)
    if route.method != "GET":
        return
    # A thing is named by one of our own and by one of the neighbouring county.
    for village in [VILLAGES[0], VILLAGES[3]] if named else targets:
        path, used = next(iter(_paths(route, kinds, things, village)))
        yield from _queries(route, path, used, village, cursor)


def _paths(
    route: Route, kinds: dict[str, str | None], things: dict[Village, Any], village: Village | None
) -> Iterator[tuple[str, dict[str, Village]]]:
    """Yield paths to a village's things; with two of them also one of each together with the
    first village's other."""
    whose = {name: village for name, kind in kinds.items() if kind}
    mixes = [whose]
    if len(whose) > 1 and village is not VILLAGES[0]:
        mixes += [{**whose, name: VILLAGES[0]} for name in whose]
    for mix in mixes:
        path, used = route.path, {}
        for name, kind in kinds.items():
            owner = mix.get(name)
            value = REFERENCE[name] if kind is None else things[owner].names[kind]
            path = path.replace(f"{{{name}}}", str(value))
            if kind and owner:
                used[kind] = owner
        yield path, used


def _bodies(
    route: Route,
    path: str,
    used: dict[str, Village],
    village: Village | None,
    things: dict[Village, Any],
) -> Iterator[Question]:
    whose = _furthest(used, village)
    kinds = tuple(used)
    base = {"operation": route.name, "method": route.method, "path": path, "kinds": kinds}
    way = "id" if used else "list"
    if route.form_body is not None:
        fields = route.form_body.get("properties", {})
        for one in [whose] if used else VILLAGES:
            region = str(one.county) if "region" in fields else ""
            yield Question(
                **base, way="file", village=one, form=form_of(fields, one), region=region
            )
    elif route.json_body is not None:
        fields = route.json_body.get("properties", {})
        for one in [whose] if used else VILLAGES:
            yield Question(
                **base,
                way="job" if "region" in fields else way,
                village=one,
                body=example_of(route.json_body, one, things[one]),
                region=str(one.county) if "region" in fields else "",
            )
    else:
        yield Question(**base, way=way, village=whose)


def _furthest(used: dict[str, Village], village: Village | None) -> Village | None:
    return max(used.values(), key=lambda one: one.place) if used else village


def _queries(
    route: Route, path: str, used: dict[str, Village], village: Village | None, cursor: str
) -> Iterator[Question]:
    base: dict[str, Any] = {
        "operation": route.name,
        "method": "GET",
        "path": path,
        "kinds": tuple(used),
    }
    whose = _furthest(used, village)
    names = {name for name, _ in route.queries}
    for name, schema in route.queries:
        for way, value, place in _values(name, schema, cursor):
            region = value if name == "region" else ""
            yield Question(
                **base, way=way, query=((name, value),), village=whose or place, region=region
            )
    if {"q", "sort", "limit"} <= names and not used:
        query = (("q", VILLAGES[3].pinyin[:4]), ("sort", "name"), ("limit", "5"))
        yield Question(**base, way="search", query=query, village=VILLAGES[3])


def _values(
    name: str, schema: dict[str, Any], cursor: str
) -> Iterator[tuple[str, str, Village | None]]:
    if name == "region":
        for code in (
            *(str(village.code) for village in VILLAGES),
            *(county.prefix for county in COUNTIES),
            *("990101101", "9901", "99", "98"),
        ):
            yield "aggregate", code, None
    elif name == "q":
        for village in VILLAGES[1:]:
            yield "search", village.head, village
            yield "search", village.id_number, village
        for village in VILLAGES[1:4:2]:
            for word in (village.pinyin, village.household_no(), village.id_number[-4:]):
                yield "search", word, village
        for word in ("%", "_", ".*", "kn", "HM", "卡那"):
            yield "search", word, None
    elif name == "cursor":
        if cursor:
            yield "cursor", cursor, None
        yield "cursor", "eyJmb3JnZWQiOnRydWV9:forged", None
    elif name in ("sort", "limit"):
        for value in FILTERS[name]:
            yield "sort" if name == "sort" else "count", value, None
    else:
        choices = _choices(schema) or FILTERS.get(name, ()) or (VILLAGES[3].head,)
        for value in choices:
            yield "list", value, None


def _choices(schema: dict[str, Any]) -> tuple[str, ...]:
    for one in [schema, schema.get("items", {}), *schema.get("anyOf", [])]:
        if "enum" in one:
            return tuple(str(value) for value in one["enum"])
    return ()
