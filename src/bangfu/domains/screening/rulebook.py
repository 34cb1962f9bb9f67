"""The rules in force, for people to read: sentences, formulas, cases, thresholds with sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from bangfu.domains.screening import counting
from bangfu.domains.screening.packs import pack_in_force
from bangfu.domains.screening.selectors import find_run
from bangfu.domains.screening.withholding import Closed, closed_by
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.packs import Pack, ThresholdValue
from bangfu.engine.packs.model import Case
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.render import Renderer
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import show
from bangfu.engine.rules.words import word
from bangfu.foundation.access.roles import require
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import datasets

LANGUAGES = ("zh", "en")


def list_rules(scope: Scope, region: RegionCode, period: Period) -> dict[str, Any]:
    """Return the rules in force for a place in a month, with the households each hits.

    Keys: pack, period, run_period, rules, thresholds, not_computable. `fired` counts households
    of `region` in the newest run not after `period`; None before any run, or where the run's
    pack had no such rule, or (`withheld`) where the rule reads what is closed to the scope.
    """
    require(scope, "HINT_READ")
    pack, adoption = pack_in_force(scope, region, period)
    run = find_run(scope, region, period)
    fired = dict(counting.count_by_rule(scope, region, run.period)) if run else None
    closed = closed_by(scope, [pack])
    return {
        "pack": {
            "id": pack.id,
            "version": pack.version,
            "title_zh": pack.title.zh,
            "title_en": pack.title.en,
            "hash": pack.hash,
            "document": adoption.document_no if adoption else None,
            "adopted_on": adoption.adopted_at.date() if adoption else None,
            "chain": [{"id": name, "version": version} for name, version in pack.chain],
        },
        "period": str(period),
        "run_period": run.period if run else None,
        "rules": [_line(pack, rule, fired, closed) for rule in pack.rules_on(period.last_day)],
        "thresholds": [
            _threshold_line(pack, name, region, period) for name in sorted(_used(pack, period))
        ],
        "not_computable": [
            {
                "id": one.id,
                **_both("title", one.title),
                **_both("why", one.why),
                **_both("needs", one.needs),
            }
            for one in pack.not_computable
        ],
    }


def get_rule(scope: Scope, region: RegionCode, period: Period, rule_id: str) -> dict[str, Any]:
    """Return one rule in force: sentences, formulas, clauses, thresholds, feeds, cases, count.

    Raises NotFound E-SCREENING-RULE for a rule that is not in force for the place and month.
    """
    require(scope, "HINT_READ")
    pack, _ = pack_in_force(scope, region, period)
    rule = next((one for one in pack.rules_on(period.last_day) if one.id == rule_id), None)
    if rule is None:
        raise NotFound("E-SCREENING-RULE", rule=rule_id[:80])
    run = find_run(scope, region, period)
    fired = dict(counting.count_by_rule(scope, region, run.period)) if run else None
    renders = _renders(pack)
    return {
        **_line(pack, rule, fired, closed_by(scope, [pack])),
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "file": rule.file,
        "source": _source(rule.source),
        **{f"sentence_{name}": render.text(rule.condition) for name, render in renders.items()},
        "applies": rule.formulas.get("applies"),
        "when": rule.formulas.get("when", ""),
        "clauses": [
            {
                **{f"text_{name}": render.clause(node, no) for name, render in renders.items()},
                "negated": no,
            }
            for node, no in rule.signed_clauses
        ],
        **_both("reason", rule.reason),
        "thresholds": [
            _threshold(pack, name, region, period) for name in sorted(_thresholds_of(rule))
        ],
        "feeds": [_feed(pack, rule, dataset) for dataset in rule.feeds],
        "cases": [_case(pack, case) for case in pack.cases if case.rule_id == rule.id],
    }


def _renders(pack: Pack) -> dict[str, Renderer]:
    titles = {name: item.title for name, item in pack.thresholds.thresholds.items()}
    titles |= {name: item.title for name, item in pack.indicators.items()}
    return {name: Renderer(name, pack.catalog, titles) for name in LANGUAGES}


def _both(key: str, text: Any) -> dict[str, str]:
    return {f"{key}_{language}": text.in_language(language) for language in LANGUAGES}


def _source(source: Any) -> dict[str, str]:
    return {"document": source.document, "article": source.article, "status": source.status}


def _line(
    pack: Pack, rule: Rule, fired: Mapping[str, int] | None, closed: Closed
) -> dict[str, Any]:
    withheld = closed.holds(rule.id)
    return {
        "rule_id": rule.id,
        **_both("title", rule.title),
        "kind": rule.kind,
        "unit": rule.unit,
        "hint": rule.hint,
        "rule_no": rule.rule_no,
        "source_document": rule.source.document,
        "source_status": rule.source.status,
        "feeds": [_dataset(one) for one in rule.feeds],
        "fired": None if fired is None or withheld else fired.get(rule.id, 0),
        "withheld": withheld,
    }


def _dataset(dataset: str) -> dict[str, str]:
    title = datasets.get(dataset).title
    return {"dataset": dataset, "title_zh": title["zh"], "title_en": title["en"]}


def _nodes_of(rule: Rule) -> Iterator[n.Node]:
    for root in (rule.condition, *rule.values.values()):
        yield from n.walk(root)


def _thresholds_of(rule: Rule) -> set[str]:
    return {node.name for node in _nodes_of(rule) if isinstance(node, n.Threshold)}


def _used(pack: Pack, period: Period) -> set[str]:
    rules = pack.rules_on(period.last_day)
    return {name for rule in rules for name in _thresholds_of(rule)}


def _threshold_line(pack: Pack, name: str, region: RegionCode, period: Period) -> dict[str, Any]:
    threshold = pack.thresholds.thresholds[name]
    found = pack.thresholds.find(name, str(region), period.last_day)
    return {
        **_head(pack, name),
        "value": None if found is None else str(found.value),
        **{
            f"value_{language}": None
            if found is None
            else show(found.value, threshold.type, language, pack.catalog)
            for language in LANGUAGES
        },
        "source_document": found.source.document if found else None,
        "source_status": found.source.status if found else None,
    }


def _head(pack: Pack, name: str) -> dict[str, Any]:
    threshold, renders = pack.thresholds.thresholds[name], _renders(pack)
    return {
        "id": name,
        **_both("title", threshold.title),
        **{f"unit_{key}": render.unit(threshold.type) for key, render in renders.items()},
    }


def _threshold(pack: Pack, name: str, region: RegionCode, period: Period) -> dict[str, Any]:
    here = pack.thresholds.find(name, str(region), period.last_day)
    values = pack.thresholds.thresholds[name].values
    return {**_head(pack, name), "values": [_value(one, one is here) for one in values]}


def _value(value: ThresholdValue, in_force_here: bool) -> dict[str, Any]:
    place = regions.find_region(value.prefix.ljust(12, "0")) if value.prefix else None
    return {
        "region": value.prefix or None,
        "region_name": place.name if place else value.prefix,
        "valid_from": value.valid_from,
        "valid_to": value.valid_to,
        "value": str(value.value),
        "source": _source(value.source),
        "in_force_here": in_force_here,
    }


def _feed(pack: Pack, rule: Rule, dataset: str) -> dict[str, Any]:
    table = next(one for one in pack.catalog.tables.values() if one.dataset == dataset)
    read = {
        node.name: pack.catalog.column(table.name, node.name)
        for node in _nodes_of(rule)
        if isinstance(node, n.Field) and node.scope == table.name
    }
    columns = [{"name": name, "zh": one.zh, "en": one.en} for name, one in sorted(read.items())]
    return {**_dataset(dataset), "columns": columns}


def _case(pack: Pack, case: Case) -> dict[str, Any]:
    told = {
        f"facts_{language}": list(_facts(case.facts, pack.catalog, language))
        for language in LANGUAGES
    }
    return {"name": case.name, "expect": case.expect, "reason": case.reason or None, **told}


def _facts(facts: Mapping[str, Any], catalog: Catalog, language: str) -> Iterator[str]:
    """The facts of a case, one line for the household, each member and each row of a feed."""
    if facts.get("household"):
        yield _told("household", facts["household"], catalog, language)
    for number, member in enumerate(facts.get("members") or (), start=1):
        yield _told("person", member, catalog, language, number)
    for table, rows in (facts.get("feeds") or {}).items():
        for row in rows:
            yield _told(table, row, catalog, language)
    for table, state in (facts.get("coverage") or {}).items():
        title = catalog.tables[table].label(language)
        if str(state) != "LIVE":
            yield word("unknown", str(state), language).format(title=title)


def _told(
    table: str, row: Mapping[str, Any], catalog: Catalog, language: str, number: int | None = None
) -> str:
    columns = catalog.tables[table].by_name
    parts: Iterable[str] = (
        f"{columns[name].label(language)} {_shown(value, columns[name], catalog, language)}"
        for name, value in row.items()
        if name in columns
    )
    joined = word("operators", "list", language).join(parts)
    colon = "：" if language == "zh" else ": "
    which = "" if number is None else f" {number}"
    return f"{catalog.tables[table].label(language)}{which}{colon}{joined}"


def _shown(value: Any, column: Any, catalog: Catalog, language: str) -> str:
    if isinstance(value, str | bool | list | date) or value is None:
        return show(value, column.type, language, catalog)
    return f"{value}"
