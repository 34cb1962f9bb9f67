"""How much a handed-in file may cost its child process."""

from __future__ import annotations

# 50 million points are a telephone's largest ordinary picture and 150 MB of memory in colour.
PIXELS = 50_000_000
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
WALL_SECONDS = 60
ANSWER_BYTES = 40 << 20
# Of a Word file: entries of the archive, unpacked bytes in all, and the smallest packed share of
# an entry, which is that of the sheets (POI's floor: 0.01).
ENTRIES = 2_000
UNPACKED_BYTES = 200 << 20
SMALLEST_RATIO = 0.01
RATIO_FROM_BYTES = 1 << 20
# Of a PDF: bytes that its packed lists of objects may unpack to.
OBJECT_BYTES = 64 << 20
