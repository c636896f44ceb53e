"""What the columns of detail ledgers need about some households as of a day, each kind of fact in one query."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q

from assistance.models import Measure, Plan
from households.history import ABLE
from households.models import BEGINNING, Income, LivingCondition, Membership, Person
from households.models.income import a_head, net_of
from monitoring.models import EpisodeEvent
from reports.asof.episodes import OPEN, TURNS

Basis = Income.Basis
GUARANTEES = ("schooling_ok", "insurance_ok", "housing_ok", "water_ok")
_CURRENT = (Basis.ANNUAL, Basis.VISIT, Basis.CLEAR)


def month_of(day: date | None) -> str:
    """'202306'; '' for a day that is not known."""
    return f"{day:%Y%m}" if day and day > BEGINNING else ""


def yes_no(value: bool | None) -> str:
    """是, 否, or '' for what nobody has looked at."""
    return "" if value is None else "是" if value else "否"


class Head(NamedTuple):
    """A householder, with the numbers that are opened when they are asked for."""

    pk: int
    uid: UUID
    name: str
    id_sealed: bytes | None
    phone_sealed: bytes | None

    @property
    def id_number(self) -> str:
        return _ID_NUMBER.opened(self.uid, self.id_sealed)

    @property
    def phone(self) -> str:
        return _PHONE.opened(self.uid, self.phone_sealed)


_OF_PERSON = tuple(f"person__{name}" for name in Head._fields)
_ID_NUMBER, _PHONE = (vars(Person)[name] for name in ("id_number", "phone"))


def heads(households: Iterable[int], on: date, known_at: datetime | None = None) -> dict[int, Head]:
    """The householder of each household on a day, else its first member."""
    wanted = set(households)
    rows = Membership.objects.as_of(on, known_at).order_by("household_id", "joined_on", "id")
    found: dict[int, Head] = {}
    for members in (rows.heads(), rows):
        missing = wanted - found.keys()
        told = members.filter(household__among=missing).values_list("household_id", *_OF_PERSON) if missing else ()
        for household, *person in told:
            if household not in found:
                found[household] = Head(*person)
    return found


@dataclass(frozen=True)
class Size:
    """Members, those who can work, and those whose 劳动技能 is known."""

    members: int = 0
    workers: int = 0
    known: int = 0


def sizes(households: Iterable[int], on: date, known_at: datetime | None = None) -> dict[int, Size]:
    rows = Membership.objects.as_of(on, known_at).filter(household__among=households).order_by().values("household_id")
    counted = rows.annotate(
        members=Count("pk"),
        workers=Count("pk", filter=Q(person__labour_skill__in=ABLE)),
        known=Count("pk", filter=~Q(person__labour_skill="")),
    )
    return {row["household_id"]: Size(row["members"], row["workers"], row["known"]) for row in counted}


class Earning(NamedTuple):
    """An income (households.models.Income) as far as ledgers show it."""

    basis: str
    ends_on: date
    members: int
    wage: Decimal
    business: Decimal
    property_income: Decimal
    transfer: Decimal
    business_cost: Decimal
    own_payments: Decimal

    @property
    def net(self) -> Decimal:
        return net_of(self)

    @property
    def net_per_capita(self) -> Decimal:
        return a_head(net_of(self), self.members)


@dataclass
class Money:
    """A household's incomes up to a day, oldest first."""

    records: list[Earning] = field(default_factory=list)

    def of_basis(self, basis: str, after: date = BEGINNING, by: date = date.max) -> Earning | None:
        """The last one of a basis whose window ended after one day and by another."""
        fitting = [one for one in self.records if one.basis == basis and after < one.ends_on <= by]
        return fitting[-1] if fitting else None

    def current(self) -> Earning | None:
        fitting = [one for one in self.records if one.basis in _CURRENT]
        return fitting[-1] if fitting else None

    def growth(self) -> Decimal | None:
        """How much the current income a head exceeds last year's annual one, as a fraction."""
        now = self.current()
        if now is None:
            return None
        years = [one for one in self.records if one.basis == Basis.ANNUAL and one.ends_on.year == now.ends_on.year - 1]
        before = years[-1].net_per_capita if years else Decimal(0)
        return round(now.net_per_capita / before - 1, 6) if before > 0 else None


def money(households: Iterable[int], on: date, known_at: datetime | None = None) -> defaultdict[int, Money]:
    found: defaultdict[int, Money] = defaultdict(Money)
    rows = Income.objects.as_of(on, known_at).filter(household__among=households).order_by("ends_on", "id")
    for household, *told in rows.values_list("household_id", *Earning._fields):
        found[household].records.append(Earning(*told))
    return found


