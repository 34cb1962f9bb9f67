"""A refusal in words: as the error that the wire carries, and as one sentence for each lack."""

from __future__ import annotations

from bangfu.kernel.errors import BangfuError, Conflict, NotAllowed, Refused
from bangfu.procedures.machine import Lack, Lacks, Refusal, Why
from bangfu.procedures.model import Definition
from bangfu.standards import errors

_LACK_CODES = {
    Lacks.MISSING: "E-PROCEDURE-LACK-FACT",
    Lacks.UNKNOWN_FACT: "E-PROCEDURE-LACK-NO-SUCH-FACT",
    Lacks.NOT_TAKEN: "E-PROCEDURE-LACK-NOT-TAKEN",
    Lacks.WRONG_TYPE: "E-PROCEDURE-LACK-TYPE",
    Lacks.FUTURE: "E-PROCEDURE-LACK-FUTURE",
    Lacks.ALREADY: "E-PROCEDURE-LACK-ALREADY",
    Lacks.GUARD: "E-PROCEDURE-LACK-GUARD",
    Lacks.EXTENSION: "E-PROCEDURE-LACK-EXTENSION",
}


def as_error(definition: Definition, refusal: Refusal, language: str) -> BangfuError:
    """Return the error of a refusal: Conflict where the case has moved on, NotAllowed where the
    step is somebody else's, Refused with every lack in the language asked for."""
    step = definition.steps.get(refusal.step, definition.opening)
    state = definition.states.get(refusal.state)
    params = {
        "step": step.title.said(language) if step.name == refusal.step else refusal.step,
        "state": state.title.said(language) if state else "",
    }
    if refusal.why is Why.NOT_YOURS:
        return NotAllowed("E-PROCEDURE-STEP-OTHERS", **params)
    if refusal.why is Why.LACKING:
        mark = "; " if language == "en" else "；"
        lacks = mark.join(sentences(definition, refusal, language))
        return Refused("E-PROCEDURE-STEP-LACKS", **params, lacks=lacks)
    if refusal.why is Why.TOO_EARLY:
        return Conflict("E-PROCEDURE-STEP-EARLIER", **params)
    can = [each.title.said(language) for each in definition.steps_from(refusal.state)]
    mark = ", " if language == "en" else "、"
    return Conflict("E-PROCEDURE-STEP-NOT-NOW", **params, steps=mark.join(can) or "-")


def sentences(definition: Definition, refusal: Refusal, language: str) -> tuple[str, ...]:
    """Return one sentence for each lack, in the order in which they were found."""
    return tuple(_sentence(definition, lack, language) for lack in refusal.lacks)


def _sentence(definition: Definition, lack: Lack, language: str) -> str:
    if lack.kind is Lacks.GUARD:
        name = definition.guards[lack.name].title.said(language)
    elif lack.kind is Lacks.EXTENSION:
        name = definition.clocks[lack.name].title.said(language)
    else:
        fact = definition.facts.get(lack.name)
        name = fact.title.said(language) if fact else lack.name
    return errors.text(_LACK_CODES[lack.kind], {"name": name}, language).message
