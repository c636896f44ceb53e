"""The office of the workflow tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from journeys import Office, make_office

from accounts.models import Division, User
from monitoring import exit_checks


@pytest.fixture
def office(clock: Any, village: Division, hire: Callable[..., User]) -> Office:
    return make_office(clock, village, hire)


@pytest.fixture(autouse=True)
def own_checks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit checks of this floor; what higher floors register is theirs to prove."""
    own = {key: check for key, check in exit_checks._checks.items() if check.ask.__module__ == "monitoring.exit_checks"}
    monkeypatch.setattr(exit_checks, "_checks", own)
