"""What the search keeps beside its index, which is a table of the database's own kind (migration 0003)."""

from __future__ import annotations

from django.db import models


class IndexVersion(models.Model):
    """One row. `token` differs after every write, so that each process knows when its counts are old."""

    token = models.BigIntegerField()
    layout = models.PositiveSmallIntegerField(help_text="catalog.search.index.LAYOUT when all was last indexed.")

    def __str__(self) -> str:
        return f"{self.layout}:{self.token}"
