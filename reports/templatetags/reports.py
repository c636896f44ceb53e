"""How cells of ledgers stand on a page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports.narrow_sheet import NarrowSheet, narrow_sheet, whom_column
from reports.services.preview import Preview
from sheets.layout import CellKind

register = template.Library()
WIDE = 16
_NUMBERS = ("int", "money", "percent", "seq")


@register.filter
def cell_text(value: Any, kind: CellKind) -> str:
    """A cell in words: thousands commas, percent of a share, ISO dates; nothing for what is not known."""
    if value is None or value == "":
        return ""
    if kind == "percent" and isinstance(value, Decimal | float | int):
        return f"{value * 100:.2f}"
    if kind == "money" and isinstance(value, Decimal | float | int):
        return f"{value:,.2f}"
    if kind == "month" and isinstance(value, date):
        return f"{value:%Y%m}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, int | Decimal) and kind != "text" else str(value)


@register.simple_tag
def sheet_rows(preview: Preview, opens: dict[int, tuple[str, ...]]) -> list[dict[str, Any]]:
    """The rows of a preview: running number (the first cell where they have none), what it is about, the other cells."""
    lead, named = preview.layout.columns[0], whom_column(preview)
    # A row leads to its household from the name, else from the second column.
    whom = 1 if named is None else named
    numbered = lead.kind == "seq" or lead.path == ("序号",)
    return [
        {
            "number": number if numbered else cell_text(line.cells[0], lead.kind),
            "line": line,
            "cells": (cells := _cells(preview, line.cells, opens, whom)),
            "whom": cells[whom - 1] if whom else None,
        }
        for number, line in enumerate(preview.sample.lines, 1)
    ]


@register.simple_tag
def sheet_on_phone(preview: Preview) -> NarrowSheet | None:
    """What a phone shows otherwise; None where it shows the sheet as it is."""
    return narrow_sheet(preview)


@register.simple_tag
def sheet_totals(preview: Preview, opens: dict[int, tuple[str, ...]]) -> list[dict[str, Any]]:
    """The cells of the 合计 row after the first; none where the ledger has no such row."""
    return _cells(preview, preview.sample.totals, opens) if preview.sample.totals else []


def _cells(
    preview: Preview, cells: list[Any], opens: dict[int, tuple[str, ...]], whom: int = 0
) -> list[dict[str, Any]]:
    """Cells after the running number; the one in the column `whom` leads to the household."""
    shown = []
    for place, (value, column) in enumerate(zip(cells, preview.layout.columns, strict=True)):
        if place == 0:
            continue
        text = cell_text(value, column.kind)
        zero = value == 0 and column.kind in _NUMBERS
        shown.append(
            {
                "text": text,
                "path": "·".join(opens[place]) if place in opens and text and not zero else "",
                "is_word": column.kind not in _NUMBERS,
                "is_wide": column.width >= WIDE and column.kind == "text",
                "is_zero": zero,
                "leads": place == whom,
                "place": place,
            }
        )
    return shown


@register.simple_tag
def bar(percent: float, name: str = "b2") -> SafeString:
    """A bar of a percentage as SVG, for the eye only: the number stands beside it."""
    return format_html(
        '<svg class="sw-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="b0" width="100" height="8" rx="1"/><rect class="{}" width="{}" height="8"/></svg>',
        name,
        round(min(100.0, max(0.0, percent)), 1),
    )


@register.simple_tag
def amount(value: Any, unit: str) -> str:
    """A figure of an indicator: a share with its sign, a number with its measure word; a dash for what is not known."""
    if value is None:
        return "—"
    return f"{value:.2f}%" if unit == "%" else f"{value:,} {unit}"
