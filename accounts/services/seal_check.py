"""Whether what was sealed is still there as it was, and if not, from which row on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError

from accounts.models import AuditEvent, AuditSeal, User
from accounts.seals import MARK_BYTES, SealedTable, digest, key, mark, sealed_tables, short
from accounts.services import audit
from accounts.services.seal_copies import SealLine, own_copy, read_copy

CHECKED = "audit.checked"


class _Differs(Exception):
    """What does not agree, in Chinese."""


@dataclass(frozen=True)
class TableCheck:
    """One table: what agrees (rows and up to when they were sealed), and what does not (empty: all agrees)."""

    name: str
    title: str
    rows: int
    up_to: int
    sealed_at: datetime | None
    digest: str
    fault: str

    @property
    def says(self) -> str:
        if self.fault:
            return f"{self.title}：{self.fault}"
        if self.sealed_at is None:
            return f"{self.title}：还没有封存"
        return f"{self.title}：封存到第{self.rows}行（编号{self.up_to}），核对一致"


def check_audit(*, actor: User | None, at: datetime, against: Iterable[SealLine] = ()) -> list[TableCheck]:
    """Hold every sealed table against its seals, and the seals against their copies: the one in DATA_DIR and what the
    county kept itself (`against`). That it was done, and what was found, is kept in the audit.

    Raises: Refused when the copy in DATA_DIR cannot be read.
    """
    lines = [*read_copy(own_copy()), *against]
    found = [_check_table(table, [line for line in lines if line.table == table.name]) for table in sealed_tables()]
    faults = {check.name: check.fault for check in found if check.fault}
    audit.record(actor=actor, at=at, action=CHECKED, detail={"ok": not faults, "faults": faults})
    return found


def _check_table(table: SealedTable, copies: list[SealLine]) -> TableCheck:
    rows, fault = 0, ""
    last: AuditSeal | None = None
    digests: dict[int, str] = {}
    try:
        for seal in AuditSeal.objects.filter(table=table.name).order_by("number").iterator(chunk_size=50):
            _check_seal(table, seal, last, rows)
            rows, last = rows + seal.rows, seal
            digests[seal.number] = seal.digest
        _check_copies(copies, digests)
    except _Differs as difference:
        fault = str(difference)
    except (ValueError, TypeError, OverflowError, DataError):
        fault = f"第{rows + 1}行起有不能读出的内容"
    up_to, moment, agreed = (last.up_to, last.sealed_at, last.digest) if last else (0, None, "")
    return TableCheck(table.name, table.title, rows, up_to, moment, agreed, fault)


def _check_seal(table: SealedTable, seal: AuditSeal, before: AuditSeal | None, rows: int) -> None:
    """Raises _Differs unless the seal follows the one before and its rows are as they were."""
    number, previous = (before.number + 1, before.digest) if before else (1, "")
    if seal.number != number:
        raise _Differs(f"第{rows + 1}行起不一致：第{number}号封存不见了")
    if not isinstance(seal.columns, list) or not set(map(str, seal.columns)) <= set(table.columns):
        raise _Differs(f"第{rows + 1}行起不能核对：第{seal.number}号封存所写的列不在表中")
    secret, after = key(), before.up_to if before else None
    # One row more than were sealed is enough to see that there are more.
    most = len(seal.marks) // MARK_BYTES + 1
    found = [
        (row[0], mark(secret, row[1:])) for row in table.rows(seal.columns, after=after, up_to=seal.up_to, most=most)
    ]
    marks = [each for _, each in found]
    if digest(secret, seal, marks) == seal.digest and seal.previous == previous and short(marks) == bytes(seal.marks):
        return
    raise _Differs(_first_difference(seal, found, rows))


def _first_difference(seal: AuditSeal, found: list[tuple[int, bytes]], rows: int) -> str:
    """Which row is the first that is not as it was; the seal itself when all are."""
    kept = bytes(seal.marks)
    for place, (number, each) in enumerate(found):
        if kept[place * MARK_BYTES : (place + 1) * MARK_BYTES] != each[:MARK_BYTES]:
            return f"第{rows + place + 1}行（编号{number}）起不一致"
    if len(found) * MARK_BYTES < len(kept):
        return f"第{rows + len(found) + 1}行起不一致：编号{seal.up_to}以前少了行"
    return f"第{rows + 1}行起不一致：第{seal.number}号封存本身被改动"


def _check_copies(copies: list[SealLine], digests: dict[int, str]) -> None:
    for line in copies:
        if line.number not in digests:
            raise _Differs(f"第{line.number}号封存不见了，副本中有")
        if digests[line.number] != line.digest:
            raise _Differs(f"第{line.number}号封存与副本不符")


@dataclass(frozen=True)
class LastCheck:
    """When the seals were last held against the tables, and what did not agree, in words."""

    at: datetime
    faults: list[str]


def last_check() -> LastCheck | None:
    """What the newest check found; None before the first."""
    event = AuditEvent.objects.filter(action=CHECKED).order_by("-id").first()
    if event is None:
        return None
    titles = {table.name: table.title for table in sealed_tables()}
    return LastCheck(event.at, [f"{titles.get(name, name)}：{fault}" for name, fault in event.detail["faults"].items()])
