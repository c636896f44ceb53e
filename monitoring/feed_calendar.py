"""Who delivered what and when: a line a feed, a cell a day of the month in which the data are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Min
from django.utils import timezone

from monitoring.feeds import FEEDS, Feed
from monitoring.models import FeedBatch
from monitoring.policy import PolicyBook

DAYS = 20
HISTORY = 5
# What a month was to a feed; BEFORE: no department had sent anything yet.
ON_TIME, LATE, MISSING, NOT_YET, BEFORE = "ok", "late", "miss", "wait", "none"
# Fewer rows than this are compared in rows: a percentage of them says nothing.
FEW = 20
BIG = 50


@dataclass(frozen=True)
class Cell:
    """One day of a line: whether something came on it, and how it is tinted."""

    day: int
    came: bool
    tint: str
    due: bool


@dataclass(frozen=True)
class Line:
    """One feed in one month: what is current of it, when its first file came, how that compares, the months before."""

    feed: Feed
    batch: FeedBatch | None
    came_on: date | None
    state: str
    late_days: int
    before: int | None
    history: list[str]
    cells: list[Cell]

    @property
    def change(self) -> str:
        """Rows against the month before: '+3%', or '+1 行' where there are few; '' where there is nothing to compare."""
        if self.batch is None or not self.before:
            return ""
        more = self.batch.rows - self.before
        return f"{more:+} 行" if self.before < FEW else f"{self._percent():+}%"

    @property
    def is_odd(self) -> bool:
        """Whether the number of rows asks for a look."""
        return self.batch is not None and (self.before or 0) >= FEW and abs(self._percent()) > BIG

    def _percent(self) -> int:
        rows = self.batch.rows if self.batch else 0
        return round((rows - (self.before or 0)) * 100 / (self.before or 1))


@dataclass(frozen=True)
class FeedCalendar:
    """A data month: the day by which its files are due, and a line for each feed."""

    period: date
    due_on: date
    lines: list[Line]

    @property
    def days(self) -> range:
        return range(1, DAYS + 1)

    @property
    def came(self) -> int:
        return sum(line.came_on is not None for line in self.lines)


def feed_calendar(*, names: Sequence[str], period: date, today: date, code: str) -> FeedCalendar:
    """The calendar of some feeds for a data month, with the due day in force at the place; a fixed number of queries.

    Files about assets have no month of their own and stand in it only when one came.
    """
    months = [period]
    while len(months) <= HISTORY + 1:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    first, current = _arrivals(names, months), _current(names, months[:2])
    began = FeedBatch.objects.aggregate(began=Min("period"))["began"] or period
    book = PolicyBook()
    due = {month: due_day(month, book, code) for month in months}
    lines = []
    for name in names:
        feed, came = FEEDS[name], first.get((name, period))
        if feed.asset and came is None:
            continue
        state = _state(came, due[period], today)
        now, before = current.get((name, period)), current.get((name, months[1]))
        history = [
            _state(first.get((name, month)), due[month], today) if month >= began else BEFORE
            for month in months[1 : HISTORY + 1]
        ]
        lines.append(
            Line(
                feed=feed,
                batch=now,
                came_on=came,
                state=ON_TIME if feed.asset else state,
                late_days=((came or today) - due[period]).days,
                before=before.rows if before else None,
                history=history[::-1],
                cells=_cells(came, due[period], today, state=ON_TIME if feed.asset else state),
            )
        )
    return FeedCalendar(period, due[period], lines)


def due_day(period: date, book: PolicyBook, code: str) -> date:
    """The day of the next month by which a month's data are due."""
    following = (period + timedelta(days=32)).replace(day=1)
    day: int = book.value("feed_due_day", on=following, code=code)
    return following.replace(day=day)


def _arrivals(names: Sequence[str], months: Sequence[date]) -> dict[tuple[str, date], date]:
    """The day of the first file of each feed and month, replaced ones too; one taken back never came."""
    rows = FeedBatch.objects.filter(feed__in=names, period__in=months).exclude(state=FeedBatch.State.UNDONE)
    found: dict[tuple[str, date], date] = {}
    for feed, period, at in rows.order_by("imported_at").values_list("feed", "period", "imported_at"):
        found.setdefault((feed, period), timezone.localdate(at))
    return found


def _current(names: Sequence[str], months: Sequence[date]) -> dict[tuple[str, date], FeedBatch]:
    rows = FeedBatch.objects.current().filter(feed__in=names, period__in=months, supplements__isnull=True)
    return {(row.feed, row.period): row for row in rows.defer("errors", "headings")}


def _state(came: date | None, due: date, today: date) -> str:
    if came is not None:
        return LATE if came > due else ON_TIME
    return MISSING if today > due else NOT_YET


def _cells(came: date | None, due: date, today: date, *, state: str) -> list[Cell]:
    """The days; what came in another month than the following one stands at its end."""
    following = due.replace(day=1)
    day = 0
    if came is not None:
        day = 1 if came < following else min(came.day, DAYS) if came.replace(day=1) == following else DAYS
    last = day if state == LATE else (today.day if today.replace(day=1) == following else DAYS)
    tints = {LATE: "late", MISSING: "miss"}
    return [
        Cell(
            number,
            number == day,
            tints[state] if state in tints and due.day < number <= min(last, DAYS) else "",
            number == due.day,
        )
        for number in range(1, DAYS + 1)
    ]
