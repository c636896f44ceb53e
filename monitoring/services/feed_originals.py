"""Reading a kept original again: the workbook of its rejected rows, and its rows as received if they were lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.services.audit import record
from accounts.services.files import open_file
from monitoring.feeds import FEEDS
from monitoring.ingest import Reading, open_source, read
from monitoring.ingest_keys import digests
from monitoring.ingest_rows import Accepted
from monitoring.models import FeedBatch, FeedRow
from monitoring.services.feed_errors import write_rejected
from monitoring.services.feed_rights import require_feed


def write_batch_errors(*, batch: FeedBatch, output: Path, actor: User | None, at: datetime) -> int:
    """Write the batch's rejected rows as they came, with reason and ticket, to an .xlsx; returns how many.

    Raises:
        Refused: the original is missing or damaged.
        Forbidden, OutOfScope: the actor may not bring this feed.
    """
    require_feed(actor=actor, feed=FEEDS[batch.feed], at=at)
    with _reading(batch) as reading:
        written = write_rejected(reading.sheets, reading.rejected, batch.file.sha256, output)
    record(actor=actor, at=at, action="feed.errors_exported", target=batch, detail={"rows": written})
    return written


def rebuild_evidence(*, batch: FeedBatch, actor: User | None, at: datetime) -> None:
    """Make the kept rows of a batch anew from its original.

    Raises:
        Refused: the original is missing, or no longer gives the rows that the batch has.
    """
    require_feed(actor=actor, feed=FEEDS[batch.feed], at=at)
    collector = _Collector()
    with _reading(batch, collector) as reading, transaction.atomic():
        stored = FeedRow.objects.of([batch]).order_by("pk").values_list("digest", flat=True)
        if [bytes(digest) for digest in stored] != collector.digests:
            raise Refused("由原始文件读出的数据行与已入库的不一致，不能重建，请从备份恢复。", code="evidence_differs")
        FeedBatch.objects.filter(pk=batch.pk).update(evidence=reading.evidence.finish())
        record(actor=actor, at=at, action="feed.evidence_rebuilt", target=batch)


class _Collector:
    """A sink that only remembers the digests in the order of the positions."""

    def __init__(self) -> None:
        self.digests: list[bytes] = []

    def add(self, sheet: str, accepted: Accepted) -> None:
        self.digests += accepted.digests.view("V16").ravel().tolist()

    def store(self, batch: int) -> None:
        raise TypeError("rows that were read again are not stored")

    def close(self) -> None:
        """Nothing to release."""


@contextmanager
def _reading(batch: FeedBatch, sink: _Collector | None = None) -> Iterator[Reading]:
    """The original of a batch read as it was when it came, with the rows that it then came beside."""
    known = None
    if batch.supplements_id is not None:
        siblings = FeedBatch.objects.filter(supplements=batch.supplements_id, pk__lt=batch.pk)
        known = digests(FeedRow.objects.of([batch.supplements_id, *siblings]))
    scratch = Path(settings.DATA_DIR) / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder) / "original"
        with open_file(batch.file) as plain, path.open("wb") as copy:
            shutil.copyfileobj(plain, copy)
        feed = replace(FEEDS[batch.feed], learned=tuple((column, heading) for column, heading in batch.learned))
        with (
            open_source(feed, path, batch.file.name) as source,
            read(source, batch.period, known=known, sink=sink or _Collector()) as reading,
        ):
            yield reading
