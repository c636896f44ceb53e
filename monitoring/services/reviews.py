"""A township's or the county's word about many cases at once, or about one with a reason for sending it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from monitoring.desk.queue import PASS_OF, RETURN_OF, Waiting, queue_of
from monitoring.models import Case
from monitoring.policy import PolicyBook
from monitoring.services.return_reasons import reasons_for
from monitoring.workflow.batch import MOST, perform_each
from monitoring.workflow.engine import perform


@dataclass(frozen=True)
class BatchLine:
    """What came of one case: passed, left out because a person must look at it, or refused with the reason."""

    waiting: Waiting
    ok: bool
    left_out: bool
    message: str


def pass_together(*, wanted: Mapping[str, int | None], actor: User, at: datetime, note: str = "") -> list[BatchLine]:
    """Pass the cases of these uids (with the versions that the actor saw) that wait for him, each by itself.

    Those with a sign to look at are left out, whatever the page had offered; the rest have an answer each. A uid that
    is not in his queue any more is simply not there.

    Raises:
        Refused: nothing chosen, or more than a batch takes.
    """
    if not wanted:
        raise Refused("没有勾选。请先勾选要一起通过的户。", code="nothing_chosen")
    if len(wanted) > MOST:
        raise Refused(f"一次至多办理 {MOST} 件，请分批办理。", code="too_many")
    rows = queue_of(actor, timezone.localdate(at), PolicyBook(), only=list(wanted)).rows
    answers: dict[int, tuple[bool, str]] = {}
    for state, action in PASS_OF.items():
        items = [(row.case, wanted[str(row.case.uid)]) for row in rows if row.case.state == state and not row.flagged]
        outcomes = perform_each(items=items, action=action, actor=actor, at=at, note=note)
        answers |= {outcome.subject.pk: (outcome.ok, outcome.message) for outcome in outcomes}
    return [_line(row, answers) for row in rows]


def _line(row: Waiting, answers: dict[int, tuple[bool, str]]) -> BatchLine:
    if row.case.pk not in answers:
        return BatchLine(row, False, True, "；".join(row.signs))
    ok, message = answers[row.case.pk]
    return BatchLine(row, ok, False, message)


def pass_one(*, case: Case, version: int | None, note: str = "", actor: User, at: datetime) -> Case:
    """Pass one case. Raises as `perform`."""
    return perform(subject=case, action=PASS_OF[Case.State(case.state)], actor=actor, at=at, version=version, note=note)


def send_back(
    *, case: Case, version: int | None, reason: str, note: str = "", to: str = "", actor: User, at: datetime
) -> Case:
    """Send one case back for a reason of the county's list; without words of one's own with those of the reason.

    Raises: Refused for a reason that is not on the list; otherwise as `perform`.
    """
    wording = {row.title: row.wording for row in reasons_for(case.village_id)}
    if reason not in wording:
        raise Refused("请选一个退回原因。", field="reason", code="reason_missing")
    words = note.strip() or wording[reason]
    if not words:
        raise Refused("请写明要村里补什么。", field="note", code="note_missing")
    data = {"reason": reason, **({"to": to} if to and case.state == Case.State.AT_TOWNSHIP else {})}
    action = RETURN_OF[Case.State(case.state)]
    return perform(subject=case, action=action, actor=actor, at=at, version=version, note=words, data=data)
