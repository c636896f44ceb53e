"""Households with their members as the national system wants to know them, for a day and a state of knowledge.

A `Chunk` is some households; each kind of fact about them is read in one query, and only when a column asks for it. A
`Family` is one household with its members of the day, a `Row` one of these. Each knows what it is part of and nothing
knows its parts, so that a chunk is gone when its last row is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, When
from django.urls import reverse

from accounts.models import Division
from accounts.models.division import lineage
from assistance.models import Measure
from households import models as register
from households.history import ABLE
from households.models import BEGINNING, Membership
from households.models.person import HEAD
from monitoring.models import EpisodeEvent, Visit
from records import models as books
from reports.asof.episodes import turns
from reports.national.narrow import (
    Collector,
    Condition,
    Earned,
    Home,
    House,
    Job,
    Member,
    Post,
    School,
    Support,
    Turn,
    narrow,
    owned,
)
from sheets.ids import read_ids

Kind = EpisodeEvent.Kind
_HEAD_FIRST = Case(When(relation=HEAD, then=0), default=1)
_OF_MEMBERSHIP = {"membership": "id"}
_OF_PERSON = {name: f"person__{name}" for name in Member._fields[Member._fields.index("uid") :]}
_OF_TURN = {
    "household_id": "episode__household_id",
    "monitored_type": "episode__monitored_type",
    "risks": "episode__risks",
    "episode_method": "episode__clear_method",
    "case_method": "case__clear_method",
}
_NOBODY = UUID(int=0)


class Standing(NamedTuple):
    """How a household stands in monitoring: its last turn, and the first day of that episode."""

    turn: Turn
    identified_on: date
    secured: bool

    @property
    def cleared_on(self) -> date | None:
        return self.turn.happened_on if self.turn.kind == Kind.CLEARED else None

    @property
    def known_cleared_on(self) -> date | None:
        """The day of the clearing, where somebody said it."""
        return self.cleared_on if self.turn.dated else None

    @property
    def method(self) -> str:
        if self.cleared_on is None:
            return ""
        of_case = self.turn.case_method
        return self.turn.episode_method if of_case is None else of_case


@dataclass
class Help:
    """Measures that a household was given: sub-items by category, and whether development help is among them."""

    items: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    developed: bool = False


@dataclass
class Chunk:
    """Some households, and what is known of them."""

    homes: Sequence[Home]
    on: date
    known_at: datetime | None = None

    def families(self) -> Iterator[Family]:
        """The households that have members, in their order."""
        return (Family(self, home, self.members[home.id]) for home in self.homes if home.id in self.members)

    @cached_property
    def keys(self) -> list[int]:
        return [home.id for home in self.homes]

    @cached_property
    def members(self) -> dict[int, list[Member]]:
        """Householders first."""
        rows = Membership.objects.as_of(self.on, self.known_at).filter(household__among=self.keys)
        return owned(rows.order_by(_HEAD_FIRST, "id"), Member, **_OF_MEMBERSHIP, **_OF_PERSON)

    @cached_property
    def persons(self) -> list[int]:
        return [member.person_id for members in self.members.values() for member in members]

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the villages, townships and counties by code."""
        codes = {code for village in {home.place for home in self.homes} for code in lineage(village)}
        return dict(Division.objects.filter(code__in=codes).values_list("code", "name"))

    @cached_property
    def numbers(self) -> dict[int, str]:
        """The resident numbers of all members, by person."""
        everybody = [member for members in self.members.values() for member in members]
        opened = register.Person.id_number.opened_all((one.uid, one.id_sealed) for one in everybody)
        return dict(zip((one.person_id for one in everybody), opened, strict=True))

    @cached_property
    def unsound(self) -> dict[int, str]:
        """What is wrong with a resident number, by person."""
        _, faults = read_ids(list(self.numbers.values()), self.on)
        persons = list(self.numbers)
        return {persons[place]: fault.message for place, fault in faults.items()}

    @cached_property
    def conditions(self) -> dict[int, list[Condition]]:
        """Newest first."""
        rows = register.LivingCondition.objects.as_of(self.on, self.known_at).filter(household__among=self.keys)
        return owned(rows.order_by("-on", "-id"), Condition)

    @cached_property
    def incomes(self) -> dict[int, list[Earned]]:
        """Newest first."""
        rows = register.Income.objects.as_of(self.on, self.known_at).filter(household__among=self.keys)
        return owned(rows.order_by("-ends_on", "-id"), Earned, transfers="items__transfer")

    @cached_property
    def standings(self) -> dict[int, Standing]:
        """Of the households that are monitored or were cleared; who was cancelled stands no longer."""
        rows = turns(self.on, self.known_at).filter(episode__household__among=self.keys)
        ordered = rows.order_by("episode__serial", "happened_on", "nth", "id")
        identified: dict[int, date] = {}
        last: dict[int, Turn] = {}
        for turn in narrow(ordered, Turn, **_OF_TURN):
            last[turn.household_id] = turn
            if turn.kind == Kind.IDENTIFIED:
                identified.setdefault(turn.episode_id, turn.happened_on)
        secured = EpisodeEvent.objects.as_of(self.on, self.known_at).filter(kind=Kind.SECURED)
        marked = set(secured.filter(episode__household__among=self.keys).values_list("episode_id", flat=True))
        return {
            home: Standing(turn, identified.get(turn.episode_id, BEGINNING), turn.episode_id in marked)
            for home, turn in last.items()
            if turn.kind != Kind.CANCELLED
        }

    @cached_property
    def help(self) -> dict[int, Help]:
        found: defaultdict[int, Help] = defaultdict(Help)
        episodes = {one.turn.episode_id: home for home, one in self.standings.items()}
        rows = Measure.objects.as_of(self.on, self.known_at).filter(plan__episode__among=episodes)
        columns = ("plan__episode_id", "type__category", "type__item", "type__developmental")
        for episode, category, item, developmental in rows.order_by("type_id", "id").values_list(*columns):
            given = found[episodes[episode]]
            if item not in given.items[category]:
                given.items[category].append(item)
            given.developed |= developmental
        return found

    @cached_property
    def collectors(self) -> dict[int, Collector]:
        """Who recorded the last home visit of each household."""
        rows = Visit.objects.as_of(self.on, self.known_at).filter(household__among=self.keys)
        whose = {"name": "recorded_by__name", "phone": "recorded_by__phone"}
        return {one.household_id: one for one in narrow(rows.order_by("visited_on", "id"), Collector, **whose)}

    @cached_property
    def page(self) -> str:
        """The address of nobody's page, in which `_NOBODY` stands where a household's uid would."""
        return reverse("household-detail", args=[_NOBODY])

    # --- the books that departments keep, newest first ---

    def _book(self, model: Any, by: str) -> Any:
        keys = self.persons if by == "person" else self.keys
        rows = model.objects.as_of(self.on, self.known_at).filter(**{f"{by}__among": keys})
        return rows.order_by("-from_on", "-id")

    @cached_property
    def jobs(self) -> dict[int, list[Job]]:
        return owned(self._book(books.Job, "person"), Job)

    @cached_property
    def posts(self) -> dict[int, list[Post]]:
        return owned(self._book(books.WelfarePost, "person"), Post)

    @cached_property
    def schooling(self) -> dict[int, list[School]]:
        return owned(self._book(books.Schooling, "person"), School)

    @cached_property
    def houses(self) -> dict[int, list[House]]:
        return owned(self._book(books.House, "household"), House)

    @cached_property
    def supports(self) -> dict[int, list[Support]]:
        """The lines of the low-income list."""
        return owned(self._book(books.LowIncome, "person"), Support)


