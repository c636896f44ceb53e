"""Persons with their households as the national system wants to know them, for a day and a state of knowledge.

A `Chunk` is some members; each kind of fact about their households is read in one query, and only when a column asks
for it. A `Row` is one member.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.models import Division
from assistance.models import Measure
from households.history import ABLE
from households.models import BEGINNING, Household, Income, LivingCondition, Membership, Person
from households.models.person import HEAD
from monitoring.models import EpisodeEvent, Visit
from records.models import House, Job, LowIncome, Schooling, WelfarePost
from reports.asof.episodes import turns

Kind = EpisodeEvent.Kind


@dataclass(frozen=True)
class Family:
    """How many belong to a household, who of them is a householder or can work; `first` is the first membership."""

    size: int = 0
    heads: int = 0
    workers: int = 0
    first: int = 0


@dataclass
class Standing:
    """How a household stands in monitoring: its last turn, and the first day of that episode."""

    turn: EpisodeEvent
    identified_on: date
    secured: bool = False

    @property
    def cleared_on(self) -> date | None:
        return self.turn.happened_on if self.turn.kind == Kind.CLEARED else None

    @property
    def method(self) -> str:
        case = self.turn.case
        return str(case.clear_method if case else self.turn.episode.clear_method) if self.cleared_on else ""


@dataclass
class Help:
    """Measures that a household was given: sub-items by category, and whether development help is among them."""

    items: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    developed: bool = False


@dataclass
class Chunk:
    """Some members, and what is known of their households."""

    members: Sequence[Membership]
    on: date
    known_at: datetime | None = None

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the members' villages, townships and counties by code."""
        villages = {str(member.place) for member in self.members}  # type: ignore[attr-defined]
        codes = {code[:length].ljust(12, "0") for code in villages for length in (6, 9, 12)}
        return dict(Division.objects.filter(code__in=codes).values_list("code", "name"))

    @cached_property
    def rows(self) -> list[Row]:
        return [Row(self, member) for member in self.members]

    @cached_property
    def homes(self) -> list[int]:
        return list(dict.fromkeys(member.household_id for member in self.members))

    @cached_property
    def persons(self) -> list[int]:
        return [member.person_id for member in self.members]

    @cached_property
    def families(self) -> dict[int, Family]:
        rows = Membership.objects.as_of(self.on, self.known_at).filter(household__in=self.homes).order_by()
        counted = rows.values_list("household_id").annotate(
            size=Count("pk"),
            heads=Count("pk", filter=Q(relation=HEAD)),
            workers=Count("pk", filter=Q(person__labour_skill__in=ABLE)),
            first=Min("pk"),
        )
        return {home: Family(*figures) for home, *figures in counted}

    @cached_property
    def conditions(self) -> dict[int, list[LivingCondition]]:
        """Newest first."""
        found: defaultdict[int, list[LivingCondition]] = defaultdict(list)
        rows = LivingCondition.objects.as_of(self.on, self.known_at).filter(household__in=self.homes)
        for row in rows.order_by("-on", "-id"):
            found[row.household_id].append(row)
        return found

    @cached_property
    def incomes(self) -> dict[int, list[Income]]:
        """Newest first."""
        found: defaultdict[int, list[Income]] = defaultdict(list)
        rows = Income.objects.as_of(self.on, self.known_at).filter(household__in=self.homes)
        for row in rows.order_by("-ends_on", "-id"):
            found[row.household_id].append(row)
        return found

    @cached_property
    def standings(self) -> dict[int, Standing]:
        """Of the households that are monitored or were cleared; who was cancelled stands no longer."""
        rows = turns(self.on, self.known_at).filter(episode__household__in=self.homes)
        rows = rows.select_related("episode", "case").order_by("episode__serial", "happened_on", "nth", "id")
        identified: dict[int, date] = {}
        last: dict[int, EpisodeEvent] = {}
        for turn in rows:
            last[turn.episode.household_id] = turn
            if turn.kind == Kind.IDENTIFIED:
                identified.setdefault(turn.episode_id, turn.happened_on)
        secured = EpisodeEvent.objects.as_of(self.on, self.known_at).filter(kind=Kind.SECURED)
        marked = set(secured.filter(episode__household__in=self.homes).values_list("episode_id", flat=True))
        return {
            home: Standing(turn, identified.get(turn.episode_id, BEGINNING), turn.episode_id in marked)
            for home, turn in last.items()
            if turn.kind != Kind.CANCELLED
        }

    @cached_property
    def help(self) -> defaultdict[int, Help]:
        found: defaultdict[int, Help] = defaultdict(Help)
        episodes = {one.turn.episode_id: home for home, one in self.standings.items()}
        rows = Measure.objects.as_of(self.on, self.known_at).filter(plan__episode__in=episodes)
        columns = ("plan__episode_id", "type__category", "type__item", "type__developmental")
        for episode, category, item, developmental in rows.order_by("type_id", "id").values_list(*columns):
            given = found[episodes[episode]]
            if item not in given.items[category]:
                given.items[category].append(item)
            given.developed |= developmental
        return found

    # --- the books that departments keep ---

    def _book(self, model: Any, by: str, keys: Sequence[int]) -> defaultdict[int, list[Any]]:
        found: defaultdict[int, list[Any]] = defaultdict(list)
        rows = model.objects.as_of(self.on, self.known_at).filter(**{f"{by}__in": keys})
        for row in rows.order_by("-from_on", "-id"):
            found[getattr(row, f"{by}_id")].append(row)
        return found

    @cached_property
    def jobs(self) -> defaultdict[int, list[Job]]:
        return self._book(Job, "person", self.persons)

    @cached_property
    def posts(self) -> defaultdict[int, list[WelfarePost]]:
        return self._book(WelfarePost, "person", self.persons)

    @cached_property
    def schooling(self) -> defaultdict[int, list[Schooling]]:
        return self._book(Schooling, "person", self.persons)

    @cached_property
    def houses(self) -> defaultdict[int, list[House]]:
        return self._book(House, "household", self.homes)

    @cached_property
    def low_income(self) -> defaultdict[int, list[LowIncome]]:
        return self._book(LowIncome, "person", self.persons)

    @cached_property
    def collectors(self) -> dict[int, Visit]:
        """The last home visit of each household."""
        rows = Visit.objects.as_of(self.on, self.known_at).filter(household__in=self.homes)
        ordered = rows.select_related("recorded_by").order_by("visited_on", "id")
        return {visit.household_id: visit for visit in ordered}


