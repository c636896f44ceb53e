"""What happens in families: children are born, and the cadres look into what the police report."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from demo.deeds import Deeds
from demo.family import Families
from demo.stage import CHINA, Story
from households.models import ChangeProposal, Household
from households.services.life_persons import record_birth
from households.services.proposals import decide_proposal
from monitoring.models import Case

HEARSAY = "经入户核实，与系统登记一致，未发生变动"


def born(deeds: Deeds, household: Household, day: datetime, *, wait: tuple[int, int] = (5, 30)) -> Story:
    """A grandchild, entered some days after the birth."""
    at = yield deeds.stage.later(day, *wait)
    families = Families(Random(household.number), day.date(), area="9903")
    head = household.memberships.current().heads().select_related("person").get()
    child = families.someone("之孙女", day.astimezone(CHINA).date(), False, head.person.name[0], head.person.nation)
    household.refresh_from_db()
    record_birth(
        household=household,
        version=household.version,
        name=child.name,
        id_number=child.number,
        relation=child.relation,
        happened_on=child.birth,
        actor=deeds.cadre(household),
        at=at,
        reason="凭出生医学证明登记",
    )


def looked_into(deeds: Deeds, proposal: ChangeProposal, at: datetime) -> Story:
    """Most are confirmed within two weeks, some turn out wrong, some wait."""
    at = yield deeds.stage.later(at, 2, 14)
    household = Household.objects.get(pk=proposal.household_id)
    busy = Case.objects.open().filter(household=household).exists()
    if busy or deeds.stage.chance(0.25):
        return
    confirm = deeds.stage.chance(0.85)
    decide_proposal(
        proposal=proposal, confirm=confirm, actor=deeds.cadre(household), at=at, note="" if confirm else HEARSAY
    )


def begin_births(deeds: Deeds, start: datetime, count: int) -> None:
    households = Household.objects.filter(needs_mending="", episodes__isnull=True).order_by("-id")[:count]
    for household in households:
        days = deeds.stage.random.randrange(10, 330)
        deeds.stage.begin(born(deeds, household, start + timedelta(days=days)))
