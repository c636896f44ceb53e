"""Named filters of export runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class ExportRunQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A person's own: what others took stands in the audit."""
        return self.filter(started_by=user)

    def open(self) -> Self:
        return self.filter(state__in=["queued", "running"])

    def unanswered(self, since: datetime) -> Self:
        """Queued ones whose message was last sent before a moment, or never."""
        return self.filter(models.Q(heartbeat_at__isnull=True) | models.Q(heartbeat_at__lt=since), state="queued")

    def silent(self, since: datetime) -> Self:
        """Running ones without a sign of life since a moment."""
        return self.filter(state="running", heartbeat_at__lt=since)

    def kept_too_long(self, since: datetime) -> Self:
        return self.filter(file__isnull=False, finished_at__lt=since)
