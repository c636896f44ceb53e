"""One problem with schooling, housing or water, and everything that the ledgers show of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.models import Division
from assistance.models import Delivery, Measure
from households.models import Household, LivingCondition
from monitoring.feeds import FEEDS
from monitoring.models import Clue, Hit, Transition
from records.models import House, Schooling, WaterWork
from records.models import Problem as KeptProblem
from reports.asof.kept import Stood, stood
from reports.asof.problems import HOUSING, SCHOOLING, WATER, Topic
from reports.ledgers import facts
from reports.ledgers.base import Reading
from reports.ledgers.l3 import OUTCOMES
from reports.ledgers.received import Key, Report, evidence, reports
from sheets.text import Cell


@dataclass(frozen=True)
class Help:
    """A measure begun by the day, with what was delivered of it."""

    measure: Measure
    amount: Decimal | None


@dataclass(frozen=True)
class Problem:
    """One problem of a household or a village as it stood on the day. `item` is the row that tells of it: a kept
    problem (`kept`: as it stood), the move of a clue, the evidence of an episode, or a visit's finding. `lines` are the
    lines of the topic's book about the household or village."""

    item: Any
    head: facts.Head | None
    size: facts.Size
    monitored: bool
    reports: list[Report]
    help: list[Help]
    condition: LivingCondition | None
    arithmetic: str
    kept: Stood | None
    lines: list[Any]

    @property
    def household(self) -> Household | None:
        return household_of(self.item)

    @property
    def clue(self) -> Clue | None:
        return self.item.clue if isinstance(self.item, Transition) else None

    @property
    def solved_on(self) -> date | None:
        return self.item.solved_on if self.item.solved else None

    def told(self, name: str) -> Cell:
        """The department's word, of the first person where it reported several."""
        return self.reports[0].get(name) if self.reports else ""

    def channel(self) -> str:
        if self.kept:
            return self.kept.problem.get_origin_display()
        if self.clue:
            return self.clue.get_channel_display()
        return str(Clue.Channel.DEPARTMENT.label) if isinstance(self.item, Hit) else "入户走访"

    def words(self) -> str:
        """The problem in a sentence."""
        if self.kept:
            return self.kept.problem.description
        if self.clue:
            return self.clue.warning
        return self.arithmetic if isinstance(self.item, Hit) else str(self.item.note)

    def handling(self) -> str:
        """What was done: measures begun, then how the clue stands, then the day on which it was cleared."""
        done = list(dict.fromkeys(one.measure.type.item for one in self.help))
        cleared = f"{self.solved_on:%Y-%m-%d} 已清" if self.solved_on else ""
        return "；".join(filter(None, ["、".join(done), self._stood(), cleared]))

    def _stood(self) -> str:
        if self.kept:
            stands = str(KeptProblem.State(self.item.state_then).label)
            return "；".join(filter(None, [self.kept.say("measures"), stands]))
        if self.clue:
            state = Clue.State(self.item.target)
            return OUTCOMES.get(state) or str(state.label)
        return "并入监测帮扶" if isinstance(self.item, Hit) else ""


def household_of(item: Any) -> Household | None:
    """Whose problem a row tells of; None where it is a village's."""
    found: Household | None = item.clue.household if isinstance(item, Transition) and item.clue else item.household
    return found


def about(item: Any) -> Household | Division:
    """The household of a row, else its village."""
    found: Household | Division = household_of(item) or item.division
    return found


def key_of(item: Any) -> Key:
    """What the evidence of a row is filed under."""
    if isinstance(item, Transition):
        return "clue", item.clue_id or 0
    if isinstance(item, KeptProblem):
        return ("clue", item.clue_id) if item.clue_id else ("kept", item.pk)
    return ("episode", item.episode_id or 0) if isinstance(item, Hit) else ("visit", item.pk)


class Known:
    """What is known about some problems, each kind of fact in one query."""

    def __init__(self, topic: Topic, categories: tuple[str, ...], items: list[Any], reading: Reading) -> None:
        on, known_at = reading.on, reading.known_at
        owned = [(item, household_of(item)) for item in items]
        homes = {key_of(item): home.pk for item, home in owned if home}
        households = set(homes.values())
        self._on, self._topic = on, topic
        self._heads = facts.heads(households, on, known_at)
        self._sizes = facts.sizes(households, on, known_at)
        self._courses = facts.courses(households, on, known_at)
        self._evidence = evidence(topic.rule, homes, on, known_at)
        self._reports = reports(FEEDS[topic.feed], self._evidence, homes, on, known_at)
        self._help = help_given(households, categories, on, known_at)
        self._conditions = _latest_conditions(households, on, known_at)
        self._kept = stood([item for item in items if isinstance(item, KeptProblem)], on, known_at)
        self._lines = lines_of(topic, households, {item.place for item in items}, on, known_at)

    def problem(self, item: Any) -> Problem:
        owner, key = household_of(item), key_of(item)
        home = owner.pk if owner else 0
        return Problem(
            item=item,
            head=self._heads.get(home),
            size=self._sizes.get(home, facts.Size()),
            monitored=self._courses[home].is_open(self._on),
            reports=self._reports.get(key, []),
            help=self._help[home],
            condition=self._conditions.get(home),
            arithmetic=self._evidence[key].arithmetic,
            kept=self._kept.get(item.pk) if isinstance(item, KeptProblem) else None,
            lines=self._lines[item.place if self._topic is WATER else home],
        )


def help_given(
    households: Iterable[int], categories: tuple[str, ...], on: date, known_at: datetime | None = None
) -> defaultdict[int, list[Help]]:
    """Measures of some categories begun by a day and not cancelled, by household, oldest first."""
    home = "plan__episode__household"
    begun = Measure.objects.as_of(on, known_at).filter(type__category__in=categories)
    rows = begun.filter(**{f"{home}__in": list(households)}).select_related("type", "plan__episode")
    measures = list(rows.order_by("starts_on", "id"))
    delivered = Delivery.objects.as_of(on, known_at).filter(measure__in=measures).order_by().values_list("measure_id")
    amounts = dict(delivered.annotate(total=Sum("amount")))
    found: defaultdict[int, list[Help]] = defaultdict(list)
    for measure in measures:
        found[measure.plan.episode.household_id].append(Help(measure, amounts.get(measure.pk)))
    return found


def _latest_conditions(households: Iterable[int], on: date, known_at: datetime | None) -> dict[int, LivingCondition]:
    rows = (
        LivingCondition.objects.as_of(on, known_at).filter(household__in=list(households)).select_related("recorded_by")
    )
    return {row.household_id: row for row in rows.order_by("on", "id")}


def lines_of(
    topic: Topic, households: Iterable[int], villages: Iterable[str], on: date, known_at: datetime | None
) -> defaultdict[Any, list[Any]]:
    """The lines of the topic's book in force on a day: of houses and pupils by household, of water works by village."""
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    rows: Iterable[Any] = ()
    if topic is WATER:
        rows = WaterWork.objects.as_of(on, known_at).filter(division__in=list(villages))
    elif topic in (HOUSING, SCHOOLING):
        book: Any = House if topic is HOUSING else Schooling
        rows = book.objects.as_of(on, known_at).filter(household__in=list(households)).order_by("id")
    for row in rows:
        found[row.division_id if topic is WATER else row.household_id].append(row)
    return found
