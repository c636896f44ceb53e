"""What assistance does when monitoring says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from assistance.services.plans import open_plan
from monitoring.models import Episode
from monitoring.signals import episode_enrolled


def open_plan_at_enrolment(*, episode: Episode, actor: User | None, at: datetime, **_: Any) -> None:
    """Every new episode gets its plan in the same transaction."""
    open_plan(episode=episode, actor=actor, at=at)


def listen() -> None:
    """Connect; once, at start-up."""
    episode_enrolled.connect(open_plan_at_enrolment, dispatch_uid="assistance.open_plan")
