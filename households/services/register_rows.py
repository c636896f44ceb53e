"""Rows of the register judged (contract sections 2 and 4) and gathered into households."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from households import register
from households.models.person import HEAD
from households.services.register_places import Places, unknown
from sheets.clean import Cell, CellFault, codes, is_total, parse_number, squeeze, text, texts
from sheets.judge import Fault, Judge
from sheets.read import Block, Table
from sheets.rejected import Rejected

ID_DUPLICATE, HOUSEHOLD_MISSING = "id_duplicate", "household_missing"
_NUMBER_LENGTH = 40
_BLOCK_ROWS = 10_000


@dataclass(slots=True)
class Member:
    """A row that may be accepted: one person. `village` is None where the row leaves its place to the household.

    `values` are the parsed cells in the order of `index`, which all rows share; `cells` the row as received, kept
    only while the row may still be rejected.
    """

    sheet: int
    row: int
    number: str
    values: tuple[Any, ...]
    index: dict[str, int]
    cells: Sequence[Cell]
    village: str | None = None

    def __getitem__(self, column: str) -> Any:
        return self.values[self.index[column]]

    @property
    def is_head(self) -> bool:
        return bool(self[register.RELATION] == HEAD)


@dataclass
class Group:
    """One household of the file: its accepted rows in their order."""

    number: str
    members: list[Member] = field(default_factory=list)

    @property
    def head(self) -> Member | None:
        return next((member for member in self.members if member.is_head), None)

    def value(self, column: str) -> Any:
        """A household value: the householder's if filled, else the first filled one; None if nobody has it."""
        head = self.head
        candidates = self.members if head is None else [head, *self.members]
        found = (member[column] for member in candidates)
        return next((value for value in found if value is not None and value != ""), None)

    @property
    def village(self) -> str | None:
        head = self.head
        candidates = self.members if head is None else [head, *self.members]
        return next((member.village for member in candidates if member.village), None)


class _Doubtful(NamedTuple):
    """A row without a place of its own, whose later fault counts only if its household has a place."""

    household: str
    member: Member
    fault: Fault


class RowJudge:
    """Judges the rows of one file in turn; `finish` settles those that leave their place to the household."""

    def __init__(self, places: Places, today: date) -> None:
        self._places = places
        numbers = {column.name: parse_number for column in register.of_kind("number")}
        self._judge = Judge(
            register.of_kind("month", "number"), id_column=register.ID_NUMBER, latest=today, parsers=numbers
        )
        self._seen: set[str] = set()
        self._doubtful: list[_Doubtful] = []
        self.groups: dict[str, Group] = {}
        self.rejected: list[Rejected] = []
        self.rows = 0

    def read(self, sheet: int, table: Table) -> None:
        for block in table.blocks(_BLOCK_ROWS):
            self._block(sheet, block)

    def _block(self, sheet: int, block: Block) -> None:
        cells = block.cells
        judged, raw = self._judge.judge(block), block.raw
        values: dict[str, list[Any]] = {name: column.listed() for name, column in judged.columns.items()}
        values |= {column.name: texts(cells[column.name]) for column in register.of_kind("text")}
        listed = register.of_kind("code")
        wrong: list[Fault | None] = [None] * len(block.rows)
        for column in listed:
            # 户类型 may stand on the householder's row alone.
            needed = column.needed and column.name != register.CATEGORY
            values[column.name], faults = codes(cells[column.name], column.codes or {}, needed=needed)
            for i, fault in enumerate(faults):
                if fault is not None and wrong[i] is None:
                    wrong[i] = Fault(column.name, fault)
        index = {column: place for place, column in enumerate(values)}
        for i, row in enumerate(zip(*values.values(), strict=True)):
            if is_total(cells["序号"][i], cells[register.NAME][i], cells[register.ID_NUMBER][i]):
                continue
            self.rows += 1
            member = Member(sheet, block.rows[i], judged.numbers[i] or "", row, index, raw[i])
            self._place(member, judged.faults.get(i), wrong[i])

    def _place(self, member: Member, fault: Fault | None, wrong: Fault | None) -> None:
        household = household_number(member[register.HOUSEHOLD])
        fault = fault or self._repeated(member) or _missing(household) or self._village(member)
        if fault is None and wrong is not None and member.village is None:
            self._doubtful.append(_Doubtful(household, member, wrong))
        elif fault is not None or wrong is not None:
            self._reject(member, fault or wrong)
        else:
            self._seen.add(member.number)
            if member.village is not None:
                member.cells = ()
            self.groups.setdefault(household, Group(household)).members.append(member)

    def _repeated(self, member: Member) -> Fault | None:
        if member.number not in self._seen:
            return None
        return Fault(register.ID_NUMBER, CellFault(ID_DUPLICATE, "证件号码与本文件前面的一行相同，请核对后删去一行"))

    def _village(self, member: Member) -> Fault | None:
        """Set the row's village; a row that leaves out township or village takes its household's later."""
        county, township, village = (member[name] for name in (register.COUNTY, register.TOWNSHIP, register.VILLAGE))
        if not township or not village:
            return None
        found = self._places.find(county, township, village)
        if isinstance(found, Fault):
            return found
        member.village = found
        return None

    def _reject(self, member: Member, fault: Fault | None) -> None:
        if fault is not None:
            self.rejected.append(Rejected(member.sheet, member.row, member.cells, fault))

    def finish(self, registered: dict[str, str]) -> None:
        """Settle the rows without a place; `registered` has the villages of households already in the register."""
        places = {number: group.village or registered.get(number) for number, group in self.groups.items()}
        for doubtful in self._doubtful:
            known = places.get(doubtful.household) or registered.get(doubtful.household)
            self._reject(doubtful.member, doubtful.fault if known else _placeless(doubtful.member))
        for number, village in places.items():
            if village is None:
                for member in self.groups.pop(number).members:
                    self._reject(member, _placeless(member))
        self.rejected.sort(key=lambda rejected: (rejected.sheet, rejected.row))

    def without_place(self) -> list[str]:
        """Numbers of households no row of which names a place."""
        numbers = [number for number, group in self.groups.items() if group.village is None]
        return [*numbers, *(doubtful.household for doubtful in self._doubtful)]


def _missing(household: str) -> Fault | None:
    if household and len(household) <= _NUMBER_LENGTH:
        return None
    message = "户编号为空，请补填" if not household else f"户编号超过{_NUMBER_LENGTH}个字符，请核对"
    return Fault(register.HOUSEHOLD, CellFault(HOUSEHOLD_MISSING, message))


def _placeless(member: Member) -> Fault:
    column = register.VILLAGE if member[register.TOWNSHIP] else register.TOWNSHIP
    return unknown(column, f"{column}为空，同户的其他行也没有填，请补填")


def household_number(cell: Cell) -> str:
    """户编号 as text: 990100000000.0 is '990100000000'; white space and a leading apostrophe go."""
    return squeeze(text(cell)).lstrip("'‘’").removesuffix(".0")
