"""What a procedure is: states, steps, facts, guards and clocks, as read from a pack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

# The `to` of a step that leaves the state as it is, and the `from` that stands for every open one.
STAY = "STAY"
ANY = "ANY"


class Level(StrEnum):
    """At which level somebody acts: the family itself, a place, a department, or the system."""

    HOUSEHOLD = "HOUSEHOLD"
    VILLAGE = "VILLAGE"
    TOWNSHIP = "TOWNSHIP"
    COUNTY = "COUNTY"
    SECTOR = "SECTOR"
    PREFECTURE = "PREFECTURE"
    PROVINCE = "PROVINCE"
    SYSTEM = "SYSTEM"


class FactType(StrEnum):
    """What a fact's value is: a day, words, a number, yes or no, one of a list of codes, the
    number of a document that is on file, or the people named by their accounts."""

    DATE = "DATE"
    TEXT = "TEXT"
    COUNT = "COUNT"
    FLAG = "FLAG"
    CODE = "CODE"
    DOCUMENT = "DOCUMENT"
    PEOPLE = "PEOPLE"


class GuardKind(StrEnum):
    """How a guard judges; see `guards`."""

    KNOWN = "KNOWN"
    EQUALS = "EQUALS"
    ONE_OF = "ONE_OF"
    AT_LEAST = "AT_LEAST"
    NOT_ABOVE = "NOT_ABOVE"
    SHARE = "SHARE"
    ORDER = "ORDER"
    FULL = "FULL"
    WITHIN = "WITHIN"
    DIFFERENT = "DIFFERENT"
    SUM = "SUM"
    NOT_SHARE = "NOT_SHARE"


# A day, words, a number, yes or no, or people by their accounts.
Value = str | int | bool | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """Return it in a language; English for "en", else Chinese."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from, and whether somebody has checked it."""

    document: str
    status: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a step brings with it; `codes` are the values of a CODE with their texts."""

    name: str
    type: FactType
    title: Text
    codes: Mapping[str, Text] = field(default_factory=dict)
    may_be_future: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition with the sentence that is said when it does not hold.

    `facts` are what it judges, in order; `when` names a guard without whose fulfilment this one
    asks nothing.
    """

    name: str
    kind: GuardKind
    title: Text
    facts: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    least: int = 0
    share: tuple[int, int] = (0, 1)
    is_strict: bool = False
    limit: str = ""
    when: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class ClockDef:
    """A time limit that runs while the instance is in one of `runs_in`.

    It stops when the states are left or when all facts of `until` are known; it counts from the
    day of the fact `counts_from`, else from the day on which it began to run.
    """

    name: str
    title: Text
    limit: str
    ladder: str
    runs_in: tuple[str, ...]
    until: tuple[str, ...] = ()
    counts_from: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where an instance can stand; an end has an outcome and no clock."""

    name: str
    title: Text
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """One kind of doer: his level and the permission he needs; SYSTEM needs none."""

    level: Level
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """A step that moves a clock's last day to the day of `fact`, no later than `limit` after the
    day on which it was due at first."""

    clock: str
    fact: str
    limit: str


@dataclass(frozen=True, slots=True)
class StepDef:
    """A step: from which states to which, by whom, what it may bring, what must be there after
    it (`needs`), which guards hold, which known facts it may say anew (`renews`), which it makes
    unknown again (`forgets`) and which clocks begin anew with it, counted from its day also where
    they count from a fact at first (`restarts`). `keeps_day` and `keeps_doer` are facts that
    nobody types: the day on which the step is taken, and by whom. `is_main`: it is the ordinary
    way on, which screens name first."""

    name: str
    title: Text
    origins: tuple[str, ...]
    target: str
    who: tuple[Who, ...]
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    renews: tuple[str, ...] = ()
    forgets: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    extension: Extension | None = None
    is_main: bool = False
    keeps_day: str = ""
    keeps_doer: str = ""

    @property
    def keeps(self) -> tuple[str, ...]:
        """The facts that the machine itself keeps with the step."""
        return tuple(name for name in (self.keeps_day, self.keeps_doer) if name)


@dataclass(frozen=True)
class Definition:
    """One version of a procedure. `opening` is the step that makes an instance; the guards of
    `always` are asked at every step, as far as their facts are known."""

    id: str
    version: str
    title: Text
    valid_from: date
    valid_to: date | None
    source: Source
    states: Mapping[str, State]
    facts: Mapping[str, Fact]
    guards: Mapping[str, Guard]
    clocks: Mapping[str, ClockDef]
    opening: StepDef
    steps: Mapping[str, StepDef]
    always: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    @property
    def open_states(self) -> tuple[str, ...]:
        """The states that are no end, as written."""
        return tuple(name for name, state in self.states.items() if not state.is_end)

    def target_of(self, step: StepDef, state: str) -> str:
        """Return the state in which a step taken in `state` ends."""
        return state if step.target == STAY else step.target

    def origins_of(self, step: StepDef) -> tuple[str, ...]:
        """Return the states from which a step can be taken."""
        return self.open_states if step.origins == (ANY,) else step.origins

    def steps_from(self, state: str) -> tuple[StepDef, ...]:
        """Return the steps that can be taken in a state, as written."""
        return tuple(step for step in self.steps.values() if state in self.origins_of(step))

    def is_in_force(self, day: date) -> bool:
        """Whether new instances begin by this version on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that it demands: a version that is used must not change under its
        name. Which step screens name first is no demand."""
        plain = asdict(self)
        del plain["file"]
        for step in (plain["opening"], *plain["steps"].values()):
            del step["is_main"]
            for name in ("keeps_day", "keeps_doer"):
                if not step[name]:
                    del step[name]
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
