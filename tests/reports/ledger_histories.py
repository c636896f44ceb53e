"""Random lives of monitored households, and the simplest possible reading of them, day by day, to hold ledgers against."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from hypothesis import strategies as st

from accounts.models import Division
from households.models import Household, LifeEvent, Membership, Person
from monitoring.models import Episode, EpisodeEvent

START = date(2026, 1, 1)
DAYS = 120
AT = datetime(2026, 9, 1, tzinfo=UTC)
TYPES = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
TOWNSHIPS = ("990101100000", "990101101000", "990101102000")
VILLAGES = tuple(f"{township[:9]}{200 + number}" for township in TOWNSHIPS for number in range(1, 7))


class _Undone(Exception):
    """Takes an example's rows back out of the database."""


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is there for the inside alone: examples of one test do not see each other."""
    with suppress(_Undone), transaction.atomic():
        yield
        raise _Undone


@dataclass
class Turn:
    day: int
    kind: str
    serial: int


Stay = tuple[int, int | None, str]


@dataclass
class Life:
    """A household: its turns, its moves (day, village) after the first village, for each member his days in, out and
    why out, and the day on which it was struck off."""

    first_village: str
    monitored_type: str
    turns: list[Turn] = field(default_factory=list)
    moves: list[tuple[int, str]] = field(default_factory=list)
    members: list[list[Stay]] = field(default_factory=list)
    struck: int | None = None

    def village(self, day: int) -> str:
        return next((place for on, place in reversed(self.moves) if on <= day), self.first_village)

    def size(self, day: int) -> int:
        stays = [stay for member in self.members for stay in member]
        return sum(1 for came, went, _ in stays if came <= day and (went is None or went > day))

    def state(self, day: int) -> str:
        return next((turn.kind for turn in reversed(self.turns) if turn.day <= day), "")

    def is_open(self, day: int) -> bool:
        return self.state(day) in ("identified", "rolled_back")

    def stands(self, day: int) -> bool:
        return self.struck is None or day < self.struck


NEXT = {
    "": ("identified",),
    "identified": ("cleared", "cancelled"),
    "rolled_back": ("cleared", "cancelled"),
    "cleared": ("rolled_back", "identified"),
    "cancelled": ("identified",),
}
day_of_life = st.integers(0, DAYS)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    life = Life(draw(st.sampled_from(VILLAGES)), draw(st.sampled_from(TYPES)))
    days = sorted(draw(st.lists(day_of_life, max_size=6)))
    serial, state = 0, ""
    for day in days:
        state = draw(st.sampled_from(NEXT[state]))
        serial += state == "identified"
        life.turns.append(Turn(day, state, serial))
    for day in sorted(draw(st.lists(day_of_life, max_size=2))):
        here = life.village(day)
        life.moves.append((day, draw(st.sampled_from([place for place in VILLAGES if place != here]))))
    life.struck = draw(st.none() | st.none() | day_of_life)
    for came in draw(st.lists(st.integers(-50, DAYS), min_size=1, max_size=5)):
        if life.stands(came):
            life.members.append(draw(stays(came, life.struck)))
    return life


@st.composite
def stays(draw: st.DrawFn, came: int, struck: int | None) -> list[Stay]:
    """A person's time in the household: perhaps with a new relation on the way, to his death or the striking off."""
    went = draw(st.none() | st.integers(came, DAYS + 20))
    why = "" if went is None else "death"
    if struck is not None and (went is None or went > struck):
        went, why = struck, "cancelled"
    related = draw(st.none() | st.integers(came, DAYS))
    if related is None or (went is not None and related >= went):
        return [(came, went, why)]
    return [(came, related, "relation"), (related, went, why)]


# Many lives at once: every village of every level is then an example of its own, at the price of one.
counties = st.lists(lives(), min_size=40, max_size=60)


def day(number: int) -> date:
    return START + timedelta(days=number)


def settle() -> None:
    """The townships and villages of TOWNSHIPS and VILLAGES that the cast's county lacks."""
    for code in (*TOWNSHIPS, *VILLAGES):
        township = code in TOWNSHIPS
        parent = "990101000000" if township else f"{code[:9]}000"
        Division.objects.get_or_create(
            code=code, defaults={"name": f"地{code[6:]}", "level": 4 if township else 5, "parent_id": parent}
        )


def store(living: list[Life]) -> None:
    """Write the lives as the register and its events, in few queries."""
    homes = Household.objects.bulk_create(
        Household(
            number=f"H{number:03d}",
            village_id=life.village(10**6),
            category="一般农户",
            cancelled_on=None if life.struck is None else day(life.struck),
        )
        for number, life in enumerate(living)
    )
    _store_members(list(zip(homes, living, strict=True)))
    LifeEvent.objects.bulk_create(
        LifeEvent(household=home, kind="moved", happened_on=day(on), recorded_at=AT, data={"village": [left, to]})
        for home, life in zip(homes, living, strict=True)
        for left, (on, to) in zip([life.first_village, *(to for _, to in life.moves)], life.moves, strict=False)
    )
    _store_turns(list(zip(homes, living, strict=True)))


def _store_members(homes: list[tuple[Household, Life]]) -> None:
    wanted = [(home, i, stays) for home, life in homes for i, stays in enumerate(life.members)]
    persons = Person.objects.bulk_create(
        Person(name="某", id_sealed=b"", id_index=f"{home.pk}-{i}".encode(), sex="男", birth_year=1980)
        for home, i, _ in wanted
    )
    Membership.objects.bulk_create(
        Membership(
            person=person,
            household=home,
            relation="其他",
            joined_on=day(came),
            left_on=None if went is None else day(went),
            left_reason=why,
            recorded_at=AT,
        )
        for person, (home, _, stays) in zip(persons, wanted, strict=True)
        for came, went, why in stays
    )


def _store_turns(homes: list[tuple[Household, Life]]) -> None:
    firsts = [(home, life, turn) for home, life in homes for turn in life.turns if turn.kind == "identified"]
    episodes = Episode.objects.bulk_create(
        Episode(
            household=home,
            serial=turn.serial,
            monitored_type=life.monitored_type,
            main_risk="因病",
            risks=["因病"],
            state="cleared",
            identified_on=day(turn.day),
            reidentified=turn.serial > 1,
        )
        for home, life, turn in firsts
    )
    by_serial = {(episode.household_id, episode.serial): episode for episode in episodes}
    # Beside each turn one that was corrected away: it must count nowhere.
    EpisodeEvent.objects.bulk_create(
        EpisodeEvent(
            episode=by_serial[home.pk, turn.serial],
            kind=kind,
            happened_on=day(turn.day),
            recorded_at=AT,
            withdrawn_at=withdrawn,
        )
        for home, life in homes
        for turn in life.turns
        for kind, withdrawn in ((turn.kind, None), ("cleared", AT))
    )
