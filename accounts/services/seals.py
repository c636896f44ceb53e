"""Sealing the tables that only grow; `seal_check` tells whether what is sealed is still there as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db import OperationalError, connection, transaction
from django.db.models import Max, Sum

from accounts.models import AuditSeal
from accounts.seals import STRETCH, SealedTable, digest, key, mark, sealed_tables, short
from accounts.services.seal_copies import write_out

# How long the sealing waits for writers to finish before it leaves a table for the next time.
_WAIT = "5s"


@dataclass(frozen=True)
class Sealed:
    """What one sealing did to a table: rows newly sealed, and its last seal (None before the first row)."""

    table: SealedTable
    new_rows: int
    last: AuditSeal | None
    busy: bool = False


def seal_audit(*, at: datetime) -> list[Sealed]:
    """Seal every row that is not sealed yet, and write the new seals to the copy in DATA_DIR.

    Every stretch of rows is a transaction of its own, so that it may end anywhere and be gone on with; again at once
    does nothing, and two at once do the work between them.
    """
    done = [_seal_table(table, at) for table in sealed_tables()]
    with transaction.atomic():
        _one_at_a_time()
        write_out()
    return done


def last_seal(table: SealedTable) -> AuditSeal | None:
    return AuditSeal.objects.filter(table=table.name).order_by("-number").first()


def _seal_table(table: SealedTable, at: datetime) -> Sealed:
    try:
        end = _quiet_end(table)
    except OperationalError:
        return Sealed(table, 0, last_seal(table), busy=True)
    rows = 0
    while end is not None and (sealed := _seal_stretch(table, end, at)):
        rows += sealed
    return Sealed(table, rows, last_seal(table))


def _quiet_end(table: SealedTable) -> int | None:
    """The number below which no row can still appear.

    Numbers are given out before rows become visible, so on PostgreSQL a writer may still hold a smaller one than the
    largest there is; for the moment of the look there is none. Where writers come one at a time (SQLite) there never is.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
                cursor.execute(f'LOCK TABLE "{table.name}" IN SHARE MODE')
                cursor.execute("SET LOCAL lock_timeout = 0")
        end: int | None = table.model._base_manager.aggregate(end=Max("pk"))["end"]
    return end


def _seal_stretch(table: SealedTable, end: int, at: datetime) -> int:
    """Seal the next rows up to `end`; how many."""
    with transaction.atomic():
        _one_at_a_time()
        before, columns, secret = last_seal(table), table.columns, key()
        after = before.up_to if before else None
        found = [(row[0], mark(secret, row[1:])) for row in table.rows(columns, after=after, up_to=end, most=STRETCH)]
        if not found:
            return 0
        marks = [each for _, each in found]
        seal = AuditSeal(
            table=table.name,
            number=before.number + 1 if before else 1,
            up_to=found[-1][0],
            rows=len(found),
            columns=columns,
            marks=short(marks),
            previous=before.digest if before else "",
            sealed_at=at,
        )
        seal.digest = digest(secret, seal, marks)
        seal.save(force_insert=True)
    return len(found)


def _one_at_a_time() -> None:
    """Until the transaction ends nobody else seals. Where writers come one at a time the transaction is the lock."""
    if connection.vendor == "postgresql":
        number = int.from_bytes(blake2b(b"audit seal", digest_size=8).digest(), "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@dataclass(frozen=True)
class SealState:
    """How far a table is sealed."""

    table: SealedTable
    last: AuditSeal | None
    rows: int
    waiting: int


def seal_states() -> list[SealState]:
    """Every sealed table with its last seal, the rows under seal and those that wait for the next sealing."""
    states = []
    for table in sealed_tables():
        last = last_seal(table)
        rows = AuditSeal.objects.filter(table=table.name).aggregate(rows=Sum("rows"))["rows"] or 0
        waiting = table.model._base_manager.filter(pk__gt=last.up_to) if last else table.model._base_manager.all()
        states.append(SealState(table, last, rows, waiting.count()))
    return states
