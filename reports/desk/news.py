"""What came and moved in a person's places since he last signed in; every count is a filter of the list behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import AuditEvent, User
from accounts.scope import Scope
from monitoring.models import Case, Clue, Transition
from monitoring.turns import CASE_TURNS, LEVELS, states_of

FIRST_LOOK = timedelta(days=7)
# Steps are looked back over by their key; more than these nobody reads.
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Kind:
    """One sort of news: its words, unit, and which steps are such."""

    key: str
    unit: str
    title: str
    steps: Q


_CLOSED = [state for state in Clue.State.values if state not in Clue.OPEN_STATES]
KINDS = (
    Kind("clues", "条", "新线索", Q(clue__isnull=False, action="register")),
    Kind("came", "件", "送到你这一级", Q(pk__in=[])),
    Kind("returned", "件", "退回补正", Q(action__in=["review_return", "decide_return"])),
    Kind("objections", "件", "公示有异议", Q(action="object")),
    Kind("decided", "件", "县级审定通过", Q(action="decide_pass")),
    Kind("closed", "条", "线索办结", Q(clue__isnull=False, target__in=_CLOSED) & ~Q(source__in=_CLOSED)),
)


def last_look(user: User, at: datetime) -> datetime:
    """When the user was last here before this sign-in; a week ago for somebody who is here for the first time."""
    marks = AuditEvent.objects.filter(actor=user, action__in=["session.started", "session.ended"])
    earlier = marks.order_by("-id").values_list("at", flat=True)[1:2]
    return next(iter(earlier), at - FIRST_LOOK)


def kinds_for(scope: Scope) -> list[Kind]:
    """The sorts of news, 送到你这一级 by the user's levels."""
    levels = {LEVELS[role] for role in scope.roles if role in LEVELS}
    states = {state for level in levels for state in states_of(CASE_TURNS, level)}
    came = Q(case__isnull=False, target__in=states) & ~Q(source__in=states)
    return [Kind(k.key, k.unit, k.title, came) if k.key == "came" else k for k in KINDS]


def news(scope: Scope, user: User, since: datetime) -> QuerySet[Transition]:
    """Steps that others took since then with clues and cases of the user's places."""
    last = Transition.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    steps = Transition.objects.filter(pk__gt=last - MOST_STEPS, recorded_at__gt=since)
    mine = scope.q("clue__village_id", helper="clue__household__helper_id")
    mine |= scope.q("case__village_id", helper="case__household__helper_id")
    return steps.filter(mine).exclude(actor=user)


def subject_of(step: Transition) -> Clue | Case | None:
    return step.case or step.clue
