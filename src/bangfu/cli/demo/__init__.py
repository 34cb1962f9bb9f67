"""The invented county: its places, families, departmental files, and the truth they are scored by.

It is not a fixture of the tests alone: `make demo` shows it to people, so its files are real Excel
and CSV files that go through the same import as a county's own. Everything follows from a seed.
"""

from bangfu.cli.demo.command import command

__all__ = ["command"]
