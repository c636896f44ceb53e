"""Plays many stories at once, each act at its own moment, in the order of the moments, up to now.

A story is a generator: it yields the moment at which it wants to go on and is resumed with it. What would happen after
now stays undone, so that lists are full of things half way.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from accounts.errors import Refused

CHINA = ZoneInfo("Asia/Shanghai")
Story = Generator[datetime, datetime, Any]


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day in China."""
    return datetime.combine(day, time(hour, minute), CHINA)


class Stage:
    """The clock of the played year. `acts` counts resumptions; `refusals` keeps what a service would not do."""

    def __init__(self, now: datetime, progress: Callable[[datetime, int], None]) -> None:
        self.now = now
        self.random = Random("stage")
        self.refusals: list[str] = []
        self.acts = 0
        self._progress = progress
        self._serial = count()
        self._waiting: list[tuple[datetime, int, Story]] = []

    def begin(self, story: Story) -> None:
        """Take a story on; it runs at once up to its first wish."""
        self._resume(story, None)

    def play(self) -> None:
        while self._waiting and self._waiting[0][0] <= self.now:
            at, _, story = heapq.heappop(self._waiting)
            self.acts += 1
            self._progress(at, self.acts)
            self._resume(story, at)

    def _resume(self, story: Story, at: datetime | None) -> None:
        try:
            wish = story.send(at) if at is not None else next(story)
        except StopIteration:
            return
        except Refused as refusal:
            self.refusals.append("；".join([f"{_name(story)}：{refusal.message}", *refusal.details]))
            return
        heapq.heappush(self._waiting, (wish, next(self._serial), story))

    def later(self, at: datetime, least: int, most: int | None = None) -> datetime:
        """Some office hour `least` to `most` days after `at`."""
        at = at.astimezone(CHINA)
        day = at.date() + timedelta(days=self.random.randint(least, most or least))
        hour = moment(day, self.random.randint(8, 17), self.random.randrange(60))
        return max(hour, at + timedelta(minutes=5))

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def _name(story: Story) -> str:
    return str(getattr(story, "__name__", story))
