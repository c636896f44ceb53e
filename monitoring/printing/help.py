"""The help that a household got, as papers of a case list it. Help belongs to a higher floor, which tells it here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from monitoring.models import Episode

# 序号, 措施大类, 措施小类, 内容, 金额, 责任单位, 落实日期, 状态
Reader = Callable[[Episode, date], list[dict[str, Any]]]
_readers: list[Reader] = []


def tell_help(reader: Reader) -> None:
    """Enter the reader of measures, at start-up."""
    if reader not in _readers:
        _readers.append(reader)


def help_of(episode: Episode, on: date) -> list[dict[str, Any]]:
    """The measures of an episode that stand on a day, in the order of the catalogue."""
    return [row for reader in _readers for row in reader(episode, on)]


def categories_of(episode: Episode, on: date) -> str:
    """Their categories alone, which may be posted."""
    return "、".join(dict.fromkeys(row["措施大类"] for row in help_of(episode, on)))
