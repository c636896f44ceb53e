"""What an indicator is: what it counts, in which households, against which target, and how that is judged.

Every figure is a count of a queryset with the village in `place`, as in a summary ledger, so it opens its list.
What nobody has recorded is no 0: the verdict is 无数据 or 待核实 until what is missing cannot change it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Case, DecimalField, Value, When

from accounts.models import Division
from monitoring.models import FeedBatch
from monitoring.policy import PARAMETERS, PolicyBook
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Figures, Source

State = Literal["met", "unmet", "partial", "none", "untargeted"]
WORDS: dict[State, str] = {
    "met": "达标",
    "unmet": "未达标",
    "partial": "数据不全",
    "none": "无数据",
    "untargeted": "只列数",
}
Amount = int | Decimal | None
# A department that has sent nothing for so many days says nothing about the day.
_FRESH = 366


@dataclass(frozen=True)
class Frame:
    """What a table of indicators is judged by: the day, the parameters in force, which departments' data had come."""

    on: date
    book: PolicyBook
    feeds: frozenset[str]

    @classmethod
    def of(cls, reading: Reading) -> Frame:
        since = reading.on - timedelta(days=_FRESH)
        names = batches_by(reading).filter(period__gt=since).order_by().values_list("feed", flat=True)
        return cls(reading.on, reading.book, frozenset(names))

    def value(self, key: str, unit: Division) -> Any:
        return self.book.value(key, on=self.on, code=unit.code)


@dataclass(frozen=True)
class Judged:
    """An indicator of one place: its figure, the target, and what follows; `missing` is how many are not known, of what
    `counted` measures."""

    state: State
    value: Amount
    target: Amount
    missing: int = 0
    counted: str = "户"

    @property
    def unknown(self) -> str:
        """How many are to be looked at before the verdict stands; nothing where none are, or where it stands anyhow."""
        return f"待核实 {self.missing:,} {self.counted}" if self.missing and self.state in ("unmet", "partial") else ""

    @property
    def verdict(self) -> str:
        """The verdict alone; where too much is unknown for one, how much that is."""
        return self.unknown if self.unknown and self.state == "partial" else WORDS[self.state]

    @property
    def words(self) -> str:
        """The verdict, and beside a bad one how many are not known."""
        return f"{self.verdict}，另{self.unknown}" if self.unknown and self.state == "unmet" else self.verdict


def batches_by(reading: Reading) -> Any:
    """The departments' files for months up to the day that were in force when it was known."""
    return FeedBatch.objects.known(reading.known_at).filter(period__lte=reading.on)


Judge = Callable[[Division, Figures, Frame], Judged]


@dataclass(frozen=True)
class Indicator:
    """One indicator. `columns` are its figures as its page shows them (words, keys added up), `printed` the words of
    those that stand on the sheet of all indicators, `readings` the parameters that say how its text is read; `more` are
    figures that no condition counts, worked out for some places at a time.
    """

    code: str
    title: str
    document: str
    unit: Literal["%", "户", "个"]
    sources: Mapping[str, Source]
    figures: tuple[Figure, ...]
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    judge: Judge
    target: str
    readings: tuple[str, ...] = ()
    sign: str = "≤"
    more: Callable[[Reading, list[Division]], list[Figures]] | None = None
    opens_at: str = ""
    note: str = ""
    printed: tuple[str, ...] = ()
    # The measure word of what is not known of it.
    counted: str = "户"

    def reading_words(self, frame: Frame, unit: Division) -> list[str]:
        """How its text is read there that day: '参保率：算谁：脱贫户和监测户'."""
        county = unit.county.code
        found = []
        for key in self.readings:
            parameter = PARAMETERS[key]
            value = frame.book.value(key, on=frame.on, code=county)
            found.append(f"{parameter.title}：{parameter.words(value)}")
        return found


def chosen(key: str, reading: Reading) -> Any:
    """A reading of a text: the county's, so that its places add up."""
    return reading.book.value(key, on=reading.on, code=reading.division.county.code)


def by_place(key: str, reading: Reading) -> Case:
    """The value in force in the village `place` of each row."""
    book, county = reading.book, reading.division.code[:6]

    def value(prefix: str) -> Value:
        return Value(book.value(key, on=reading.on, code=prefix.ljust(12, "0")))

    areas = [
        When(place__startswith=prefix, then=value(prefix)) for prefix in book.areas([key], on=reading.on, county=county)
    ]
    return Case(*areas, default=value(county), output_field=DecimalField(max_digits=14, decimal_places=2))


def at_most(target: str, bad: tuple[str, ...], known: Callable[[Figures, Frame], bool], unknown: str = "") -> Judge:
    """No more than the target; where something is unknown, met only if it could not break the target."""

    def judge(unit: Division, figures: Figures, frame: Frame) -> Judged:
        limit, count = frame.value(target, unit), sum(figures[key] for key in bad)
        missing = figures[unknown] if unknown else 0
        if limit is None:
            return Judged("untargeted", count, None, missing)
        if count > limit:
            return Judged("unmet", count, limit, missing)
        if not known(figures, frame):
            return Judged("none", None, limit, missing)
        return Judged("met" if count + missing <= limit else "partial", count, limit, missing)

    return judge


def share_of(target: str, good: str, all_of: str, unknown: str = "") -> Judge:
    """A share that must reach the target; with unknown ones only judged where they cannot change the answer."""

    def judge(unit: Division, figures: Figures, frame: Frame) -> Judged:
        aim = frame.value(target, unit)
        whole, reached, missing = figures[all_of], figures[good], figures[unknown] if unknown else 0
        if not whole or missing >= whole:
            return Judged("none", None, aim, missing)
        value = percent(reached, whole - missing)
        least, most = percent(reached, whole), percent(reached + missing, whole)
        state: State = "met" if least >= aim else "unmet" if most < aim else "partial"
        return Judged(state, value, aim, missing)

    return judge


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return Decimal(part) * 100 / Decimal(whole)
