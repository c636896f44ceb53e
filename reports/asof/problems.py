"""Problems with the guarantees and water (义务教育, 基本医疗, 住房, 饮水) as they stood on any day.

A problem is told, in this order, by a kept problem (records.Problem), which takes the place of whatever else speaks of
the same household and guarantee while it was in hand, so that no trouble counts twice; by a clue of that risk that was
not found untrue; by evidence that went to an episode monitored for that risk (`covered`); or by a visit alone. It is
cleared when the clue is closed as solved, when the episode is cleared, or when, after all that, a later visit found the
guarantee in order. A clue in hand is never cleared. All rows carry `place`, `found_on`, `solved` (1 or 0), `solved_on`.

What a row says of itself the database reads. Whether another one speaks for it is decided in memory, of the few rows
for which that can be (`reports.asof.spoken_for`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, DateField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models import Case as Choose
from django.db.models.functions import TruncDate

from accounts.models import Division
from households.models import LivingCondition
from monitoring.models import Clue, Hit
from monitoring.risks import Risk
from reports.asof.clues import OPEN, STATE, stands
from reports.asof.episodes import OPEN as MONITORED
from reports.asof.episodes import living_in, turns
from reports.asof.kept import Instead
from reports.asof.kept import kept as kept_of_kind
from reports.asof.spoken_for import Clues, Evidence, Homes, Speaker, Trouble

Known = datetime | None
UNTRUE = (STATE.UNFOUNDED, STATE.WITHDRAWN)


@dataclass(frozen=True)
class Topic:
    """One guarantee: its risk, what visits call it, whose feed and rule speak of it, the kind of kept problem."""

    key: str
    title: str
    risk: Risk
    field: str
    feed: str
    rule: str
    kind: str


SCHOOLING = Topic(
    "schooling", "辍学", Risk.COMPULSORY_SCHOOLING, "schooling_ok", "school_dropout", "school_dropout", "dropout"
)
INSURANCE = Topic(
    "insurance", "未参保", Risk.MEDICAL_GUARANTEE, "insurance_ok", "insurance_status", "uninsured", "uninsured"
)
HOUSING = Topic("housing", "危房", Risk.HOUSING, "housing_ok", "housing", "dangerous_house", "house")
WATER = Topic("water", "饮水", Risk.WATER, "water_ok", "water", "unsafe_water", "water")
TOPICS = (SCHOOLING, INSURANCE, HOUSING, WATER)


def kept(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Problems that are kept as such."""
    return kept_of_kind(topic.kind, division, on, known_at)


