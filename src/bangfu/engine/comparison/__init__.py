"""Departmental comparison: what a feed can and cannot say about a person in a month."""
