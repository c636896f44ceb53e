"""Throwing away what has served its time: sessions, tokens, sign-in records, files without a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session

from accounts.models import ApiToken, StoredFile
from accounts.services import audit

# The law asks for network logs of six months; the audit, which is kept longer, has every sign-in too.
LOGS_FOR = timedelta(days=183)
# A file is written before its row is committed, so a young one may still get its row.
FILES_FOR = timedelta(days=1)
_BATCH = 500


@dataclass(frozen=True)
class Tidied:
    """How many of each are gone."""

    sessions: int
    tokens: int
    sign_ins: int
    files: int


def tidy(*, at: datetime) -> Tidied:
    """Delete what has ended; may run at any time and any number of times."""
    sessions = Session.objects.filter(expire_date__lt=at).delete()[0]
    tokens = ApiToken.objects.filter(expires_at__lte=at).delete()[0]
    old = at - LOGS_FOR
    sign_ins = sum(model.objects.filter(attempt_time__lt=old).delete()[0] for model in (AccessAttempt, AccessLog))
    done = Tidied(sessions, tokens, sign_ins, _drop_orphans(at))
    if any(asdict(done).values()):
        audit.record(actor=None, at=at, action="accounts.tidied", detail=asdict(done))
    return done


def _drop_orphans(at: datetime) -> int:
    """Kept files whose transaction was rolled back, and halves that a crash left behind."""
    dropped, batch = 0, []
    for path in _old_files(at - FILES_FOR):
        batch.append(path)
        if len(batch) == _BATCH:
            dropped += _drop_unknown(batch)
            batch = []
    return dropped + _drop_unknown(batch)


def _old_files(before: datetime) -> Iterator[Path]:
    for path in (Path(settings.DATA_DIR) / "originals").glob("*/*"):
        if path.is_file() and path.stat().st_mtime < before.timestamp():
            yield path


def _drop_unknown(paths: list[Path]) -> int:
    names = [path.name for path in paths]
    known = set(StoredFile.objects.filter(sha256__in=names).values_list("sha256", flat=True))
    unknown = [path for path in paths if path.name not in known]
    for path in unknown:
        path.unlink(missing_ok=True)
    return len(unknown)
