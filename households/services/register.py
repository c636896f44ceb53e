"""Taking in the register (contract section 2): read whole, judged row by row, written in one transaction.

Re-importing updates by household number and resident number and deletes nobody. A file that changes nothing leaves no
batch behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from accounts.services.files import keep_file
from households import register
from households.models import Household, RegisterBatch
from households.services.register_apply import Applier, Tally
from households.services.register_places import Places
from households.services.register_rights import require_register, require_villages
from households.services.register_rows import Group, RowJudge
from households.services.register_undo import keep_changes
from sheets.read import Table, opened_book
from sheets.rejected import Rejected, rejected_sheets
from sheets.write import write_errors as write_workbook

_CHUNK = 200


@dataclass(frozen=True)
class Report:
    """What became of a register file; `batch` is None after a dry run and where nothing changed."""

    rows: int
    households: int
    persons: int
    tally: Tally
    errors: list[dict[str, Any]]
    sheets: list[tuple[str, list[str]]]
    rejected: list[Rejected]
    batch: RegisterBatch | None = None

    def as_json(self) -> dict[str, Any]:
        """The object of contract section 1."""
        return {
            "rows": self.rows,
            "households": self.households,
            "persons": self.persons,
            **asdict(self.tally),
            "rejected": len(self.rejected),
            "errors": self.errors,
        }


def import_register(
    *, path: Path, name: str, actor: User | None, at: datetime, dry_run: bool = False, guarded: bool = False
) -> Report:
    """Take in the register file at `path`, which its sender calls `name`; a dry run only says what would be.

    `actor` None is a person at the shell. `guarded`, for files that come over the network, has a child process with
    limits on memory and time parse the file.

    Raises:
        SheetError: the file is no register; says what is wrong.
        Forbidden, OutOfScope: the actor may not import the register of a county in it.
    """
    require_register(actor=actor, at=at)
    judge = RowJudge(Places.load(), timezone.localdate(at))
    with opened_book(path, guarded=guarded) as book:
        tables = book.tables(register.columns())
        for number, table in enumerate(tables):
            judge.read(number, table)
    sheets = [(_sheet_name(table, path, name), list(table.headings)) for table in tables]
    with transaction.atomic():
        judge.finish(_villages(judge.without_place()))
        groups = list(judge.groups.values())
        require_villages(actor=actor, villages=_places_of(groups), at=at)
        batch = None if dry_run else _begin(path, name, actor, at)
        applier = Applier([frozenset(table.found) for table in tables], batch, actor, at)
        for start in range(0, len(groups), _CHUNK):
            applier.apply(groups[start : start + _CHUNK])
        report = _report(judge, applier, sheets)
        if dry_run:
            transaction.set_rollback(True)
            return report
        return _finish(report, applier, actor, at)


def _sheet_name(table: Table, path: Path, name: str) -> str:
    """A CSV's one sheet is called after the file as its sender calls it."""
    return Path(name).stem if table.sheet == path.stem else table.sheet


def _villages(numbers: Sequence[str]) -> dict[str, str]:
    """Villages of registered households, for rows that name none."""
    found: dict[str, str] = {}
    for start in range(0, len(numbers), _CHUNK):
        chunk = Household.objects.filter(number__in=numbers[start : start + _CHUNK])
        found.update(chunk.values_list("number", "village_id"))
    return found


def _places_of(groups: Sequence[Group]) -> Iterator[str]:
    """The villages that the file names, and those where its households are registered now."""
    yield from (group.village for group in groups if group.village)
    yield from _villages([group.number for group in groups]).values()


def _begin(path: Path, name: str, actor: User | None, at: datetime) -> RegisterBatch:
    return RegisterBatch.objects.create(
        file=keep_file(path=path, name=name, actor=actor, at=at),
        imported_by=actor,
        imported_at=at,
        rows=0,
        households=0,
        persons=0,
        created=0,
        updated=0,
        unchanged=0,
        rejected=0,
    )


def _report(judge: RowJudge, applier: Applier, sheets: list[tuple[str, list[str]]]) -> Report:
    return Report(
        rows=judge.rows,
        households=len(judge.groups),
        persons=sum(len(group.members) for group in judge.groups.values()),
        tally=applier.tally,
        errors=[rejected.as_json(sheets[rejected.sheet][0]) for rejected in judge.rejected],
        sheets=sheets,
        rejected=judge.rejected,
        batch=applier.batch,
    )


def _finish(report: Report, applier: Applier, actor: User | None, at: datetime) -> Report:
    """Complete the batch, or take it back when the file changed nothing."""
    batch = applier.batch
    if batch is None or not applier.changes.any():
        transaction.set_rollback(True)
        return Report(**{**vars(report), "batch": None})
    figures = {**report.as_json(), "errors": report.errors}
    RegisterBatch.objects.filter(pk=batch.pk).update(**figures)
    keep_changes(batch, applier.changes)
    detail = {key: value for key, value in figures.items() if key != "errors"}
    record(actor=actor, at=at, action="register.imported", target=batch, detail=detail)
    return report


def write_errors(report: Report, output: Path) -> int:
    """Write the rejected rows as they came, with the reason beside them, to an .xlsx; returns how many."""
    return write_workbook(output, rejected_sheets(report.sheets, report.rejected))
