"""Users and the posts that they hold."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Cast

from bangfu.foundation.accounts.credentials import PasswordRecord, SignInAttempt
from bangfu.foundation.accounts.domain import PostKind, ProposalState
from bangfu.foundation.accounts.guarded import GuardedAct
from bangfu.foundation.accounts.managers import UserManager
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

__all__ = [
    "AccountHome",
    "GuardedAct",
    "PasswordRecord",
    "Post",
    "PostProposal",
    "SignInAttempt",
    "User",
]

# A row of posts says what was granted: it may end sooner, and nothing else of it may change.
_STANDS = """
IF (NEW.id, NEW.user_id, NEW.role, NEW.duty, NEW.region_code, NEW.valid_from, NEW.kind,
    NEW.proposed_by, NEW.approved_by, NEW.department)
   IS DISTINCT FROM
   (OLD.id, OLD.user_id, OLD.role, OLD.duty, OLD.region_code, OLD.valid_from, OLD.kind,
    OLD.proposed_by, OLD.approved_by, OLD.department)
   OR COALESCE(NEW.valid_to, 'infinity') > COALESCE(OLD.valid_to, 'infinity')
   OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
THEN RAISE EXCEPTION 'a granted post may only end' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
_DECIDED = """
IF OLD.state <> 'PROPOSED' OR
   (NEW.id, NEW.user_id, NEW.role, NEW.duty, NEW.region_code, NEW.valid_from, NEW.valid_to,
    NEW.kind, NEW.office, NEW.note, NEW.proposed_by, NEW.department)
   IS DISTINCT FROM
   (OLD.id, OLD.user_id, OLD.role, OLD.duty, OLD.region_code, OLD.valid_from, OLD.valid_to,
    OLD.kind, OLD.office, OLD.note, OLD.proposed_by, OLD.department)
THEN RAISE EXCEPTION 'a proposal is decided once, as proposed' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
# The administrators' roles and the kinds of account that go with them; see standards/roles.yaml.
_DUTY_OF_ROLE = (
    models.Q(role="SYSTEM_ADMINISTRATOR", duty="SYSTEM")
    | models.Q(role="SECURITY_ADMINISTRATOR", duty="SECURITY")
    | models.Q(role__in=["AUDIT_ADMINISTRATOR", "AUDITOR"], duty="AUDIT")
    | (
        models.Q(duty__in=["BUSINESS", "PUBLIC"])
        & ~models.Q(
            role__in=[
                "SYSTEM_ADMINISTRATOR",
                "SECURITY_ADMINISTRATOR",
                "AUDIT_ADMINISTRATOR",
                "AUDITOR",
            ]
        )
    )
)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in (用户). What they may see and do follows from their posts alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=60, blank=True, default="")
    language = models.CharField(
        max_length=5, choices=[("zh", "简体中文"), ("en", "English")], default="zh"
    )
    # Not used to sign in; allauth expects the field.
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    # What kind of posts the account may hold, from the first one on: BUSINESS, PUBLIC, SYSTEM,
    # SECURITY or AUDIT. Whoever changes from one to another gets another account.
    duty = models.CharField(max_length=10, blank=True, default="")
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        db_table = "accounts_user"
        constraints = [
            # What the posts' duty points to.
            models.UniqueConstraint(fields=["id", "duty"], name="accounts_user_one_duty"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """Return the name that screens show."""
        return self.display_name or self.username

    def get_short_name(self) -> str:
        """Return the name that screens show."""
        return self.get_full_name()


class AccountHome(models.Model):
    """The place whose system administrator answers for an account (账号归属地).

    Users are read before any scope exists and so have no row security; who may see and manage an
    account stands here, under it.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="home"
    )
    region_code = RegionCodeField()

    class Meta:
        db_table = "accounts_home"
        indexes = [models.Index(fields=["region_code"], name="accounts_home_by_place")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.region_code}"


