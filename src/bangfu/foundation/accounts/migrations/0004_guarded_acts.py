"""Acts against the accounts of administrators and auditors, decided by two persons."""

import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import bangfu.foundation.crypto.fields
import bangfu.foundation.database.fields
import bangfu.kernel.uuid7
from bangfu.foundation.database.rls import EnableRegionRls


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_four_eyes"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuardedAct",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bangfu.kernel.uuid7.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("act", models.CharField(max_length=20)),
                ("region_code", bangfu.foundation.database.fields.RegionCodeField()),
                ("post_id", models.UUIDField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200)),
                (
                    "first_half",
                    bangfu.foundation.crypto.fields.EncryptedField(blank=True, null=True),
                ),
                ("state", models.CharField(default="PROPOSED", max_length=10)),
                ("proposed_by", models.CharField(max_length=120)),
                ("proposed_by_label", models.CharField(max_length=120)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=120)),
                ("decided_by_label", models.CharField(blank=True, default="", max_length=120)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=200)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_guarded_act",
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="accounts_guarded_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ("state", "WITHDRAWN"),
                            _connector="OR",
                        ),
                        name="accounts_guarded_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "proposed_by",
                                    django.db.models.functions.comparison.Cast(
                                        "user_id", models.CharField()
                                    ),
                                ),
                                _negated=True,
                            ),
                            models.Q(
                                (
                                    "decided_by",
                                    django.db.models.functions.comparison.Cast(
                                        "user_id", models.CharField()
                                    ),
                                ),
                                _negated=True,
                            ),
                        ),
                        name="accounts_guarded_nobody_for_himself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by", ""),
                                ("state", "PROPOSED"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("first_half__isnull", True),
                                ("state__in", ["APPROVED", "REJECTED", "WITHDRAWN"]),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_guarded_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act", "END_POST"), ("post_id__isnull", False)),
                            models.Q(
                                models.Q(("act", "END_POST"), _negated=True),
                                ("post_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_guarded_post_when_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PROPOSED")),
                        fields=("user", "act", "post_id"),
                        name="accounts_guarded_open_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="guardedact",
            trigger=pgtrigger.compiler.Trigger(
                name="guarded_decided_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF OLD.state <> 'PROPOSED' OR\n   (NEW.id, NEW.user_id, NEW.act, NEW.region_code, NEW.post_id, NEW.valid_to, NEW.reason,\n    NEW.proposed_by, NEW.proposed_at)\n   IS DISTINCT FROM\n   (OLD.id, OLD.user_id, OLD.act, OLD.region_code, OLD.post_id, OLD.valid_to, OLD.reason,\n    OLD.proposed_by, OLD.proposed_at)\nTHEN RAISE EXCEPTION 'an act is decided once, as proposed' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="7ba21a3501c88e73f293947abc26c6a3c4cd2272",
                    operation="UPDATE",
                    pgid="pgtrigger_guarded_decided_once_a7e1f",
                    table="accounts_guarded_act",
                    when="BEFORE",
                ),
            ),
        ),
        EnableRegionRls("accounts_guarded_act"),
    ]
