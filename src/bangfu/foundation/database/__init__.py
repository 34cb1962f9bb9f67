"""The system of record: which PostgreSQL, which roles, and the row security by region.

`cluster` starts and stops PostgreSQL for those who bring none; it needs no Django. `urls` and
`backend` connect Django to it. `rls` holds the migration operations that put a table under row
security. What a table means is not known here.
"""
