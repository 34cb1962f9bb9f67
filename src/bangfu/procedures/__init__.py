"""The table-driven machine of procedures (线索、识别、消除、疑点): who may take which step when,
what has to be there, and until when.

Definitions, time limits and ladders are dated data of a pack, versioned; `load` reads and checks
them, `open_instance` and `take` turn a step into the next instance or into a refusal that lists
everything missing. Pure: no tables, no clock, no framework; no household is known here, only
facts by their names. What is stored, who is told and what is audited is the business of the
domains that use it.
"""

from bangfu.procedures.deadlines import Deadline, Rung
from bangfu.procedures.dispatch import (
    Channel,
    Dispatch,
    DispatchRow,
    HandlerKind,
    Loudness,
    Proof,
    Way,
)
from bangfu.procedures.errors import Problem, ProceduresRefused
from bangfu.procedures.limits import Terms
from bangfu.procedures.loader import Book, Running, load, lost_versions
from bangfu.procedures.machine import (
    Doer,
    Done,
    Ended,
    Instance,
    Lack,
    Lacks,
    Offer,
    Refusal,
    Taken,
    Why,
    offers,
    open_instance,
    recompute,
    take,
)
from bangfu.procedures.model import Definition, Level, StepDef, Value
from bangfu.procedures.offices import Capacity, OfficeKind
from bangfu.procedures.telling import as_error, sentences

__all__ = [
    "Book",
    "Capacity",
    "Channel",
    "Deadline",
    "Definition",
    "Dispatch",
    "DispatchRow",
    "Doer",
    "Done",
    "Ended",
    "HandlerKind",
    "Instance",
    "Lack",
    "Lacks",
    "Level",
    "Loudness",
    "Offer",
    "OfficeKind",
    "Problem",
    "ProceduresRefused",
    "Proof",
    "Refusal",
    "Rung",
    "Running",
    "StepDef",
    "Taken",
    "Terms",
    "Value",
    "Way",
    "Why",
    "as_error",
    "load",
    "lost_versions",
    "offers",
    "open_instance",
    "recompute",
    "sentences",
    "take",
]
