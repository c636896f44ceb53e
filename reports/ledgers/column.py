"""Columns of ledgers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports.ledgers.choices import CHOICES
from sheets.layout import CellKind, SheetColumn


@dataclass(frozen=True)
class Column:
    """One column: its heading from the outermost group inwards, and what of its values leaves only masked.

    "id" and "phone" are such numbers themselves, "text" is written by people, who may have put one in. `words` is the
    code list that its cells offer; by its heading, where none is given.
    """

    path: tuple[str, ...]
    width: float = 9
    kind: CellKind = "text"
    secret: Literal["", "id", "phone", "text"] = ""
    words: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.words is None:
            # Kept, so that a county's own heading does not take the list away.
            object.__setattr__(self, "words", CHOICES.get(self.path, ()))

    @property
    def sheet(self) -> SheetColumn:
        return SheetColumn(self.path, self.width, self.kind, self.words or ())
