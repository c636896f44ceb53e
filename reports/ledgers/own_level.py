"""Summaries of problems that a township or a county may have itself: a row 本级 beside those of the places below."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.models import Division
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Shown, Source, SummaryLedger, units_of


class OwnLevelSummary(SummaryLedger):
    """Its last row is what is filed under the place itself."""

    sources: ClassVar[Mapping[str, Source]] = {}
    figures: ClassVar[tuple[Figure, ...]] = ()
    shown: ClassVar[tuple[Shown, ...]] = ()

    def units(self, division: Division) -> list[Division]:
        units = units_of(division)
        return units if division.level == Division.Level.VILLAGE else [*units, own_level(division)]

    def cell(self, unit: Division, key: str, reading: Reading) -> QuerySet[Any]:
        rows = super().cell(unit, key, reading)
        is_own = unit.code == reading.division.code and unit.level < Division.Level.VILLAGE
        return rows.filter(place=unit.code) if is_own else rows


def own_level(division: Division) -> Division:
    """The place without the places in it."""
    unit = copy(division)
    unit.name = f"{division.name}本级"
    unit.contains = lambda code: code == division.code  # type: ignore[method-assign]
    return unit
