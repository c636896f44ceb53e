"""Taking a delivery back while nothing later has touched its lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.errors import Conflict
from accounts.models import User
from accounts.services.audit import record
from records.books import BOOKS, Book
from records.models import RecordBatch
from records.permissions import require_book
from records.services.book_lock import hold_book

State = RecordBatch.State
_BULK = 500


@transaction.atomic
def undo_book(*, batch: RecordBatch, actor: User | None, at: datetime) -> None:
    """Withdraw what the delivery wrote, and write anew what it had withdrawn: in between it was held to be so.

    Raises:
        Conflict: it is undone already, or its lines were changed since.
        Forbidden, OutOfScope: not his place, or not his book.
    """
    book = BOOKS[batch.book]
    require_book(actor=actor, book=book, code=batch.division_id, at=at)
    hold_book(book)
    locked = RecordBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != State.DONE:
        raise Conflict("这个批次已经撤销，请刷新。")
    if _touched(book, locked):
        raise Conflict("这个批次的记录后来又改过，不能整批撤销；请逐条更正，或先撤销后来的批次。")
    written = book.model.objects.standing().filter(batch=locked)
    restored = list(book.model.objects.filter(withdrawn_in=locked).order_by("pk"))
    written.update(withdrawn_at=at, withdrawn_by=actor)
    book.model._base_manager.bulk_create([_again(book, row, actor, at) for row in restored], batch_size=_BULK)
    RecordBatch.objects.filter(pk=locked.pk).update(state=State.UNDONE)
    record(actor=actor, at=at, action="record.undone", target=locked, detail={"book": book.code})


def _touched(book: Book, batch: RecordBatch) -> bool:
    """Whether something that the delivery wrote was withdrawn since, but by a delivery that is undone itself, or its
    lines got another version."""
    rows = book.model.objects.filter(batch=batch)
    first = rows.order_by("pk").values_list("pk", flat=True).first()
    if first is None:
        return False
    gone = rows.filter(withdrawn_at__isnull=False).exclude(withdrawn_in__state=State.UNDONE)
    others = book.model.objects.standing().filter(line__in=rows.values("line"), pk__gt=first).exclude(batch=batch)
    return gone.exists() or others.exists()


def _again(book: Book, row: Any, actor: User | None, at: datetime) -> Any:
    """A copy of a withdrawn version as a standing one; sealed values are sealed for the new row."""
    secrets = {column.field: getattr(row, column.field) for column in book.columns if column.secret}
    row.pk, row.uid = None, uuid4()
    row.recorded_by, row.recorded_at = actor, at
    row.withdrawn_at = row.withdrawn_by = row.withdrawn_in = None
    row._state.adding = True
    for name, value in secrets.items():
        setattr(row, name, value)
    return row
