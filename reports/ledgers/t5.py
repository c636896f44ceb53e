"""T5 部门月度信息比对台账: what each department sent for the month, whom it met, what was found and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Exists, Min, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.knowledge import end_of, recorded_by
from accounts.models import Division, Post, Role
from households.models import Category
from monitoring.feed_calendar import due_day
from monitoring.feeds import FEEDS, Feed
from monitoring.models import FeedBatch, FeedRow, Hit, Transition
from monitoring.policy import PolicyBook
from reports.asof import clues
from reports.asof.episodes import living_in
from reports.asof.homes import is_monitored
from reports.asof.members import staying
from reports.asof.replies import FEED_OF, replies
from reports.ledgers.base import Reading
from reports.ledgers.column import Column
from reports.ledgers.equation import Equation
from reports.ledgers.places import beside, row_beside
from reports.ledgers.summary import Figure, Figures, Shown, Source, SummaryLedger, Table
from reports.ledgers.telling import Told
from sheets.text import Cell

# Whom a row of a file met.
MONITORED, LIFTED, ORDINARY = "监测户", "脱贫户", "一般农户"
KINDS = (LIFTED, MONITORED, ORDINARY)
# What a row says beside its figures.
SENT = "sent"
_FILE = ("received", "rejected", "duplicates", "unmatched")
Key = tuple[str, date]


def months(reading: Reading) -> list[date]:
    """The data months of a day: the one before, whose files are due in the day's, and the day's own once a file came."""
    last, this = reading.opening.replace(day=1), reading.on.replace(day=1)
    came = FeedBatch.objects.as_of(reading.on, reading.known_at).filter(period=this)
    return [last, this] if came.exists() else [last]


def files(reading: Reading) -> QuerySet[FeedBatch]:
    return FeedBatch.objects.as_of(reading.on, reading.known_at).filter(period__in=months(reading))


def met(reading: Reading) -> QuerySet[Any]:
    """Accepted rows about somebody who belongs to a household on the day, with what the household is as `met`. Rows
    that repeat an earlier month's are kept, but duplicates."""
    on, known_at = reading.on, reading.known_at
    accepted = FeedRow.objects.of(files(reading).values_list("pk", flat=True)).filter(duplicate=False)
    rows = staying(accepted, on, known_at)
    home = "stay__household"
    kinds = Case(
        When(is_monitored(reading.division, on, known_at, home=home), then=Value(MONITORED)),
        When(**{f"{home}__category": Category.LIFTED}, then=Value(LIFTED)),
        default=Value(ORDINARY),
        output_field=CharField(),
    )
    return living_in(rows.annotate(met=kinds), reading.division, on, home, known_at)


def found(reading: Reading) -> QuerySet[Any]:
    """What the rules found in the months by the day, with how its clue stood: `dispatched`, `checked`, `true`,
    `enrolled`."""
    division, on, known_at = reading.division, reading.on, reading.known_at
    hits = Hit.objects.as_of(on, known_at).filter(period__in=months(reading), rule__in=FEED_OF)
    sent = Transition.objects.as_of(on, known_at).filter(clue=OuterRef("clue"), action="dispatch")
    checks = clues.checks(division, on, known_at).filter(clue=OuterRef("clue"))
    ended = clues.stands(division, on, known_at).filter(clue=OuterRef("clue"), target=clues.STATE.ENROLLED)
    marked = hits.annotate(
        dispatched=Exists(sent),
        checked=Exists(checks),
        true=Exists(checks.filter(found__in=clues.TRUE)),
        enrolled=Exists(ended),
    )
    return living_in(marked, division, on, "household", known_at)


def of_row(row: Any) -> Told:
    feed = FEEDS[row.batch.feed]
    return Told(row.happened_on, f"{row.person.name} · {feed.department_label}{feed.title} · {row.met}")


def of_hit(row: Any) -> Told:
    return Told(timezone.localdate(row.recorded_at), f"{row.risk} · {row.arithmetic or row.rule}", row.clue)


