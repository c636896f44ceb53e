"""What must hold for every registered ledger, whoever wrote it: a number is its list, villages add up to townships and
townships to the county, sums that must hold do, and a ledger of a place is the ledgers of the places below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ledger_histories import DAYS, Life, counties, day, undone
from ledger_world import build

from accounts.models import Division, User
from reports.ledgers import LEDGERS, Ledger
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.equation import Proof
from reports.ledgers.n import NationalList
from reports.ledgers.summary import SummaryLedger


def came_back(life: Life) -> bool:
    """Whether a clearing of it was taken back, or followed by another identification, in the first two months."""
    return life.struck is None and any(turn.day < 60 for turn in life.turns[2:3])


SUMMARIES = [code for code, ledger in LEDGERS.items() if isinstance(ledger, SummaryLedger)]
DETAILS = [code for code, ledger in LEDGERS.items() if isinstance(ledger, DetailLedger | NationalList)]
COUNTY, TOWNSHIP = "990101000000", "990101100000"
# Rows of the county or of a township itself (本级) lie in no place below it.
OF_THE_PLACE_ITSELF = {"L19", "L22", "T10"}
# Ledgers that the world must fill: else what is held here would hold of nothing.
SHOWN = {"L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L10", "L12", "L14", "L15", "L23"}
# The first county that hypothesis thinks of is one in which nothing happens; this one has seen clearings taken back.
lively = counties.filter(lambda living: sum(came_back(life) for life in living) > 2)
HARD = settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def reading(code: str, on: date) -> Reading:
    return Reading(Division.objects.get(pk=code), on, timezone.now())


def below(code: str) -> list[str]:
    place = Division.objects.get(pk=code)
    return list(Division.objects.within(place).at_level(place.level + 1).values_list("code", flat=True))


def counted(ledger: SummaryLedger) -> Iterator[Any]:
    return (figure for figure in ledger.figures if figure.add is None)


def number_behind(ledger: SummaryLedger, key: str, rows: Any, at: Reading) -> int:
    """What a figure should say by the rows behind it."""
    figure, source = ledger.figure(key)
    if not figure.persons:
        return int(rows.count())
    return int(rows.order_by().aggregate(n=source.persons(at))["n"])


def places_of(ledger: Ledger, *codes: str) -> list[str]:
    """Those of some places whose level has this ledger."""
    levels = dict(Division.objects.filter(code__in=codes).values_list("code", "level"))
    return [code for code in codes if levels[code] in ledger.levels]


@HARD
@given(living=lively, n=st.integers(60, DAYS))
def test_every_number_is_its_list(places: Any, owner: User, living: list[Life], n: int) -> None:
    with undone():
        build(living, owner)
        faults = [fault for code in SUMMARIES for fault in other_than_listed(code, day(n))]
    assert faults == []


def other_than_listed(code: str, on: date) -> Iterator[str]:
    """Figures of a ledger that are not what the rows behind them say."""
    ledger: Any = LEDGERS[code]
    for place in places_of(ledger, COUNTY, TOWNSHIP):
        at = reading(place, on)
        table = ledger.table(at)
        total = ledger.total(table)
        # One row of its own is enough: the others are the same query for another place.
        for unit, row in [(None, total), *(table[:1] if place == COUNTY else [])]:
            for figure in counted(ledger):
                rows = ledger.cell(unit, figure.key, at) if unit else ledger.total_cell(figure.key, at)
                listed = number_behind(ledger, figure.key, rows, at)
                if listed != row[figure.key]:
                    yield f"{code} {place} {unit or '合计'} {figure.key}: {row[figure.key]}, listed {listed}"


@HARD
@given(living=lively, n=st.integers(60, DAYS))
def test_places_add_up_and_equations_hold(places: Any, owner: User, living: list[Life], n: int) -> None:
    with undone():
        build(living, owner)
        faults = [fault for code in SUMMARIES for fault in not_adding_up(code, day(n))]
    assert faults == []


def not_adding_up(code: str, on: date) -> Iterator[str]:
    """Equations that do not hold, and figures of the county or of a township that their parts do not add up to."""
    ledger: Any = LEDGERS[code]
    for place in places_of(ledger, COUNTY, TOWNSHIP):
        parts = places_of(ledger, *below(place))
        totals = {one: ledger.total(ledger.table(reading(one, on))) for one in (place, *parts)}
        yield from (f"{code} {place}: {proof.words}" for proof in proofs(ledger, reading(place, on)) if proof.broken)
        # Moves between places below count for these and not for the place above: what is declared `elsewhere`.
        for figure in ledger.figures if parts and code not in OF_THE_PLACE_ITSELF else ():
            if not ledger.figure(figure.key)[1].elsewhere:
                added = sum_of(totals[one][figure.key] for one in parts)
                if added != totals[place][figure.key]:
                    yield f"{code} {place} {figure.key}: {totals[place][figure.key]}, parts {added}"


def sum_of(values: Iterable[Any]) -> Any:
    """Numbers or times; nothing is 0."""
    return reduce(add, [value for value in values if value] or [0])


def proofs(ledger: SummaryLedger, at: Reading) -> list[Proof]:
    return ledger.sample(at, 50).proofs


@HARD
@given(living=lively, n=st.integers(60, DAYS))
def test_rows_of_a_place_are_those_of_the_places_below(places: Any, owner: User, living: list[Life], n: int) -> None:
    faults = []
    with undone():
        build(living, owner)
        townships = below(COUNTY)
        villages = [village for township in townships for village in below(township)]
        for code in DETAILS:
            ledger: Any = LEDGERS[code]
            rows = [
                Counter(row for place in places_of(ledger, *level) for row in rows_of(ledger, reading(place, day(n))))
                for level in ([COUNTY], townships, villages)
                if places_of(ledger, *level)
            ]
            faults += [f"{code}: {above - under} {under - above}" for above, under in pairwise(rows) if above != under]
            size = ledger.size(reading(COUNTY, day(n)))
            if size != rows[0].total():
                faults.append(f"{code}: {rows[0].total()} rows, {size} said")
            if code in SHOWN and not size:
                faults.append(f"{code} is empty, so that nothing was looked at")
    assert faults == []


@HARD
@given(living=lively, n=st.integers(60, DAYS))
def test_rows_ask_for_nothing_that_was_not_read(places: Any, owner: User, living: list[Life], n: int) -> None:
    """A field that a ledger shows and does not name among what it reads would be asked for row by row."""
    asked: list[str] = []
    with undone(), pytest.MonkeyPatch.context() as patched:
        build(living, owner)
        whole = Model.refresh_from_db

        def refresh(self: Model, *given: Any, fields: Any = None, **more: Any) -> None:
            asked.append(f"{self._meta.label} {fields}")
            whole(self, *given, fields=fields, **more)

        patched.setattr(Model, "refresh_from_db", refresh)
        for ledger in LEDGERS.values():
            if not isinstance(ledger, DetailLedger):
                continue
            at = reading(COUNTY, day(n))
            assert sum(1 for _ in ledger.body(at).rows) == ledger.size(at)
            for item in ledger.streamed(at):
                assert ledger.village(item)
                assert ledger.household(item).pk
    assert asked == []


def rows_of(ledger: DetailLedger | NationalList, at: Reading) -> Iterator[tuple[str, ...]]:
    """The rows as text, without their running numbers."""
    for row in ledger.body(at).rows:
        assert len(row) == len(ledger.columns)
        yield tuple(map(str, row[1:]))


@pytest.mark.parametrize("code", LEDGERS)
def test_columns_can_be_told_apart(code: str) -> None:
    columns: tuple[Column, ...] = LEDGERS[code].columns
    assert [path for path, times in Counter(column.path for column in columns).items() if times > 1] == []