def guarantees(
    households: Iterable[int], on: date, known_at: datetime | None = None
) -> defaultdict[int, dict[str, bool]]:
    """The latest finding about each guarantee; what was never looked at is not there."""
    found: defaultdict[int, dict[str, bool]] = defaultdict(dict)
    rows = LivingCondition.objects.as_of(on, known_at).filter(household__among=households).order_by("on", "id")
    for household, *values in rows.values_list("household_id", *GUARANTEES):
        for name, value in zip(GUARANTEES, values, strict=True):
            if value is not None:
                found[household][name] = value
    return found


def measure_counts(
    episodes: Iterable[int], on: date, known_at: datetime | None = None
) -> defaultdict[int, Counter[str]]:
    """How many measures of each category had begun by a day and were not cancelled, by episode."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = Measure.objects.as_of(on, known_at).filter(plan__episode__among=episodes).order_by()
    counted = rows.values_list("plan__episode_id", "type__category").annotate(number=Count("pk"))
    for episode, category, number in counted:
        found[episode][category] = number
    return found


@dataclass(frozen=True)
class Helper:
    name: str = ""
    unit: str = ""
    phone: str = ""


def helpers(episodes: Collection[Any]) -> dict[int, Helper]:
    """The responsible helper by episode: the household's, else the plan's."""
    rows = Plan.objects.filter(episode__among=[one.pk for one in episodes])
    person_of = ("responsible_id", "responsible__name", "responsible__unit", "responsible__phone")
    plans = {episode: told for episode, *told in rows.values_list("episode_id", "unit", *person_of)}
    found: dict[int, Helper] = {}
    for episode in episodes:
        own, responsible, *planned = plans.get(episode.pk, ("", None, "", "", ""))
        helper = episode.household.helper
        name, unit, phone = (helper.name, helper.unit, helper.phone) if helper else planned if responsible else _NOBODY
        found[episode.pk] = Helper(name, unit or own, phone)
    return found


_NOBODY = ("", "", "")


class Turn(NamedTuple):
    """One standing event of an episode."""

    pk: int
    episode: int
    serial: int
    kind: str
    happened_on: date
    dated: bool


@dataclass
class Course:
    """The standing events of a household's episodes up to a day, in order."""

    events: list[Turn] = field(default_factory=list)

    def identified(self, episode: int) -> date | None:
        days = [event.happened_on for event in self.events if event.episode == episode and event.kind == "identified"]
        return days[0] if days else None

    def is_open(self, on: date) -> bool:
        """Whether the household was monitored at the end of a day, by its last episode."""
        turns = [event for event in self.events if event.kind in TURNS and event.happened_on <= on]
        return bool(turns) and turns[-1].kind in OPEN

    def secured(self, episode: int) -> bool:
        return any(event.episode == episode and event.kind == "secured" for event in self.events)

    def after_clearing(self, clearing: int) -> str:
        """'回退 2026-05-06', '重新识别 2026-09-01', both, or nothing, after the clearing with this key."""
        place = next(i for i, event in enumerate(self.events) if event.pk == clearing)
        episode, later = self.events[place].episode, self.events[place + 1 :]
        back = [event for event in later if event.episode == episode and event.kind == "rolled_back"]
        anew = [event for event in later if event.episode != episode and event.kind == "identified"]
        words = [("回退", back), ("重新识别", anew)]
        return "；".join(f"{word} {events[0].happened_on:%Y-%m-%d}" for word, events in words if events)

    def cleared_before(self, episode: int) -> date:
        """When the episode before this one was cleared: what was recorded until then is not about this one."""
        serial = next(event.serial for event in self.events if event.episode == episode)
        ends = [event.happened_on for event in self.events if event.kind == "cleared" and event.serial < serial]
        return max(ends, default=BEGINNING)


def courses(households: Iterable[int], on: date, known_at: datetime | None) -> defaultdict[int, Course]:
    found: defaultdict[int, Course] = defaultdict(Course)
    events = EpisodeEvent.objects.as_of(on, known_at).filter(episode__household__among=households)
    rows = events.order_by("episode__serial", "happened_on", "id").values_list(
        "episode__household_id", "pk", "episode_id", "episode__serial", "kind", "happened_on", "dated"
    )
    for household, pk, episode, serial, kind, happened_on, dated in rows:
        found[household].events.append(Turn(pk, episode, serial, kind, happened_on, dated))
    return found
