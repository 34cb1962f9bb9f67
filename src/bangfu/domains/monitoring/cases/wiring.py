"""Hangs the cases on the steps of proceedings."""

from __future__ import annotations

from bangfu.domains.monitoring.cases.checks import (
    check_case_step,
    check_confirmation,
    check_evidence,
    check_signature,
)
from bangfu.domains.monitoring.cases.conditions import check_conditions, mark_stated
from bangfu.domains.monitoring.cases.following import follow_case_step
from bangfu.domains.monitoring.cases.notices import follow_notice_step
from bangfu.domains.monitoring.cases.statuses import check_status_step
from bangfu.domains.monitoring.ports import Ports


def connect() -> None:
    """Fill in the ports of the steps; calling it again changes nothing."""
    checks = (
        *(check_confirmation, check_signature, check_evidence, check_conditions, check_case_step),
        check_status_step,
    )
    for check in checks:
        if check not in Ports.before:
            Ports.before.append(check)
    if mark_stated not in Ports.derived:
        Ports.derived.append(mark_stated)
    for follow in (follow_case_step, follow_notice_step):
        if follow not in Ports.after:
            Ports.after.append(follow)
