"""What is asked about a household's data before its case is handed to the township.

A registry: a higher floor enters its checks at start-up (`quality`). What blocks is refused by the step's guard, what
warns is said on the page of the case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from households.models import Household
from monitoring.policy import PolicyBook


@dataclass(frozen=True)
class Verdict:
    """Sentences that keep the case from being handed in, and such that only warn."""

    blocking: list[str] = field(default_factory=list)
    warning: list[str] = field(default_factory=list)


SubmissionCheck = Callable[[Household, date, PolicyBook], Verdict]
_checks: dict[str, SubmissionCheck] = {}


def add_submission_check(key: str, check: SubmissionCheck) -> None:
    """Enter a check; the same key replaces the earlier one."""
    _checks[key] = check


def judge_data(household: Household, *, on: date, policy: PolicyBook) -> Verdict:
    """What all checks say about a household's data on a day."""
    verdicts = [check(household, on, policy) for check in _checks.values()]
    return Verdict(
        blocking=[words for verdict in verdicts for words in verdict.blocking],
        warning=[words for verdict in verdicts for words in verdict.warning],
    )
