"""N1 to N3: the workbooks that go up into the national system (domain.md 4.1), and what it would refuse in each.

Nobody may change their layout: every cell is text, the heading stands in row 3, nothing is added below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, ClassVar

from django.db.models import Case, QuerySet, When

from accounts.models import Division
from households.models import Category, Household, Membership
from households.models.person import HEAD
from monitoring.models import EpisodeEvent
from reports.asof import episodes as q
from reports.ledgers.base import CHUNK, Body, DetailLedger, Ledger, Line, Placed, Reading, Sample
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from reports.national.field import Columns, Fault, Field
from reports.national.monitored import MONITORED
from reports.national.persons import PERSONS
from reports.national.reading import Chunk, Row
from sheets.extent import column_letters
from sheets.layout import SheetLayout
from sheets.text import Cell

# Persons that a page looks at; the workbook looks at all.
MOST_LOOKED = 3_000
_SERIAL = Column(("序号",), 6, "seq")
_HEAD_FIRST = Case(When(relation=HEAD, then=0), default=1)


class NationalList(DetailLedger):
    """One row a person, every cell text."""

    group = "national"
    unit = "人"
    freeze = 0
    counter = ("姓名", "人")
    fields: ClassVar[tuple[Field, ...]]
    serial: ClassVar[bool] = True

    def people(self, reading: Reading) -> QuerySet[Any]:
        """The memberships in force on the day of whom the list is about."""
        raise NotImplementedError

    def items(self, reading: Reading) -> QuerySet[Any]:
        there = q.registered("household", reading.known_at, gt=reading.on)
        here = self.people(reading).filter(there)
        rows = q.living_in(here, reading.division, reading.on, "household", reading.known_at)
        return rows.select_related("person", "household").order_by("place", "household__number", _HEAD_FIRST, "id")  # type: ignore[no-any-return]

    def household(self, item: Any) -> Household:
        found: Household = item.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        return Columns(self.fields).cells(Chunk(items, reading.on, reading.known_at).rows)

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        return {self.fields[0].heading: f"{figures['items']}人"} if self.serial else {}

    def body(self, reading: Reading) -> Body:
        """No 合计: the national system takes rows of persons alone."""
        return Body([], self._numbered(reading))

    def totals_of(self, reading: Reading, places: Iterable[Division]) -> dict[str, list[Cell]]:
        return {place.code: [] for place in places}

    def placed(self, reading: Reading) -> Iterator[Placed]:
        """The rows; where they are numbered each sheet numbers its own."""
        rows = super().placed(reading)
        return rows if self.serial else (row._replace(cells=row.cells[1:]) for row in rows)

    def _numbered(self, reading: Reading) -> Iterator[list[Cell]]:
        for number, line in enumerate(self._stream(reading), 1):
            yield [str(number), *line[1:]] if self.serial else line

    def _stream(self, reading: Reading) -> Iterator[list[Cell]]:
        rows = super()._stream(reading)
        return rows if self.serial else (line[1:] for line in rows)

    def sample(self, reading: Reading, most: int) -> Sample:
        found = super().sample(reading, most)
        if self.serial:
            return found
        lines = [Line(line.cells[1:], line.about) for line in found.lines]
        return Sample(["合计", f"{found.size}人", *found.totals[2:]], lines, found.size)

    def fixed_layout(self, reading: Reading) -> SheetLayout:
        return SheetLayout(
            title=self.title,
            columns=tuple(Column(column.path, column.width).sheet for column in self.columns),
            name=self.title,
            info=(f"数据日期：{reading.on:%Y%m%d}", f"范围：{Places(reading.division).title(reading.division)}"),
            footer=(),
            freeze=0,
            title_size=16,
        )

    def filename(self, division: Division, on: date, *, masked: bool) -> str:
        """'（守望县）已脱贫人口名单_20261110.xlsx', as the national system names its own."""
        note = "（号码已遮盖，不能上传）" if masked else ""
        return f"{self.prefix(division)}{self.title}_{on:%Y%m%d}{note}.xlsx"

    def prefix(self, division: Division) -> str:
        return f"（{division.name}）"

    @property
    def check(self) -> str:
        """The code of its check."""
        return f"{self.code}P"


def _columns(fields: tuple[Field, ...], *, serial: bool) -> tuple[Column, ...]:
    own = tuple(Column((field.heading,), field.width, secret=field.secret) for field in fields)
    return (_SERIAL, *own) if serial else own


def _monitored(reading: Reading) -> QuerySet[Any]:
    """Households identified by the day and not cancelled; cleared ones stay, as in the national file."""
    turns = q.standing(reading.division, reading.on, reading.known_at).exclude(kind=EpisodeEvent.Kind.CANCELLED)
    return turns.values("episode__household_id")


class LiftedPersons(NationalList):
    """Everybody in households that were lifted out of poverty."""

    code = "N1"
    title = "已脱贫人口名单"
    fields = PERSONS
    columns = _columns(PERSONS, serial=True)

    def people(self, reading: Reading) -> QuerySet[Any]:
        return Membership.objects.as_of(reading.on, reading.known_at).filter(household__category=Category.LIFTED)


class MarginalPersons(NationalList):
    """Everybody in other monitored households; those in sudden hardship have no list of their own."""

    code = "N2"
    title = "边缘易致贫人口名单"
    fields = PERSONS
    columns = _columns(PERSONS, serial=True)

    def people(self, reading: Reading) -> QuerySet[Any]:
        rows = Membership.objects.as_of(reading.on, reading.known_at).filter(household__in=_monitored(reading))
        return rows.exclude(household__category=Category.LIFTED)


class MonitoredPersons(NationalList):
    """Everybody in monitored households."""

    code = "N3"
    title = "监测对象信息"
    fields = MONITORED
    columns = _columns(MONITORED, serial=False)
    serial = False

    def people(self, reading: Reading) -> QuerySet[Any]:
        return Membership.objects.as_of(reading.on, reading.known_at).filter(household__in=_monitored(reading))

    def prefix(self, division: Division) -> str:
        return "（自定义）"


@dataclass(frozen=True)
class Found:
    """A cell that would be refused."""

    row: Row
    column: int
    field: Field
    fault: Fault


class UploadCheck(Ledger):
    """Every cell of a national list that the national system would refuse, before it is written."""

    group = "national"
    unit = "处"
    freeze = 4
    columns = (
        Column(("序号",), 6, "seq"),
        Column(("乡镇",), 10),
        Column(("村",), 10),
        Column(("户编号",), 18),
        Column(("姓名",), 10),
        Column(("证件号码",), 20, secret="id"),
        Column(("与户主关系",), 9),
        Column(("列",), 5),
        Column(("栏目",), 18),
        Column(("现在的值",), 16, secret="text"),
        Column(("问题",), 26, secret="text"),
        Column(("怎么改",), 22),
        Column(("改的地方",), 30),
    )

    def __init__(self, checked: NationalList) -> None:
        self.checked = checked
        self.code = checked.check  # type: ignore[misc]  # one class, a code for each list
        self.title = f"{checked.title}上传预检"  # type: ignore[misc]
        empty = [field.heading for field in checked.fields if not field.held]
        if empty:
            self.remarks = (f"这 {len(empty)} 列本系统不采集，上传时为空：{'、'.join(empty)}。",)  # type: ignore[misc]

    def body(self, reading: Reading) -> Body:
        return Body([], (self._cells(found) for found in self._faults(reading, self.checked.items(reading))))

    def totals_of(self, reading: Reading, places: Iterable[Division]) -> dict[str, list[Cell]]:
        return self.checked.totals_of(reading, places)

    def placed(self, reading: Reading) -> Iterator[Placed]:
        """What would be refused with the place whose sheet it stands in."""
        for found in self._faults(reading, self.checked.items(reading)):
            yield Placed(found.row.member.place, found.row.household, self._cells(found))  # type: ignore[attr-defined]

    def size(self, reading: Reading) -> int:
        return self.checked.size(reading)

    def sample(self, reading: Reading, most: int) -> Sample:
        people = self.checked.size(reading)
        found = list(self._faults(reading, self.checked.items(reading)[:MOST_LOOKED]))
        looked = f"前 {MOST_LOOKED} 人" if people > MOST_LOOKED else f"{people} 人"
        words = f"查了{looked}，{len(found)} 处" if found else f"查了{looked}，没有问题"
        totals: list[Cell] = ["合计", words, *[""] * (len(self.columns) - 2)]
        return Sample(totals, [Line(self._cells(one), one.row.household) for one in found[:most]], len(found))

    def _faults(self, reading: Reading, members: QuerySet[Any]) -> Iterator[Found]:
        first = 2 if self.checked.serial else 1
        columns = Columns(self.checked.fields)
        source = iter(members) if members.query.is_sliced else members.iterator(chunk_size=CHUNK)
        while items := list(islice(source, CHUNK)):
            rows = Chunk(items, reading.on, reading.known_at).rows
            for row, place, field, fault in columns.faults(rows):
                yield Found(row, place + first, field, fault)

    def _cells(self, found: Found) -> list[Cell]:
        row, field = found.row, found.field
        place = str(row.member.place)  # type: ignore[attr-defined]  # annotated by `items`
        names = row.chunk.names
        value = field.read(row)
        return [
            None,
            names.get(place[:9].ljust(12, "0"), ""),
            names.get(place, ""),
            row.household.number,
            row.person.name,
            row.id_number,
            row.member.relation,
            column_letters(found.column),
            field.heading,
            # Numbers stand in their own column, and phones are masked with them.
            "" if field.secret == "id" else _hidden(value) if field.secret == "phone" else value,
            found.fault.words,
            found.fault.mend,
            row.link,
        ]


def _hidden(phone: str) -> str:
    """A phone with a fault: how long it is says enough."""
    return f"{len(phone)} 个字符" if phone else ""


LISTS: tuple[NationalList, ...] = (LiftedPersons(), MarginalPersons(), MonitoredPersons())
NATIONAL: tuple[Ledger, ...] = tuple(ledger for one in LISTS for ledger in (one, UploadCheck(one)))
