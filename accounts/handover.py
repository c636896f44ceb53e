"""What other floors do when a post is handed over; they enter it at start-up, because people know no household.

Called inside the transaction of the hand-over, so that what belonged to the person goes with the post or nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from accounts.models import Post, User


class Belongings(Protocol):
    """Something that carries a person's name and not only his place's: `title` in words, `count` and `take_over`."""

    title: str

    def count(self, *, post: Post) -> int:
        """How many of them the person of the post has in its place."""
        ...

    def take_over(self, *, post: Post, to: User, on: date, actor: User | None, at: datetime) -> int:
        """Give them to the successor, who holds the post from `on`; how many."""
        ...


# Rows of words by the name of their list: what waits in a post at a moment, and whose households go with it.
Listing = Callable[[Post, datetime], dict[str, list[list[str]]]]

_listings: list[Listing] = []
_belongings: list[Belongings] = []


def add_belongings(belongings: Belongings) -> None:
    """Enter a kind; once a process."""
    if not any(type(known) is type(belongings) for known in _belongings):
        _belongings.append(belongings)


def belongings_of(post: Post) -> list[tuple[str, int]]:
    """What the person of the post would hand over, in words, and how many of each."""
    return [(kind.title, kind.count(post=post)) for kind in _belongings]


def hand_over_belongings(*, post: Post, to: User, on: date, actor: User | None, at: datetime) -> list[tuple[str, int]]:
    """Give everything of the post's person in its place to the successor; what, and how many."""
    return [(kind.title, kind.take_over(post=post, to=to, on=on, actor=actor, at=at)) for kind in _belongings]


def add_listing(listing: Listing) -> None:
    """Enter who writes a list for the copy of a hand-over; once a process."""
    if listing not in _listings:
        _listings.append(listing)


def listed(post: Post, at: datetime) -> dict[str, list[list[str]]]:
    """Everything that goes with the post, in words, to be kept as it stands."""
    return {name: rows for listing in _listings for name, rows in listing(post, at).items()}
