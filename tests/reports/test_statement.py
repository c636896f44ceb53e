"""T1: the statement adds up, whatever happened, and every figure is its list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ledger_histories import DAYS, TOWNSHIPS, Life, counties, day, settle, store, undone

from accounts.models import Division
from reports.asof import episodes, homes
from reports.ledgers.base import Reading
from reports.ledgers.t1 import MonitoringStatement, balance

T1 = MonitoringStatement()
COUNTY, TOWNSHIP = "990101000000", "990101100000"
STOCK = ("identified", "open", "cleared", "opening", "identified_persons", "open_persons", "opening_persons")
# No shrinking: an example is a database written and read.
HARD = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def figures(code: str, on: date) -> dict[str, dict[str, Any]]:
    return {unit.code: row for unit, row in T1.table(Reading(Division.objects.get(pk=code), on))}


def added(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {f.key: sum(row[f.key] for row in rows.values()) for f in T1.figures}


def told(living: list[Life], check: Any) -> None:
    with undone():
        settle()
        store(living)
        check()


@HARD
@given(counties, st.integers(0, DAYS + 5))
def test_opening_and_changes_make_the_closing_in_households_and_persons(
    places: Any, living: list[Life], n: int
) -> None:
    def check() -> None:
        for code in (COUNTY, TOWNSHIP, "990101100201"):
            for row in figures(code, day(n)).values():
                assert balance(row) == row["open"]
                assert balance(row, "_persons") == row["open_persons"]
                assert row["open"] + row["cleared"] == row["identified"]

    told(living, check)


@HARD
@given(counties, st.integers(0, DAYS + 5))
def test_stock_is_what_a_plain_reading_of_the_lives_says(places: Any, living: list[Life], n: int) -> None:
    def check() -> None:
        for code, row in (figures(COUNTY, day(n)) | figures(TOWNSHIP, day(n))).items():
            here = [
                life
                for life in living
                if life.stands(n) and life.village(n).startswith(code[:9] if code in TOWNSHIPS else code)
            ]
            assert row["open"] == sum(life.is_open(n) for life in here)
            assert row["open_persons"] == sum(life.size(n) for life in here if life.is_open(n))
            assert row["cleared"] == sum(life.state(n) == "cleared" for life in here)

    told(living, check)


@HARD
@given(counties, st.integers(0, DAYS + 5))
def test_the_same_households_are_monitored_however_it_is_asked(places: Any, living: list[Life], n: int) -> None:
    def check() -> None:
        for code in (COUNTY, TOWNSHIP, "990101100201"):
            where = Division.objects.get(pk=code), day(n)
            asked = homes.living(*where).filter(homes.is_monitored(*where))
            turns = episodes.standing(*where).filter(kind__in=episodes.OPEN)
            assert list(turns) == list(episodes.monitored(*where))
            assert set(asked.values_list("pk", flat=True)) == set(turns.values_list(episodes.HOME, flat=True))

    told(living, check)


@HARD
@given(counties, st.integers(0, DAYS + 5))
def test_this_months_opening_is_last_months_closing(places: Any, living: list[Life], n: int) -> None:
    def check() -> None:
        on = day(n)
        before = figures(COUNTY, on.replace(day=1) - timedelta(days=1))
        for code, row in figures(COUNTY, on).items():
            assert (row["opening"], row["opening_persons"]) == (before[code]["open"], before[code]["open_persons"])

    told(living, check)


@HARD
@given(counties, st.integers(0, DAYS + 5))
def test_levels_add_up_and_every_figure_is_its_list(places: Any, living: list[Life], n: int) -> None:
    def check() -> None:
        on = day(n)
        county, villages = figures(COUNTY, on), figures(TOWNSHIP, on)
        sums = added(villages)
        for key in STOCK + ("new", "anew", "clearings", "rollbacks", "cancellations", "joined", "left"):
            assert county[TOWNSHIP][key] == sums[key], key
        for key in ("", "_persons"):
            net = sums["arrivals" + key] - sums["departures" + key]
            assert county[TOWNSHIP]["arrivals" + key] - county[TOWNSHIP]["departures" + key] == net
        checked = [TOWNSHIP, *list(villages)[:1]]
        for code, row in ((code, (county | villages)[code]) for code in checked):
            unit = Division.objects.get(pk=code)
            for figure in T1.figures:
                if not figure.persons:
                    assert T1.cell(unit, figure.key, Reading(unit, on)).count() == row[figure.key], figure.key

    told(living, check)
