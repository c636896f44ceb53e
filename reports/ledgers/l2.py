"""L2 监测对象家庭成员台账: the members of the households of L1, and those who left while theirs was monitored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Aggregate, Case, Count, QuerySet, Value, When

from households.models import Household, Membership, SupportClass
from households.models.person import HEAD
from households.querysets import not_ended
from records.models import Job, LowIncome
from reports.asof import members as q
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.latest import DISABLED, INSURED, Latest
from reports.ledgers.persons import PERSON, READS, person_cells
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell, text

Left = Membership.LeftReason
NORMAL, MORE, LESS = "正常", "自然增加", "自然减少"
INSURANCES = {"居民医保": ("居民",), "职工医保": ("职工",)}
_OF_PERSON = (
    *READS,
    *("nation", "education", "schooling", "health", "labour_skill", "work_months", "serious_illness_insurance"),
    "phone_sealed",
)
_OF_HOME = ("uid", "number", "group_name", "support_classes")
_HEAD_FIRST = Case(When(relation=HEAD, then=Value(0)), default=Value(1))


class MemberLedger(DetailLedger):
    """One row a person and household: 正常 and 自然增加 are there on the day and add up to L1's 家庭人口.

    自然增加 came after the household's last identification, 自然减少 left after it. 居民医保, 职工医保 and 残疾 are what
    the departments' latest files by the day say, 务工所在地 what the book of jobs says, 低保 and 特困 what the household's
    classes or the book of low incomes say. What nobody tells (政治面貌, pensions) is empty.
    """

    code = "L2"
    title = "监测对象家庭成员台账"
    unit = "人、月"
    freeze = 8
    counter = ("姓名", "人")
    reads = (
        *("person", "household", "relation", "joined_on", "left_on", "left_recorded_at"),
        *(f"person__{name}" for name in _OF_PERSON),
        *(f"household__{name}" for name in _OF_HOME),
    )
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户编号",), 15),
        Column(("户主姓名",), 9),
        *PERSON,
        Column(("民族",), 6),
        Column(("政治面貌",), 7),
        Column(("文化程度",), 13),
        Column(("在校生状况",), 9),
        Column(("健康状况",), 9),
        Column(("劳动技能",), 11),
        Column(("务工所在地",), 9),
        Column(("务工时间（月）",), 6),
        Column(("居民医保",), 5),
        Column(("职工医保",), 5),
        Column(("大病保险",), 5),
        Column(("居民养老",), 5),
        Column(("职工养老",), 5),
        Column(("低保",), 5),
        Column(("特困",), 5),
        Column(("残疾", "类别"), 6),
        Column(("残疾", "等级"), 6),
        Column(("联系电话",), 13, secret="phone"),
        Column(("成员状态",), 9),
        Column(("变动日期",), 11, "date"),
    )

    def items(self, reading: Reading) -> QuerySet[Membership]:
        rows = q.members(reading.division, reading.on, reading.known_at).select_related("household", "person")
        return rows.order_by("place", "household__number", "household", _HEAD_FIRST, "id")

    def counts(self, reading: Reading) -> Mapping[str, Aggregate]:
        return {"there": Count("pk", filter=not_ended(reading.on, reading.known_at))}

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        return {"姓名": f"{figures['items']}人", "成员状态": f"在册{figures['there']}人"}

    def household(self, item: Any) -> Household:
        found: Household = item.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        known = _Known(reading, items)
        for row in items:
            yield [*places.cells(row.place, row.household.group_name), *known.line(row)]


class _Known:
    """Everything about some members that their rows show."""

    def __init__(self, reading: Reading, items: list[Membership]) -> None:
        homes = {row.household_id for row in items}
        persons = [row.person_id for row in items]
        self._reading = reading
        self._heads = facts.heads(homes, reading.on, reading.known_at)
        self._began = beginnings(homes, reading)
        self._insured = Latest(INSURED, reading).cells(persons)
        self._disabled = Latest(DISABLED, reading).cells(persons)
        jobs = Job.objects.as_of(reading.on, reading.known_at).filter(person__among=persons, working=True)
        jobs = jobs.only("person_id", "work_place", "area").order_by("from_on", "id")
        self._workplaces = {job.person_id: job.where for job in jobs}
        paid = LowIncome.objects.as_of(reading.on, reading.known_at).filter(person__among=persons)
        self._supported = set(paid.values_list("person_id", "kind"))

    def line(self, row: Any) -> Iterator[Cell]:
        home, person, head = row.household, row.person, self._heads.get(row.household_id)
        yield from (home.number, head.name if head else "")
        yield from person_cells(person, row.relation, self._reading.on)
        yield from (person.nation, "", person.education, person.schooling, person.health, person.labour_skill)
        yield self._workplaces.get(person.pk, "")
        yield text(person.work_months)
        yield from self._insurances(person.pk)
        yield from (person.serious_illness_insurance, "", "")
        supported = (name in home.support_classes or (person.pk, name) in self._supported for name in _SUPPORT)
        yield from ("是" if so else "" for so in supported)
        disabled = self._disabled.get(person.pk, {})
        yield from (disabled.get("残疾类别", ""), disabled.get("残疾等级", ""))
        yield person.phone or ""
        yield from self._change(row)

    def _insurances(self, person: int) -> Iterator[Cell]:
        """是 or 否 where the insurer's row says which insurance it is about."""
        told = self._insured.get(person, {})
        for words in INSURANCES.values():
            about = any(word in told.get("险种", "") for word in words)
            yield facts.yes_no(told.get("参保状态") == "已参保") if about else ""

    def _change(self, row: Any) -> Iterator[Cell]:
        if not q.is_here(row, self._reading.on, self._reading.known_at):
            yield from (LESS, row.left_on)
            return
        came = self._began.get((row.person_id, row.household_id), row.joined_on)
        grown = came > row.identified
        yield from (MORE, came) if grown else (NORMAL, None)


_SUPPORT = (SupportClass.SUBSISTENCE, SupportClass.DESTITUTE)


def beginnings(households: Iterable[int], reading: Reading) -> dict[tuple[int, int], date]:
    """When each (person, household) began the stay that lasts: a new relation to the head is the same stay."""
    rows = q.known(Membership.objects.filter(household__among=households, joined_on__lte=reading.on), reading.known_at)
    stays: defaultdict[tuple[int, int], tuple[date, date | None]] = defaultdict(lambda: (date.max, None))
    fields = ("person_id", "household_id", "joined_on", "left_on", "left_reason")
    for person, household, joined, left, why in rows.order_by("joined_on", "id").values_list(*fields):
        began, until = stays[person, household]
        begins = began if until == joined else joined
        stays[person, household] = (begins, left if why == Left.RELATION else None)
    return {key: began for key, (began, _) in stays.items()}
