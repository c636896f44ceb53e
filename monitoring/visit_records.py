"""What other records say about the sections of a visit, against what was seen last time.

A registry: a higher floor enters at start-up who tells (`reports`, of the four guarantees). Where something is said, "as
last time" is no answer: a person looks and chooses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from households.models import Household

# Pairs of a section's key and a sentence: which record says what, since when.
Teller = Callable[[Household, date], Iterable[tuple[str, str]]]
_tellers: dict[str, Teller] = {}


def add_teller(key: str, teller: Teller) -> None:
    """Enter one; the same key replaces the earlier one."""
    _tellers[key] = teller


def said_elsewhere(household: Household, *, on: date) -> Mapping[str, Sequence[str]]:
    """What all of them say, by section."""
    found: dict[str, list[str]] = defaultdict(list)
    for teller in _tellers.values():
        for key, words in teller(household, on):
            found[key].append(words)
    return found
