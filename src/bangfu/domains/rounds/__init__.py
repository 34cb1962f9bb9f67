"""Rounds over all households of a county (集中排查) and its year-end window (年度信息采集).

A round has one entry a household; an entry that tells of a change or of an emergency becomes a
clue. A window is an object with stages; what it locks is asked for by the domains below through a
port that the server binds.
"""
