"""One problem with schooling, housing or water, and everything that the ledgers show of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from assistance.models import Delivery, Measure
from households.models import Household, LivingCondition, Person
from monitoring.feeds import FEEDS
from monitoring.models import Clue, Hit, Transition
from reports.asof.problems import Topic
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
    """One problem of a household as it stood on the day. `item` is the row that tells of it: the move of a clue, the
    evidence of an episode, or a visit's finding."""

    item: Any
    head: Person | None
    size: facts.Size
    monitored: bool
    reports: list[Report]
    help: list[Help]
    condition: LivingCondition | None
    arithmetic: str

    @property
    def household(self) -> Household:
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
        if self.clue:
            return self.clue.get_channel_display()
        return str(Clue.Channel.DEPARTMENT.label) if isinstance(self.item, Hit) else "入户走访"

    def words(self) -> str:
        """The problem in a sentence."""
        if self.clue:
            return self.clue.warning
        return self.arithmetic if isinstance(self.item, Hit) else str(self.item.note)

    def handling(self) -> str:
        """What was done: measures begun, then how the clue stands, then the day on which it was cleared."""
        done = list(dict.fromkeys(one.measure.type.item for one in self.help))
        cleared = f"{self.solved_on:%Y-%m-%d} 已清" if self.solved_on else ""
        return "；".join(filter(None, ["、".join(done), self._stood(), cleared]))

    def _stood(self) -> str:
        if self.clue:
            state = Clue.State(self.item.target)
            return OUTCOMES.get(state) or str(state.label)
        return "并入监测帮扶" if isinstance(self.item, Hit) else ""


def household_of(item: Transition | Hit | LivingCondition) -> Household:
    """Whose problem a row tells of."""
    return item.clue.household if isinstance(item, Transition) else item.household  # type: ignore[union-attr]


def key_of(item: Transition | Hit | LivingCondition) -> Key:
    """What the evidence of a row is filed under."""
    if isinstance(item, Transition):
        return "clue", item.clue_id or 0
    return ("episode", item.episode_id or 0) if isinstance(item, Hit) else ("visit", item.pk)


class Known:
    """What is known about some problems, each kind of fact in one query."""

    def __init__(self, topic: Topic, categories: tuple[str, ...], items: list[Any], reading: Reading) -> None:
        on = reading.on
        homes = {key_of(item): household_of(item).pk for item in items}
        households = set(homes.values())
        self._on = on
        self._heads = facts.heads(households, on)
        self._sizes = facts.sizes(households, on)
        self._courses = facts.courses(households, on, reading.known_at)
        self._evidence = evidence(topic.rule, homes, on)
        self._reports = reports(FEEDS[topic.feed], self._evidence, homes, on)
        self._help = help_given(households, categories, on)
        self._conditions = _latest_conditions(households, on)

    def problem(self, item: Any) -> Problem:
        home, key = household_of(item).pk, key_of(item)
        return Problem(
            item=item,
            head=self._heads.get(home),
            size=self._sizes.get(home, facts.Size()),
            monitored=self._courses[home].is_open(self._on),
            reports=self._reports.get(key, []),
            help=self._help[home],
            condition=self._conditions.get(home),
            arithmetic=self._evidence[key].arithmetic,
        )


def help_given(households: Iterable[int], categories: tuple[str, ...], on: date) -> defaultdict[int, list[Help]]:
    """Measures of some categories begun by a day and not cancelled, by household, oldest first."""
    home = "plan__episode__household"
    begun = Measure.objects.standing(on).filter(starts_on__lte=on, type__category__in=categories)
    rows = begun.filter(**{f"{home}__in": list(households)}).select_related("type", "plan__episode")
    measures = list(rows.order_by("starts_on", "id"))
    delivered = Delivery.objects.by(on).filter(measure__in=measures).order_by().values_list("measure_id")
    amounts = dict(delivered.annotate(total=Sum("amount")))
    found: defaultdict[int, list[Help]] = defaultdict(list)
    for measure in measures:
        found[measure.plan.episode.household_id].append(Help(measure, amounts.get(measure.pk)))
    return found


def _latest_conditions(households: Iterable[int], on: date) -> dict[int, LivingCondition]:
    rows = LivingCondition.objects.as_of(on).filter(household__in=list(households)).select_related("recorded_by")
    return {row.household_id: row for row in rows.order_by("on", "id")}
