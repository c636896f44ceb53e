"""Taking in a department's monthly file, replacing it, mending it (contract sections 3 and 4).

A file is one batch. A later file for the same feed and period replaces it. The workbook of rejected rows that an
import hands back carries a ticket (column 退回批次) that names its file; when it comes back mended it does not
replace that file but supplements it. The same bytes again store nothing and get the same report.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.errors import Conflict, Refused
from accounts.models import User
from accounts.services.audit import record
from accounts.services.files import keep_file
from households.models import Person
from households.services.register_lock import hold_persons
from monitoring.evidence import Sheet
from monitoring.feeds import FEEDS, Feed
from monitoring.feeds.base import Learned
from monitoring.ingest import Reading, Source, open_source, read
from monitoring.ingest_keys import KeyTable, Registry, digests, register_files_undone, rows_before
from monitoring.ingest_rows import Counts, Rejected
from monitoring.models import FeedBatch, FeedRow
from monitoring.services.feed_errors import ticket_of, write_rejected
from monitoring.services.feed_links import link_rows
from monitoring.services.feed_lock import hold_feed
from monitoring.services.feed_rights import require_feed
from monitoring.services.feed_volume import refuse_far_fewer
from monitoring.services.headings import learned_headings


@dataclass(frozen=True)
class FeedReport:
    """What became of a file. `batch` holds its rows; `stored` is false when they already were there."""

    feed: str
    period: date
    counts: Counts
    errors: list[dict[str, Any]]
    warnings: list[str]
    batch: FeedBatch
    stored: bool
    sheets: list[Sheet]
    rejected: list[Rejected]

    def as_json(self) -> dict[str, Any]:
        """The object of contract section 1."""
        return {
            "feed": self.feed,
            "period": f"{self.period:%Y-%m}",
            **asdict(self.counts),
            "errors": self.errors,
        }


def import_feed(
    *,
    feed: str,
    path: Path,
    name: str,
    period: date,
    actor: User | None,
    at: datetime,
    learned: Learned | None = None,
    guarded: bool = False,
    confirmed_rows: int | None = None,
) -> FeedReport:
    """Take in the file at `path`, which its sender calls `name`, as `feed` of the month that begins on `period`.

    All or nothing. `actor` None is a person at the shell. `learned` are headings known beside the agreed ones: those
    that people have assigned before, where nothing is given. `guarded`, for files that come over the network, has a
    child process with limits on memory and time parse the file. `confirmed_rows`, for what people send, has a file with
    far fewer rows than the one that it would replace refused unless it has just so many (0: nobody was asked yet).

    Raises:
        FarFewer: that refusal.
        SheetError: no such file as the feed needs; says what is wrong.
        Refused: unknown feed, or a mended workbook whose file is not there any more.
        Forbidden, OutOfScope: the actor may not bring this feed.
    """
    declared = declared_feed(feed)
    require_feed(actor=actor, feed=declared, at=at)
    declared = replace(declared, learned=learned_headings(feed) if learned is None else learned)
    with open_source(declared, path, name, guarded=guarded) as source:
        base = _supplemented(source, period)
        known = _rows_of_family(base, except_for=source.sha256) if base else None
        with read(source, period, known=known) as reading, transaction.atomic():
            batch, stored = _store(
                reading, base, path=path, name=name, actor=actor, at=at, confirmed_rows=confirmed_rows
            )
            report = _report(reading, batch, stored=stored)
            detail = {"feed": feed, "period": f"{period:%Y-%m}", "stored": stored, **asdict(reading.counts)}
            record(actor=actor, at=at, action="feed.imported", target=batch, detail=detail)
    return report


def declared_feed(name: str) -> Feed:
    """The feed of that name; Refused with the list of names for any other."""
    if name not in FEEDS:
        raise Refused(f"没有名为“{name}”的数据，可用的有：{'、'.join(FEEDS)}。", field="feed")
    return FEEDS[name]


def write_errors(report: FeedReport, output: Path) -> int:
    """Write the rejected rows as they came, with reason and ticket, to an .xlsx; returns how many."""
    return write_rejected(report.sheets, report.rejected, report.batch.file.sha256, output)


# --- which batch a file belongs to ---


def current_batches(feed: str, period: date) -> QuerySet[FeedBatch]:
    """The current file of a feed and period and its supplements."""
    return FeedBatch.objects.current().filter(feed=feed, period=period).select_related("file").order_by("pk")


def _supplemented(source: Source, period: date) -> FeedBatch | None:
    """The current batch that a mended workbook belongs to; None for a file of its own."""
    tickets = source.tickets()
    if not tickets or "" in tickets:
        return None
    family = list(current_batches(source.feed.name, period))
    if not family:
        return None
    if not tickets <= {ticket_of(batch.file.sha256) for batch in family}:
        raise Refused(
            f"这是退回数据的补正表，但它补正的文件不是{source.feed.title}{period:%Y-%m}的现行文件"
            "（已被替换、撤销，或数据、月份选错），请核对；若要作为新文件导入，请先删去“退回批次”列。"
        )
    return next(batch for batch in family if batch.supplements_id is None)


def _rows_of_family(base: FeedBatch, *, except_for: str) -> KeyTable:
    """What the base and its other supplements hold already."""
    family = current_batches(base.feed, base.period).exclude(file__sha256=except_for)
    return digests(FeedRow.objects.of(family))


def _store(
    reading: Reading,
    base: FeedBatch | None,
    *,
    path: Path,
    name: str,
    actor: User | None,
    at: datetime,
    confirmed_rows: int | None,
) -> tuple[FeedBatch, bool]:
    """Store what was read as a new batch, unless the same file is current already."""
    hold_feed(reading.feed.name, reading.period)
    hold_persons()
    family = list(current_batches(reading.feed.name, reading.period).select_for_update(of=("self",)))
    if base is not None and base not in family:
        raise Conflict("补正的文件刚被替换或撤销，请刷新后重试。")
    same = next((batch for batch in family if batch.file.sha256 == reading.sha256), None)
    if same is not None:
        _refresh(same, reading)
        return same, False
    replaced = None if base else _replaced(family, reading.counts.rows, confirmed_rows)
    batch = FeedBatch.objects.create(
        feed=reading.feed.name,
        period=reading.period,
        file=keep_file(path=path, name=name, actor=actor, at=at),
        replaces=replaced,
        supplements=base,
        evidence=reading.evidence.finish(),
        imported_by=actor,
        imported_at=at,
        errors=errors_of(reading.rejected),
        warnings=reading.warnings,
        headings={sheet.name: sheet.headings for sheet in reading.sheets},
        learned=list(reading.feed.learned),
        **asdict(reading.counts),
    )
    reading.sink.store(batch.pk)
    _check_persons(batch, reading.registry)
    return batch, True


def _replaced(family: list[FeedBatch], rows: int, confirmed_rows: int | None) -> FeedBatch | None:
    """The file that one of so many rows takes the place of, marked so with its supplements. FarFewer, see import_feed."""
    standing = next((batch for batch in family if batch.supplements_id is None), None)
    if standing is not None:
        if confirmed_rows not in (None, rows):
            refuse_far_fewer(standing, rows)
        FeedBatch.objects.filter(pk__in=[batch.pk for batch in family]).update(state=FeedBatch.State.REPLACED)
    return standing


def _check_persons(batch: FeedBatch, registry: Registry) -> None:
    """What a constraint would do row by row: everybody whom the rows name is still registered. Nobody goes meanwhile
    (`hold_persons`), so there is something to look for only if a register file was taken back since it was read."""
    if register_files_undone() == registry.undone:
        return
    registered = Person.objects.filter(pk=OuterRef("person_id"))
    if FeedRow.objects.of([batch]).filter(~Exists(registered), person__isnull=False).exists():
        raise Conflict("档案导入刚被撤销，有人员已不在册，请重新导入这个文件。")


def _refresh(batch: FeedBatch, reading: Reading) -> None:
    """The file is there; who is registered and what earlier months held may have changed since, and so the counts."""
    counts = asdict(reading.counts)
    if all(getattr(batch, key) == count for key, count in counts.items()):
        return
    link_rows([batch])
    earlier = rows_before(reading.feed, reading.period).values("digest")
    rows = FeedRow.objects.of([batch])
    rows.filter(duplicate=True).exclude(digest__in=earlier).update(duplicate=False)
    rows.filter(duplicate=False, digest__in=earlier).update(duplicate=True)
    FeedBatch.objects.filter(pk=batch.pk).update(**counts)


def errors_of(rejected: list[Rejected]) -> list[dict[str, Any]]:
    """The `errors` of contract section 1."""
    return [
        {
            "sheet": row.sheet,
            "row": row.row,
            "column": row.fault.column,
            "code": row.fault.fault.code,
            "message": row.fault.fault.message,
        }
        for row in rejected
    ]


def _report(reading: Reading, batch: FeedBatch, *, stored: bool) -> FeedReport:
    return FeedReport(
        feed=reading.feed.name,
        period=reading.period,
        counts=reading.counts,
        errors=errors_of(reading.rejected),
        warnings=reading.warnings,
        batch=batch,
        stored=stored,
        sheets=reading.sheets,
        rejected=reading.rejected,
    )
