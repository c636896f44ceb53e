"""A household in perfect order, and hands that spoil one thing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from builders import make_condition, make_episode, make_household, make_income, make_person

from accounts.models import Division, User
from assistance.models import Delivery, Measure, MeasureType, Plan
from households.models import Household, Income, LivingCondition, Membership, Person
from monitoring.models import Episode

AT = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)
IN_ORDER = {"nation": "汉族", "health": "健康", "serious_illness_insurance": "是"}
# Numbers of the builders have sex by their serial; these relations fit both.
MEMBERS: tuple[dict[str, Any], ...] = (
    {
        "name": "张三",
        "relation": "户主",
        "birth": date(1975, 3, 2),
        "education": "初中",
        "labour_skill": "普通劳动力",
        "work_months": Decimal(10),
        **IN_ORDER,
    },
    {
        "name": "张小明",
        "relation": "其他",
        "birth": date(2016, 9, 9),
        "schooling": "小学",
        "labour_skill": "无劳动力",
        **IN_ORDER,
    },
)
LIVING = {"house_area": Decimal(90), "farmland": Decimal(6), "road_km": Decimal("0.5")}


@dataclass
class SoundHome:
    """The rows of a household in order; `spoil` methods change one thing at a time."""

    household: Household
    head: Person
    child: Person
    income: Income
    condition: LivingCondition
    recorder: User

    def put(self, row: Any, **values: Any) -> None:
        """Values straight into a row, as an old import may have left them."""
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    def relation(self, person: Person, relation: str) -> None:
        Membership.objects.filter(person=person).update(relation=relation)

    def member(self, **values: Any) -> Person:
        """One more member, in order but for what is said."""
        given = {
            "name": "李四",
            "relation": "其他",
            "birth": date(1978, 6, 1),
            "education": "初中",
            "labour_skill": "普通劳动力",
            **IN_ORDER,
            **values,
        }
        Household.objects.filter(pk=self.household.pk).update(declared_size=None)
        return make_person(self.household, **given)

    def monitored(self, risks: list[str] | None = None, since: date = date(2026, 10, 1), **values: Any) -> Episode:
        return make_episode(
            self.household, risks=risks or ["因自然灾害"], monitored_type="脱贫不稳定户", identified_on=since, **values
        )

    def cleared(self, on: date = date(2026, 10, 20), since: date = date(2026, 1, 5), **values: Any) -> Episode:
        """Cleared with help that was delivered."""
        self.put(self.household, helper=self.recorder)
        episode = self.monitored(since=since, cleared_on=on)
        for name, value in values.items():
            setattr(episode, name, value)
        episode.save()
        return episode

    def help(
        self,
        category: str,
        item: str = "其他",
        *,
        risk: str = "因自然灾害",
        delivered: bool = True,
        beneficiary: Person | None = None,
        starts_on: date = date(2026, 10, 5),
    ) -> Measure:
        """A measure of the last episode."""
        episode = self.household.episodes.order_by("-serial").first()
        plan, _ = Plan.objects.get_or_create(episode=episode, defaults={"due_on": TODAY, "recorded_at": AT})
        kind, _ = MeasureType.objects.get_or_create(
            category=category, item=item, defaults={"developmental": category in ("产业帮扶", "公益岗位帮扶")}
        )
        measure = Measure.objects.create(
            plan=plan,
            type=kind,
            risk=risk,
            beneficiary=beneficiary,
            content="帮扶",
            unit="村委会",
            responsible="王五",
            starts_on=starts_on,
            recorded_by=self.recorder,
            recorded_at=AT,
        )
        if delivered:
            Delivery.objects.create(measure=measure, delivered_on=starts_on, recorded_by=self.recorder, recorded_at=AT)
        return measure

    def book(self, book: type, person: Person | None = None, **values: Any) -> Any:
        """A line of a department's book about a member, in force since the spring."""
        return book.objects.create(
            household=self.household, person=person or self.head, from_on=date(2026, 3, 1), recorded_at=AT, **values
        )

    def earns(self, basis: str, **values: Any) -> Income:
        given = {"per_head": 12000, "ends_on": date(2026, 9, 30), **values}
        amounts = {name: given.pop(name) for name in ("wage", "business", "own_payments") if name in given}
        income = make_income(self.household, recorded_by=self.recorder, basis=basis, **given)
        self.put(income, **amounts)
        return income


def sound_home(village: Division, recorder: User, **values: Any) -> SoundHome:
    """A lifted household of two about which no check has anything to say."""
    Division.objects.filter(level=Division.Level.VILLAGE, rural_population=None).update(rural_population=900)
    village.refresh_from_db()
    members = values.pop("members", MEMBERS)
    number = Person.objects.count()
    household = make_household(village, category="脱贫户", members=members, declared_size=2, **values)
    household.phone = f"138{number:08d}"
    household.save()
    head, child = (row.person for row in household.memberships.order_by("id"))
    income = make_income(household, recorded_by=recorder)
    condition = make_condition(household, recorded_by=recorder, **LIVING)
    return SoundHome(household, head, child, income, condition, recorder)
