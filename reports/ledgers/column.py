"""Columns of ledgers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sheets.layout import CellKind, SheetColumn


@dataclass(frozen=True)
class Column:
    """One column: its heading from the outermost group inwards, and what of its values leaves only masked.

    "id" and "phone" are such numbers themselves, "text" is written by people, who may have put one in.
    """

    path: tuple[str, ...]
    width: float = 9
    kind: CellKind = "text"
    secret: Literal["", "id", "phone", "text"] = ""

    @property
    def sheet(self) -> SheetColumn:
        return SheetColumn(self.path, self.width, self.kind)
