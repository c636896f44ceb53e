"""Yearly incomes of the households that are looked after: two years, so that growth can be told."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from django.db.models import Q

from accounts.models import Division
from demo.county import COUNTY
from demo.deeds import Deeds
from demo.stage import Story, moment
from households.models import Category, Household, Income
from households.services.living import enter_income
from monitoring.services.policy import set_value

# In a county of full size the first ones will do.
MOST = 600


def begin_incomes(deeds: Deeds, start: datetime) -> None:
    """The year before the played one at its beginning, the next one in January, and the county's published average."""
    deeds.stage.begin(_average(deeds, start))
    deeds.stage.begin(_year(deeds, start.year - 1, start, grows=False))
    deeds.stage.begin(_year(deeds, start.year, moment(date(start.year + 1, 1, 12)), grows=True))


def _average(deeds: Deeds, start: datetime) -> Story:
    at = yield start
    set_value(
        key="indicator_growth_average",
        division=Division.objects.get(pk=COUNTY[0]),
        value="6.2",
        valid_from=date(start.year, 1, 1),
        source="统计公报（演示）",
        actor=deeds.decider,
        at=at,
    )


def _year(deeds: Deeds, year: int, day: datetime, *, grows: bool) -> Story:
    """One year of everybody's, entered by the village; most earn more than the year before, some less."""
    at = yield day
    looked_after = Q(category=Category.LIFTED) | Q(episodes__state="monitored")
    homes = Household.objects.filter(looked_after, cancelled_on__isnull=True, per_capita_income__gt=0)
    for household in homes.distinct().order_by("id")[:MOST]:
        percent = Random(f"income {household.number}").choice((97, 105, 107, 108, 109, 111, 112)) if grows else 100
        enter_income(
            household=household,
            basis=Income.Basis.ANNUAL,
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            actor=deeds.cadre(household),
            at=at,
            **deeds.income(household, int((household.per_capita_income or 0) * percent / 100)),
        )
