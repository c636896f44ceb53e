"""Files that a user may attach to what he does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.errors import Refused
from accounts.models import StoredFile, User
from accounts.scope import scope_of


def attached(files: Sequence[StoredFile], *, actor: User | None, at: datetime) -> list[StoredFile]:
    """The kept files, each once, in their order.

    Whoever sees a record sees its files, so nobody may attach a file that is not his: he kept it himself, or somebody
    of his places did (the same content is kept once, under the name of who came first).

    Raises:
        Refused: one of them is somebody else's.
    """
    wanted = list(dict.fromkeys(files))
    strangers = {file.stored_by for file in wanted if file.stored_by_id is not None and file.stored_by != actor}
    if strangers and actor is not None and not all(_colleague(stranger, actor, at) for stranger in strangers):
        raise Refused("附件不是你上传的，请重新上传。", field="files", code="not_your_file")
    return wanted


def _colleague(stranger: User | None, actor: User, at: datetime) -> bool:
    today = timezone.localdate(at)
    if stranger is None:
        return False
    return any(scope_of(actor, today).covers(post.division_id) for post in scope_of(stranger, today).posts)
