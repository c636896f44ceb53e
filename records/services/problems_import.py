"""Lists of problems brought as workbooks: every good row becomes a problem, every bad one is sent back with its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.crypto import blind_index
from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services import audit
from accounts.services.files import keep_file
from households.models import Household, Membership
from records.models import Problem, RecordBatch
from records.problems.kinds import KINDS
from records.problems.sheets import NUMBER, SHEETS, Line, is_blank_row
from records.services.problems import perform
from records.services.problems_opening import open_problem
from sheets.clean import fold_name, text
from sheets.read import opened_book

BOOK = "problems_{kind}"
MOST_ROWS = 5_000
_TOTALS = frozenset(("合计", "小计", "总计"))


@dataclass
class _Tally:
    rows: int = 0
    created: int = 0
    unchanged: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


def import_problems(
    *, kind: str, division: Division, path: Path, name: str, actor: User, at: datetime, guarded: bool = False
) -> RecordBatch:
    """Take in the list at `path` of problems of one kind in a place.

    A row that is a problem already (same place or household, day and words) is left as it is. What has measures, unit
    and person in charge is assigned at once by whoever may. What is signed off in the list is sent back: nobody here
    has checked it.

    Raises:
        OutOfScope, Forbidden: not his place or kind. SheetError: no such list. Refused: unknown kind, too many rows.
    """
    if kind not in SHEETS:
        raise Refused("这类问题没有可导入的清单。", field="kind", code="invalid")
    declared = KINDS[kind]
    require(actor=actor, right=declared.right("find"), code=division.code, at=at, department=declared.department)
    with opened_book(path, guarded=guarded) as book:
        lines = list(_lines(book.tables(SHEETS[kind])))
    if len(lines) > MOST_ROWS:
        raise Refused(f"一次至多导入 {MOST_ROWS} 行，请拆开再传。", field="file", code="too_many")
    kept = keep_file(path=path, name=name, actor=actor, at=at)
    with transaction.atomic():
        batch = _begin(kind, division, kept, actor, at)
        taker = _Taker(kind, division, batch, actor, at)
        for sheet, line in lines:
            taker.take(sheet, line)
        return _finish(batch, taker.tally, actor, at)


def _lines(tables: Any) -> Iterator[tuple[str, Line]]:
    for table in tables:
        for block in table.blocks(MOST_ROWS):
            names = list(block.cells)
            for place, number in enumerate(block.rows):
                cells = {name: block.cells[name][place] for name in names}
                said = [cell for name, cell in cells.items() if name != NUMBER]
                if not is_blank_row(said) and not _TOTALS & set(map(text, cells.values())):
                    yield table.sheet, Line(number, cells)


def _begin(kind: str, division: Division, kept: Any, actor: User, at: datetime) -> RecordBatch:
    zero = dict.fromkeys(("rows", "created", "changed", "unchanged", "rejected"), 0)
    return RecordBatch.objects.create(
        book=BOOK.format(kind=kind), department=KINDS[kind].department, division=division, file=kept,
        imported_by=actor, imported_at=at, **zero,
    )  # fmt: skip


def _finish(batch: RecordBatch, tally: _Tally, actor: User, at: datetime) -> RecordBatch:
    batch.rows, batch.created, batch.unchanged = tally.rows, tally.created, tally.unchanged
    batch.rejected, batch.errors = len(tally.errors), tally.errors
    batch.save(update_fields=["rows", "created", "unchanged", "rejected", "errors"])
    figures = {"rows": batch.rows, "created": batch.created, "rejected": batch.rejected}
    audit.record(actor=actor, at=at, action="problems.imported", target=batch, detail=figures)
    return batch


class _Taker:
    """Takes in one row after the other."""

    def __init__(self, kind: str, division: Division, batch: RecordBatch, actor: User, at: datetime) -> None:
        self._kind, self._division, self._batch, self._actor, self._at = kind, division, batch, actor, at
        self._today = timezone.localdate(at)
        places = Division.objects.within(division).select_related("parent")
        self._places = {(fold_name(one.parent.name if one.parent else ""), fold_name(one.name)): one for one in places}
        self._names: dict[str, list[Division]] = {}
        for one in places:
            self._names.setdefault(fold_name(one.name), []).append(one)
        self.tally = _Tally()

    def take(self, sheet: str, line: Line) -> None:
        self.tally.rows += 1
        values = self._values(line)
        if not line.faults:
            try:
                with transaction.atomic():
                    self._store(line, values)
            except (Forbidden, OutOfScope):
                line.faults.append("这一行的地方不归你管")
            except Refused as refusal:
                line.faults += refusal.details or [refusal.message]
        if line.faults:
            self.tally.errors.append({"sheet": sheet, "row": line.number, "reasons": line.faults[:5]})

    def _store(self, line: Line, values: dict[str, Any]) -> None:
        if _same(self._kind, values):
            self.tally.unchanged += 1
            return
        assignment = {"measures": line.text("整改措施"), "leader": line.text("责任领导"), "unit": line.text("责任单位")}
        assignment |= {"person_in_charge": line.text("责任人")}
        due_on = line.day("时限")
        problem = open_problem(kind=self._kind, actor=self._actor, at=self._at, batch=self._batch, **values)
        if all(assignment[name] for name in ("measures", "unit", "person_in_charge")):
            self._assign(problem, assignment, due_on)
        self.tally.created += 1

    def _assign(self, problem: Problem, assignment: dict[str, Any], due_on: date | None) -> None:
        """As the list says; a term that is over already is the default one. Whoever may not assign leaves it found."""
        if due_on and due_on >= self._today:
            assignment = {**assignment, "due_on": due_on}
        try:
            with transaction.atomic():
                perform(
                    problem=problem, action="assign", actor=self._actor, at=self._at, version=problem.version,
                    data=assignment,
                )  # fmt: skip
        except Forbidden:
            return

    def _values(self, line: Line) -> dict[str, Any]:
        if line.text("销号日期"):
            line.faults.append("清单上已销号的问题不导入：没有经过本系统验收")
        found = self._found(line)
        values: dict[str, Any] = {"found_on": found, "description": line.text("问题描述")}
        if not values["description"]:
            line.faults.append("没有写问题描述")
        values |= {"origin": "department", "details": {}}
        if self._kind == Problem.Kind.RECTIFICATION:
            values |= {"level": line.level(), "origin": line.origin(), "grade": line.text("分级")}
            values["category"] = line.text("分类")
        if self._kind == Problem.Kind.WATER:
            values["details"] = {"work": line.text("供水工程"), "category": line.water()}
        if self._kind != Problem.Kind.HOUSE:
            values |= {"households_affected": line.count("户数"), "persons_affected": line.count("人数")}
        values |= self._subject(line)
        return values

    def _found(self, line: Line) -> date | None:
        name = "反馈日期" if self._kind == Problem.Kind.RECTIFICATION else "发现日期"
        day = line.day(name)
        if day is None and not line.faults:
            line.faults.append(f"没有写{name}")
        return day

    def _subject(self, line: Line) -> dict[str, Any]:
        """The household by its member's number, else the place by its names."""
        if number := line.id_number("证件号码", self._today):
            household = self._household(number)
            if household is None:
                line.faults.append("登记里没有这个证件号码的户，或者不在这个地方")
            return {"household": household}
        if self._kind == Problem.Kind.HOUSE:
            line.faults.append("没有写证件号码")
        place = self._place(line)
        return {"division": place}

    def _household(self, number: str) -> Household | None:
        rows = Membership.objects.current().filter(person__id_index=blind_index("id_number", number))
        low, high = self._division.code_range
        rows = rows.filter(household__village_id__gte=low, household__village_id__lt=high)
        row = rows.select_related("household__village").first()
        return row.household if row else None

    def _place(self, line: Line) -> Division | None:
        township, village = fold_name(line.text("乡镇")), fold_name(line.text("村"))
        if not township and not village:
            return self._division
        found = [self._places[township, village]] if (township, village) in self._places else []
        if not found:
            found = self._names.get(village or township, []) if not (township and village) else []
        if len(found) == 1:
            return found[0]
        line.faults.append("乡镇、村名有多个对得上，请把乡镇写上" if found else "没有找到这个乡镇、村")
        return None


def _same(kind: str, values: dict[str, Any]) -> bool:
    rows = Problem.objects.filter(kind=kind, description=values["description"], found_on=values["found_on"])
    household = values.get("household")
    return (rows.filter(household=household) if household else rows.filter(division=values["division"])).exists()
