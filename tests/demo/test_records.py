"""The made-up county's books: taken in by the importer, some lines changed and ended by late lists."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cast import NOW

from accounts.services.divisions import load_divisions
from demo.build import _write_divisions
from demo.county import build_county
from demo.records import LIVING, MAKERS, fill_books
from demo.register import write_register
from households.services.register import import_register
from records.books import BOOKS
from records.models import House, Job


@pytest.mark.django_db
def test_every_book_is_filled_and_few_rows_come_back(tmp_path: Path, clock: object) -> None:
    start = NOW - timedelta(days=300)
    county = build_county(150, start.date())
    load_divisions(path=_write_divisions(county, tmp_path), actor=None, at=start)
    write_register(county, tmp_path / "register.xlsx", start.date())
    import_register(path=tmp_path / "register.xlsx", name="register.xlsx", actor=None, at=start)
    reports = fill_books(county, tmp_path, start, NOW)
    assert set(MAKERS) == set(BOOKS) and len(reports) == len(MAKERS) + len(LIVING)
    # The register has a few persons whom it sent back itself: nobody has them on file.
    faults = [error["code"] for report in reports for error in report.errors]
    assert set(faults) <= {"not_registered"} and len(faults) < sum(report.rows for report in reports) / 50
    assert all(book.model.objects.standing().exists() for book in BOOKS.values())
    assert Job.objects.filter(withdrawn_at__isnull=False).exists()
    assert House.objects.standing().filter(to_on=None).count() > 140
