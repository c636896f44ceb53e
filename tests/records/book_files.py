"""Small files of books for tests, and one way to take them in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cast import NOW

from accounts.models import Division
from records.services.books import BookReport, import_book


def write_list(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A CSV with every heading that a row has."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def take_in(path: Path, book: str, division: Division, rows: Sequence[Mapping[str, Any]], **options: Any) -> BookReport:
    """Import these rows as a file."""
    written = write_list(path / f"{options.pop('name', book)}.csv", rows)
    given = {"actor": None, "at": NOW, "listed_on": date(2026, 11, 1), **options}
    return import_book(book=book, path=written, name=written.name, division=division, **given)
