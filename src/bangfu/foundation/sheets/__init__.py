"""Sheets in and out: reading, matching to a contract, checking, marking errors, writing.

What it is: the only place that opens a spreadsheet from outside. What it is not: it knows no
household, no database, no Django; meaning comes from the dataset contract it is given.
The package itself imports nothing, so that the reading child starts quickly; use its modules.
See docs/explanation/sheets.md.
"""
