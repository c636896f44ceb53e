"""Headings that a department writes in its own way: look at a file, assign them, remember them (contract section 1).

What is remembered only adds spellings to the agreed ones; it takes none away, and no column has two headings of a file.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.services.audit import record
from accounts.services.files import drop_file, keep_file, open_file
from monitoring.feeds import FEEDS, Feed
from monitoring.feeds.base import Learned
from monitoring.models import FeedUpload, HeadingMapping
from monitoring.services.feed_rights import require_feed
from sheets.clean import fold_heading, scrub, text
from sheets.extent import column_letters
from sheets.faults import SheetError
from sheets.read import Column, opened_book
from sheets.table import HEADING_ROWS, Row, find_heading

if TYPE_CHECKING:
    from monitoring.services.feeds import FeedReport

KEPT_FOR = timedelta(days=7)
SAMPLES = 3
MOST_COLUMNS = 60
_LONGEST = 40


@dataclass(frozen=True)
class Seen:
    """One column of a file: its letters, its heading, some cells (numbers of persons masked), what it is known as."""

    place: int
    letters: str
    heading: str
    cells: list[str]
    known_as: str

    @property
    def shown(self) -> str:
        """The heading as a page shows it: what is taken for one may be a row of data."""
        return scrub(self.heading)[:_LONGEST]


@dataclass(frozen=True)
class Look:
    """The sheet of a file that comes nearest to its feed: its columns, the needed columns that it lacks, and the
    columns that are free to be assigned, needed ones first."""

    sheet: str
    row: int
    columns: list[Seen]
    missing: list[str]
    free: list[Column]


def learned_headings(feed: str) -> Learned:
    """The headings that people have assigned in a feed, oldest first."""
    rows = HeadingMapping.objects.filter(feed=feed).order_by("id")
    return tuple(rows.values_list("column", "heading"))


def look_at(path: Path, feed: Feed, learned: Learned) -> Look | None:
    """How the file's headings read; None where it cannot be opened or holds no headings at all."""
    columns = list(replace(feed, learned=learned).layout())
    best: tuple[tuple[int, int], Look] | None = None
    try:
        with opened_book(path, guarded=True) as book:
            for source in book.sources:
                rows = next(source.chunks(HEADING_ROWS + SAMPLES), [])
                if found := _look(source.name, rows, columns):
                    merit = (-len(found.missing), sum(1 for seen in found.columns if seen.known_as))
                    best = max(best, (merit, found), key=lambda pair: pair[0]) if best else (merit, found)
    except SheetError:
        return None
    return best[1] if best else None


def _look(name: str, rows: list[Row], columns: list[Column]) -> Look | None:
    heading = find_heading(rows[:HEADING_ROWS], columns)
    row, words, found = heading.row, heading.headings, heading.found
    if not found:
        # No heading at all is known: the fullest row of the first ones.
        counts = [sum(1 for cell in cells if text(cell)) for cells in rows[:HEADING_ROWS]]
        if not counts or max(counts) < 2:
            return None
        row = counts.index(max(counts)) + 1
        words = [text(cell) for cell in rows[row - 1]]
    names = {place: column for column, place in found.items()}
    below = rows[row : row + SAMPLES]
    seen = [
        Seen(
            place,
            column_letters(place + 1),
            word,
            [scrub(text(cells[place]))[:_LONGEST] if place < len(cells) else "" for cells in below],
            names.get(place, ""),
        )
        for place, word in enumerate(words[:MOST_COLUMNS])
    ]
    free = [column for column in columns if column.name not in found]
    missing = [column.name for column in free if column.needed]
    return Look(name, row, seen, missing, sorted(free, key=lambda column: not column.needed))


# --- files that wait ---


def keep_upload(*, feed: str, path: Path, name: str, period: date, actor: User, at: datetime) -> FeedUpload:
    """Keep a file until its sender has said what its headings mean; throws away what others left lying.

    Raises: Forbidden, OutOfScope: not his feed.
    """
    require_feed(actor=actor, feed=FEEDS[feed], at=at)
    for old in FeedUpload.objects.left_lying(at - KEPT_FOR).select_related("file"):
        drop_upload(old)
    stored = keep_file(path=path, name=name, actor=actor, at=at)
    return FeedUpload.objects.create(
        feed=feed, period=period, file=stored, name=name[-255:], uploaded_by=actor, uploaded_at=at
    )