@dataclass(frozen=True)
class Sent:
    """What is known of one feed and month beside its figures."""

    feed: Feed
    liaison: str
    due_on: date
    came_on: date | None
    told_on: date | None


def _of_sent(read: Callable[[Sent], Cell]) -> Callable[[Division, Figures], Cell]:
    """What a column says of a row's feed and month; nothing in 合计."""
    return lambda unit, figures: read(figures[SENT]) if SENT in figures else None


def _of_file(key: str) -> Callable[[Division, Figures], Cell]:
    return lambda unit, figures: figures[key]


class FeedStatement(SummaryLedger):
    """One row a month and feed, sent or due; 接收条数 = 格式错误 + 重复 + the three kinds of households met + 未匹配, in
    rows of the files, mended ones sent again included.

    触发阈值 are households that a rule found, 合并后户数 those of them that were not merely known already (不再提示);
    已反馈 are clues whose home check was handed in. Rows met are read as the households stand on the day.
    """

    code = "T5"
    title = "部门月度信息比对台账"
    unit = "条、户"
    levels = (Division.Level.COUNTY,)
    freeze = 3
    equations = (
        Equation.of(
            [
                ("格式错误", "rejected", 1),
                ("重复", "duplicates", 1),
                *((kind, kind, 1) for kind in KINDS),
                ("未匹配", "unmatched", 1),
            ],
            ("接收条数", "received"),
            "条",
        ),
    )
    sources = {
        "rows": Source(met, "stay__household", of_row, related=("person", "batch"), counted="条"),
        "hits": Source(found, "household", of_hit, related=("clue",)),
    }
    figures = (
        *(Figure(kind, "rows", Q(met=kind)) for kind in KINDS),
        Figure("hits", "hits"),
        Figure("merged", "hits", ~Q(outcome=Hit.Outcome.SUPPRESSED)),
        Figure("sent_out", "hits", Q(dispatched=True)),
        Figure("checks", "hits", Q(checked=True)),
        Figure("founded", "hits", Q(true=True)),
        Figure("taken_in", "hits", Q(enrolled=True)),
    )
    shown = (
        Shown(("部门",), _of_sent(lambda sent: f"{sent.feed.department_label}（{sent.feed.title}）"), 30, "text"),
        Shown(("联络员",), _of_sent(lambda sent: sent.liaison), 9, "text"),
        Shown(("应推日期",), _of_sent(lambda sent: sent.due_on), 11, "date"),
        Shown(("实推日期",), _of_sent(lambda sent: sent.came_on), 11, "date"),
        Shown(("接收条数",), _of_file("received"), 9),
        Shown(("格式错误",), _of_file("rejected"), 8),
        Shown(("重复",), _of_file("duplicates"), 8),
        Shown(("匹配脱贫户",), LIFTED, 8),
        Shown(("匹配监测户",), MONITORED, 8),
        Shown(("匹配一般农户",), ORDINARY, 8),
        Shown(("未匹配",), _of_file("unmatched"), 8),
        Shown(("触发阈值",), "hits", 8),
        Shown(("合并后户数",), "merged", 8),
        Shown(("已分派",), "sent_out", 8),
        Shown(("已反馈",), "checks", 8),
        Shown(("属实",), "founded", 8),
        Shown(("纳入",), "taken_in", 8),
        Shown(("回告部门日期",), _of_sent(lambda sent: sent.told_on), 11, "date"),
    )

    def size(self, reading: Reading) -> int:
        return len(_sent(reading))

    def tables(self, reading: Reading, places: Sequence[Division]) -> dict[str, Table]:
        return {place.code: self._table(reading.of(place)) for place in places}

    def _table(self, reading: Reading) -> Table:
        """Month by month in the order of the feeds; a fixed number of queries."""
        rows = {key: {**self._nothing(), **dict.fromkeys(_FILE, 0), SENT: sent} for key, sent in _sent(reading).items()}
        for name in self.sources:
            for key, counts in self._by_feed(name, reading):
                if key in rows:
                    for figure, number in counts.items():
                        rows[key][figure] += number
        for batch in files(reading):
            figures = rows[batch.feed, batch.period]
            figures["received"] += batch.rows
            figures["rejected"] += batch.rejected
            figures["duplicates"] += batch.duplicates
        for figures in rows.values():
            known = sum(figures[kind] for kind in KINDS)
            figures["unmatched"] = figures["received"] - figures["rejected"] - figures["duplicates"] - known
        return [(unit_of(reading.division, key), figures) for key, figures in rows.items()]

    def total(self, table: Table) -> Figures:
        total = {**self._nothing(), **dict.fromkeys(_FILE, 0)}
        for _, figures in table:
            for key in total:
                total[key] += figures[key]
        return total

    def cell(self, unit: Division, key: str, reading: Reading) -> QuerySet[Any]:
        figure, source = self.figure(key)
        rows = source.rows(reading).filter(figure.where)
        feed, period = _key(unit)
        if not feed:
            return rows
        if figure.source == "rows":
            return rows.filter(batch__feed=feed, batch__period=period)
        return rows.filter(rule__in=[rule for rule, of in FEED_OF.items() if of == feed], period=period)

    def _by_feed(self, name: str, reading: Reading) -> Iterator[tuple[Key, dict[str, int]]]:
        """The counts of a source by feed and month."""
        source = self.sources[name]
        wanted = {f"n_{f.key}": f.aggregate(source, reading) for f in self.figures if f.source == name}
        by = ("batch__feed", "batch__period") if name == "rows" else ("rule", "period")
        for row in source.rows(reading).order_by().values(*by).annotate(**wanted):
            of, period = row.pop(by[0]), row.pop(by[1])
            key = (of if name == "rows" else FEED_OF[of], period)
            yield key, {name.removeprefix("n_"): number for name, number in row.items()}


