"""Whoever may see the whole nation sees every row: said once more, in a form without an index.

The policy by region leads the planner to the index on the region even where a row is looked up by
its id, which made sealing and verifying some hundred times slower. As an alternative beside it,
the range is no longer a condition that an index can serve; the application's own filter still is.
"""

from django.db import migrations

_SEE = """
CREATE POLICY also_visible ON audit_event FOR SELECT
 USING ((SELECT bangfu_scope_from()) = '000000000000' AND (SELECT bangfu_scope_to()) = ':')
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_seals")]

    operations = [
        migrations.RunSQL(_SEE, "DROP POLICY also_visible ON audit_event"),
    ]
