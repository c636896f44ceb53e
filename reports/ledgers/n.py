"""N1 to N3: the workbooks that go up into the national system (domain.md 4.1), and what it would refuse in each.

Nobody may change their layout: every cell is text, the heading stands in row 3, nothing is added below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice
from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.models import Division
from households.models import Category, Household, Membership
from monitoring.models import EpisodeEvent
from reports.asof import episodes as q
from reports.ledgers.base import Body, Ledger, Line, Placed, Reading, Sample
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from reports.national.field import Columns, Field, Found
from reports.national.monitored import MONITORED
from reports.national.narrow import Home
from reports.national.persons import PERSONS
from reports.national.reading import Chunk, Family, Row
from sheets.extent import column_letters
from sheets.layout import SheetColumn, SheetLayout
from sheets.text import Cell

# Persons that a page looks at; the workbook looks at all.
MOST_LOOKED = 3_000
# Households whose facts are read together: few queries, little memory.
CHUNK = 2_000
_SERIAL = Column(("序号",), 6, "seq")


class NationalList(Ledger):
    """One row a person, every cell text; members of a household follow each other, its head first."""

    group = "national"
    unit = "人"
    freeze = 0
    fields: ClassVar[tuple[Field, ...]]
    serial: ClassVar[bool] = True

    def chosen(self, reading: Reading) -> QuerySet[Household]:
        """The households that the list is about, wherever they are."""
        raise NotImplementedError

    def homes(self, reading: Reading) -> QuerySet[Any]:
        """Those of them that lived in the place, in the order of the list."""
        here = self.chosen(reading).remaining(reading.on, reading.known_at)  # type: ignore[attr-defined]
        rows = q.living_in(here, reading.division, reading.on, "", reading.known_at)
        return rows.order_by("place", "number")  # type: ignore[no-any-return]

    def families(self, reading: Reading, size: int = CHUNK) -> Iterator[Family]:
        """They with their members, so many of them read together."""
        rows = self.homes(reading).values_list(*Home._fields)
        source = map(Home._make, rows.iterator(chunk_size=size))
        while homes := list(islice(source, size)):
            yield from Chunk(homes, reading.on, reading.known_at).families()

    def body(self, reading: Reading) -> Body:
        """No 合计: the national system takes rows of persons alone."""
        lines = self._lines(self.families(reading))
        return Body([], self._numbered(lines) if self.serial else lines)

    def _lines(self, families: Iterable[Family]) -> Iterator[list[Cell]]:
        return Columns(self.fields, self.first).cells(families)

    def totals_of(self, reading: Reading, places: Iterable[Division]) -> dict[str, list[Cell]]:
        return {place.code: [] for place in places}

    def placed(self, reading: Reading) -> Iterator[Placed]:
        """The rows with the place whose sheet each stands in; where they are numbered each sheet numbers its own."""
        columns = Columns(self.fields, self.first)
        for family in self.families(reading):
            for cells in columns.cells([family]):
                yield Placed(family.home.place, str(family.home.uid), cells)

    def _numbered(self, lines: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
        for number, line in enumerate(lines, 1):
            line[0] = str(number)
            yield line

    def size(self, reading: Reading) -> int:
        members = Membership.objects.as_of(reading.on, reading.known_at)
        return members.filter(household__in=self.homes(reading).order_by().values("pk")).count()

    def sample(self, reading: Reading, most: int) -> Sample:
        families = list(islice(self.families(reading, most), most))
        about = Household.objects.in_bulk([family.home.id for family in families])
        whose = (about[family.home.id] for family in families for _ in family.members)
        lines = [Line(cells, home) for cells, home in zip(self._lines(families), whose, strict=True)]
        size = self.size(reading)
        totals: list[Cell] = ["合计", f"{size}人", *[""] * (len(self.columns) - 2)]
        return Sample(totals, lines[:most], size)

    @property
    def first(self) -> int:
        """The place of the first column that says something of the person."""
        return 1 if self.serial else 0

    def fixed_layout(self, reading: Reading) -> SheetLayout:
        return SheetLayout(
            title=self.title,
            columns=tuple(SheetColumn(column.path, column.width) for column in self.columns),
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

    def chosen(self, reading: Reading) -> QuerySet[Household]:
        return Household.objects.filter(category=Category.LIFTED)


class MarginalPersons(NationalList):
    """Everybody in other monitored households; those in sudden hardship have no list of their own."""

    code = "N2"
    title = "边缘易致贫人口名单"
    fields = PERSONS
    columns = _columns(PERSONS, serial=True)

    def chosen(self, reading: Reading) -> QuerySet[Household]:
        return Household.objects.filter(pk__in=_monitored(reading)).exclude(category=Category.LIFTED)


class MonitoredPersons(NationalList):
    """Everybody in monitored households."""

    code = "N3"
    title = "监测对象信息"
    fields = MONITORED
    columns = _columns(MONITORED, serial=False)
    serial = False

    def chosen(self, reading: Reading) -> QuerySet[Household]:
        return Household.objects.filter(pk__in=_monitored(reading))

    def prefix(self, division: Division) -> str:
        return "（自定义）"


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
        return Body([], map(self._cells, self._faults(_members(self.checked.families(reading)))))

    def totals_of(self, reading: Reading, places: Iterable[Division]) -> dict[str, list[Cell]]:
        return self.checked.totals_of(reading, places)

    def placed(self, reading: Reading) -> Iterator[Placed]:
        """What would be refused with the place whose sheet it stands in."""
        for found in self._faults(_members(self.checked.families(reading))):
            home = found.row.family.home
            yield Placed(home.place, str(home.uid), self._cells(found))

    def size(self, reading: Reading) -> int:
        return self.checked.size(reading)

    def sample(self, reading: Reading, most: int) -> Sample:
        people = self.checked.size(reading)
        found = list(self._faults(islice(_members(self.checked.families(reading)), MOST_LOOKED)))
        looked = f"前 {MOST_LOOKED} 人" if people > MOST_LOOKED else f"{people} 人"
        words = f"查了{looked}，{len(found)} 处" if found else f"查了{looked}，没有问题"
        totals: list[Cell] = ["合计", words, *[""] * (len(self.columns) - 2)]
        about = Household.objects.in_bulk({one.row.home.id for one in found[:most]})
        return Sample(totals, [Line(self._cells(one), about[one.row.home.id]) for one in found[:most]], len(found))

    def _faults(self, rows: Iterable[Row]) -> Iterator[Found]:
        return Columns(self.checked.fields, self.checked.first).faults(rows)

    def _cells(self, found: Found) -> list[Cell]:
        (row, place, field, fault), family = found, found.row.family
        return [
            None,
            *family.places[1:],
            family.home.number,
            row.member.name,
            row.id_number,
            row.member.relation,
            column_letters(place + 1),
            field.heading,
            _shown(field, fault.value),
            fault.words,
            fault.mend,
            family.link,
        ]


def _members(families: Iterable[Family]) -> Iterator[Row]:
    return chain.from_iterable(family.rows() for family in families)


def _shown(field: Field, value: str) -> str:
    """Numbers stand in their own column; of a phone with a fault, which is not masked as one, its length says enough."""
    if field.secret == "id":
        return ""
    return f"{len(value)} 个字符" if field.secret == "phone" and value else value


LISTS: tuple[NationalList, ...] = (LiftedPersons(), MarginalPersons(), MonitoredPersons())
NATIONAL: tuple[Ledger, ...] = tuple(ledger for one in LISTS for ledger in (one, UploadCheck(one)))
