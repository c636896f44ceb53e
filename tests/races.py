"""Many calls at one moment, each on its own connection: what the race tests of every floor run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from accounts.errors import Refused


def at_once(act: Callable[[int], Any], times: int) -> list[str]:
    """What became of each of `times` simultaneous calls: done, or the code of the refusal."""
    barrier = Barrier(times)

    def _one(number: int) -> str:
        try:
            barrier.wait(30)
            act(number)
            return "done"
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(_one, range(times)))