class Row:
    """One person of one household."""

    def __init__(self, chunk: Chunk, member: Membership) -> None:
        self.chunk, self.member = chunk, member
        self.person: Person = member.person
        self.household: Household = member.household

    @cached_property
    def id_number(self) -> str:
        """Opened once, whatever is to be said about the person."""
        return str(self.person.id_number)

    @cached_property
    def link(self) -> str:
        """The page of the household."""
        return reverse("household-detail", args=[self.household.uid])

    @property
    def is_head(self) -> bool:
        return self.member.is_head

    @cached_property
    def family(self) -> Family:
        return self.chunk.families.get(self.member.household_id, Family())

    @cached_property
    def standing(self) -> Standing | None:
        return self.chunk.standings.get(self.member.household_id)

    @property
    def is_monitored(self) -> bool:
        return self.standing is not None

    @cached_property
    def cleared_on(self) -> date | None:
        return self.standing.cleared_on if self.standing else None

    @cached_property
    def risks(self) -> list[str]:
        return list(self.standing.turn.episode.risks) if self.standing else []

    @property
    def help(self) -> Help:
        return self.chunk.help[self.member.household_id]

    def seen(self, name: str, *, since: date = BEGINNING) -> Any:
        """What was last found about a living condition; None where nobody has looked (since a day)."""
        rows = self.chunk.conditions.get(self.member.household_id, [])
        found = (getattr(row, name) for row in rows if row.on >= since)
        return next((value for value in found if value not in (None, "")), None)

    def income(self, *bases: str, since: date = BEGINNING) -> Income | None:
        """The newest income of these bases, or of any, whose window ends after a day."""
        rows = self.chunk.incomes.get(self.member.household_id, [])
        return next((row for row in rows if (not bases or row.basis in bases) and row.ends_on > since), None)

    def supported(self, kind: str) -> bool:
        """Whether the low-income list or the register says that he gets this support."""
        listed = self.chunk.low_income[self.member.person_id]
        return any(row.kind == kind for row in listed) or kind in self.household.support_classes
