"""Comparing the chain with what the witness holds. Pure but for the key it is given."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest

from bangfu.foundation.audit.findings import Begun, Fault, Finding, Report, Rewound
from bangfu.foundation.audit.keys import SealKey
from bangfu.foundation.audit.witness import Line


def compare(
    report: Report,
    lines: Sequence[Line],
    head: tuple[int, str] | None,
    chains: dict[int, str],
    key: SealKey,
) -> None:
    """Add to the report where the chain and the witness disagree: the earliest place of each kind.

    `head` is the newest hash noted on this machine, `chains` the hash of each segment in hex. A
    line written after an acknowledged restore sets aside earlier lines above it.
    """
    valid: list[Line] = []
    for line in lines:
        if not compare_digest(line.mark, key.sign(line.text())):
            report.findings.append(Finding(Fault.CHECKPOINT, line.number))
            continue
        if line.lost:
            report.restores.append(Rewound(line.kept, line.lost, line.made_at, line.reason))
            valid = [one for one in valid if one.number <= line.kept]
        elif line.reason:
            report.beginnings.append(Begun(line.number, line.made_at, line.reason))
        valid.append(line)
    known = [(line.number, line.chain) for line in valid]
    if head is not None:
        known.append(head)
    _add_first(report, known, chains)


def _add_first(report: Report, known: Sequence[tuple[int, str]], chains: dict[int, str]) -> None:
    """A cut is named by the first segment that is gone, a rewriting by the first that differs.

    Segments between the last checkpoint that agrees and the first that does not may be bad too;
    the finding names the first of them.
    """
    newest = max(chains, default=0)
    if any(number > newest for number, _ in known):
        report.findings.append(Finding(Fault.CUT, newest + 1))
    bad = sorted(
        number for number, chain in known if number <= newest and chains.get(number) != chain
    )
    if bad:
        good = (
            number for number, chain in known if number < bad[0] and chains.get(number) == chain
        )
        report.findings.append(Finding(Fault.REWRITTEN, max(good, default=0) + 1))
