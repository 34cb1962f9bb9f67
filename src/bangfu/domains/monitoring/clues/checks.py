"""A check keeps to the row of the table of dispatch: its way, its photo, its place.

A photo and a place are taken only where the row asks for them or lets them be added
(国办函〔2026〕12号: not unless the matter needs them).
"""

from __future__ import annotations

from bangfu.domains.monitoring import errands, instances
from bangfu.domains.monitoring.domain.proceedings import CLUE
from bangfu.domains.monitoring.errands import PLACE, WAY
from bangfu.domains.monitoring.ports import Asked
from bangfu.kernel.errors import InvalidValue
from bangfu.procedures import DispatchRow, Proof, Value
from bangfu.procedures.model import Text


def check(asked: Asked) -> None:
    """Refuse a check by a way that the clue's row does not name, a place where it asks for none,
    and a conclusion without the photo or place that it asks for.

    Raises InvalidValue E-CLUES-CHECK-WAY, E-CLUES-CHECK-PLACE-UNASKED, E-CLUES-CHECK-PLACE,
    E-CLUES-CHECK-PHOTO.
    """
    row, step = asked.row, asked.step
    if row.procedure != CLUE or WAY not in step.takes:
        return
    errand = errands.row_of(row, errands.handed_on_at(row, asked.at), asked.scope)
    if errand is None:
        return
    known = {**instances.unseal(row.facts), **asked.facts}
    _check_way(asked, errand, known.get(WAY))
    if errand.place is Proof.NONE and asked.facts.get(PLACE):
        raise InvalidValue("E-CLUES-CHECK-PLACE-UNASKED", no=row.no)
    if not errands.concludes(asked.definition, row.state, step):
        return
    if errand.place is Proof.NEEDED and not known.get(PLACE):
        raise InvalidValue("E-CLUES-CHECK-PLACE", no=row.no)
    if errand.photo is Proof.NEEDED and not errands.has_photo(row):
        raise InvalidValue("E-CLUES-CHECK-PHOTO", no=row.no)


def _check_way(asked: Asked, errand: DispatchRow, way: Value | None) -> None:
    """What is no way at all is left to the machine."""
    codes = asked.definition.facts[WAY].codes
    if not isinstance(way, str) or way not in codes or way in errand.ways:
        return
    allowed = [codes[str(one)] for one in errand.ways if str(one) in codes]
    raise InvalidValue(
        "E-CLUES-CHECK-WAY",
        no=asked.row.no,
        way_zh=codes[way].zh,
        way_en=_inside(codes[way]),
        ways_zh="或".join(one.zh for one in allowed),
        ways_en=" or ".join(_inside(one) for one in allowed),
    )


def _inside(text: Text) -> str:
    """An English word as it stands within a sentence."""
    return text.en[:1].lower() + text.en[1:]
