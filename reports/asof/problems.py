"""Problems with the guarantees and water (义务教育, 基本医疗, 住房, 饮水) as they stood on any day.

A problem is told, in this order, by a kept problem (records.Problem), which takes the place of whatever else speaks of
the same household and guarantee while it was in hand, so that no trouble counts twice; by a clue of that risk that was not found untrue; by evidence that went to an episode
monitored for that risk (`covered`); or by a visit alone. It is cleared when the clue is closed as solved, when the
episode is cleared, or when, after all that, a later visit found the guarantee in order. A clue in hand is never cleared.
All rows carry `place`, `found_on`, `solved` (1 or 0) and `solved_on`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, DateField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models import Case as Choose
from django.db.models.functions import TruncDate

from accounts.models import Division
from households.models import LivingCondition
from monitoring.models import Hit
from monitoring.risks import Risk
from reports.asof.clues import OPEN, STATE, stands
from reports.asof.episodes import OPEN as MONITORED
from reports.asof.episodes import living_in, turns
from reports.asof.kept import instead
from reports.asof.kept import kept as kept_of_kind

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
    last = seen.order_by("-on", "-id")
    rows = _founded(topic, division, on, known_at).annotate(
        seen_ok=Subquery(last.values(topic.field)[:1], output_field=BooleanField()),
        seen_on=Subquery(last.values("on")[:1], output_field=DateField()),
        found_on=F("clue__received_on"),
    )
    by_visit = ~Q(target__in=OPEN) & Q(seen_ok=True)
    rows = rows.annotate(
        solved=Choose(When(Q(target=STATE.SOLVED) | by_visit, then=1), default=0, output_field=IntegerField()),
        solved_on=Choose(When(target=STATE.SOLVED, then=F("happened_on")), When(by_visit, then=F("seen_on"))),
    )
    return rows.filter(~instead(topic.kind, "clue__household_id", on, known_at))


def _founded(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    return stands(division, on, known_at).filter(clue__risk=topic.risk).exclude(target__in=UNTRUE)


def covered(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Problems that evidence of monitored households speaks of, by the first of each episode, where no clue does."""
    hits = Hit.objects.as_of(on, known_at).filter(rule=topic.rule, outcome=Hit.Outcome.COVERED)
    earlier = hits.filter(episode=OuterRef("episode"), id__lt=OuterRef("id"))
    firsts = hits.filter(~Exists(earlier)).annotate(found_on=TruncDate("recorded_at"))
    alone = firsts.filter(~Exists(_speaking(topic, division, on, "found_on", known_at)))
    rows = living_in(alone, division, on, "household", known_at)
    seen = _looks(topic, on, known_at).filter(household=OuterRef("household_id"), on__gte=OuterRef("found_on"))
    last = seen.order_by("-on", "-id")
    turn = turns(on, known_at).filter(episode=OuterRef("episode")).order_by("-happened_on", "-nth", "-id")
    rows = rows.annotate(
        seen_ok=Subquery(last.values(topic.field)[:1], output_field=BooleanField()),
        seen_on=Subquery(last.values("on")[:1], output_field=DateField()),
        stood=Subquery(turn.values("kind")[:1]),
        stood_on=Subquery(turn.values("happened_on")[:1], output_field=DateField()),
    )
    ended = ~Q(stood__in=MONITORED)
    rows = rows.annotate(
        solved=Choose(When(ended | Q(seen_ok=True), then=1), default=0, output_field=IntegerField()),
        solved_on=Choose(When(ended, then=F("stood_on")), When(seen_ok=True, then=F("seen_on"))),
    )
    return rows.filter(~instead(topic.kind, "household_id", on, known_at))


def witnessed(topic: Topic, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Problems that visits alone speak of, by the first visit that found each."""
    looks = _looks(topic, on, known_at).filter(household=OuterRef("household_id"))
    before = looks.filter(Q(on__lt=OuterRef("on")) | Q(on=OuterRef("on"), id__lt=OuterRef("id")))
    after = looks.filter(Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), id__gt=OuterRef("id")))
    lacking = LivingCondition.objects.as_of(on, known_at).filter(**{topic.field: False})
    first = lacking.annotate(
        was_ok=Subquery(before.order_by("-on", "-id").values(topic.field)[:1], output_field=BooleanField())
    ).filter(Q(was_ok__isnull=True) | Q(was_ok=True))
    running = covered(topic, division.county, on, known_at).filter(household=OuterRef("household_id"))
    running = running.filter(Q(solved=0) | Q(solved_on__gte=OuterRef("on")))
    alone = first.filter(~Exists(_speaking(topic, division, on, "on", known_at)), ~Exists(running))
    rows = living_in(alone, division, on, "household", known_at)
    repaired = after.filter(**{topic.field: True}).order_by("on", "id").values("on")[:1]
    rows = rows.annotate(solved_on=Subquery(repaired, output_field=DateField()), found_on=F("on"))
    rows = rows.annotate(solved=Choose(When(solved_on__isnull=False, then=1), default=0, output_field=IntegerField()))
    return rows.filter(~instead(topic.kind, "household_id", on, known_at))


def _speaking(topic: Topic, division: Division, on: date, found: str, known_at: Known) -> QuerySet[Any]:
    """Clues that speak of what was found about their household on the day in the row's field `found`: in hand, closed
    after it, or closed before it with the problem left as it was."""
    repaired = _looks(topic, on, known_at).filter(
        household=OuterRef("clue__household_id"),
        on__gte=OuterRef("clue__received_on"),
        on__lt=OuterRef(OuterRef(found)),
        **{topic.field: True},
    )
    # The clue may be about a village where the household lived before.
    founded = _founded(topic, division.county, on, known_at).filter(clue__household=OuterRef("household_id"))
    left = ~Q(target=STATE.SOLVED) & ~Exists(repaired)
    return founded.filter(Q(target__in=OPEN) | Q(happened_on__gte=OuterRef(found)) | left)


def _looks(topic: Topic, on: date, known_at: Known) -> QuerySet[Any]:
    """Visits up to a day that looked at the guarantee."""
    return LivingCondition.objects.as_of(on, known_at).exclude(**{f"{topic.field}__isnull": True})
