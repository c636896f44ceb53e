"""What must hold before a month is closed.

A registry: who has more to ask of a month adds it at start-up with `register`. Every check names what stands against
the closing: the ledger, the place, the row, the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from accounts.models import Division
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.ledgers.summary import SummaryLedger, Table
from reports.ledgers.t1 import MonitoringStatement
from reports.services.editions import closed_figures

Level = Division.Level


@dataclass(frozen=True)
class Fault:
    """One thing that stands against closing: in which ledger ('' for none), of which place, in which row, what."""

    ledger: str
    place: str
    row: str
    words: str

    def __str__(self) -> str:
        where = " ".join(filter(None, (self.ledger, self.place, self.row)))
        return f"{where}：{self.words}"


@dataclass(frozen=True)
class ClosingCheck:
    """One condition. It is asked with the reading that is to be closed: the place, the month's last day, the moment
    whose knowledge counts. `levels` are those of the places whose step it stands against."""

    key: str
    title: str
    ask: Callable[[Reading], Iterable[Fault]]
    levels: tuple[Level, ...] = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True)
class Result:
    key: str
    title: str
    faults: list[Fault]

    @property
    def ok(self) -> bool:
        return not self.faults


_checks: dict[str, ClosingCheck] = {}


def register(check: ClosingCheck) -> ClosingCheck:
    """Enter a check; the same key replaces the earlier one."""
    _checks[check.key] = check
    return check


def check_closing(reading: Reading) -> list[Result]:
    """Every condition for the place's level, with all that stands against it."""
    level = Level(reading.division.level)
    asked = [check for check in _checks.values() if level in check.levels]
    return [Result(check.key, check.title, list(check.ask(reading))) for check in asked]


# --- the checks of this floor ---


def _unbalanced(reading: Reading) -> Iterator[Fault]:
    """Rows of summaries in which an equation does not hold, in the sheets of the place and of the townships in it."""
    for ledger in LEDGERS.values():
        if isinstance(ledger, SummaryLedger) and ledger.equations:
            places = [place for place in _places(reading.division) if place.level in ledger.levels]
            tables = ledger.tables(reading, places) if places else {}
            for place in places:
                yield from _of_table(ledger, place, tables[place.code])


def _places(division: Division) -> list[Division]:
    if division.level != Level.COUNTY:
        return [division]
    return [division, *Division.objects.within(division).at_level(Level.TOWNSHIP)]


def _of_table(ledger: SummaryLedger, place: Division, table: Table) -> Iterator[Fault]:
    rows = [("合计", ledger.total(table)), *((unit.name, figures) for unit, figures in table)]
    for name, figures in rows:
        for equation in ledger.equations:
            if not equation.holds(figures):
                yield Fault(ledger.code, place.name, name, equation.fault(figures))


def _opens_as_closed(reading: Reading) -> Iterator[Fault]:
    """Rows of the statement whose opening is not what the last month's edition closed with."""
    statement = LEDGERS[MonitoringStatement.code]
    assert isinstance(statement, SummaryLedger)
    closed = closed_figures(statement, reading)
    for unit, figures in statement.table(reading) if closed else ():
        for words, path, key in _STOCK:
            if unit.code in closed and closed[unit.code].get(path) != figures[key]:
                said = f"上月末未消除（{words}）{figures[key]:,}，上月结账是 {closed[unit.code].get(path):,}"
                yield Fault(statement.code, reading.division.name, unit.name, said)


_STOCK = (
    ("户", ("风险未消除", "户"), "opening"),
    ("人", ("风险未消除", "人"), "opening_persons"),
)

for _check in (
    ClosingCheck("balance", "各表逐行平衡", _unbalanced),
    ClosingCheck("opening", "上月末数与上月结账一致", _opens_as_closed),
):
    register(_check)
