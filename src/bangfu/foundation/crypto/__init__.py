"""Encryption of single values (SM4-GCM) and keyed tokens for exact search (HMAC-SM3).

The keys lie in a file outside the database (`keys`). It encrypts, decrypts and makes tokens; who
may see a value in clear is not decided here.
"""
