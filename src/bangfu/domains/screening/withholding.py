"""What of rules is closed to a reader: the rule has a class that the post may not see.

That a rule fired tells what it read. So neither its title nor its reason, its number of households
nor a list of them goes to a scope that lacks one of its classes; `standards/columns.yaml` has the
sentence that stands there. That a household has a hint, and how urgent, stays open (HINT_READ).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bangfu.domains.screening.domain import FLAGGED, HintRecord, Severity
from bangfu.domains.screening.models import Run
from bangfu.domains.screening.packs import national_pack, pack_of
from bangfu.engine.packs import Pack
from bangfu.engine.rules.rule import Text
from bangfu.engine.rules.sensitivity import classes_of
from bangfu.engine.rules.words import joiner
from bangfu.foundation.access.columns import closed_classes
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import NotAllowed, NotFound
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.columns import say_withheld

MOST_TITLES = 3
_PACKS_KEPT = 1_024


@dataclass(frozen=True, slots=True)
class _Known:
    """A rule as one pack or several have it."""

    classes: frozenset[str]
    hints: frozenset[str]
    title: Text

    def joined(self, other: _Known) -> _Known:
        return _Known(
            self.classes | other.classes,
            self.hints | other.hints,
            self.title,
        )


@dataclass(frozen=True, slots=True)
class Closed:
    """The classes closed to a scope, and the rules of the packs that may have spoken to it.

    A rule that none of the packs holds counts as one of every class.
    """

    names: frozenset[str]
    rules: Mapping[str, _Known] = field(default_factory=dict)

    def classes(self, rule_id: str) -> frozenset[str]:
        """Return the closed classes that a rule reads."""
        known = self.rules.get(rule_id)
        return self.names if known is None else known.classes & self.names

    def holds(self, rule_id: str) -> bool:
        """Return whether a rule is closed."""
        return bool(self.classes(rule_id))

    def check(self, rule_id: str | None) -> None:
        """Refuse to list or count by a closed rule. Raises NotAllowed E-ACCESS-RULE-CLOSED."""
        if rule_id and self.holds(rule_id):
            raise NotAllowed("E-ACCESS-RULE-CLOSED")

    def open_of(self, rule_ids: Iterable[str]) -> list[str]:
        """Return the rules that are not closed, in their order."""
        return [rule_id for rule_id in rule_ids if not self.holds(rule_id)]

    def tell(
        self,
        severity: Severity,
        fired: Iterable[str],
        undecided: Iterable[str],
        reasons: tuple[str, str],
    ) -> tuple[str, str]:
        """Return a hint's reasons, in Chinese and English, as the scope may read them.

        A run keeps one sentence a household, of one of the rules that make the hint as urgent as
        it is. Where one of these is closed, the titles of the others and the sentence about the
        closed classes stand instead.
        """
        if not self.names or not any(reasons):
            return reasons
        fired, undecided = list(fired), list(undecided)
        speaking = self._speaking(severity, fired, undecided, reasons[0])
        speaking = speaking or [*fired, *undecided]
        closed = frozenset().union(*(self.classes(one) for one in speaking))
        if not closed:
            return reasons
        titles = [self.rules[one].title for one in speaking if not self.holds(one)]
        told = titles[:MOST_TITLES] if severity >= FLAGGED else []
        zh, en = (
            joiner(language).join(
                [*(title.in_language(language) for title in told), say_withheld(closed, language)]
            )
            for language in ("zh", "en")
        )
        return zh, en

    def _speaking(
        self, severity: Severity, fired: Iterable[str], undecided: Iterable[str], reason: str
    ) -> list[str]:
        """Return the rules that a hint's sentence may come from; one that no pack holds may.

        The sentence of a rule that could not be decided has the rule's title in it.
        """
        if severity >= FLAGGED:
            return [
                one
                for one in fired
                if one not in self.rules or severity.word in self.rules[one].hints
            ]
        return [
            one for one in undecided if one not in self.rules or self.rules[one].title.zh in reason
        ]

    def cover(self, hint: HintRecord) -> HintRecord:
        """Return a hint without what is closed."""
        if not self.names:
            return hint
        zh, en = self.tell(
            hint.severity, hint.fired, hint.undecided, (hint.reason_zh, hint.reason_en)
        )
        return replace(
            hint,
            reason_zh=zh,
            reason_en=en,
            fired=self.open_of(hint.fired),
            undecided=self.open_of(hint.undecided),
        )


NOTHING = Closed(frozenset())


def closed_to(scope: Scope, region: RegionCode) -> Closed:
    """Return what is closed to a scope in a place: by the packs of all runs that speak for it.

    Cost: nothing for a scope that holds every class, else one indexed read.
    """
    names = closed_classes(scope)
    if not names:
        return NOTHING
    place = region.county if region.level > COUNTY else region
    lower, upper = place.bounds
    with activate(scope):
        runs = Run.objects.filter(region_code__gte=lower, region_code__lt=upper)
        hashes = list(runs.order_by().values_list("pack_hash", flat=True).distinct())
    packs = [_rules_of_hash(one) for one in {*hashes, national_pack().hash} if _is_kept(one)]
    return Closed(names, _joined(packs))


def closed_by(scope: Scope, packs: Iterable[Pack]) -> Closed:
    """Return what of these packs is closed to a scope."""
    names = closed_classes(scope)
    return Closed(names, _joined([_rules(pack) for pack in packs])) if names else NOTHING


def _joined(found: Iterable[Mapping[str, _Known]]) -> dict[str, _Known]:
    rules: dict[str, _Known] = {}
    for known in found:
        for rule_id, rule in known.items():
            rules[rule_id] = rules[rule_id].joined(rule) if rule_id in rules else rule
    return rules


def _is_kept(pack_hash: str) -> bool:
    try:
        _rules_of_hash(pack_hash)
    except NotFound:
        return False
    return True


@lru_cache(maxsize=_PACKS_KEPT)
def _rules_of_hash(pack_hash: str) -> Mapping[str, _Known]:
    """The rules of a kept pack; its hash is its content, so they stay what they are."""
    return _rules(pack_of(pack_hash))


def _rules(pack: Pack) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for rule in pack.rules:
        known = _Known(
            classes_of(rule, pack.catalog),
            frozenset({rule.hint}),
            rule.title,
        )
        found[rule.id] = found[rule.id].joined(known) if rule.id in found else known
    return found
