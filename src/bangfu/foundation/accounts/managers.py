"""How users are made."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.utils import timezone


class UserManager(BaseUserManager[Any]):
    """Makes users with a hashed password; `services.create_user` is the audited way."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Any:
        """Save and return a user; without a password nobody can sign in as them."""
        fields.setdefault("date_joined", timezone.now())
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str, **fields: Any) -> Any:
        """Save and return a user who may open the back office; row security still holds."""
        return self.create_user(
            username, password, **{"is_staff": True, "is_superuser": True, **fields}
        )
