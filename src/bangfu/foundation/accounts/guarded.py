"""The table of acts on accounts that two persons decide."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast

from bangfu.foundation.accounts.domain import Act, ProposalState
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

_DECIDED = """
IF OLD.state <> 'PROPOSED' OR
   (NEW.id, NEW.user_id, NEW.act, NEW.region_code, NEW.post_id, NEW.valid_to, NEW.reason,
    NEW.proposed_by, NEW.proposed_at)
   IS DISTINCT FROM
   (OLD.id, OLD.user_id, OLD.act, OLD.region_code, OLD.post_id, OLD.valid_to, OLD.reason,
    OLD.proposed_by, OLD.proposed_at)
THEN RAISE EXCEPTION 'an act is decided once, as proposed' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
_DECISIONS = [ProposalState.APPROVED, ProposalState.REJECTED, ProposalState.WITHDRAWN]


class GuardedAct(models.Model):
    """What somebody wants done with an account and somebody else decides on (账号处置申请): any act
    with an administrator's, and with everybody's what lets somebody in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20)
    region_code = RegionCodeField()
    post_id = models.UUIDField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    # The first half of a new password, which the proposer alone knows; gone with the decision.
    first_half = EncryptedField(null=True, blank=True)
    state = models.CharField(max_length=10, default=ProposalState.PROPOSED)
    proposed_by = models.CharField(max_length=120)
    proposed_by_label = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decided_by_label = models.CharField(max_length=120, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "accounts_guarded_act"
        triggers = [
            pgtrigger.Trigger(
                name="guarded_decided_once", operation=pgtrigger.Update, when=pgtrigger.Before,
                func=_DECIDED,
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by"))
                | models.Q(state=ProposalState.WITHDRAWN),
                name="accounts_guarded_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(proposed_by=Cast("user_id", models.CharField()))
                & ~models.Q(decided_by=Cast("user_id", models.CharField())),
                name="accounts_guarded_nobody_for_himself",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=ProposalState.PROPOSED, decided_by="", decided_at__isnull=True
                )
                | (
                    models.Q(
                        state__in=_DECISIONS, decided_at__isnull=False, first_half__isnull=True
                    )
                    & ~models.Q(decided_by="")
                ),
                name="accounts_guarded_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(act=Act.END_POST, post_id__isnull=False)
                | (~models.Q(act=Act.END_POST) & models.Q(post_id__isnull=True)),
                name="accounts_guarded_post_when_ended",
            ),
            models.UniqueConstraint(
                fields=["user", "act", "post_id"],
                condition=models.Q(state=ProposalState.PROPOSED),
                nulls_distinct=False,
                name="accounts_guarded_open_once",
            ),
        ]
        indexes = [models.Index(fields=["region_code", "-id"], name="accounts_guarded_newest")]

    def __str__(self) -> str:
        return f"{self.act} {self.user_id} {self.state}"
