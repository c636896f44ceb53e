"""What a hand-over of a post handed over, as it was in that moment."""

from __future__ import annotations

import json
import uuid

from django.db import models

from accounts.crypto import Sealed


class HandOverCopy(models.Model):
    """The list of a hand-over, taken before it; `post` is the successor's. Written once and under seal: the database
    refuses to change or delete it.

    `rows` is sealed JSON: {"tasks": [[by when, what, whose, where, why], …], "households": [[whose, number, where,
    sort], …]}, words as they stood on the page.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    post = models.OneToOneField("accounts.Post", models.PROTECT, related_name="handover_copy", verbose_name="接任岗位")
    left = models.ForeignKey("accounts.User", models.PROTECT, related_name="handover_copies", verbose_name="离任人")
    rows_sealed = models.BinaryField(editable=False)
    kept_at = models.DateTimeField("封存时间")

    rows = Sealed("rows_sealed")

    class Meta:
        verbose_name = "移交清单"
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.post)

    @property
    def lists(self) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = json.loads(self.rows or "{}")
        return found