# The row's month stands where other statements name the place.
FeedStatement.columns = tuple(
    Column(("月份",), 9) if column.path == ("单位",) else column for column in FeedStatement.columns
)


def unit_of(county: Division, key: Key) -> Division:
    """The county with a feed and month beside it, which stands for a row."""
    feed, period = key
    unit = row_beside(county, f"{period:%Y%m}-{feed}")
    unit.name = f"{period:%Y%m}"
    return unit


def _key(unit: Division) -> tuple[str, date | None]:
    month, _, feed = beside(unit.code)[1].partition("-")
    return (feed, date(int(month[:4]), int(month[4:]), 1)) if feed else ("", None)


def _sent(reading: Reading) -> dict[Key, Sent]:
    """The rows: what was due for a month whether it came or not, and what came without being due."""
    arrivals, people = _arrivals(reading), _liaisons(reading)
    told = {key: days[-1] for key, days in replies(reading.on, reading.known_at).items()}
    book = PolicyBook()
    last = months(reading)[0]
    rows: dict[Key, Sent] = {}
    for period in months(reading):
        due_on = due_day(period, book, reading.division.code)
        for name, feed in FEEDS.items():
            key = (name, period)
            # Files about assets have no month of their own.
            if key in arrivals or (period == last and not feed.asset):
                rows[key] = Sent(feed, people.get(feed.department, ""), due_on, arrivals.get(key), told.get(key))
    return rows


def _arrivals(reading: Reading) -> dict[Key, date]:
    """The day of the first file of each feed and month; one taken back never came."""
    came = FeedBatch.objects.filter(
        recorded_by(reading.known_at, "imported_at"), period__in=months(reading), imported_at__lt=end_of(reading.on)
    ).exclude(state=FeedBatch.State.UNDONE)
    rows = came.order_by().values_list("feed", "period").annotate(first=Min("imported_at"))
    return {(feed, period): timezone.localdate(first) for feed, period, first in rows}


def _liaisons(reading: Reading) -> dict[str, str]:
    """Who stood for each department on the day."""
    low, high = reading.division.code_range
    posts = Post.objects.current(reading.on).filter(role=Role.LIAISON, division__gte=low, division__lt=high)
    names: dict[str, list[str]] = {}
    for department, name in posts.order_by("id").values_list("department", "user__name"):
        names.setdefault(department, []).append(name)
    return {department: "、".join(people) for department, people in names.items()}
