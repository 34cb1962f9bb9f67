"""Check an export of the Bangfu audit log. Needs Python 3.9 or newer and nothing else.

    python verify.py [folder of the export] [chain hash that the witness gave you]

Exit status 0 when every row is as it was sealed and, with a hash given, when the chain ends in it.
The recipe in words is README.md beside this file; nothing here is secret, write your own if you
trust nobody.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def _rotate(value: int, count: int) -> int:
    count %= 32
    return ((value << count) | (value >> (32 - count))) & 0xFFFFFFFF


def _compress(state: list[int], block: bytes) -> list[int]:
    """One round of SM3 (GB/T 32905-2016, 5.3) over 64 bytes."""
    words = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for i in range(16, 68):
        mixed = words[i - 16] ^ words[i - 9] ^ _rotate(words[i - 3], 15)
        mixed ^= _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(mixed ^ _rotate(words[i - 13], 7) ^ words[i - 6])
    a, b, c, d, e, f, g, h = state
    for i in range(64):
        early = i < 16
        constant = 0x79CC4519 if early else 0x7A879D8A
        one = _rotate((_rotate(a, 12) + e + _rotate(constant, i)) & 0xFFFFFFFF, 7)
        two = one ^ _rotate(a, 12)
        ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if early else (e & f) | (~e & g & 0xFFFFFFFF)
        left = (ff + d + two + (words[i] ^ words[i + 4])) & 0xFFFFFFFF
        right = (gg + h + one + words[i]) & 0xFFFFFFFF
        a, b, c, d = left, a, _rotate(b, 9), c
        e, f, g, h = right ^ _rotate(right, 9) ^ _rotate(right, 17), e, _rotate(f, 19), g
    return [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h))]  # noqa: B905


def _own_sm3(data: bytes) -> bytes:
    state = [
        0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
        0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
    ]  # fmt: skip
    padding = b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    padded = data + padding
    for start in range(0, len(padded), 64):
        state = _compress(state, padded[start : start + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def sm3(data: bytes) -> bytes:
    """Return SM3 of `data`: the system's where it has one, else the one above."""
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).digest()
    return _own_sm3(data)


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def check_segments(folder: Path) -> tuple[dict[int, bytes], str]:
    """Check the chain of segments; return the leaves of those that hold rows, and the last hash."""
    leaves: dict[int, bytes] = {}
    previous, expected = None, None
    for one in _lines(folder / "segments.jsonl"):
        number = one["number"]
        if previous is not None and (one["previous"] != previous or number != expected):
            raise SystemExit(f"segment {number} does not follow on the one before")
        header = "\n".join(
            [
                "bangfu-audit-segment 1",
                str(number),
                str(one["first"]),
                str(one["rows"]),
                one["sealed_at"],
                one["previous"],
                one["body"],
                one["leaves_hash"],
                "",
            ]
        )
        if sm3(header.encode()).hex() != one["chain"]:
            raise SystemExit(f"segment {number}: the chain hash does not agree with its header")
        if "leaves" in one:
            leaves[number] = bytes.fromhex(one["leaves"])
            if sm3(leaves[number]).hex() != one["leaves_hash"]:
                raise SystemExit(f"segment {number}: the leaves do not agree with the header")
        previous, expected = one["chain"], number + 1
    return leaves, previous or ""


def check_rows(folder: Path, leaves: dict[int, bytes]) -> int:
    """Check every row against its leaf; return how many there are."""
    count = 0
    texts = (folder / "events.jsonl").read_bytes().split(b"\n")[:-1]
    places = list(_lines(folder / "places.jsonl"))
    if len(texts) != len(places):
        raise SystemExit("events.jsonl and places.jsonl differ in length")
    for text, (segment, place) in zip(texts, places):  # noqa: B905
        leaf = leaves.get(segment, b"")[place * 32 : place * 32 + 32]
        if sm3(text) != leaf:
            raise SystemExit(f"row {count + 1} (segment {segment}, place {place}) was altered")
        count += 1
    return count


def main(arguments: list[str]) -> None:
    """Check the folder of the first argument against the hash of the second."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    leaves, chain = check_segments(folder)
    rows = check_rows(folder, leaves)
    if len(arguments) > 1 and arguments[1].lower() != chain:
        raise SystemExit(f"the chain ends in {chain}, the witness says {arguments[1]}")
    known = "agrees with the witness" if len(arguments) > 1 else "compare it with the witness"
    print(f"{rows} rows are as they were sealed. The chain ends in {chain}: {known}.")


if __name__ == "__main__":
    main(sys.argv[1:])
