"""The grammar that formula text is read with: SQL's operators, and no function but ours.

With sqlglot's own function tables emptied every call stays a plain name with arguments, so that
neither a dialect's function nor its aliases can slip through the allow-list of `functions`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp, parser, tokens
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from bangfu.engine.errors import FormulaError

MAX_CHARACTERS = 4000
MAX_NESTING = 60
MAX_NODES = 600


COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}


class RuleDialect(Dialect):
    """Operators, literals, CASE and calls; nothing else has a meaning here."""

    class Tokenizer(tokens.Tokenizer):
        """sqlglot's tokenizer without comments, which would swallow the rest of a formula."""

        COMMENTS: ClassVar[list[Any]] = []

    class Parser(parser.Parser):
        """sqlglot's parser without a single known function."""

        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {}
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            "CASE": lambda self: self._parse_case()
        }


def read_expression(text: str) -> exp.Expr:
    """Read one formula; refuse what is too long, too deep, not one expression, or not readable."""
    if len(text) > MAX_CHARACTERS or _nesting(text) > MAX_NESTING:
        raise FormulaError(
            "E-RULE-TOO-LARGE", characters=len(text), limit=MAX_CHARACTERS, nesting=MAX_NESTING
        )
    try:
        statements = RuleDialect().parse(text)
    except (SqlglotError, RecursionError) as error:
        raise _unreadable(text, _position(error, text)) from error
    if len(statements) != 1 or statements[0] is None:
        raise _unreadable(text, text.find(";") if ";" in text else None)
    tree = statements[0]
    if sum(1 for _ in tree.walk()) > MAX_NODES:
        raise FormulaError(
            "E-RULE-TOO-LARGE", characters=len(text), limit=MAX_CHARACTERS, nesting=MAX_NESTING
        )
    return tree


def _nesting(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return max(deepest, text.upper().count("NOT NOT") + text.count("- -") + text.count("--"))


def position(tree: exp.Expr) -> int | None:
    """Return where in the formula's text the first word of a part stands."""
    starts = [part.meta["start"] for part in tree.walk() if "start" in part.meta]
    return min(starts, default=None)


def _unreadable(text: str, at: int | None) -> FormulaError:
    """The refusal of a text, with what stands around the place where reading stopped."""
    near = text.strip()[:40] if at is None else text[max(at - 20, 0) : at + 20].strip()
    error = FormulaError("E-RULE-SYNTAX", detail=near)
    error.at = at
    return error


def _position(error: BaseException, text: str) -> int | None:
    """Where sqlglot stopped: it tells the line and the last column of the word it met."""
    found = getattr(error, "errors", None)
    if not found or not found[0].get("line") or not found[0].get("col"):
        return None
    before = sum(len(line) + 1 for line in text.split("\n")[: found[0]["line"] - 1])
    at = before + int(found[0]["col"]) - len(found[0].get("highlight") or "")
    return at if 0 <= at < len(text) else None
