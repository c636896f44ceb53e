"""Files that wait until their sender has said what their headings mean, or that few rows are all there are.

Kept, looked at, taken in, thrown away.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.services.files import drop_file, keep_file, open_file
from monitoring.feeds import FEEDS
from monitoring.feeds.base import Learned
from monitoring.models import FeedUpload
from monitoring.services.feed_rights import require_feed
from monitoring.services.feeds import FeedReport, import_feed
from monitoring.services.headings import Look, learned_headings, look_at, remember
from sheets.clean import fold_heading
from sheets.csvfile import scratch_name

KEPT_FOR = timedelta(days=7)


def keep_upload(*, feed: str, path: Path, name: str, period: date, actor: User, at: datetime) -> FeedUpload:
    """Keep a file until its sender has said what is to become of it; throws away what others left lying.

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
    """The waiting file in the clear on the disk, gone afterwards. Refused where it is not kept any more."""
    scratch = Path(settings.DATA_DIR) / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder) / scratch_name(upload.file.name)
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


def take_in(
    *, upload: FeedUpload, chosen: Mapping[int, str], actor: User, at: datetime, confirmed_rows: int = 0
) -> FeedReport:
    """Import a waiting file with its columns (by place) assigned as `chosen`, and remember the headings.

    Raises:
        FarFewer: it has far fewer rows than the file it would replace, and not `confirmed_rows`.
        Refused: two columns for one, a column without a heading, needed ones not assigned, or the file refused.
        SheetError: as `import_feed`. Forbidden, OutOfScope: not his feed.
    """
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
            confirmed_rows=confirmed_rows,
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
