"""What whole rows written by hand are compared with: the places of the grids, and ledgers read back level by level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from ledger_sheets import Written

COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
OTHER, WEST = "990101100202", "990101101201"
TOLD = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
NUMBER = "990100************"
HERE, THERE = ["守望县", "石桥镇", "东沟村", "一组"], ["守望县", "青杨乡", "东沟村", None]


def nothing(columns: int) -> list[None]:
    return [None] * columns


def line(model: Any, from_on: date, **values: Any) -> Any:
    """A line of a book."""
    if person := values.get("person"):
        values["household"] = person.memberships.get(left_on=None).household
    return model.objects.create(from_on=from_on, recorded_at=TOLD, **values)


def holds_at_levels(
    written: Callable[..., Written],
    name: str,
    here: list[list[Any]],
    there: list[list[Any]],
    county: dict[str, Any],
    below: dict[str, Any],
) -> None:
    """The county's sheet has the rows `here` and then those `there`, the township's and the village's those `here`; 合计
    of the county and of the places below says what is given, and no more than 合计 beside it."""
    for code, rows, totals in ((COUNTY, [*here, *there], county), (TOWNSHIP, here, below), (VILLAGE, here, below)):
        sheet = written(name, code)
        assert [list(map(day, row.values())) for row in sheet.rows] == numbered(rows), (name, code)
        said = {heading: day(value) for heading, value in sheet.totals.items() if value not in (None, "合计")}
        assert said == totals, (name, code)


def numbered(rows: list[list[Any]]) -> list[list[Any]]:
    return [[i, *row] for i, row in enumerate(rows, 1)]


def day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def table(sheet: Written) -> list[list[Any]]:
    """合计 and the rows of a summary, without running numbers."""
    return [[day(value) for value in list(row.values())[1:]] for row in (sheet.totals, *sheet.rows)]


def levels(written: Callable[..., Written], name: str) -> list[list[list[Any]]]:
    return [table(written(name, code)) for code in (COUNTY, TOWNSHIP, VILLAGE)]
