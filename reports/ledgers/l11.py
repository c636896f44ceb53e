"""L11 零就业家庭台账: households kept as having somebody able to work and nobody working, cleared ones too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, QuerySet

from households.history import ABLE
from households.models import Household, Membership
from records.models import Job, Problem
from reports.asof.kept import kept, stood
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell


class ZeroJobLedger(DetailLedger):
    """Members, those able to work and those at work are of the ledger's day."""

    code = "L11"
    title = "零就业家庭台账"
    unit = "户、人"
    paper = "A4"
    freeze = 6
    remarks = ("全部农户里已经立为问题的零就业家庭，清零了的也列；T9 和各项指标只算脱贫户和监测户。",)
    counter = ("户主", "户")
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户主",), 11),
        Column(("人口",), 6, "int"),
        Column(("劳动力数",), 7, "int"),
        Column(("已就业",), 6, "int"),
        Column(("未就业原因",), 14, secret="text"),
        Column(("需求",), 14, secret="text"),
        Column(("措施",), 20, secret="text"),
        Column(("上岗人",), 10),
        Column(("上岗日期",), 11, "date"),
        Column(("清零日期",), 11, "date"),
    )

    def items(self, reading: Reading) -> QuerySet[Any]:
        rows = kept(Problem.Kind.ZERO_JOB, reading.division, reading.on, reading.known_at)
        return rows.select_related("household").order_by("place", "found_on", "id")

    def household(self, item: Any) -> Household:
        found: Household = item.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterator[list[Cell]]:
        homes = {item.household_id for item in items}
        heads = facts.heads(homes, reading.on, reading.known_at)
        sizes = facts.sizes(homes, reading.on, reading.known_at)
        able, working = _able(homes, reading), _working(homes, reading)
        then = stood(items, reading.on, reading.known_at)
        for item in items:
            home, head, one = item.household_id, heads.get(item.household_id), then[item.pk]
            place = places.cells(item.place, item.household.group_name)
            size = sizes.get(home, facts.Size())
            yield [
                *place,
                *(head.name if head else "", size.members, able[home], working[home]),
                *(one.say("why"), one.say("need"), one.say("measures"), one.say("worker")),
                *(one.day("hired_on"), item.solved_on),
            ]


def _able(homes: Iterable[int], reading: Reading) -> Counter[int]:
    members = Membership.objects.as_of(reading.on, reading.known_at).filter(household__in=list(homes))
    rows = members.filter(person__labour_skill__in=ABLE).order_by().values_list("household_id")
    return Counter(dict(rows.annotate(number=Count("pk"))))


def _working(homes: Iterable[int], reading: Reading) -> Counter[int]:
    jobs = Job.objects.as_of(reading.on, reading.known_at).filter(household__in=list(homes), working=True)
    rows = jobs.order_by().values_list("household_id").annotate(number=Count("person", distinct=True))
    return Counter(dict(rows))
