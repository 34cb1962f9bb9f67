"""Pairing of cadres and households (结对帮扶): who answers for which household, from when to when.

At most one cadre answers for a household at a time (帮扶责任人). A pairing is made, ended or handed
over; it opens nothing by itself, since what a cadre may see and do follows from their post. What
waits for a cadre is the business of the domains above, which are told when pairings end.
"""
