"""Reading one department's file: every row judged once, accepted ones spooled, kept as received, counted."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np

from accounts.errors import Refused
from monitoring.evidence import EvidenceWriter, Sheet, origin, sheet_of
from monitoring.feeds import Feed
from monitoring.ingest_keys import KeyTable, Registry, earlier_rows
from monitoring.ingest_rows import Counts, Rejected, Sieve
from monitoring.ingest_sink import Sink, open_sink
from sheets.clean import squeeze, text
from sheets.garbage import seldom_collected
from sheets.read import Book, Column, Table, opened_book

# The column by which a mended errors workbook is known again, see `monitoring.services.feeds`.
TICKET = "退回批次"
_BLOCK_ROWS = 20_000
# So many dated rows and none of them of the month is no accident.
_FEW_ROWS = 3
_READ_BYTES = 1 << 20
# A month in a title, with its year or without, but not the day on which a form was filled in.
_MONTH = re.compile(
    r"(20\d\d)(?:年|[-./])(\d{1,2})(?:月份?)?(?![-./\d日号])(?!\d*[日号])|月份?[::]?(20\d\d)(\d\d)(?!\d)"
    r"|(?<![-—–./~\d年至到])(\d{1,2})月份?(?!\d*[日号])"
)


@dataclass
class Reading:
    """A file read whole but not yet stored: `sink` and `evidence` wait to be finished or discarded."""

    feed: Feed
    period: date
    sha256: str
    counts: Counts
    rejected: list[Rejected]
    sheets: list[Sheet]
    warnings: list[str]
    sink: Sink
    evidence: EvidenceWriter
    registry: Registry

    def close(self) -> None:
        self.sink.close()
        self.evidence.discard()


class Source:
    """The tables of a department's file. `name` is what the clerk called it, which a CSV's sheet is named after."""

    def __init__(self, feed: Feed, path: Path, name: str, sha256: str, book: Book) -> None:
        self._path = path
        self._name = name
        self.feed = feed
        self.sha256 = sha256
        self.tables = book.tables([*feed.layout(), Column(TICKET)])

    def sheet(self, table: Table) -> Sheet:
        sheet = sheet_of(table)
        return sheet._replace(name=Path(self._name).stem) if table.sheet == self._path.stem else sheet

    def tickets(self) -> set[str]:
        """What the rows say in the ticket column, '' for those that say nothing; empty without such a column."""
        if not all(TICKET in table.found for table in self.tables):
            return set()
        return {text(cell) for table in self.tables for block in table.blocks() for cell in block.cells[TICKET]}


@contextmanager
def open_source(feed: Feed, path: Path, name: str, *, guarded: bool = False) -> Iterator[Source]:
    """The tables of the file at `path`; `guarded` has a child process parse it (`sheets.read.opened_book`).

    Raises:
        Refused: there is no such file. SheetError: no such file as the feed needs; says what is wrong.
    """
    digest = hash_of(path)
    with opened_book(path, guarded=guarded) as book:
        yield Source(feed, path, name, digest, book)


def last_day(period: date) -> date:
    """E: the last day of a month."""
    return period.replace(day=calendar.monthrange(period.year, period.month)[1])


def hash_of(path: Path) -> str:
    """SHA-256 of the file, under which it is kept."""
    digest = sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_READ_BYTES):
                digest.update(piece)
    except FileNotFoundError as error:
        raise Refused(f"找不到文件 {path.name}，请核对路径。") from error
    return digest.hexdigest()


@contextmanager
def read(
    source: Source,
    period: date,
    *,
    registry: Registry | None = None,
    known: KeyTable | None = None,
    sink: Sink | None = None,
) -> Iterator[Reading]:
    """Read every row of `source` as the feed's file for `period`; nothing remains of it unless it is stored inside.

    `known` are rows that count as already in this file (a supplement's base); `sink` takes the accepted rows.

    Raises:
        SheetError: the file turns out damaged, or has too many rows.
    """
    feed = source.feed
    people = registry or Registry.load()
    sieve = Sieve(feed, last_day(period), people, earlier_rows(feed, period), known or KeyTable(b""))
    reading = Reading(
        feed,
        period,
        source.sha256,
        sieve.counts,
        sieve.rejected,
        sheets=[source.sheet(table) for table in source.tables],
        warnings=_other_months([line for table in source.tables for line in table.titles], period),
        sink=sink or open_sink(asset=feed.asset),
        evidence=EvidenceWriter(origin(source.sha256, feed.name, period)),
        registry=people,
    )
    try:
        _pass_through(source, sieve, reading)
        yield reading
    finally:
        reading.close()


def _pass_through(source: Source, sieve: Sieve, reading: Reading) -> None:
    """Every row judged; what is accepted goes to the sink and, as received, to the evidence."""
    dated, latest = 0, np.datetime64("0001-01-01")
    # Blocks are plain values by the hundred thousand; looking through everything after each cost 4 % of an import.
    with seldom_collected():
        for table, sheet in zip(source.tables, reading.sheets, strict=True):
            reading.evidence.begin_sheet(sheet)
            for block in table.blocks(_BLOCK_ROWS):
                accepted = sieve.pass_block(sheet.name, block)
                reading.sink.add(sheet.name, accepted)
                reading.evidence.add(accepted.received, len(accepted.rows))
                days = accepted.facts.days[~np.isnat(accepted.facts.days)]
                dated, latest = dated + len(days), days.max(initial=latest)
    reading.warnings.extend(_all_before(reading.feed, reading.period, dated, latest))


def _all_before(feed: Feed, period: date, dated: int, latest: np.datetime64) -> list[str]:
    """A warning where no row is of the month at all; a few rows may well have come late. Later days are rejected anyway."""
    if feed.asset or dated < _FEW_ROWS or latest >= np.datetime64(period):
        return []
    return [
        f"没有一行的{feed.happened_on}在{period.year}年{period.month}月，最晚的是{latest}，请核对是否选错了月份；传错了可以撤销"
    ]


def _other_months(titles: Sequence[str], period: date) -> list[str]:
    """A warning for each month that a title row names and that is not the period."""
    named: dict[str, None] = {}
    for line in titles:
        for found in _MONTH.finditer(squeeze(line)):
            *year, month = (int(part) for part in found.groups() if part is not None)
            if 1 <= month <= 12 and (month != period.month or year not in ([], [period.year])):
                named[f"{year[0]}-{month:02}" if year else f"{month}月"] = None
    return [f"标题行写的月份是{month}，本次按{period:%Y-%m}导入，请核对是否选错了月份" for month in named]
