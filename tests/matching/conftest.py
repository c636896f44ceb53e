"""A county of a few households whose departments send files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from match_place import SEPTEMBER, Place, bill

from accounts.models import Division
from households.models import Household, Person


@pytest.fixture
def place(county: Division, village: Division, tmp_path: Path) -> Place:
    return Place(county, village, tmp_path)


@pytest.fixture
def family(place: Place) -> Callable[..., tuple[Household, list[Person]]]:
    """`home, (father, mother, son) = family()`"""

    def _family(**values: Any) -> tuple[Household, list[Person]]:
        home = place.household(**values)
        return home, [member.person for member in home.memberships.order_by("pk").select_related("person")]

    return _family


@pytest.fixture
def ill(place: Place, family: Callable[..., Any]) -> Any:
    """A household with one reason for a clue in September."""
    home, (father, *_) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 20000))
    return home