@pghistory.track(
    pghistory.UpdateEvent("replaced", row="OLD", level=pgtrigger.Statement),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "accounts_post_version"},
)
class Post(models.Model):
    """A role in a place, held by a user from a day to a day (岗位); granted by two persons."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    # (user, duty) points to the account's own duty, so that an account is of one kind.
    duty = models.CharField(max_length=10)
    region_code = RegionCodeField()
    kind = models.CharField(max_length=10, default=PostKind.REGULAR)
    office = models.CharField(max_length=80, blank=True, default="")
    # A code of the list `department`; of the roles that are for one department's data alone.
    department = models.CharField(max_length=40, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    # The instant at which it was taken away, before its last day.
    ended_at = models.DateTimeField(null=True, blank=True)
    # Actors' ids: users, or the persons whom a command at the terminal names.
    proposed_by = models.CharField(max_length=120)
    approved_by = models.CharField(max_length=120)

    class Meta:
        db_table = "accounts_post"
        triggers = [
            pgtrigger.Trigger(
                name="granted_stands", operation=pgtrigger.Update, when=pgtrigger.Before,
                func=_STANDS,
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(proposed_by=models.F("approved_by")),
                name="accounts_post_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(proposed_by=Cast("user_id", models.CharField()))
                & ~models.Q(approved_by=Cast("user_id", models.CharField())),
                name="accounts_post_nobody_grants_to_himself",
            ),
            models.CheckConstraint(condition=_DUTY_OF_ROLE, name="accounts_post_duty_of_role"),
            # A post from before departments had to end; see migration 0005.
            models.CheckConstraint(
                condition=(models.Q(role="DEPARTMENT_USER") & ~models.Q(department=""))
                | (~models.Q(role="DEPARTMENT_USER") & models.Q(department=""))
                | models.Q(ended_at__isnull=False),
                name="accounts_post_department_of_role",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=PostKind.REGULAR) | models.Q(valid_to__isnull=False),
                name="accounts_post_temporary_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="accounts_post_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region_code", "department"],
                condition=models.Q(valid_to__isnull=True, ended_at__isnull=True),
                name="accounts_post_open_once",
            ),
        ]
        indexes = [models.Index(fields=["region_code"], name="accounts_post_by_place")]

    def __str__(self) -> str:
        return f"{self.role} {self.region_code}"

    def is_valid_on(self, day: date) -> bool:
        """Return whether the post is held on `day`, its first and last days included."""
        return (
            self.ended_at is None
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )


class PostProposal(models.Model):
    """A post that somebody proposes and somebody else decides on (岗位授权申请).

    Approved, it becomes a post with the same id.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    duty = models.CharField(max_length=10)
    region_code = RegionCodeField()
    kind = models.CharField(max_length=10, default=PostKind.REGULAR)
    office = models.CharField(max_length=80, blank=True, default="")
    # A code of the list `department`; of the roles that are for one department's data alone.
    department = models.CharField(max_length=40, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, default=ProposalState.PROPOSED)
    proposed_by = models.CharField(max_length=120)
    proposed_by_label = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decided_by_label = models.CharField(max_length=120, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "accounts_proposal"
        triggers = [
            pgtrigger.Trigger(
                name="decided_once", operation=pgtrigger.Update, when=pgtrigger.Before,
                func=_DECIDED,
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by"))
                | models.Q(state=ProposalState.WITHDRAWN),
                name="accounts_proposal_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(proposed_by=Cast("user_id", models.CharField()))
                & ~models.Q(decided_by=Cast("user_id", models.CharField())),
                name="accounts_proposal_nobody_for_himself",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=ProposalState.PROPOSED, decided_by="", decided_at__isnull=True
                )
                | (
                    models.Q(
                        state__in=[
                            ProposalState.APPROVED,
                            ProposalState.REJECTED,
                            ProposalState.WITHDRAWN,
                        ],
                        decided_at__isnull=False,
                    )
                    & ~models.Q(decided_by="")
                ),
                name="accounts_proposal_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region_code", "department"],
                condition=models.Q(state=ProposalState.PROPOSED),
                name="accounts_proposal_open_once",
            ),
        ]
        indexes = [models.Index(fields=["region_code", "-id"], name="accounts_proposal_newest")]

    def __str__(self) -> str:
        return f"{self.role} {self.region_code} {self.state}"
