"""Bangfu finds rural households in or near hardship, says why, and follows each case."""

__version__ = "0.1.0"
