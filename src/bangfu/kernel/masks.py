"""How identifying values are shown unless somebody gives a reason to see them in full."""

from __future__ import annotations

STAR = "*"


def _keep(text: str, head: int, tail: int) -> str:
    """Keep `head` and `tail` characters, or none when too little would be hidden."""
    hidden = len(text) - head - tail
    if hidden < max(1, (head + tail) // 3):
        return STAR * len(text)
    return text[:head] + STAR * hidden + (text[-tail:] if tail else "")


def mask_name(name: str) -> str:
    """张小三 → 张*三, 李四 → 李*; longer names keep the first and the last character."""
    if len(name) == 2:
        return name[0] + STAR
    return _keep(name, 1, 1)


def mask_id(number: str) -> str:
    """Keep the division alone: 990101************.

    The birth date stands beside the number on most screens, and division, birth date and the last
    four characters are the whole number. What is left says no more than place and birth date do.
    """
    return _keep(number, 6, 0)


def mask_phone(phone: str) -> str:
    """13812341234 → 138****1234; a shorter number keeps its last two digits."""
    return _keep(phone, 3, 4) if len(phone) >= 11 else _keep(phone, 0, 2)


def mask_account(account: str) -> str:
    """Keep the last four digits of a bank account."""
    return _keep(account, 0, 4)
