"""Names of places for the columns 县, 乡镇, 村, 组, and places that stand for a row with something beside them."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import Division
from accounts.models.division import lineage
from reports.ledgers.column import Column

PLACE = (Column(("县",), 7), Column(("乡镇",), 8), Column(("村",), 8), Column(("组",), 7))


def holders(code: str) -> set[str]:
    """The county, the township and the village (by code) that a place lies in or is."""
    return set(lineage(code))


# Between a place's code and the key of what is beside it.
_BESIDE = "~"


def row_beside(place: Division, key: str) -> Division:
    """A place with something beside it (a rule, a feed of a month), which stands for a row that is about both."""
    return Division(code=f"{place.code}{_BESIDE}{key}", name=place.name, level=place.level, parent_id=place.parent_id)


def beside(code: str) -> tuple[str, str]:
    """The code of the place of such a row and the key beside it, '' where the row is about a place alone."""
    place, _, key = code.partition(_BESIDE)
    return place, key


def in_rows(codes: Iterable[str]) -> dict[str, Division]:
    """What rows with these codes stand for, by code; places that are not there are left out."""
    told = {code: beside(code) for code in codes}
    places = Division.objects.in_bulk({place for place, _ in told.values()})
    return {
        code: row_beside(places[place], key) if key else places[place]
        for code, (place, key) in told.items()
        if place in places
    }


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
