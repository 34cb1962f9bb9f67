"""What bodies of requests look like that name a village's things."""

from __future__ import annotations

from typing import Any

from tests.api.isolation.country import Village


def form_of(fields: dict[str, Any], village: Village) -> dict[str, Any]:
    """Return the fields of a form beside its file."""
    known = {"region": str(village.county), "dataset": "police/death", "period": "2026-10"}
    known |= {"as_of": "2026-11-01", "note": "核实"}
    return {name: known[name] for name in fields if name in known}


def known_of(schema: dict[str, Any], village: Village, things: Any) -> dict[str, Any]:
    """Return what the fields of a body may name of a village."""
    return {
        "region": str(village.county),
        "region_code": str(village.code),
        "household_no": village.household_no(),
        "household_nos": [village.household_no()],
        "person_id": things.names["member"],
        "member_id": things.names["member"],
        "post_id": things.names["post"],
        "username": _username(schema, things),
        "role": "COUNTY_OFFICER",
        "valid_from": "2026-11-01",
        "filters": {"region": str(village.code)},
        "q": village.id_number,
        "dataset": "civil/dibao",
        "period": "2026-10",
        "kind": _known_kind(schema),
        "happened_on": "2026-10-01",
        "column": "status",
        "decision": "AGREE",
        "language": "zh",
        "facts": {"name": village.head},
        "cases": [things.names["case"]],
        "ids": [things.names["proceeding"]],
    }


def example_of(schema: dict[str, Any], village: Village, things: Any) -> dict[str, Any]:
    """Return a body that fits a schema and names a village's things wherever it can."""
    known = known_of(schema, village, things)
    wanted = schema.get("properties", {})
    required = set(schema.get("required", []))
    body = {}
    for name, rule in wanted.items():
        if name in known:
            body[name] = known[name]
        elif name in required:
            body[name] = _sample(rule)
    return body


def _username(schema: dict[str, Any], things: Any) -> str:
    """An account that is opened gets a name of its own: names are everybody's."""
    is_new = "display_name" in schema["properties"]
    return "xin-zhanghao" if is_new else str(things.names["account"])


def _known_kind(schema: dict[str, Any]) -> str:
    return str(schema["properties"].get("kind", {}).get("enum", ["BIRTH"])[0])


def _sample(rule: dict[str, Any]) -> Any:
    for one in [rule, *rule.get("anyOf", [])]:
        if "enum" in one:
            return one["enum"][0]
        if one.get("type") == "string":
            return "2026-11-01" if one.get("format") == "date" else "核实无误，依据充分"
        if one.get("type") in ("integer", "number"):
            return 1
        if one.get("type") == "boolean":
            return False
        if one.get("type") == "array":
            return []
    return {}
