"""How a value is printed, and how wide the blank is where it is missing."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.foundation.papers.filled import Run
from bangfu.foundation.papers.layout import Layout
from bangfu.foundation.papers.slots import Slot
from bangfu.kernel.masks import mask_name

SPACE = "\u3000"
# A rule to write on. Spaces with a line under them vanish where a line of text ends.
RULE = "\uff3f"
# XML 1.0 §2.2 allows no other control characters; direction marks could turn a line around.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]")


def clean(text: str, layout: Layout) -> str:
    """Return a text that any reader of XML takes: what cannot be written becomes a visible box."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _ILLEGAL.sub(layout.word("illegal"), _UNSEEN.sub("", text))


def printed(value: Any, slot: Slot, layout: Layout) -> str:
    """Return the printed form of a value that is there."""
    if slot.filter == "masked":
        return mask_name(clean(str(value), layout))
    if isinstance(value, bool):
        return layout.words_of("yes_no")[0 if value else 1]
    if isinstance(value, date):
        return _date(value, slot.filter, layout)
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, tuple):
        return layout.word("between").join(clean(str(item), layout) for item in value)
    return clean(str(value), layout)


def money(amount: Decimal) -> str:
    """21300 → 21,300; 21300.5 → 21,300.50; yuan."""
    amount = amount.quantize(Decimal("0.01"))
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def blank(kind: Any, slot: Slot, layout: Layout) -> tuple[Run, ...]:
    """Return what stands for a missing value in a line: ruled space, with the words of a date."""
    if kind is date and slot.filter != "day":
        widths = (layout.blanks["year"], layout.blanks["day"], layout.blanks["day"])
        words = layout.words_of("blank_date")
        pairs = list(zip(widths, words, strict=True))[: 2 if slot.filter == "month" else 3]
        return tuple(run for width, word in pairs for run in (_space(width, slot.path), Run(word)))
    if kind is bool:
        return (Run(" ".join(word + layout.word("box") for word in layout.words_of("yes_no"))),)
    width = {int: "number", Decimal: "money"}.get(kind, "text")
    return (_space(slot.width or layout.blanks[width], slot.path),)


def _space(width: int, path: str) -> Run:
    return Run(RULE * width, path, is_blank=True)


def _date(value: date, form: str, layout: Layout) -> str:
    if form == "day":
        return value.isoformat()
    pattern = layout.word("month" if form == "month" else "date")
    return pattern.format(year=value.year, month=value.month, day=value.day)
