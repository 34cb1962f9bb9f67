"""The evidence of a suspicion (佐证材料): what the household brought beside its own explanation.

It is the household's and no paper of ours: a scan, or the number of a paper that lies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from bangfu.domains.monitoring.models.cases import CasePaper
from bangfu.foundation.papers import HELD, INCOMPLETE, PaperState
from bangfu.procedures import Definition

EVIDENCE = "evidence"
# The fact of a suspicion that names it, and the step that may bring it first.
EVIDENCE_NO, _HEARD = "evidence_no", "HEAR"


def evidence_state(definition: Definition, held: Iterable[CasePaper]) -> PaperState:
    """Return whether evidence is on file; a household may have none."""
    newest = next((one for one in reversed(list(held)) if one.paper == EVIDENCE), None)
    title = definition.facts[EVIDENCE_NO].title
    return PaperState(
        paper=EVIDENCE,
        title=MappingProxyType({"zh": title.zh, "en": title.en}),
        step=_HEARD,
        state=HELD if newest else INCOMPLETE,
        is_optional=True,
        lacks=(),
        number=newest.no if newest else "",
        dated_on=newest.dated_on if newest else None,
    )
