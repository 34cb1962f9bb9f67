"""A model field that is text in Python and SM4-GCM in the database."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from bangfu.foundation.crypto.cipher import decrypt, encrypt


class EncryptedField(models.BinaryField):
    """Encrypted text (加密列). It cannot be searched; keep a token column beside it for that.

    Each write encrypts anew, so two stored values never compare equal. `null` stays null.
    """

    # How `holdings` knows such a column.
    is_encrypted = True

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        """Return the text in clear."""
        return None if value is None else decrypt(bytes(value))

    def to_python(self, value: Any) -> str | None:
        """Return the value as it is: text."""
        return None if value is None else str(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt text; what is bytes already was encrypted by `encrypt_many`.

        Raises TypeError for anything else, which would be stored as it is.
        """
        if isinstance(value, str):
            value = encrypt(value)
        if not isinstance(value, bytes | memoryview | None):
            raise TypeError(f"{self.name} takes text, not {type(value).__name__}")
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow `isnull` alone: a comparison with ciphertext never finds anything."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: search by its token column")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: Any) -> str:
        """Refuse to write the value in clear into a fixture."""
        raise FieldError(f"{self.name} is encrypted and is not serialised")
