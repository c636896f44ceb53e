"""Whether a month's files look whole: each feed's rows against the mean of its last months (contract section 6), and
a file's rows against those of the one that it would replace."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounts.errors import Conflict
from accounts.models import Division
from monitoring.feed_calendar import FEW
from monitoring.feeds import FEEDS
from monitoring.ingest import last_day
from monitoring.models import FeedBatch
from monitoring.policy import PolicyBook
from monitoring.services.feed_rights import county_of_feeds

MONTHS = 3


class FarFewer(Conflict):
    """A file has far fewer rows than the one that stands in its place; nothing was stored, its sender is to say."""

    code = "far_fewer_rows"

    def __init__(self, standing: FeedBatch, rows: int) -> None:
        super().__init__(
            f"{standing.period.year}年{standing.period.month}月现有的 {standing.file.name} 有 {standing.rows:,} 行，"
            f"这个文件只有 {rows:,} 行。确认这个文件是全的，再替换。",
            field="confirmed_rows",
        )
        self.rows = rows


def refuse_far_fewer(standing: FeedBatch, rows: int) -> None:
    """Raise FarFewer where a file of so many rows falls short of the standing one by more than the percentage at which
    a month is held. Of few rows a percentage says little."""
    if standing.rows < FEW:
        return
    percent = PolicyBook().value("feed_change_percent", on=last_day(standing.period), code=county_of_feeds())
    if (standing.rows - rows) * 100 > percent * standing.rows:
        raise FarFewer(standing, rows)


def volume_warnings(*, county: Division, period: date) -> list[str]:
    """One Chinese sentence for each feed of the period whose number of rows is far from its last three months'.

    Compared from the feed's n-th month on (`feed_change_from_month`); a feed without a file has nothing to compare.
    """
    book, end = PolicyBook(), last_day(period)
    percent = book.value("feed_change_percent", on=end, code=county.code)
    from_month = book.value("feed_change_from_month", on=end, code=county.code)
    months: dict[str, list[tuple[date, int]]] = {}
    # A supplement brings again what its base has counted as rejected.
    batches = FeedBatch.objects.current().filter(period__lte=period, supplements__isnull=True).order_by("period")
    for feed, month, rows in batches.values_list("feed", "period", "rows"):
        months.setdefault(feed, []).append((month, rows))
    found = (_warning(feed, months.get(feed, []), period, percent, from_month) for feed in FEEDS)
    return [warning for warning in found if warning]


def _warning(feed: str, months: list[tuple[date, int]], period: date, percent: Decimal, from_month: int) -> str:
    if not months or months[-1][0] != period or len(months) < from_month:
        return ""
    rows = months[-1][1]
    before = [count for _, count in months[:-1]][-MONTHS:]
    if not before or abs(rows * len(before) - sum(before)) * 100 <= percent * sum(before):
        return ""
    mean = Decimal(sum(before)) / len(before)
    return (
        f"{FEEDS[feed].title}本月{rows}行，前{len(before)}个月平均{mean:.0f}行，"
        f"相差超过{percent:f}%，请核对是否漏报或重复。"
    )
