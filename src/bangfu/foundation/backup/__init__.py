"""Backup and restore (备份与恢复): what an installation cannot lose, kept twice and proven.

A set is one folder: physical bases of our own cluster, its write-ahead log as it is archived, and
every file of the home (lake, stored files, runs), encrypted in chunks (`stream`), named and hashed
in sealed lists (`records`). Keys are never in a set; `keys` writes them apart under a passphrase.
It needs no Django, so that a machine with nothing but the programs and the keys can restore. What a
table means is not known here.
"""
