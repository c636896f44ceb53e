"""The content of a ledger's sheets as an edition keeps it, and the canonical form that its hashes are over.

One kept file holds all sheets of one ledger in a county, gzipped, a JSON value a line: first what it is, then lines
`["t", place, totals]` and `["r", owner, about, cells]`. How the sheets lie in it (`way`):

- "rows": every row once, its owner being the place that it lies in; a sheet has the rows within its place.
- "numbered": the same, and the first cell of a row is its number in its sheet, in words.
- "units": the tables of the county and of each township; a village's sheet is its row in the township's table.
- "each": every sheet by itself.

`about` is the code of the unit or the uid of the household that a row is about. The canonical form of a sheet is its
heading, its totals and its rows, a JSON value a line; numbers of persons stand in it whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal

from accounts.models import Division
from reports.ledgers.base import DetailLedger, Ledger, Reading
from reports.ledgers.n import NationalList, UploadCheck
from reports.ledgers.places import holders
from reports.ledgers.problems import ProblemLedger
from reports.ledgers.summary import SummaryLedger, Table
from sheets.text import Cell

FORMAT = 1
Level = Division.Level
# Ledgers whose rows lie in places each: what a lower place has of them can be told from the county's.
InRows = DetailLedger | ProblemLedger | NationalList | UploadCheck
IN_ROWS = ("rows", "numbered")
Way = Literal["rows", "numbered", "units", "each"]
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class Row:
    """One row with the place or sheet that it belongs to, and what it is about."""

    owner: str
    about: str
    cells: list[Cell]


@dataclass
class Sheet:
    """The canonical form of one sheet as it is being hashed."""

    digest: Any
    rows: int = 0

    def add(self, value: Any) -> None:
        self.digest.update(_line(value))

    def add_row(self, line: bytes) -> None:
        """One more row as it is written."""
        self.digest.update(line)
        self.rows += 1

    def add_numbered(self, line: bytes) -> None:
        """One more row, written without its number."""
        self.add_row(b'["%d",' % (self.rows + 1) + line[1:])


@dataclass(frozen=True)
class Mark:
    """What is to be remembered of a frozen sheet."""

    division: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Heading:
    """What a kept file is about."""

    ledger: str
    county: str
    as_of: date
    known_at: datetime
    way: Way
    columns: list[list[str]]

    @classmethod
    def read(cls, value: dict[str, Any]) -> Heading:
        as_of, known_at = date.fromisoformat(value["as_of"]), datetime.fromisoformat(value["known_at"])
        return cls(value["ledger"], value["county"], as_of, known_at, value["way"], value["columns"])

    @property
    def value(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "ledger": self.ledger,
            "county": self.county,
            "as_of": self.as_of.isoformat(),
            "known_at": self.known_at.astimezone(UTC).isoformat(),
            "way": self.way,
            "columns": self.columns,
        }

    def sheet(self, division: str) -> Sheet:
        """The canonical form of a place's sheet, its heading written."""
        sheet = Sheet(hashlib.sha256())
        sheet.add({**{key: self.value[key] for key in ("ledger", "as_of", "known_at", "columns")}, "place": division})
        return sheet


@dataclass(frozen=True)
class Content:
    """A frozen sheet as it is read back."""

    heading: Heading
    totals: list[Cell]
    rows: list[Row] = field(default_factory=list)


# --- writing ---


def freeze(ledger: Ledger, county: Division, as_of: date, known_at: datetime, path: Path) -> list[Mark]:
    """Write the sheets of a ledger for the county and every place below it that the ledger is offered for."""
    columns = [list(column.path) for column in ledger.columns]
    heading = Heading(ledger.code, county.code, as_of, known_at, way_of(ledger), columns)
    below = Division.objects.within(county).filter(level__in=[level.value for level in ledger.levels])
    places = list(below.order_by("level", "code"))
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, compresslevel=6) as out:
        lines = _lines(ledger, heading, county, places)
        return _hashed(heading, _written(out, heading, lines), {place.code for place in places})


def way_of(ledger: Ledger) -> Way:
    """How the sheets of lower places can be cut out of those of higher ones: as their class does it, where it has not
    been told otherwise."""
    if isinstance(ledger, NationalList):
        return "numbered" if ledger.serial else "rows"
    if isinstance(ledger, InRows):
        return "rows"
    if isinstance(ledger, SummaryLedger) and Level.TOWNSHIP in ledger.levels:
        return "units" if _unchanged(ledger, SummaryLedger, "body", "tables", "total", "units") else "each"
    return "each"


def _unchanged(ledger: Ledger, base: Any, *names: str) -> bool:
    return all(getattr(type(ledger), name) is getattr(base, name) for name in names)


def _lines(ledger: Ledger, heading: Heading, county: Division, places: list[Division]) -> Iterator[list[Any]]:
    """Totals and rows of all sheets, in the order in which they are kept."""

    def reading(place: Division) -> Reading:
        return Reading(place, heading.as_of, heading.known_at)

    if isinstance(ledger, InRows):
        for code, totals in ledger.totals_of(reading(county), places).items():
            yield ["t", code, _plain(totals)]
        for line in ledger.placed(reading(county)):
            yield ["r", line.place, line.about, _plain(line.cells)]
        return
    if heading.way == "units":
        places = [place for place in places if place.level != Level.VILLAGE]
    counted = ledger.tables(reading(county), places) if isinstance(ledger, SummaryLedger) else {}
    for place in places:
        totals, rows = _whole(ledger, reading(place), counted.get(place.code))
        yield ["t", place.code, _plain(totals)]
        for row in rows:
            yield ["r", row.owner, row.about, _plain(row.cells)]


