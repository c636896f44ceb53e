"""The beginning of a ledger as a page shows it: never more than a list page, always masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Division, User
from reports.layouts.declared import Declared
from reports.layouts.shape import shape_of
from reports.ledgers import Ledger
from reports.ledgers.base import Line, Reading, Sample
from reports.services.closed import sample_of, stamped
from reports.services.layouts import shape_in_force
from reports.services.ledgers import LedgerOrder, choose_ledger, mask_rows
from sheets.layout import HeadingCell, SheetLayout, heading_cells

MOST_ROWS = 50


@dataclass(frozen=True)
class Heading:
    """One heading: its words, the column where it begins, how many columns and rows it covers."""

    words: str
    left: int
    columns: int
    rows: int


@dataclass(frozen=True)
class Preview:
    """A ledger, whose and as of when, its sheet's words, its first rows with what they are about, and the columns whose
    numbers open."""

    ledger: Ledger
    reading: Reading
    layout: SheetLayout
    sample: Sample
    opens: dict[int, tuple[str, ...]]

    @property
    def headings(self) -> list[list[Heading]]:
        """The heading rows from the top, each with the cells that begin in it."""
        cells = heading_cells(self.layout.columns)
        return [[_heading(cell) for cell in cells if cell.top == level] for level in range(self.layout.depth)]

    @property
    def left_out(self) -> int:
        """How many items come after the rows shown."""
        return max(0, self.sample.size - len(self.sample.lines))


def preview_ledger(
    *,
    name: str,
    division: Division,
    as_of: date | None,
    actor: User,
    at: datetime,
    most: int = MOST_ROWS,
    declared: Declared | None = None,
    known: str = "",
) -> Preview:
    """The first rows of a ledger of a place as it stood on a day, numbers of persons and phones masked; in a layout that
    is not in force where one is given.

    Raises:
        Refused: unknown ledger, level not offered, a day to come.
        OutOfScope, Forbidden: the place is not the actor's to see, or its ledgers not his to read.
    """
    order = LedgerOrder(division=division, as_of=as_of, actor=actor, at=at, known=known)
    ledger, reading = choose_ledger(name=name, order=order)
    sample = sample_of(ledger, reading, most)
    masked = mask_rows(ledger.columns, (line.cells for line in sample.lines))
    lines = [Line(cells, line.about) for cells, line in zip(masked, sample.lines, strict=True)]
    shown = Sample(sample.totals, lines, sample.size, sample.proofs)
    if (fixed := ledger.fixed_layout(reading)) is not None:
        return Preview(ledger, reading, fixed, shown, ledger.opens())
    shape = shape_of(ledger, declared) if declared else shape_in_force(ledger, reading)
    layout = stamped(shape.layout(reading), ledger, reading)
    return Preview(ledger, reading, layout, shape.sample(shown), shape.opens())


def _heading(cell: HeadingCell) -> Heading:
    return Heading(cell.words, cell.left, cell.right - cell.left + 1, cell.bottom - cell.top + 1)
