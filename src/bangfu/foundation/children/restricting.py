"""What a child does first: it takes from itself what it does not need."""

from __future__ import annotations

import resource


def restrict(*, memory_bytes: int, cpu_seconds: int, written_bytes: int) -> None:
    """Limit the running process for good: memory, seconds of processor, bytes of a file that it
    writes; no core file. A limit that is tighter already stays. Raises nothing here: what is over
    a limit later is a MemoryError, an OSError, or the end of the process.
    """
    for kind, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))
