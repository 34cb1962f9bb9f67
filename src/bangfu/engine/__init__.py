"""The analytical engine: Parquet and a rule pack in, Parquet and a manifest out.

It knows neither Django nor a database. What it promises to read is `contracts`; what a rule may
say is `rules`; where policy numbers stand is a pack (`packs`); what a department's file can and
cannot tell is `comparison`; a whole month is `runs`; one bare workbook is `quality`.
It is not the place for who may see a result, for work flow or for publishing.
"""
