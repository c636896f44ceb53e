"""A household that the national lists have nothing to say about, and what it takes to make it fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from quality_world import SoundHome, sound_home

from accounts.models import Division, User


@pytest.fixture
def home(clock: Any, village: Division, owner: User) -> SoundHome:
    """A lifted household in order, on the day of the clock."""
    return sound_home(village, owner)


@pytest.fixture
def homes(clock: Any, village: Division, owner: User) -> Callable[..., SoundHome]:
    """`homes(villages=...)` makes another one, in order too."""

    def _made(place: Division = village, **values: Any) -> SoundHome:
        return sound_home(place, owner, **values)

    return _made


@pytest.fixture
def today() -> date:
    return date(2026, 11, 10)
