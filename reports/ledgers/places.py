"""Names of places for the columns 县, 乡镇, 村, 组."""

from __future__ import annotations

from accounts.models import Division
from accounts.models.division import lineage
from reports.ledgers.column import Column

PLACE = (Column(("县",), 7), Column(("乡镇",), 8), Column(("村",), 8), Column(("组",), 7))


def holders(code: str) -> set[str]:
    """The county, the township and the village (by code) that a place lies in or is."""
    return set(lineage(code))


class Places:
    """The names of a place, what it lies in and what lies in it, read once."""

    def __init__(self, division: Division) -> None:
        below = Division.objects.within(division) | Division.objects.filter(code__in=lineage(division.code))
        self._names = dict(below.values_list("code", "name"))

    def cells(self, village: str, group: str) -> list[str]:
        """County, township, village and group of a household."""
        return [*(self._names.get(code, "") for code in lineage(village)), group]

    def title(self, division: Division) -> str:
        """'守望县石桥镇东沟村': the place with what it lies in, from the county down."""
        return "".join(self._names.get(code, "") for code in dict.fromkeys(lineage(division.code)))
