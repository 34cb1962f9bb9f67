"""What this domain fills in of the ports of lower ones; called when the applications are ready."""

from __future__ import annotations

from bangfu.domains.monitoring import digesting
from bangfu.domains.monitoring.cases.wiring import connect as connect_cases
from bangfu.domains.monitoring.clocks.wiring import connect as connect_clocks
from bangfu.domains.monitoring.clues.wiring import connect as connect_clues
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.monitoring.versions import running_versions
from bangfu.domains.monitoring.villagelists import lists
from bangfu.domains.screening.ports import Ports as ScreeningPorts


def connect() -> None:
    """Fill in the ports; calling it again changes nothing."""
    ScreeningPorts.running_procedures = staticmethod(running_versions)
    connect_clues()
    connect_cases()
    digesting.connect()
    connect_clocks()
    if lists.make_this_month not in Ports.made:
        Ports.made.append(lists.make_this_month)