def reported(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Problems that clues speak of, as `stands`."""
    seen = _looks(topic, on, known_at).filter(
        household=OuterRef("clue__household_id"), on__gte=OuterRef("clue__received_on")
    )
    rows = _founded(topic, division, on, known_at).alias(mended_on=_mended_on(topic, seen))
    solved = When(target=STATE.SOLVED, then=F("happened_on"))
    rows = rows.annotate(
        found_on=F("clue__received_on"), solved_on=Choose(solved, When(~Q(target__in=OPEN), then=F("mended_on")))
    )
    rows = rows.annotate(solved=_one_where(Q(solved_on__isnull=False)))
    reported_of = Clue.objects.within(division).filter(risk=topic.risk)
    instead = Instead(topic.kind, reported_of.values("household"), on, known_at)
    if not instead.households:
        return rows
    near = _troubles(rows.filter(clue__household__among=instead.households), "clue__household_id")
    return rows.exclude(pk__among=[row.pk for row in near if instead.takes(row)])


def covered(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Problems that evidence of monitored households speaks of, by the first of each episode, where no clue does."""
    return _covered(topic, division, on, known_at, Q())


def _covered(topic: Topic, division: Division, on: date, known_at: Known, among: Q) -> QuerySet[Any]:
    """Of `covered` the rows that meet a condition."""
    hits = Hit.objects.as_of(on, known_at).filter(rule=topic.rule, outcome=Hit.Outcome.COVERED)
    earlier = hits.filter(episode=OuterRef("episode"), id__lt=OuterRef("id"))
    firsts = hits.filter(among, ~Exists(earlier)).annotate(found_on=TruncDate("recorded_at"))
    rows = living_in(firsts, division, on, "household", known_at)
    seen = _looks(topic, on, known_at).filter(household=OuterRef("household_id"), on__gte=OuterRef("found_on"))
    turn = turns(on, known_at).filter(episode=OuterRef("episode")).order_by("-happened_on", "-nth", "-id")
    rows = rows.alias(mended_on=_mended_on(topic, seen), stood=Subquery(turn.values("kind")[:1]))
    ended = ~Q(stood__in=MONITORED)
    stood_on = Subquery(turn.values("happened_on")[:1], output_field=DateField())
    rows = rows.annotate(
        solved=_one_where(ended | Q(mended_on__isnull=False)),
        solved_on=Choose(When(ended, then=stood_on), default=F("mended_on")),
    )
    return _left_to(rows, *_speakers(topic, division, on, known_at))


def witnessed(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Problems that visits alone speak of, by the first visit that found each."""
    looks = _looks(topic, on, known_at).filter(household=OuterRef("household_id"))
    before = looks.filter(Q(on__lt=OuterRef("on")) | Q(on=OuterRef("on"), id__lt=OuterRef("id")))
    after = looks.filter(Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), id__gt=OuterRef("id")))
    lacking = LivingCondition.objects.as_of(on, known_at).filter(**{topic.field: False})
    was_ok = Subquery(before.order_by("-on", "-id").values(topic.field)[:1], output_field=BooleanField())
    first = lacking.alias(was_ok=was_ok).filter(Q(was_ok__isnull=True) | Q(was_ok=True))
    repaired = after.filter(**{topic.field: True}).order_by("on", "id").values("on")[:1]
    rows = living_in(first, division, on, "household", known_at)
    rows = rows.annotate(solved_on=Subquery(repaired, output_field=DateField()), found_on=F("on"))
    rows = rows.annotate(solved=_one_where(Q(solved_on__isnull=False)))

    def evidence(homes: Homes) -> Evidence:
        return Evidence(_covered(topic, division.county, on, known_at, Q(household__among=homes)))

    return _left_to(rows, *_speakers(topic, division, on, known_at), evidence)


def _left_to(rows: QuerySet[Any], *speakers: Callable[[Homes], Speaker]) -> QuerySet[Any]:
    """The rows for which nothing speaks that is known about their households; what is left is asked about further."""
    left = _troubles(rows, "household_id")
    for of_homes in speakers:
        if left:
            speaker = of_homes({row.household for row in left})
            left = [row for row in left if not speaker.takes(row)]
    return rows.filter(pk__among=[row.pk for row in left]) if left else rows.none()


def _speakers(topic: Topic, division: Division, on: date, known_at: Known) -> tuple[Callable[[Homes], Speaker], ...]:
    """The clues and the kept problems of households."""

    def clues(homes: Homes) -> Clues:
        # The clue may be about a village where the household lived before.
        founded = _founded(topic, division.county, on, known_at).filter(clue__household__among=homes)
        return Clues(founded, _looks(topic, on, known_at).filter(household__among=homes, **{topic.field: True}))

    def instead(homes: Homes) -> Instead:
        return Instead(topic.kind, homes, on, known_at)

    return clues, instead


def _troubles(rows: QuerySet[Any], household: str) -> list[Trouble]:
    return [Trouble(*row) for row in rows.order_by().values_list("pk", household, "found_on", "solved_on")]


def _founded(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    return stands(division, on, known_at).filter(clue__risk=topic.risk).exclude(target__in=UNTRUE)


def _looks(topic: Topic, on: date, known_at: Known) -> QuerySet[Any]:
    """Visits up to a day that looked at the guarantee."""
    return LivingCondition.objects.as_of(on, known_at).exclude(**{f"{topic.field}__isnull": True})


def _mended_on(topic: Topic, seen: QuerySet[Any]) -> Subquery:
    """The day of the last of some looks, where it found the guarantee in order."""
    fine = Choose(When(**{topic.field: True}, then=F("on")))
    return Subquery(seen.order_by("-on", "-id").values(fine_on=fine)[:1], output_field=DateField())


def _one_where(condition: Q) -> Choose:
    return Choose(When(condition, then=1), default=0, output_field=IntegerField())
