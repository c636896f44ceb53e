"""The workbook of rejected rows that a department mends and sends again, and the ticket by which it is known.

A mended workbook holds only the rejected rows, so it must not replace the file that it came from. Every row carries a
ticket (column 退回批次) that names that file; it survives copying rows about and saving as CSV, and a file without it,
or with rows that lack it, is a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitoring.evidence import Sheet
from monitoring.ingest import TICKET
from monitoring.ingest_rows import Rejected
from sheets.rejected import RejectedSheet
from sheets.write import write_errors as write_workbook

_TICKET_LENGTH = 16


def ticket_of(sha256: str) -> str:
    """What a returned row says of the file that it was rejected from."""
    return f"T{sha256[:_TICKET_LENGTH]}"


def write_rejected(sheets: Sequence[Sheet], rejected: Sequence[Rejected], sha256: str, output: Path) -> int:
    """Write what was rejected of the file with this SHA-256 to an .xlsx; returns how many rows."""
    ticket = ticket_of(sha256)
    parts = [(sheet, [row for row in rejected if row.sheet == sheet.name]) for sheet in sheets]
    return write_workbook(output, [_rejected_sheet(sheet, rows, ticket) for sheet, rows in parts if rows])


def _rejected_sheet(sheet: Sheet, rows: list[Rejected], ticket: str) -> RejectedSheet:
    width = max(len(sheet.headings), *(len(row.cells) for row in rows))
    old = sheet.found.get(TICKET)
    kept = [i for i in range(width) if i != old]
    headings = [sheet.headings[i] if i < len(sheet.headings) else "" for i in kept]
    return RejectedSheet(
        sheet.name,
        [*headings, TICKET],
        [
            (
                row.row,
                [*(row.cells[i] if i < len(row.cells) else "" for i in kept), ticket],
                f"{row.fault.column}：{row.fault.fault.message}",
            )
            for row in rows
        ],
    )
