"""The table of what was spent. No region and nobody's data: no row security."""

from __future__ import annotations

from django.db import models


class Spent(models.Model):
    """How much of a budget one spender took in one window of time."""

    # HMAC of budget, spender and window: the table says nothing about who does what.
    key = models.BinaryField(primary_key=True, max_length=32)
    ends_at = models.DateTimeField()
    used = models.IntegerField()

    class Meta:
        db_table = "limits_spent"
        indexes = [models.Index(fields=["ends_at"], name="limits_spent_over")]

    def __str__(self) -> str:
        return f"{self.used} until {self.ends_at}"
