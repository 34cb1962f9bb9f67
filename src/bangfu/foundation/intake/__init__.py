"""Intake (收件): what happened to every file that somebody handed in.

It knows batches: which file came in for which dataset, place and period, what was found in it,
and whether it was staged, refused, committed, cancelled, replaced or taken back. It does not read
files (that is `foundation.sheets`) and does not know what a row means (that is each domain's).
"""
