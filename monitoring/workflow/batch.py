"""The same step with many rows: each by itself, each with its own answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.errors import Refused
from accounts.models import User
from monitoring.models import Case, Clue
from monitoring.workflow.engine import perform

MOST = 500


@dataclass(frozen=True)
class Outcome:
    """What came of one row: `code` is "" and `message` empty where the step was taken."""

    subject: Clue | Case
    ok: bool
    code: str = ""
    message: str = ""


def perform_each(
    *,
    items: Iterable[tuple[Clue | Case, int | None]],
    action: str,
    actor: User,
    at: datetime,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> list[Outcome]:
    """Take a step with each (row, version); one that is refused does not keep the others back.

    Raises:
        Refused: more than 500 rows.
    """
    wanted = list(items)
    if len(wanted) > MOST:
        raise Refused(f"一次至多办理 {MOST} 件，请分批办理。", code="too_many")
    return [_one(subject, version, action, actor, at, note, data) for subject, version in wanted]


def _one(
    subject: Clue | Case,
    version: int | None,
    action: str,
    actor: User,
    at: datetime,
    note: str,
    data: Mapping[str, Any] | None,
) -> Outcome:
    try:
        row = perform(subject=subject, action=action, actor=actor, at=at, version=version, note=note, data=data)
    except Refused as refusal:
        return Outcome(subject, False, refusal.code, refusal.message)
    return Outcome(row, True)