class Family:
    """A household with its members, and what is known of it."""

    def __init__(self, chunk: Chunk, home: Home, members: Sequence[Member]) -> None:
        self.chunk, self.home, self.members = chunk, home, members

    def rows(self) -> list[Row]:
        return [Row(self, member) for member in self.members]

    @cached_property
    def heads(self) -> int:
        return sum(member.is_head for member in self.members)

    @cached_property
    def first(self) -> int:
        """The key of the first membership."""
        return min(member.membership for member in self.members)

    @property
    def has_workers(self) -> bool:
        return any(member.labour_skill in ABLE for member in self.members)

    @cached_property
    def places(self) -> list[str]:
        """The names of the county, the township and the village."""
        return [self.chunk.names.get(code, "") for code in lineage(self.home.place)]

    @cached_property
    def link(self) -> str:
        """The page of the household."""
        return self.chunk.page.replace(str(_NOBODY), str(self.home.uid))

    @cached_property
    def standing(self) -> Standing | None:
        return self.chunk.standings.get(self.home.id)

    @cached_property
    def cleared_on(self) -> date | None:
        return self.standing.cleared_on if self.standing else None

    @cached_property
    def risks(self) -> list[str]:
        return self.standing.turn.risks if self.standing else []

    @cached_property
    def help(self) -> Help:
        return self.chunk.help.get(self.home.id) or Help()

    @cached_property
    def collector(self) -> Collector | None:
        return self.chunk.collectors.get(self.home.id)

    def seen(self, name: str, *, since: date = BEGINNING) -> Any:
        """What was last found about a living condition; None where nobody has looked (since a day)."""
        for row in self.chunk.conditions.get(self.home.id, ()):
            value = getattr(row, name)
            if row.on >= since and value is not None and value != "":
                return value
        return None

    def income(self, *bases: str, since: date = BEGINNING) -> Earned | None:
        """The newest income of these bases, or of any, whose window ends after a day."""
        for row in self.chunk.incomes.get(self.home.id, ()):
            if (not bases or row.basis in bases) and row.ends_on > since:
                return row
        return None


class Row:
    """One person of one household."""

    __slots__ = ("family", "member")

    def __init__(self, family: Family, member: Member) -> None:
        self.family, self.member = family, member

    @property
    def chunk(self) -> Chunk:
        return self.family.chunk

    @property
    def home(self) -> Home:
        return self.family.home

    @property
    def id_number(self) -> str:
        return self.family.chunk.numbers[self.member.person_id]

    def kept(self, book: dict[int, list[Any]]) -> Sequence[Any]:
        """The lines about him in one of the chunk's books."""
        return book.get(self.member.person_id, ())

    def supported(self, kind: str) -> bool:
        """Whether the low-income list or the register says that he gets this support."""
        return any(row.kind == kind for row in self.kept(self.chunk.supports)) or kind in self.home.support_classes
