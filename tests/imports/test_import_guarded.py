"""Files that come over the network are parsed in a child process; what becomes of them is the same."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from import_files import AT, feed_file, feed_row, headings, number, register_file, register_row, write_csv, write_xlsx

from households.services.register import import_register
from monitoring.evidence import rows_as_received
from monitoring.models import FeedBatch
from monitoring.services.feeds import import_feed
from sheets import child
from sheets.faults import SheetError

ROWS = [
    feed_row("water", number(1)),
    feed_row("water", "12"),
    feed_row("water", number(1)),
    feed_row("water", number(2)),
]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_guarded_import_says_and_stores_the_same(form: str, places: Any, tmp_path: Path) -> None:
    path = tmp_path / f"water.{form}"
    if form == "xlsx":
        feed_file(path, "water", ROWS)
    else:
        write_csv(path, [headings("water"), *ROWS])
    found = []
    for month, guarded in ((9, False), (10, True)):
        report = import_feed(
            feed="water", path=path, name=path.name, period=date(2026, month, 1), actor=None, at=AT, guarded=guarded
        )
        kept = rows_as_received(report.batch, range(report.counts.accepted))
        found.append((asdict(report.counts), report.errors, report.batch.headings, kept))
    assert found[0] == found[1]
    assert found[0][0]["accepted"] == 2


def test_a_guarded_register_is_taken_in(places: Any, tmp_path: Path) -> None:
    path = register_file(tmp_path / "register.xlsx", [register_row("H1", number(1))])
    assert import_register(path=path, name=path.name, actor=None, at=AT, guarded=True).persons == 1


def test_a_file_that_is_too_much_for_the_child_is_refused(
    places: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twelve megabytes of different words, which are held from the moment that the book is opened.
    words = [[f"{line}{'字' * 10_000}"] for line in range(400)]
    path = write_xlsx(tmp_path / "water.xlsx", [headings("water"), *ROWS], others={"说明": words})
    monkeypatch.setattr(child, "Fence", lambda: child_fence(16 << 20))
    with pytest.raises(SheetError, match="打不开"):
        import_feed(feed="water", path=path, name=path.name, period=date(2026, 10, 1), actor=None, at=AT, guarded=True)
    assert not FeedBatch.objects.exists()


def child_fence(memory_bytes: int, fence: Any = child.Fence) -> Any:
    """A fence of so much address space, which is less than a child has when it begins: it gets no more."""
    return fence(memory_bytes=memory_bytes)
