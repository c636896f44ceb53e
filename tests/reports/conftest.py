"""The cast's office from the workflow tests, and ledgers written by the service and read back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from ledger_sheets import Written, read_ledger

from accounts.models import Division, User
from households.models import Household

# So that a grid that differs is shown cell by cell.
pytest.register_assert_rewrite("golden")
# The journeys through the workflow, the departments' files and the kept problems are told once, in their own tests.
sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("workflow", "matching", "records")]


@pytest.fixture
def office(clock: Any, village: Division, hire: Callable[..., User]) -> Any:
    from journeys import make_office

    return make_office(clock, village, hire)


@pytest.fixture
def written(tmp_path: Path, places: dict[str, Division]) -> Callable[..., Written]:
    """`written("L1")` is the county's ledger as of today, written and read back."""

    def _written(
        name: str, code: str = "990101000000", as_of: date | None = None, actor: User | None = None, **more: Any
    ) -> Written:
        from reports.services.ledgers import LedgerOrder, write_ledger

        path = tmp_path / f"{name}.xlsx"
        order = LedgerOrder(division=places[code], as_of=as_of, actor=actor, at=timezone.now(), **more)
        write_ledger(name=name, order=order, path=path)
        return read_ledger(path)

    return _written


@pytest.fixture
def place(clock: Any, county: Division, village: Division, tmp_path: Path) -> Any:
    from match_place import Place

    return Place(county, village, tmp_path)


# --- the small county of the golden grids ---


@pytest.fixture
def east(village: Division, owner: User, township: User, bureau: User) -> Household:
    from golden_county import make_east

    return make_east(village, owner, township, bureau)


@pytest.fixture
def west(places: dict[str, Division], owner: User, east: Household) -> Household:
    from golden_county import make_west

    return make_west(places, owner)


@pytest.fixture
def rural(places: dict[str, Division]) -> None:
    """60 countrymen live in 石桥镇东沟村, 300 in 西岭村, 250 in 东沟村 of 青杨乡."""
    for code, people in (("990101100201", 60), ("990101100202", 300), ("990101101201", 250)):
        places[code].rural_population = people
        places[code].save()


@pytest.fixture
def desk(tmp_path: Path, bureau: User, places: Any) -> Any:
    from layout_desk import Desk

    return Desk(tmp_path, bureau)
