"""The `bangfu` command: it parses arguments, calls one function and prints."""
