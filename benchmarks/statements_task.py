"""Every ledger of a county with five years of monitoring, and what lies behind its numbers."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Division  # noqa: E402
from benchmarks.child import Task  # noqa: E402
from benchmarks.county import COUNTY, END, HOUSEHOLDS, County  # noqa: E402
from benchmarks.history import load_history  # noqa: E402
from benchmarks.loading import county_officer, load, renew_statistics  # noqa: E402
from benchmarks.statements_sql import STATEMENTS  # noqa: E402
from reports.ledgers import LEDGERS  # noqa: E402
from reports.ledgers.base import Level, Reading  # noqa: E402
from reports.ledgers.summary import SummaryLedger  # noqa: E402
from reports.services.drill import drill  # noqa: E402
from reports.services.ledgers import LedgerOrder, write_ledger  # noqa: E402
from reports.services.sets import write_set  # noqa: E402

LONG_AGO = date(END.year - 2, END.month, END.day)
MOST_MS = 300
NOW = datetime(2026, 11, 8, 2, tzinfo=UTC)


def statements(households: int, episodes: int, only: str = "") -> Task:
    """Stages: all ledgers of the county as one set, as of the last day of the month; the same one after the other; as of
    24 months before; the lists for the national system with their checks; every number of every summary opened; the
    figures of some summaries as the program counts them; the same by hand-written SQL. `only` is the one ledger to write
    and open, where not all; there is no set then."""
    county = County(households / HOUSEHOLDS)
    load(county)
    officer = county_officer()
    load_history(county, episodes, officer)
    renew_statistics()
    place = Division.objects.get(pk=COUNTY)
    yield "ready"
    own, national = ([code for code in LEDGERS if (LEDGERS[code].group == "national") is so] for so in (False, True))
    if not only:
        yield _write_set(place)
    yield _write(place, END, [code for code in own if not only or code == only])
    yield _write(place, LONG_AGO, [code for code in own if not only or code == only])
    yield _write(place, END, [code for code in national if not only or code == only])
    yield _open_all(place, officer, only)
    yield {code: _counted(code, place) for code in STATEMENTS}
    yield {code: _by_hand(code) for code in STATEMENTS}


def _order(place: Division, on: date) -> LedgerOrder:
    return LedgerOrder(division=place, as_of=on, actor=None, at=NOW)


def _write_set(place: Division) -> int:
    """Rows of the set."""
    with tempfile.TemporaryDirectory() as folder:
        return write_set(order=_order(place, END), path=Path(folder) / "set.zip").total


def _write(place: Division, on: date, codes: list[str]) -> dict[str, Any]:
    """Seconds of each of these ledgers that a county has, and the rows of all."""
    taken: dict[str, float] = {}
    rows = 0
    with tempfile.TemporaryDirectory() as folder:
        for code in codes:
            if Level.COUNTY not in LEDGERS[code].levels:
                continue
            path, started = Path(folder) / f"{code}.xlsx", time.perf_counter()
            rows += write_ledger(name=code, order=_order(place, on), path=path).rows
            taken[code] = round(time.perf_counter() - started, 2)
    return {"seconds": taken, "rows": rows}


def _open_all(place: Division, officer: Any, only: str) -> dict[str, Any]:
    """How long the list behind each number takes: 合计 and the first row of every summary that people count."""
    waits: dict[str, float] = {}

    def opened(code: str, path: tuple[str, ...], unit: Division | None) -> float:
        started = time.perf_counter()
        drill(name=code, division=place, unit=unit, path=path, as_of=END, actor=officer, at=timezone.now())
        return (time.perf_counter() - started) * 1000

    # The first page of a process also reads all addresses.
    reverse("home")
    opened("T1", next(iter(LEDGERS["T1"].opens().values())), None)
    for code, ledger in LEDGERS.items():
        if not isinstance(ledger, SummaryLedger) or Level.COUNTY not in ledger.levels or (only and code != only):
            continue
        for path in ledger.opens().values():
            for unit in (None, ledger.units(place)[0]):
                waits[f"{code} {'·'.join(path)} {unit or '合计'}"] = opened(code, path, unit)
    slowest = max(waits, key=lambda name: waits[name])
    late = sum(1 for wait in waits.values() if wait > MOST_MS)
    return {
        "numbers": len(waits),
        "over_300_ms": late,
        "median_ms": round(median(waits.values()), 1),
        "slowest": slowest,
        "slowest_ms": round(waits[slowest], 1),
    }


def _counted(code: str, place: Division) -> dict[str, Any]:
    """Seconds and figures of a summary's table as the program counts it."""
    ledger, keys = LEDGERS[code], STATEMENTS[code].keys
    assert isinstance(ledger, SummaryLedger)
    started = time.perf_counter()
    table = ledger.table(Reading(place, END))
    taken = time.perf_counter() - started
    return {"seconds": taken, "figures": {unit.code: [figures[key] for key in keys] for unit, figures in table}}


def _by_hand(code: str) -> dict[str, Any]:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[code].sql, {"on": END, "opening": END.replace(day=1), "county": COUNTY[:6]})
        rows = cursor.fetchall()
    taken = time.perf_counter() - started
    return {"seconds": taken, "figures": {row[0]: list(row[1:]) for row in rows}}
