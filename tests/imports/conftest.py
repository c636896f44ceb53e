"""Services of the imports, called as the commands call them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from import_files import AT, feed_file, register_file

from households.services.register import Report, import_register
from monitoring.services.feeds import FeedReport, import_feed


@pytest.fixture
def take_register(places: Any, tmp_path: Path) -> Callable[..., Report]:
    """Import rows of the register, as the shell does."""

    def _take(rows: Sequence[Sequence[Any]], name: str = "register.xlsx", **options: Any) -> Report:
        path = register_file(tmp_path / name, rows)
        return import_register(path=path, name=name, actor=None, at=AT, **options)

    return _take


@pytest.fixture
def take_feed(places: Any, tmp_path: Path) -> Callable[..., FeedReport]:
    """Import rows of a feed for a month, as the shell does; or the file at `path`."""

    def _take(
        feed: str, rows: Sequence[Sequence[Any]] = (), *, month: int = 10, name: str = "", path: Path | None = None,
        titles: Sequence[str] = (), actor: Any = None,
    ) -> FeedReport:  # fmt: skip
        source = path or feed_file(tmp_path / (name or f"{feed}-{month}.xlsx"), feed, rows, titles)
        return import_feed(feed=feed, path=source, name=source.name, period=date(2026, month, 1), actor=actor, at=AT)

    return _take
