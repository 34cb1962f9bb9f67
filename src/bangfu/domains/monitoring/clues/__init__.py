"""Clues from screenings and bulk acts on clues."""
