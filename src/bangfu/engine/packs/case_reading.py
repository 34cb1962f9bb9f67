"""One YAML file of a pack → the cases of the rules at the same path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.errors import FormulaError
from bangfu.engine.packs.cases import read_facts
from bangfu.engine.packs.model import Case
from bangfu.engine.packs.parts import Bad, Gather, only
from bangfu.kernel.errors import BangfuError

_KEYS = (
    "name",
    "rule",
    "period",
    "household",
    "members",
    "feeds",
    "coverage",
    "authorised",
    "others",
    "expect",
    "reason",
)
_NO_CASE = Case("", "", {}, "")


def read_cases(
    values: Mapping[str, Any], file: str, rule_ids: list[str], catalog: Catalog
) -> list[Case]:
    """Read cases/…: `base` is laid under every case, `member` under every member.

    The facts of every case must be such as the catalog promises.
    """
    only(values, ("base", "member", "cases"), "")
    written = values.get("cases")
    if not isinstance(written, list) or not written:
        raise Bad("E-PACK-CASE-FORM", "cases", detail="cases")
    gather = Gather()
    found = [
        gather(lambda n=index, i=item: _case(i, n, file, rule_ids, values, catalog), _NO_CASE)  # type: ignore[misc]
        for index, item in enumerate(written)
    ]
    gather.end()
    return found


def _case(
    item: Any,
    index: int,
    file: str,
    rule_ids: list[str],
    values: Mapping[str, Any],
    catalog: Catalog,
) -> Case:
    where = f"cases[{index}]."
    if not isinstance(item, Mapping) or not item.get("name"):
        raise Bad("E-PACK-CASE-FORM", where, detail="name")
    only(item, _KEYS, where)
    rule_id = str(item.get("rule") or (rule_ids[0] if len(rule_ids) == 1 else ""))
    if rule_id not in rule_ids:
        raise Bad("E-PACK-CASE-RULE", f"{where}rule", rule=rule_id)
    expect = str(item.get("expect")).upper()
    if expect not in ("TRUE", "FALSE", "UNKNOWN"):
        raise Bad("E-PACK-EXPECT", f"{where}expect", expect=expect)
    try:
        facts = _laid_out(item, values)
        reason = str(item.get("reason") or "")
        case = Case(rule_id, str(item["name"]), facts, expect, reason, file, number=index)
        read_facts(case, catalog)
    except FormulaError as error:
        raise Bad(error.code, where, **error.params) from error
    except BangfuError as error:
        raise Bad(error.code, where, **error.params) from error
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError) as error:
        raise Bad("E-PACK-CASE-FORM", where, detail=str(error)[:80]) from error
    return case


def _laid_out(item: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a case over those of `base` and `member`."""
    base = values.get("base") or {}
    facts = {**base, **{key: part for key, part in item.items() if key not in ("name", "rule")}}
    facts["household"] = {**(base.get("household") or {}), **(item.get("household") or {})}
    facts["members"] = [
        {**(values.get("member") or {}), **member} for member in facts.get("members") or [{}]
    ]
    return facts
