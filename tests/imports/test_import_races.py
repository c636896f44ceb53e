"""Two files for one feed and month at one moment: one is current, the other was replaced, nobody sees an error."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection
from import_files import AT, feed_file, feed_row, number
from races import at_once

from monitoring.models import FeedBatch
from monitoring.services import feeds
from monitoring.services.feeds import import_feed

pytestmark = pytest.mark.django_db(transaction=True)


def bring(folder: Path) -> list[str]:
    """Two clerks bring two files for October."""

    def _bring(turn: int) -> None:
        path = feed_file(folder / f"{turn}.csv", "water", [feed_row("water", number(turn + 1))])
        import_feed(feed="water", path=path, name=path.name, period=date(2026, 10, 1), actor=None, at=AT)

    return at_once(_bring, 2)


def states() -> list[str]:
    return list(FeedBatch.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("there", [False, True], ids=["the first of the month", "over an earlier one"])
def test_two_files_at_once_come_one_after_the_other(there: bool, tmp_path: Path) -> None:
    if there:
        path = feed_file(tmp_path / "first.csv", "water", [feed_row("water", number(9))])
        import_feed(feed="water", path=path, name=path.name, period=date(2026, 10, 1), actor=None, at=AT)
    assert bring(tmp_path) == ["done"] * 2
    assert states() == ["replaced"] * (1 + there) + ["current"]
    later = FeedBatch.objects.latest("pk")
    assert later.replaces == FeedBatch.objects.order_by("-pk")[1]


def test_without_the_lock_one_of_them_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both find no current file and both want to be it. SQLite lets writers in one at a time anyhow."""
    together = Barrier(2, timeout=10)
    if connection.vendor == "postgresql":
        monkeypatch.setattr(feeds, "hold_feed", lambda feed, period: None)
        found = feeds.current_batches
        monkeypatch.setattr(feeds, "current_batches", lambda *which: _met(together, list(found(*which))))
        with pytest.raises(IntegrityError):
            bring(tmp_path)
        assert states() == ["current"]
    else:
        assert bring(tmp_path) == ["done"] * 2


class _Found(list[Any]):
    """What a query found, where the code goes on to narrow a query."""

    def select_for_update(self, **_: Any) -> _Found:
        return self


def _met(together: Barrier, rows: list[Any]) -> _Found:
    together.wait()
    return _Found(rows)
