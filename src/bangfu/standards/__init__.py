"""Reads the data of `standards/` into typed values: code lists, contracts, errors, divisions.

What belongs here: loading, checking and looking up. What does not: any rule about households, any
database, any text in code. A malformed file is refused with its path, its place and a remedy.
"""
