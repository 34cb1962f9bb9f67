"""A clue that is joined to another (并入): what was reported in it is that one's from then on."""

from __future__ import annotations

from bangfu.domains.monitoring.domain.proceedings import CLUE
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding
from bangfu.domains.monitoring.ports import Asked, Stepped
from bangfu.domains.monitoring.rows import visible
from bangfu.kernel.errors import InvalidValue

JOIN = "JOIN"
_TO = "joined_to"


def check(asked: Asked) -> None:
    """Refuse to join a clue to itself, to one that is closed or to another household's.

    Raises InvalidValue E-CLUES-JOIN-TARGET, E-CLUES-JOIN-OTHER.
    """
    if asked.row.procedure != CLUE or asked.step.name != JOIN or _TO not in asked.facts:
        return
    no = str(asked.facts[_TO]).strip()
    target = visible(asked.scope).filter(procedure=CLUE, no=no, closed_at__isnull=True).first()
    if target is None:
        raise InvalidValue("E-CLUES-JOIN-TARGET", no=no[:40])
    if target.id == asked.row.id or target.household_id != asked.row.household_id:
        raise InvalidValue("E-CLUES-JOIN-OTHER", no=asked.row.no)


def carry_over(stepped: Stepped) -> None:
    """Give the other clue the reports of one that was joined to it, so that none is asked again."""
    row = stepped.row
    if row.procedure != CLUE or stepped.taken.step != JOIN:
        return
    no = str(stepped.facts.get(_TO, "")).strip()
    target = Proceeding.objects.filter(
        procedure=CLUE, no=no, county_code=row.region_code[:6]
    ).first()
    if target is None:
        return
    row.joined_to_id = target.id
    Proceeding.objects.filter(id=row.id).update(joined_to_id=target.id)
    ClueOrigin.objects.bulk_create(
        [_copy(one, target) for one in ClueOrigin.objects.filter(proceeding_id=row.id)]
    )
    classes = sorted({*target.classes, *row.classes})
    severity = max(target.severity, row.severity)
    if (classes, severity) != (target.classes, target.severity):
        Proceeding.objects.filter(id=target.id).update(classes=classes, severity=severity)


def _copy(one: ClueOrigin, target: Proceeding) -> ClueOrigin:
    return ClueOrigin(
        region_code=target.region_code,
        proceeding=target,
        at=one.at,
        by=one.by,
        by_id=one.by_id,
        source=one.source,
        words=one.words,
        reporter=one.reporter,
        run_id=one.run_id,
        rule_id=one.rule_id,
        facts_digest=one.facts_digest,
        period=one.period,
    )
