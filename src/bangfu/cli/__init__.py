"""The `bangfu` command: parses arguments, calls one function, prints. No business rule lives here."""
