"""Inspection (审计查阅): the audit log for its administrator, and exports with their own proof.

What is written and how it is chained is `foundation.audit`'s; this reads and packs it.
"""