@transaction.atomic
def drop_upload(upload: FeedUpload) -> None:
    stored = upload.file
    upload.delete()
    drop_file(stored)


@contextmanager
def unpacked(upload: FeedUpload) -> Iterator[Path]:
    """The waiting file on the disk under its own ending, gone afterwards. Refused where it is not kept any more."""
    scratch = Path(settings.DATA_DIR) / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder) / "upload"
        with open_file(upload.file) as plain, path.open("wb") as copy:
            shutil.copyfileobj(plain, copy)
        yield path


def look_at_upload(upload: FeedUpload) -> Look:
    """How the waiting file's headings read. Refused where it cannot be read."""
    with unpacked(upload) as path:
        found = look_at(path, FEEDS[upload.feed], learned_headings(upload.feed))
    if found is None:
        raise Refused("这个文件里找不到表头，请核对是否选错了文件。", code="no_headings")
    return found


def take_in(*, upload: FeedUpload, chosen: Mapping[int, str], actor: User, at: datetime) -> FeedReport:
    """Import a waiting file with its columns (by place) assigned as `chosen`, and remember the headings.

    Raises:
        Refused: two columns for one, a column without a heading, needed ones not assigned, or the file refused.
        SheetError: as `import_feed`. Forbidden, OutOfScope: not his feed.
    """
    from monitoring.services.feeds import import_feed  # which asks this module what is remembered

    seen = look_at_upload(upload)
    new = _assigned(seen, chosen)
    with unpacked(upload) as path:
        report = import_feed(
            feed=upload.feed,
            path=path,
            name=upload.name,
            period=upload.period,
            actor=actor,
            at=at,
            learned=(*learned_headings(upload.feed), *new),
            guarded=True,
        )
    remember(feed=upload.feed, learned=new, actor=actor, at=at)
    drop_upload(upload)
    return report


def _assigned(seen: Look, chosen: Mapping[int, str]) -> Learned:
    """The headings that were assigned, checked."""
    free = {column.name for column in seen.free}
    places = {column.place: column for column in seen.columns}
    taken: dict[str, str] = {}
    for place, name in chosen.items():
        column = places.get(place)
        if column is None or column.known_as or name not in free:
            raise Refused("有一列的选择已经不对了，请刷新后重选。", code="stale")
        if not fold_heading(column.heading):
            raise Refused(f"{column.letters} 列没有表头，请在文件里写上表头再上传。", field=f"column_{place}")
        if name in taken:
            raise Refused(f"“{name}”选了两列（{taken[name]}、{column.letters}），只能选一列。", field=f"column_{place}")
        taken[name] = column.letters
    if lacking := [name for name in seen.missing if name not in taken]:
        first = next((one.place for one in seen.columns if not one.known_as and one.place not in chosen), 0)
        raise Refused(
            f"还缺必需的列：{'、'.join(lacking)}。请在下面指认是哪一列，文件里没有就补上再上传。",
            field=f"column_{first}",
        )
    return tuple((name, places[place].heading) for place, name in chosen.items())


@transaction.atomic
def remember(*, feed: str, learned: Learned, actor: User, at: datetime) -> None:
    """Keep assigned headings for the feed's next files; the latest word on a heading counts."""
    for column, heading in learned:
        HeadingMapping.objects.update_or_create(
            feed=feed,
            folded=fold_heading(heading)[:120],
            defaults={"column": column, "heading": heading[:120], "set_by": actor, "recorded_at": at},
        )
    if learned:
        record(actor=actor, at=at, action="feed.headings_learned", detail={"feed": feed, "headings": dict(learned)})


def forget(*, mapping: HeadingMapping, actor: User, at: datetime) -> None:
    """Take an assigned heading back; files already taken in stay as they are.

    Raises: Forbidden, OutOfScope: not his feed.
    """
    require_feed(actor=actor, feed=FEEDS[mapping.feed], at=at)
    with transaction.atomic():
        detail = {"feed": mapping.feed, "heading": mapping.heading, "column": mapping.column}
        record(actor=actor, at=at, action="feed.heading_forgotten", detail=detail)
        mapping.delete()
