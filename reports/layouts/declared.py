"""A layout as it is kept: title, lines, columns, paper; the standard one of a ledger; and the names of its columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from reports.ledgers import Ledger
from sheets.layout import Paper, SheetLayout

# A column that the county fills in itself.
OWN = ""
TotalsAt = Literal["top", "bottom"]
PLACEHOLDERS = ("地方", "年", "月", "日")


@dataclass(frozen=True)
class DeclaredColumn:
    """A column by the key that the ledger knows it under (OWN: an empty one), its heading, its width in characters."""

    key: str
    path: tuple[str, ...]
    width: float


@dataclass(frozen=True)
class Declared:
    """Title and lines may name 地方, 年, 月 and 日 in braces; a `spread` sheet may be cut into pages side by side."""

    title: str
    info: tuple[str, ...]
    footer: tuple[str, ...]
    columns: tuple[DeclaredColumn, ...]
    paper: Paper
    landscape: bool
    totals: TotalsAt
    spread: bool = False

    def as_json(self) -> dict[str, Any]:
        columns = [{"key": one.key, "path": list(one.path), "width": one.width} for one in self.columns]
        return {
            "title": self.title,
            "info": list(self.info),
            "footer": list(self.footer),
            "columns": columns,
            "paper": self.paper,
            "landscape": self.landscape,
            "totals": self.totals,
            "spread": self.spread,
        }

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Declared:
        columns = tuple(DeclaredColumn(one["key"], tuple(one["path"]), one["width"]) for one in kept["columns"])
        return cls(
            kept["title"],
            tuple(kept["info"]),
            tuple(kept["footer"]),
            columns,
            kept["paper"],
            kept["landscape"],
            kept["totals"],
            # Layouts kept before there was a choice have one page.
            kept.get("spread", False),
        )


def keys_of(ledger: Ledger) -> list[str]:
    """What each column is known under whatever it is called: its standard heading, numbered where one comes twice."""
    seen: Counter[str] = Counter()
    keys = []
    for column in ledger.columns:
        heading = "·".join(column.path)
        seen[heading] += 1
        keys.append(heading if seen[heading] == 1 else f"{heading}#{seen[heading]}")
    return keys


def standard(ledger: Ledger) -> Declared:
    """The layout of a ledger that nobody has changed."""
    plain = SheetLayout("", ())
    return Declared(
        title=f"{{地方}}{ledger.title}（{{年}}年{{月}}月）",
        info=("填报单位（盖章）：", "填报日期：{年}年{月}月{日}日", f"单位：{ledger.unit}"),
        footer=plain.footer,
        columns=tuple(
            DeclaredColumn(key, column.path, column.width)
            for key, column in zip(keys_of(ledger), ledger.columns, strict=True)
        ),
        paper=ledger.paper,
        landscape=plain.landscape,
        totals=plain.totals_at,
    )
