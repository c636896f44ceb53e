"""Kept files that a request refers to by their SHA-256."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from rest_framework import serializers

from accounts.models import StoredFile, User
from accounts.scope import scope_of


def attached(names: Sequence[str], *, field: str, actor: User, at: datetime) -> list[StoredFile]:
    """The kept files with these digests, in their order.

    Who sees a record sees its files, so a file counts only if the caller or somebody of his places kept it.

    Raises:
        serializers.ValidationError: in the same words for a file that is not there and for somebody else's.
    """
    rows = {row.sha256: row for row in StoredFile.objects.filter(sha256__in=names).select_related("stored_by")}
    found = [rows[name] for name in names if name in rows and _mine(rows[name], actor, at)]
    if len(found) != len(names):
        raise serializers.ValidationError({field: ["没有这个文件，请先用 POST /api/v1/files/ 上传。"]})
    return found


def attached_one(name: str, *, field: str, actor: User, at: datetime) -> StoredFile | None:
    """The same for one file, None for no name."""
    return attached([name], field=field, actor=actor, at=at)[0] if name else None


def _mine(file: StoredFile, actor: User, at: datetime) -> bool:
    if file.stored_by is None or file.stored_by == actor:
        return file.stored_by is not None
    today = timezone.localdate(at)
    scope = scope_of(actor, today)
    return any(scope.covers(post.division_id) for post in scope_of(file.stored_by, today).posts)
