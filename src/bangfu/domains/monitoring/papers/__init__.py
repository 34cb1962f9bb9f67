"""The papers of a case: on file, filled in, as one file."""
