"""A layout applied to a ledger: which of its columns are shown, in which order, under which headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from reports.layouts.declared import OWN, Declared, keys_of, standard
from reports.ledgers import Ledger
from reports.ledgers.base import Line, Reading, Sample
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from sheets.layout import SheetLayout
from sheets.text import Cell

SUM = "合计"


@dataclass(frozen=True)
class Shape:
    """`picks` has for each shown column its place in the ledger, None for an empty one of the county's own."""

    ledger: Ledger
    declared: Declared
    columns: tuple[Column, ...]
    picks: tuple[int | None, ...]

    def row(self, cells: list[Cell]) -> list[Cell]:
        return [None if pick is None else cells[pick] for pick in self.picks]

    def rows(self, rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
        as_they_are = self.picks == tuple(range(len(self.ledger.columns)))
        return iter(rows) if as_they_are else map(self.row, rows)

    def totals(self, cells: list[Cell]) -> list[Cell]:
        """The 合计 row; the word itself goes into the first free cell where its column is not shown."""
        if not cells:
            return []
        shown = self.row(cells)
        if SUM not in shown:
            free = next((i for i, cell in enumerate(shown) if cell in (None, "")), None)
            if free is not None:
                shown[free] = SUM
        return shown

    def sample(self, sample: Sample) -> Sample:
        """The beginning of the ledger for a page, running numbers filled in."""
        lines = [Line(self._numbered(line.cells, n), line.about) for n, line in enumerate(sample.lines, 1)]
        return replace(sample, totals=self.totals(sample.totals), lines=lines)

    def _numbered(self, cells: list[Cell], number: int) -> list[Cell]:
        shown = zip(self.row(cells), self.columns, strict=True)
        return [number if cell is None and column.kind == "seq" else cell for cell, column in shown]

    def opens(self) -> dict[int, tuple[str, ...]]:
        """The shown columns whose numbers have a list behind them, with the headings that the ledger knows."""
        behind = self.ledger.opens()
        return {place: behind[pick] for place, pick in enumerate(self.picks) if pick is not None and pick in behind}

    def layout(self, reading: Reading) -> SheetLayout:
        """The sheet: title with place and month, the lines above and below, the columns."""
        declared, place = self.declared, Places(reading.division).title(reading.division)
        return SheetLayout(
            title=filled(declared.title, place, reading.on),
            columns=tuple(column.sheet for column in self.columns),
            name=f"{self.ledger.code}{self.ledger.title}",
            info=tuple(filled(words, place, reading.on) for words in declared.info),
            footer=tuple(filled(words, place, reading.on) for words in declared.footer),
            paper=declared.paper,
            landscape=declared.landscape,
            freeze=min(self.ledger.freeze, len(self.columns) - 1),
            totals_at=declared.totals,
            spread=declared.spread,
        )


def shape_of(ledger: Ledger, declared: Declared | None) -> Shape:
    """The shape of a ledger by a layout, by the standard one where none is given. Columns that the ledger no longer has
    are left out."""
    wanted = declared or standard(ledger)
    places = {key: place for place, key in enumerate(keys_of(ledger))}
    columns: list[Column] = []
    picks: list[int | None] = []
    for one in wanted.columns:
        if one.key == OWN:
            columns.append(Column(one.path, one.width))
            picks.append(None)
        elif one.key in places:
            pick = places[one.key]
            columns.append(replace(ledger.columns[pick], path=one.path, width=one.width))
            picks.append(pick)
    return Shape(ledger, wanted, tuple(columns), tuple(picks))


def filled(words: str, place: str, on: date) -> str:
    """The words with place and day in them; one pass, so that a place's name is never read as a placeholder."""
    values = {"{地方}": place, "{年}": str(on.year), "{月}": str(on.month), "{日}": str(on.day)}
    parts: list[str] = []
    rest = words
    while rest:
        found = next((mark for mark in values if rest.startswith(mark)), "")
        parts.append(values[found] if found else rest[0])
        rest = rest[len(found) or 1 :]
    return "".join(parts)
