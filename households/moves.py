"""What other floors do when a whole household moves to another village; they enter it at start-up.

Called inside the transaction of the move, so that work in hand follows the household or the move does not happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from accounts.models import User
from households.models import Household


class Listener(Protocol):
    def __call__(self, *, households: Sequence[Household], actor: User | None, at: datetime) -> object: ...


_listeners: list[Listener] = []


def on_move(listener: Listener) -> None:
    """Enter a listener; once a process."""
    if listener not in _listeners:
        _listeners.append(listener)


def moved(*, households: Sequence[Household], actor: User | None, at: datetime) -> None:
    """Tell every listener that these households have another village now."""
    for listener in _listeners:
        listener(households=households, actor=actor, at=at)
