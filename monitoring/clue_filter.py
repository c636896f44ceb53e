"""The filters of the clue list, read from an address: one reading for the list, its counts and the map of channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import Department, Division, User
from accounts.scope import in_division
from households.models import Membership
from monitoring.models import Clue
from monitoring.querysets import ClueQuerySet
from monitoring.risks import Risk
from monitoring.rules import RULES_BY_NAME
from sheets.clean import fold_name

# What the state filter offers beside the states themselves; without any filter the open ones are listed.
OPEN, CLOSED, EVERY = "open", "closed", "all"


@dataclass(frozen=True)
class ClueFilter:
    """What stands in the address; a value that is none of the choices counts as not given."""

    state: str = ""
    channel: str = ""
    department: str = ""
    risk: str = ""
    rule: str = ""
    place: Division | None = None
    due: str = ""
    mine: bool = False
    period: date | None = None
    since: date | None = None
    text: str = ""
    given: Mapping[str, str] = field(default_factory=dict)

    def apply(self, clues: ClueQuerySet, *, user: User, today: date) -> ClueQuerySet:
        """The clues among these that the filter names."""
        for name in ("channel", "department", "risk"):
            if value := getattr(self, name):
                clues = clues.filter(**{name: value})
        if self.place is not None:
            clues = clues.filter(in_division("village_id", self.place))
        if self.since is not None:
            clues = clues.filter(received_on__gte=self.since)
        if self.mine:
            clues = clues.waiting_for(user)
        return self._found(self._of_hits(self._in_state(clues, today)))

    @property
    def of_open(self) -> bool:
        """Whether only clues in hand are listed."""
        return bool(self.due) or self._open_alone or self.state in Clue.OPEN_STATES

    @property
    def _open_alone(self) -> bool:
        """Whether the open ones are asked for, or nothing that would name others."""
        return self.state == OPEN or not (self.state or self.period or self.since)

    def _in_state(self, clues: ClueQuerySet, today: date) -> ClueQuerySet:
        if self.due == "over":
            clues = clues.overdue(today)
        elif self.due == "soon":
            clues = clues.due_soon(today)
        elif self._open_alone:
            clues = clues.open()
        if self.state == CLOSED:
            return clues.closed()
        return clues.filter(state=self.state) if self.state not in ("", OPEN, EVERY) else clues

    def _of_hits(self, clues: ClueQuerySet) -> ClueQuerySet:
        wanted: dict[str, Any] = {}
        if self.rule:
            wanted["hits__rule"] = self.rule
        if self.period is not None:
            wanted["hits__period"] = self.period
        return clues.filter(**wanted).distinct() if wanted else clues

    def _found(self, clues: ClueQuerySet) -> ClueQuerySet:
        if not self.text:
            return clues
        if any(letter.isdigit() for letter in self.text):
            return clues.filter(Q(number=self.text.upper()) | Q(household__number=self.text))
        heads = Membership.objects.heads().current().named(fold_name(self.text))
        return clues.filter(household__in=heads.values("household_id"))


def filter_of(query: Mapping[str, str], *, user: User) -> ClueFilter:
    """The filter that an address's query asks for; a place outside the user's is none."""
    given = {name: value.strip()[:60] for name, value in query.items() if value.strip()}
    return ClueFilter(
        state=_among(given.get("state", ""), [*Clue.State.values, OPEN, CLOSED, EVERY]),
        channel=_among(given.get("channel", ""), Clue.Channel.values),
        department=_among(given.get("department", ""), Department.values),
        risk=_among(given.get("risk", ""), Risk.values),
        rule=_among(given.get("rule", ""), RULES_BY_NAME),
        place=_place(given.get("division", ""), user),
        due={"1": "over", "soon": "soon"}.get(given.get("overdue", ""), ""),
        mine=bool(given.get("mine")),
        period=_day(f"{given.get('period', '')}-01"),
        since=_day(given.get("since", "")),
        text=given.get("q", ""),
        given=given,
    )


def _among(value: str, allowed: Any) -> str:
    return value if value in allowed else ""


def _place(code: str, user: User) -> Division | None:
    return Division.objects.visible_to(user).filter(code=code).first() if code else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
