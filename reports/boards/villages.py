"""Persons of every village that the thresholds of key tracking (重点跟踪) are about."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Division
from households.models import Membership
from reports.asof import episodes as q
from reports.asof.homes import lifted_or_monitored
from reports.boards.standing import STANDING
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Shown, Source, SummaryLedger
from reports.ledgers.telling import Told


def _members(reading: Reading) -> QuerySet[Any]:
    """Members on the day of households that stand on it, by the village where they lived then: of lifted households
    (脱贫户) and monitored ones, a person of both once."""
    on, known_at = reading.on, reading.known_at
    homes = lifted_or_monitored(reading.division, on, known_at)
    rows = Membership.objects.as_of(on, known_at).filter(household__in=homes.values("pk"))
    found: QuerySet[Any] = q.living_in(rows, reading.division, on, "household", known_at)
    return found


def _tell(row: Any) -> Told:
    return Told(None, f"{row.person.name}（{row.relation}） · {row.household.category}")


class VillageBoard(SummaryLedger):
    """One row a village: monitored persons as T1 counts them, and 脱贫人口 and 监测对象 together."""

    code = "B3"
    title = "重点跟踪村"
    printed = False
    sources = {
        "standing": STANDING,
        "members": Source(_members, "household", _tell, related=("person",), counted="人"),
    }
    figures = (
        Figure("monitored", "standing", Q(kind__in=q.OPEN), persons=True),
        Figure("joint", "members"),
    )
    shown = (Shown(("监测人口",), "monitored"), Shown(("脱贫加监测",), "joint"))

    def units(self, division: Division) -> list[Division]:
        places = Division.objects.within(division).at_level(Division.Level.VILLAGE)
        return list(places.select_related("parent"))
