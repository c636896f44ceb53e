"""The board of a month: how far every place is, who is waited for, by when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from accounts.models import Division, User
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from monitoring.policy import PolicyBook
from reports.closing_parameters import due_on
from reports.closing_steps import STEPS, Action, Level
from reports.models import Closing

_CLOSED = (Closing.State.FREEZING, Closing.State.CLOSED)
WAITING = {Level.VILLAGE: "等村确认", Level.TOWNSHIP: "等乡镇上报", Level.COUNTY: "等县接收结账"}


@dataclass(frozen=True)
class Standing:
    """One place in one month: its closing (unsaved where nothing was done yet), the last day for its step."""

    division: Division
    closing: Closing
    due_on: date
    below: list[Standing] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(one.closing.is_done for one in self.below)

    @property
    def missing(self) -> list[Division]:
        return [one.division for one in self.below if not one.closing.is_done]

    @property
    def waiting(self) -> str:
        """Who is waited for; '' where nobody is."""
        if self.closing.is_done:
            return "正在封存" if self.closing.state == Closing.State.FREEZING else ""
        if self.below and self.missing:
            named = "、".join(place.name for place in self.missing[:5])
            more = f"等 {len(self.missing)} 个" if len(self.missing) > 5 else ""
            return f"等{named}{more}"
        return WAITING[Level(self.division.level)]

    def is_late(self, today: date) -> bool:
        return not self.closing.is_done and self.due_on < today


def closing_board(*, division: Division, month: date) -> Standing:
    """A place with the places below it, each as it stands. A fixed number of queries."""
    places = list(Division.objects.within(division).filter(level__lte=Level.VILLAGE))
    rows = {row.division_id: row for row in Closing.objects.within(division).filter(month=month)}
    policy = PolicyBook()

    def standing(place: Division) -> Standing:
        below = [standing(one) for one in places if one.parent_id == place.code]
        closing = rows.get(place.code) or Closing(month=month, division=place)
        return Standing(place, closing, due_on(month, place, policy), below)

    return standing(division)


def waiting_for(user: User, month: date, today: date) -> list[Standing]:
    """The places of the user's own steps whose month is not done yet, once it is over; after the county's closing
    nothing is left to do for those that it did not wait for."""
    policy, found = PolicyBook(), []
    posts = scope_of(user, today).posts
    counties = {f"{post.division_id[:6]}000000" for post in posts}
    known = Closing.objects.visible_to(user) | Closing.objects.filter(division__in=counties)
    rows = {row.division_id: row for row in known.filter(month=month)}
    over = {code for code in counties if code in rows and rows[code].state in _CLOSED}
    for post in posts:
        place = post.division
        if f"{place.code[:6]}000000" in over:
            continue
        wanted = [step for step in STEPS if step.level == place.level and step.action != Action.REOPEN]
        if any(post.role in PERMISSIONS[step.right] for step in wanted if step.action != Action.RETURN):
            closing = rows.get(place.code) or Closing(month=month, division=place)
            if not closing.is_done:
                found.append(Standing(place, closing, due_on(month, place, policy)))
    return found
