"""The parts of T13: for one kind of problem, the figures of its month and the columns that print them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case as Choose
from django.db.models import DateField, DurationField, ExpressionWrapper, F, IntegerField, Q, QuerySet, When
from django.db.models.functions import Coalesce

from accounts.models import Division
from households.models import BEGINNING
from reports.asof import clearing as told
from reports.asof import episodes as q
from reports.asof import kept as k
from reports.asof.problems import Topic
from reports.ledgers.base import Reading
from reports.ledgers.equation import Equation, Term
from reports.ledgers.summary import Figure, Figures, Shown, Source
from reports.ledgers.telling import (
    of_ending,
    of_evidence,
    of_finding,
    of_kept,
    of_move,
    of_problem_clue,
    of_problem_step,
    of_turn,
)

# What is added up, in the order of the columns, with the sign in the equation (0: not in it).
COUNTS = (
    ("opening", "上月末", 1),
    ("found", "发现", 1),
    ("returned", "回退", 1),
    ("cleared", "清零", -1),
    ("void", "不属实等", -1),
    ("closing", "月末", 0),
    ("late", "超期", 0),
)
_TELLING = {"reported": of_problem_clue, "covered": of_evidence, "witnessed": of_finding}
_HOME = {"reported": "clue__household", "covered": "household", "witnessed": "household"}


def with_late(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    """Rows of kept problems with `late`: 1 where in hand past its term on a day."""
    return rows.annotate(late=Choose(When(k.late(on), then=1), default=0, output_field=IntegerField()))


@dataclass(frozen=True)
class Group:
    """The columns of one kind: its sources, its figures, and which of them make up each count."""

    key: str
    title: str
    sources: dict[str, Source]
    figures: tuple[Figure, ...]
    parts: dict[str, tuple[str, ...]]
    counted: str = "件"

    def equation(self) -> Equation:
        terms = tuple(Term(f"{self.title}{words}", self.parts[count], sign) for count, words, sign in COUNTS if sign)
        return Equation(terms, Term(f"{self.title}月末", self.parts["closing"]), self.counted)

    def shown(self) -> Iterator[Shown]:
        for count, words, _ in COUNTS:
            if self.parts.get(count):
                yield Shown((self.title, words), self.parts[count], 5)
        yield Shown((self.title, "平均天数"), lambda unit, figures: self._mean(unit, figures), 7, "money")

    def _mean(self, unit: Division, figures: Figures) -> Decimal | None:
        """Days from finding to clearing of those cleared in the month; to two decimals."""
        number = sum(figures[key] for key in self.parts["dated"])
        days = sum(_days(figures[key]) for key in self.parts["days"])
        return round(Decimal(days) / number, 2) if number else None


def _days(value: timedelta | int) -> int:
    return value.days if isinstance(value, timedelta) else value


def _group(key: str, title: str, sources: dict[str, Source], figures: Iterable[Figure], counted: str = "件") -> Group:
    """Figures are called `source:count`; the last part says what they add to."""
    made = tuple(figures)
    parts: dict[str, tuple[str, ...]] = {}
    for figure in made:
        count = figure.key.rpartition(":")[2]
        parts[count] = (*parts.get(count, ()), figure.key)
    return Group(key, title, sources, made, parts, counted)


def _span(end: str, start: Any) -> ExpressionWrapper:
    return ExpressionWrapper(F(end) - start, output_field=DurationField())


# --- kept problems ---


def kept_sources(kind: str) -> tuple[dict[str, Source], list[Figure]]:
    """Kept problems of a kind: the stock before and after, and the steps of the month."""
    before, steps, after = f"{kind}_before", f"{kind}_steps", f"{kind}_after"
    sources = {
        before: Source(
            lambda r: k.kept(kind, r.division, r.opening, r.known_at).filter(solved=0), "household", of_kept, counted="件"
        ),
        steps: Source(
            lambda r: k.moves(kind, r.division, r.opening, r.on, r.known_at), "problem__household", of_problem_step,
            related=("problem",), counted="件",
        ),
        after: Source(
            lambda r: with_late(k.kept(kind, r.division, r.on, r.known_at).filter(solved=0), r.on), "household", of_kept,
            counted="件",
        ),
    }  # fmt: skip
    ended = Q(action="sign_off")
    since = Coalesce(F("reopened_on"), F("problem__found_on"), output_field=DateField())
    figures = [
        Figure(f"{before}:opening", before),
        Figure(f"{steps}:found", steps, Q(source="")),
        Figure(f"{steps}:returned", steps, Q(action="reopen")),
        Figure(f"{steps}:cleared", steps, ended),
        Figure(f"{steps}:void", steps, Q(action="void")),
        Figure(f"{after}:closing", after),
        Figure(f"{after}:late", after, Q(late=1)),
        Figure(f"{steps}:dated", steps, ended),
        Figure(f"{steps}:days", steps, ended, add=_span("happened_on", since)),
    ]
    return sources, figures


def of_kind(kind: str, title: str) -> Group:
    """A kind that only kept problems tell of."""
    sources, figures = kept_sources(kind)
    return _group(kind, title, sources, figures)


# --- the guarantees, which clues, evidence and visits tell of too ---


def of_topic(topic: Topic) -> Group:
    sources, figures = kept_sources(topic.kind)
    for teller in told.TELLERS:
        more, counts = _told_sources(topic, teller)
        sources |= more
        figures += counts
    return _group(topic.key, topic.title, sources, figures)


# Which source of a teller each count is read from.
_OF_SOURCE = {
    "opening": "before",
    "found": "found",
    "returned": "returned",
    "cleared": "cleared",
    "dated": "cleared",
    "days": "cleared",
    "void": "gone",
    "closing": "after",
    "late": "after",
}


def _told_sources(topic: Topic, teller: str) -> tuple[dict[str, Source], list[Figure]]:
    def month(r: Reading) -> tuple[Any, ...]:
        return teller, topic, r.division, r.opening, r.on, r.known_at

    rows: dict[str, Callable[[Reading], QuerySet[Any]]] = {
        "before": lambda r: told.standing(teller, topic, r.division, r.opening, r.known_at).filter(solved=0),
        "found": lambda r: told.changed("found", *month(r)),
        "returned": lambda r: told.changed("returned", *month(r)),
        "cleared": lambda r: told.changed("cleared", *month(r)),
        "gone": lambda r: told.gone(*month(r)),
        "after": lambda r: told.standing(teller, topic, r.division, r.on, r.known_at).filter(solved=0),
    }
    home, tell, days = _HOME[teller], _TELLING[teller], _span("solved_on", F("found_on"))
    figures = [
        Figure(
            _told_key(topic, teller, count),
            f"{topic.key}_{teller}_{source}",
            Q(late=1) if count == "late" else Q(),
            add=days if count == "days" else None,
        )
        for count, source in _OF_SOURCE.items()
    ]
    sources = {f"{topic.key}_{teller}_{name}": Source(one, home, tell, counted="件") for name, one in rows.items()}
    return sources, figures


def _told_key(topic: Topic, teller: str, count: str) -> str:
    return f"{topic.key}_{teller}_{_OF_SOURCE[count]}:{count}"


TOLD_SOURCES = tuple(dict.fromkeys(_OF_SOURCE.values()))


def told_counts(topic: Topic, teller: str, reading: Reading) -> Iterator[dict[str, Any]]:
    """The figures of all sources of a teller by place, counted together."""
    found = told.counts(teller, topic, reading.division, reading.opening, reading.on, reading.known_at)
    for place, counts in found.items():
        yield {"place": place} | {_told_key(topic, teller, count): number for count, number in counts.items()}


# --- monitored households ---


def of_monitored() -> Group:
    """Households monitored for their risks, as T1 counts them; 迁入 are found here, 注销 and 迁出 have gone."""
    kind = q.KIND
    opened, cleared = Q(kind=kind.IDENTIFIED), Q(kind=kind.CLEARED)
    dated = cleared & Q(dated=True, episode__identified_on__gt=BEGINNING)

    def month(r: Reading) -> tuple[Any, ...]:
        return r.division, r.opening, r.on, r.known_at

    def open_on(r: Reading, day: date) -> QuerySet[Any]:
        return q.monitored(r.division, day, r.known_at)

    sources = {
        "m_before": Source(lambda r: open_on(r, r.opening), q.HOME, of_turn),
        "m_flows": Source(lambda r: q.flows(*month(r)), q.HOME, of_turn),
        "m_endings": Source(lambda r: q.endings(*month(r)), q.HOME, of_ending),
        "m_in": Source(lambda r: q.arrivals(*month(r)), "household", of_move, elsewhere=True),
        "m_out": Source(lambda r: q.departures(*month(r)), "household", of_move, elsewhere=True),
        "m_after": Source(lambda r: open_on(r, r.on), q.HOME, of_turn),
    }
    figures = (
        Figure("m_before:opening", "m_before"),
        Figure("m_flows:found", "m_flows", opened),
        Figure("m_in:found", "m_in"),
        Figure("m_flows:returned", "m_flows", Q(kind=kind.ROLLED_BACK)),
        Figure("m_flows:cleared", "m_flows", cleared),
        Figure("m_endings:void", "m_endings"),
        Figure("m_out:void", "m_out"),
        Figure("m_after:closing", "m_after"),
        Figure("m_flows:dated", "m_flows", dated),
        Figure("m_flows:days", "m_flows", dated, add=_span("happened_on", F("episode__identified_on"))),
    )
    return _group("monitored", "监测风险", sources, figures, "户")
