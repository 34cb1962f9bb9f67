"""Users and the posts that they hold."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from bangfu.foundation.accounts.credentials import PasswordRecord, SignInAttempt
from bangfu.foundation.accounts.managers import UserManager
from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7

__all__ = ["PasswordRecord", "Post", "SignInAttempt", "User"]


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
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        db_table = "accounts_user"

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """Return the name that screens show."""
        return self.display_name or self.username

    def get_short_name(self) -> str:
        """Return the name that screens show."""
        return self.get_full_name()


@pghistory.track(
    pghistory.UpdateEvent("replaced", row="OLD", level=pgtrigger.Statement),
    pghistory.DeleteEvent("deleted", row="OLD", level=pgtrigger.Statement),
    obj_field=pghistory.ObjForeignKey(related_name="versions", db_constraint=False),
    context_field=None,  # type: ignore[arg-type]
    meta={"db_table": "accounts_post_version"},
)
class Post(models.Model):
    """A role in a place, held by a user from a day to a day (岗位)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    region_code = RegionCodeField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "accounts_post"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="accounts_post_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region_code"],
                condition=models.Q(valid_to__isnull=True),
                name="accounts_post_open_once",
            ),
        ]
        indexes = [models.Index(fields=["region_code"], name="accounts_post_by_place")]

    def __str__(self) -> str:
        return f"{self.role} {self.region_code}"

    def is_valid_on(self, day: date) -> bool:
        """Return whether the post is held on `day`, its first and last days included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
