"""The table of stored files."""

from __future__ import annotations

from django.db import models

from bangfu.foundation.database.fields import RegionCodeField
from bangfu.kernel.uuid7 import uuid7


class StoredFile(models.Model):
    """A file kept in the installation's home, with its place and hash (文件)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_code = RegionCodeField()
    # What it is for, dotted: import.original, import.errors, export.households.
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sm3 = models.CharField(max_length=64)
    # Relative to the folder of files.
    path = models.CharField(max_length=200)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "files_stored"
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="files_stored_has_a_size"),
            models.CheckConstraint(
                condition=models.Q(sm3__regex=r"^[0-9a-f]{64}$"), name="files_stored_hash_is_sm3"
            ),
        ]
        indexes = [models.Index(fields=["region_code", "-id"], name="files_stored_newest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"
