"""Months that are closed: villages confirm, townships submit, the county accepts, and what is learnt too late.

The month before the last one is closed; of the last one some villages have confirmed and others are waited for. After
the closing a cadre enters what happened before it: the next month opens with adjustments.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from accounts.models import Division, User
from demo.county import COUNTY
from demo.deeds import Deeds
from demo.family_stories import born
from demo.stage import Story, moment
from households.models import Household
from households.services.life_households import move_household
from monitoring.models import Case, Episode
from reports.closing_checks import Result, check_closing
from reports.closing_steps import Action
from reports.ledgers.base import Reading
from reports.services.closing import take_step
from reports.services.freezing import execute_freezing, last_day

# The days of the month after, when the departments' files are matched and the first clues dealt out.
CONFIRMED, SUBMITTED = 9, 10
# In the month under way so many of a hundred villages have confirmed.
CONFIRMED_SHARE = 60
# Days from what happened late in the month to its entry: after the closing, before the next one.
LATE = (20, 24)


def begin_closings(deeds: Deeds, months: list[date]) -> None:
    *_, closed, under_way = months
    deeds.stage.begin(_closed(deeds, closed))
    deeds.stage.begin(_confirmed(deeds, under_way, deeds.stage.now - timedelta(minutes=20), Random("closing")))


def _closed(deeds: Deeds, first: date) -> Story:
    """One month from the first village's confirmation to its edition."""
    yield from _confirmed(deeds, first, deeds.stage.now)
    at = yield _day(first, SUBMITTED)
    county = Division.objects.get(pk=COUNTY[0])
    checked = check_closing(Reading(county, last_day(first), at))
    for place in _places(Division.Level.TOWNSHIP):
        _step(place, first, Action.SUBMIT, deeds.leader_of(place.code), at, checked)
    closing = _step(county, first, Action.ACCEPT, deeds.decider, at, checked)
    execute_freezing(closing)
    begin_late_entries(deeds, first)


def _confirmed(deeds: Deeds, first: date, latest: datetime, some: Random | None = None) -> Story:
    """Every village confirms; with chances given, only some of them."""
    at = yield min(_day(first, CONFIRMED), latest)
    checked = check_closing(Reading(Division.objects.get(pk=COUNTY[0]), last_day(first), at))
    for place in _places(Division.Level.VILLAGE):
        if some is None or some.randrange(100) < CONFIRMED_SHARE:
            _step(place, first, Action.CONFIRM, deeds.staff.villages[place.code][0], at, checked)


def _places(level: Division.Level) -> list[Division]:
    return list(Division.objects.at_level(level).order_by("code"))


def _step(place: Division, first: date, action: str, actor: User, at: datetime, checked: list[Result]) -> int:
    return take_step(division=place, month=first, action=action, actor=actor, at=at, results=checked).pk


def _day(first: date, day: int) -> datetime:
    """A working hour of the month after."""
    return moment((first + timedelta(days=31)).replace(day=day), 15)


def begin_late_entries(deeds: Deeds, first: date) -> None:
    """A birth and a move of the month that are entered after it was closed, in households that were monitored then."""
    known = Episode.objects.monitored().filter(identified_on__lt=first).select_related("household__village")
    busy = Case.objects.open().values("household")
    homes = [episode.household for episode in known.exclude(household__in=busy).order_by("id")]
    chosen = Random(f"late {first}").sample(homes, min(len(homes), 2))
    happened = moment(first.replace(day=26))
    for household in chosen[:1]:
        deeds.stage.begin(_moved(deeds, household, happened))
    for household in chosen[1:]:
        deeds.stage.begin(born(deeds, household, happened, wait=LATE))


def _moved(deeds: Deeds, household: Household, day: datetime) -> Story:
    """To another village of the township, entered by the township."""
    at = yield deeds.stage.later(day, *LATE)
    township = household.village.parent
    assert township is not None
    others = Division.objects.within(township).at_level(Division.Level.VILLAGE).exclude(pk=household.village_id)
    village = others.order_by("code").first()
    household.refresh_from_db()
    if village is None:
        return
    move_household(
        household=household,
        version=household.version,
        village=village,
        happened_on=day.date(),
        actor=deeds.clerk(household),
        at=at,
        reason="投靠子女，整户搬迁",
    )
