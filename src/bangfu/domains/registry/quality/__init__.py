"""Checks a spreadsheet of households and members against the data-quality rules of a pack.

What it is: reading, deciding and writing annotated workbooks, for one file by itself. What it is
not: it imports nothing into the register and needs no database and no Django, so that a county
can use it on the first day. The rules are data: packs/<pack>/quality.
"""