def _whole(ledger: Ledger, reading: Reading, table: Table | None) -> tuple[list[Cell], Iterable[Row]]:
    """A sheet by itself, of the table that has been counted for it."""
    owner = reading.division.code
    if table is not None and isinstance(ledger, SummaryLedger):
        body = ledger.laid_out(reading, table)
        units = [unit.code for unit, _ in table]
        return body.totals, (Row(owner, unit, cells) for unit, cells in zip(units, body.rows, strict=True))
    body = ledger.body(reading)
    return body.totals, (Row(owner, "", cells) for cells in body.rows)


def _written(out: gzip.GzipFile, heading: Heading, lines: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The lines, each written on its way."""
    out.write(_line(heading.value))
    for line in lines:
        out.write(_line(line))
        yield line


def _hashed(heading: Heading, lines: Iterable[list[Any]], codes: set[str]) -> list[Mark]:
    """The hashes of the sheets of some places over the lines of a kept file."""
    sheets = {code: heading.sheet(code) for code in sorted(codes)}
    for line in lines:
        if line[0] == "t":
            if line[1] in sheets:
                sheets[line[1]].add(line[2])
            continue
        _, owner, about, cells = line
        found = _holders(heading.way, owner, about) & sheets.keys()
        written = _line(cells[1:] if heading.way == "numbered" else cells) if found else b""
        for code in found:
            if code != owner and heading.way == "units":
                sheets[code].add(_total_of(cells))
            if heading.way == "numbered":
                sheets[code].add_numbered(written)
            else:
                sheets[code].add_row(written)
    return [Mark(code, sheet.digest.hexdigest(), sheet.rows) for code, sheet in sheets.items()]


def _holders(way: Way, owner: str, about: str) -> set[str]:
    """The places whose sheets a row stands in."""
    if way in IN_ROWS:
        return holders(owner)
    township = way == "units" and owner[6:9] != "000"
    return {owner, about} if township else {owner}


def _total_of(cells: list[Any]) -> list[Any]:
    """合计 of a village's sheet, which has one row."""
    return ["", "合计", *cells[2:]]


# --- reading ---


def live(ledger: Ledger, reading: Reading) -> Content:
    """The sheet as the ledger would write it now, for holding against a kept one; its values as they would be kept."""
    way = way_of(ledger)
    columns = [list(column.path) for column in ledger.columns]
    moment = reading.known_at or datetime.now(UTC)
    heading = Heading(ledger.code, reading.division.code, reading.on, moment, way, columns)
    rows: Iterable[Row]
    if isinstance(ledger, InRows):
        totals = ledger.body(reading).totals
        rows = (Row(row.place, row.about, row.cells) for row in ledger.placed(reading))
    else:
        table = ledger.table(reading) if isinstance(ledger, SummaryLedger) else None
        totals, rows = _whole(ledger, reading, table)
    kept = [Row(row.owner, row.about, _cells(_plain(row.cells))) for row in rows]
    return Content(heading, _cells(_plain(totals)), _numbered(kept) if way == "numbered" else kept)


def _numbered(rows: list[Row]) -> list[Row]:
    """The rows with their numbers in the sheet."""
    return [Row(row.owner, row.about, [str(number), *row.cells[1:]]) for number, row in enumerate(rows, 1)]


def hashes(source: BinaryIO, codes: set[str]) -> dict[str, str]:
    """The hashes that the sheets of some places have as they are kept now."""
    with gzip.GzipFile(fileobj=source) as plain:
        lines = (json.loads(line) for line in plain)
        heading = Heading.read(next(lines))
        return {mark.division: mark.sha256 for mark in _hashed(heading, lines, codes)}


def read(source: BinaryIO, division: str) -> Content:
    """The sheet of a place."""
    with gzip.GzipFile(fileobj=source) as plain:
        lines = (json.loads(line) for line in plain)
        heading = Heading.read(next(lines))
        totals: list[Cell] = []
        rows: list[Row] = []
        for line in lines:
            if line[0] == "t":
                totals = _cells(line[2]) if line[1] == division else totals
            elif division in _holders(heading.way, line[1], line[2]):
                rows.append(Row(line[1], line[2], _cells(line[3])))
        if heading.way == "units" and rows and rows[0].owner != division:
            totals = _total_of(rows[0].cells)
    return Content(heading, totals, _numbered(rows) if heading.way == "numbered" else rows)


# --- values ---


def _line(value: Any) -> bytes:
    return _encode(value).encode() + b"\n"


def _plain(cells: Iterable[Cell]) -> list[Any]:
    """Cells as JSON, amounts and days told apart from words."""
    return [_value(cell) for cell in cells]


def _value(cell: Cell) -> Any:
    if isinstance(cell, Decimal):
        return {"n": str(cell)}
    if isinstance(cell, datetime | date):
        return {"d": cell.isoformat()}
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _cells(values: list[Any]) -> list[Cell]:
    return [_cell(value) for value in values]


def _cell(value: Any) -> Cell:
    if not isinstance(value, dict):
        found: Cell = value
        return found
    if "n" in value:
        return Decimal(value["n"])
    written = value["d"]
    return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
