"""Of which rules a run knows that they do not hold of a household: decided, and false.

Results hold what is true, and of what is open only what changes a hint; what they do not hold is
false or not known. Whoever needs to know which asks here: the reference evaluator decides anew out
of the run's evidence.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from bangfu.engine.errors import RunRefused
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.decide import contexts_of, evaluate_in
from bangfu.engine.runs.evidence import open_evidence, world_of
from bangfu.engine.runs.manifest import FORMAT
from bangfu.kernel.decision import Decision
from bangfu.kernel.period import Period

# A household's id and a rule's, as the files hold them.
Pair = tuple[str, str]


def known_false(out_dir: Path | str, pack: Pack, asked: Collection[Pair]) -> set[Pair]:
    """Return those of the asked pairs of which a run's rule is decided and false.

    A household that the run does not have and a rule that its pack does not have are not known.
    The pack must be the one of the run. Raises RunRefused E-RUN-PACK, E-RUN-FORMAT.
    """
    evidence = open_evidence(out_dir)
    if evidence.manifest.format != FORMAT:
        raise RunRefused("E-RUN-FORMAT", run=evidence.manifest.format, present=FORMAT)
    if evidence.manifest.pack_hash != pack.hash:
        raise RunRefused("E-RUN-PACK", run=evidence.manifest.pack_version, pack=pack.version)
    period = Period.parse(evidence.manifest.period)
    world = world_of(pack, period)
    rules = {rule.id: rule for rule in pack.rules_on(period.last_day)}
    by_home: dict[str, list[str]] = {}
    for household_id, rule_id in sorted(asked):
        if rule_id in rules:
            by_home.setdefault(household_id, []).append(rule_id)
    found: set[Pair] = set()
    for household_id, names in by_home.items():
        facts = evidence.find(household_id, pack)
        if facts is None:
            continue
        for name in names:
            rule = rules[name]
            contexts = contexts_of(rule.unit, facts.home, world)
            result = evaluate_in(rule, [replace(one, known={}) for one in contexts])
            if result.outcome is Decision.FALSE:
                found.add((household_id, name))
    return found
