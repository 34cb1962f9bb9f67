"""Counting what users and addresses spend of their budgets, for all processes together.

It knows budgets (`standards/limits.yaml`) and who spends; it knows no requests, no answers and
nobody's name: a spender is kept as a keyed hash.
"""
