"""Work in hand follows a household that moves: its open clues and cases go to the new village."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from households.models import Household
from households.register import Entry, PartResult
from monitoring.models import Case, Clue
from monitoring.policy import PolicyBook
from monitoring.workflow.history import act_of, carry_out, locked
from monitoring.workflow.own_steps import FOLLOW_CASE, FOLLOW_CLUE
from monitoring.workflow.step import Step
from sheets.table import Column


def follow_households(*, households: Sequence[Household], actor: User | None, at: datetime) -> int:
    """Hand the open clues and cases of these households to the villages where they now live; gives how many."""
    policy = PolicyBook()
    with transaction.atomic():
        return sum(
            _hand_over(row, step, actor=actor, at=at, policy=policy)
            for model, step in ((Clue, FOLLOW_CLUE), (Case, FOLLOW_CASE))
            for row in _misplaced(model, households)
        )


def _misplaced(model: Any, households: Sequence[Household]) -> list[Any]:
    keys = [household.pk for household in households]
    rows = model.objects.open().filter(household__in=keys).exclude(village_id=F("household__village_id"))
    return list(rows.order_by("pk"))


def _hand_over(row: Any, step: Step, *, actor: User | None, at: datetime, policy: PolicyBook) -> int:
    held = locked(row)
    record = {"village": [held.village_id, held.household.village_id]}
    moving = act_of(step, held, actor=actor, post=None, at=at, record=record, policy=policy)
    carry_out(moving, village_id=held.household.village_id)
    return 1


class RegisterMoves:
    """The register import's part that has no columns: it follows households whose village the file changes."""

    name = "moves"
    columns: tuple[Column, ...] = ()

    def apply(self, entries: Sequence[Entry], *, batch: Any, actor: User | None, at: datetime) -> PartResult:
        follow_households(households=[entry.household for entry in entries], actor=actor, at=at)
        return PartResult()

    def undo(self, records: Sequence[Any], *, at: datetime) -> list[str]:
        return []
