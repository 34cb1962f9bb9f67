"""What the database's own catalogue says about row security: the check that holds the rule."""

from __future__ import annotations

from typing import Any

from bangfu.foundation.database.rls import DEFINERS

# Every table with a region is under forced row security, with a policy that holds for all
# commands and compares the region with the scope both for reading and for writing.
_BARE_TABLES = """
SELECT c.relname
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'region_code' AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg_temp%'
   AND NOT (c.relrowsecurity
            AND c.relforcerowsecurity
            AND EXISTS (SELECT 1
                          FROM pg_policy p
                         WHERE p.polrelid = c.oid
                           AND p.polcmd = '*'
                           AND p.polpermissive
                           AND pg_get_expr(p.polqual, c.oid) LIKE '%bangfu_scope_from()%'
                           AND pg_get_expr(p.polqual, c.oid) LIKE '%bangfu_scope_to()%'
                           AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%bangfu_scope_from()%'
                           AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%bangfu_scope_to()%'))
"""

# A view answers with its owner's rights unless it is an invoker's view; a materialised view holds
# rows that nobody's scope was asked for.
_LEAKY_VIEWS = """
SELECT c.relname
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND (c.relkind = 'm'
        OR (c.relkind = 'v'
            AND NOT COALESCE('security_invoker=true' = ANY (c.reloptions), false)
            AND NOT COALESCE('security_invoker=on' = ANY (c.reloptions), false)))
"""

# A function with its owner's rights sees what its owner sees.
_DEFINER_FUNCTIONS = """
SELECT p.proname
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def tables_without_rls(connection: Any) -> list[str]:
    """Return the names of tables, views and functions through which rows of a region could leak.

    `connection` is a Django connection or a psycopg one; any login may ask. Empty is good.
    """
    return sorted({*_names(connection, _BARE_TABLES), *_names(connection, _LEAKY_VIEWS)})


def definer_functions(connection: Any) -> list[str]:
    """Return the functions that run with their owner's rights, apart from those that check the
    context's signature."""
    return sorted(set(_names(connection, _DEFINER_FUNCTIONS)) - DEFINERS)


def _names(connection: Any, query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [str(row[0]) for row in cursor.fetchall()]
