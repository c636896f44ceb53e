"""Where a sheet that is too wide for its paper is cut into pages that lie side by side.

What fits across a page is counted in characters at full size. Every page after the first repeats the columns that say
whose row it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

# Points of the type in the table at full size, the smallest that is still put on one page, and what pages are cut for.
FULL, _SMALLEST, _READABLE = 11, 7.0, 7.5
# At a set scale no program makes a page fit, and a character is an eighth wider in Chinese ones, a quarter where the
# office's fonts are missing.
_SURE: Final = 0.75
_MOST_PAGES: Final = 8
# How many of the columns that stay on the left are repeated: the number and the name.
_REPEATED: Final = 2


def repeated_columns(freeze: int) -> tuple[int, int]:
    """The first of the columns that later pages repeat, and the one after the last."""
    return max(0, freeze - _REPEATED), freeze


def cuts(widths: Sequence[float], groups: Sequence[str], freeze: int, room: float) -> tuple[int, ...]:
    """The columns with which a further page begins, none where one page will do; `groups` are the outermost headings,
    which stay together where that can be."""
    if FULL * room >= _SMALLEST * sum(widths) or len(widths) <= freeze + _MOST_PAGES:
        return ()
    found: tuple[int, ...] = ()
    for pages in range(2, _MOST_PAGES + 1):
        found = _even(widths, groups, freeze, pages)
        if FULL * scale(widths, found, freeze, room) >= _READABLE:
            break
    return found


def scale(widths: Sequence[float], found: Sequence[int], freeze: int, room: float) -> float:
    """By how much the widest page is made smaller to fit; 1 where none is."""
    if not found:
        return min(1.0, room / max(sum(widths), 1))
    first, end = repeated_columns(freeze)
    again = sum(widths[first:end])
    spans = pairwise((0, *found, len(widths)))
    widest = max(sum(widths[left:right]) + (again if left else 0) for left, right in spans)
    return min(1.0, room * _SURE / widest)


def _even(widths: Sequence[float], groups: Sequence[str], freeze: int, pages: int) -> tuple[int, ...]:
    """Cuts into pages about as wide as each other."""
    first, end = repeated_columns(freeze)
    again = sum(widths[first:end])
    each = (sum(widths) + (pages - 1) * again) / pages
    starts = [place for place in range(freeze + 1, len(widths)) if groups[place] != groups[place - 1]]
    found: list[int] = []
    for page in range(1, pages):
        goal = page * each - (page - 1) * again
        later = [place for place in starts if not found or place > found[-1]]
        if later:
            found.append(min(later, key=lambda place: abs(sum(widths[:place]) - goal)))
    return tuple(found)
