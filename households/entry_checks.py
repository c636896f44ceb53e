"""What looks doubtful about values while they are entered: warnings at the field, never a refusal.

A registry: a higher floor enters its checks at start-up (`quality`: the checks of the national lists). They are asked
with what the form holds; nothing is saved for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from households.models import Household, Person

REGISTER, VISIT = "register", "visit"


@dataclass(frozen=True)
class Entered:
    """What a form holds: values of the household, of a member, or of somebody who comes (`arrives`); or, with `form`
    VISIT, the answers of a visit by section."""

    household: Household
    on: date
    values: Mapping[str, Any] = field(default_factory=dict)
    person: Person | None = None
    arrives: bool = False
    form: str = REGISTER


@dataclass(frozen=True)
class Doubt:
    """One warning: at which field (of a visit: in which section), and in what words."""

    field: str
    words: str


EntryCheck = Callable[[Entered], Iterable[Doubt]]
_checks: dict[str, EntryCheck] = {}


def add_entry_check(key: str, check: EntryCheck) -> None:
    """Enter a check; the same key replaces the earlier one."""
    _checks[key] = check


def doubts_about(entered: Entered) -> list[Doubt]:
    """Everything that the checks say about what is entered."""
    return [doubt for check in _checks.values() for doubt in check(entered)]
