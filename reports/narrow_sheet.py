"""How a list's preview stands on a phone: whose row it is comes first, and what all rows share is said above them.

The sheet that is filed begins with county, township and village, which fill a phone's width with what a cadre knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.services.preview import Preview

# The columns in which a reader looks for whom a row is about.
WHOM = ("户主", "户主姓名", "姓名", "学生姓名")


def whom_column(preview: Preview) -> int | None:
    """The column where the name of a row's household or person stands."""
    paths = [column.path[-1] for column in preview.layout.columns]
    return next((paths.index(words) for words in WHOM if words in paths), None)


@dataclass(frozen=True)
class NarrowSheet:
    """The columns (by position) that a phone does not show in their place, the one that it shows first, and what the
    rows share: heading and word."""

    whom: int
    heading: str
    hidden: frozenset[int]
    shared: list[tuple[str, str]]


def narrow_sheet(preview: Preview) -> NarrowSheet | None:
    """None for a sheet that has no column of names, or has it inside a group of columns."""
    columns, whom = preview.layout.columns, whom_column(preview)
    if whom is None or len(columns[whom].path) > 1:
        return None
    shared = {place: word for place in range(1, whom) if (word := _shared(preview, place))}
    return NarrowSheet(
        whom,
        columns[whom].path[0],
        frozenset({0, whom, *shared}),
        [(columns[place].path[0], word) for place, word in shared.items()],
    )


def _shared(preview: Preview, place: int) -> str:
    """What stands in a column in every row shown; nothing where rows differ, or the column is one of a group."""
    column = preview.layout.columns[place]
    words = {line.cells[place] for line in preview.sample.lines}
    if len(words) != 1 or column.kind != "text" or len(column.path) > 1:
        return ""
    return str(words.pop() or "")
