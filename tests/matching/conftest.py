"""A county of a few households whose departments send files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from match_place import Place

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
