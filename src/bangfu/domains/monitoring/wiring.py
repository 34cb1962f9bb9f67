"""What this domain fills in of the ports of lower ones; called when the applications are ready."""

from __future__ import annotations

from bangfu.domains.monitoring import cases_wiring, clock_wiring, digesting, screened_wiring
from bangfu.domains.monitoring.versions import running_versions
from bangfu.domains.screening.ports import Ports as ScreeningPorts


def connect() -> None:
    """Fill in the ports; calling it again changes nothing."""
    ScreeningPorts.running_procedures = staticmethod(running_versions)
    screened_wiring.connect()
    cases_wiring.connect()
    digesting.connect()
    clock_wiring.connect()
