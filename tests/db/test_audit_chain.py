"""The chain of the audit log: sealed within a second, and every tampering is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit import canonical, sealer, services, verifying
from bangfu.foundation.audit.models import AuditEvent, PendingEvent, Segment
from bangfu.kernel.region import RegionCode
from tests.cast import AT

NATION = command_scope(RegionCode("000000000000"), "tests")


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own: key, head and checkpoints of no other test."""
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=""):
        yield tmp_path


def add(count: int, start: int = 0) -> None:
    """Add rows as services do."""
    with activate(NATION):
        for number in range(start, start + count):
            services.record(
                NATION,
                "tests.thing.done",
                at=AT,
                subject_kind="tests.thing",
                subject_id=str(number),
                region_code="990101000000",
                detail={"说明": f'第 {number} 次 "引号" \\ 行\n尾', "b": [1, None, 2.50]},
            )


def chain(*sizes: int) -> None:
    """Add and seal segments of these sizes."""
    for number, size in enumerate(sizes):
        add(size, number * 1000)
        assert sealer.seal_pending() == size


@pytest.mark.evidence("T11", "GB22239-8.1.4.7-b", "GB39786-8.4-g")
@pytest.mark.django_db
def test_rows_wait_then_are_sealed_and_the_chain_holds() -> None:
    add(3)
    assert PendingEvent.objects.count() == 3
    assert verifying.verify().waiting == 3
    assert sealer.seal_pending() == 3
    add(2, 3)
    assert sealer.seal_all() == 2
    report = verifying.verify()
    assert (report.is_sound, report.segments, report.rows, report.waiting) == (True, 2, 5, 0)
    first, second = Segment.objects.order_by("number")
    assert (first.first, second.first, bytes(second.previous)) == (1, 4, bytes(first.chain))


@pytest.mark.django_db
def test_a_stranger_can_rebuild_a_segment_from_its_rows_by_hand() -> None:
    """The recipe of docs/reference/audit-proof.md, with this test's own bytes."""
    chain(2)
    with activate(NATION):
        rows = list(AuditEvent.objects.order_by("id"))
    texts = []
    for row in rows:
        # PostgreSQL writes jsonb with the shorter key first.
        assert list(row.detail) == ["b", "说明"]
        said = json.dumps(row.detail["说明"], ensure_ascii=False)
        detail = f'{{"b": [1, null, 2.5], "说明": {said}}}'
        head = [str(row.id), "2026-10-31T09:00:00.000000Z", "COMMAND", "command:tests", "tests"]
        what = ["tests.thing.done", "990101000000", "tests.thing", row.subject_id, "OK", ""]
        start = ", ".join(json.dumps(one) for one in [*head, *what])
        texts.append(f'[{start}, null, "", {detail}]'.encode())
    (segment,) = Segment.objects.all()
    assert [canonical.sm3(text) for text in texts] == [
        bytes(segment.leaves)[:32],
        bytes(segment.leaves)[32:],
    ]
    assert bytes(segment.body) == canonical.sm3(b"\n".join(texts) + b"\n")
    header = (
        f"bangfu-audit-segment 1\n1\n1\n2\n{segment.sealed_at:%Y-%m-%dT%H:%M:%S.%fZ}\n{'0' * 64}\n"
        f"{bytes(segment.body).hex()}\n{canonical.sm3(bytes(segment.leaves)).hex()}\n"
    )
    assert bytes(segment.chain) == canonical.sm3(header.encode())


@pytest.mark.evidence("ASVS-11.4.3")
def test_the_hash_is_sm3_by_its_standard() -> None:
    """GB/T 32905-2016, appendix A.1."""
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert canonical.sm3(b"abc").hex() == expected
