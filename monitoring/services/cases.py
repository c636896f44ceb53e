"""Opening a clearing or a roll-back. Identifications begin with a verified clue (step `identify`)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require
from households.models import Household
from monitoring.models import Case
from monitoring.policy import PolicyBook
from monitoring.workflow.inputs import Input, read
from monitoring.workflow.opening import latest_episode, make_case, opening_faults
from monitoring.workflow.own_steps import OPENINGS

STARTABLE = (Case.Kind.CLEAR, Case.Kind.ROLL_BACK)


def start_case(*, household: Household, kind: str, actor: User, at: datetime, reason: str = "") -> Case:
    """Open a case to clear the household's risk, or to take a wrong clearing back (needs a reason).

    Raises:
        OutOfScope, Forbidden: not his household, or not his right.
        Refused: another kind, no reason for a roll-back, or a condition not met; `details` names every one.
    """
    if kind not in STARTABLE:
        raise Refused("纳入认定和重新识别须由已核实的线索转入。", field="kind", code="invalid")
    step = OPENINGS[kind]
    post = require(actor=actor, right=step.right or "", code=household.village_id, at=at)
    if kind == Case.Kind.ROLL_BACK and not reason.strip():
        raise Refused("请写明回退的理由。", field="reason", code="note_missing")
    words = read((Input("reason", "理由"),), {"reason": reason.strip()})["reason"]
    with transaction.atomic():
        held = Household.objects.select_for_update().get(pk=household.pk)
        faults = list(opening_faults(held, kind, timezone.localdate(at)))
        if faults:
            raise Refused(f"还不能{step.title}：{'；'.join(faults)}", code="conditions", details=faults)
        case = make_case(household=held, kind=kind, actor=actor, post=post, at=at, policy=PolicyBook(), reason=words)
        episode = latest_episode(held)
        if episode is not None:
            Case.objects.filter(pk=case.pk).update(monitored_type=episode.monitored_type, risks=episode.risks)
            case.monitored_type, case.risks = episode.monitored_type, episode.risks
    return case
