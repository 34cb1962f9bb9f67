"""Three-valued decisions (是 否 资料不足), Kleene's strong logic, and why one stays open."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Decision(Enum):
    """True, false, or not to be decided with what is known."""

    TRUE = "TRUE"
    FALSE = "FALSE"
    UNKNOWN = "UNKNOWN"

    @classmethod
    def of(cls, value: bool | None) -> Decision:
        """Return the decision of a truth value; None is unknown."""
        if value is None:
            return cls.UNKNOWN
        return cls.TRUE if value else cls.FALSE

    @classmethod
    def all_of(cls, decisions: Iterable[Decision]) -> Decision:
        """Return the conjunction; TRUE of nothing."""
        result = cls.TRUE
        for decision in decisions:
            result = result.and_(decision)
        return result

    @classmethod
    def any_of(cls, decisions: Iterable[Decision]) -> Decision:
        """Return the disjunction; FALSE of nothing."""
        result = cls.FALSE
        for decision in decisions:
            result = result.or_(decision)
        return result

    def and_(self, other: Decision) -> Decision:
        """FALSE wins over UNKNOWN, UNKNOWN over TRUE."""
        if Decision.FALSE in (self, other):
            return Decision.FALSE
        return Decision.UNKNOWN if Decision.UNKNOWN in (self, other) else Decision.TRUE

    def or_(self, other: Decision) -> Decision:
        """TRUE wins over UNKNOWN, UNKNOWN over FALSE."""
        if Decision.TRUE in (self, other):
            return Decision.TRUE
        return Decision.UNKNOWN if Decision.UNKNOWN in (self, other) else Decision.FALSE

    def not_(self) -> Decision:
        """The opposite; UNKNOWN stays."""
        if self is Decision.UNKNOWN:
            return self
        return Decision.FALSE if self is Decision.TRUE else Decision.TRUE

    def as_bool(self) -> bool | None:
        """The truth value; None when unknown."""
        return None if self is Decision.UNKNOWN else self is Decision.TRUE


class UnknownReason(Enum):
    """Why a rule could not be decided."""

    NO_DATA = "NO_DATA"
    NOT_AUTHORISED = "NOT_AUTHORISED"
    STALE = "STALE"
    OUT_OF_COVERAGE = "OUT_OF_COVERAGE"
    SILENT = "SILENT"
