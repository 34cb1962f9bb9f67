"""The business of Bangfu, one app per domain, importing downwards only."""
