"""Outside systems, one folder each. Whatever one of them cannot do is said at its border."""
