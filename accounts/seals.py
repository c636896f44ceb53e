"""Seals: what makes a change to the tables that only grow visible, even one by whoever owns the database.

The triggers hold everybody who comes through the program; who can drop them can change what he likes. So stretches of
rows are sealed: every row has a mark, the HMAC of its values under a key that the database does not hold, and a seal is
the HMAC of the marks, the stretch and the seal before it. A changed, missing, added or moved row, and a changed or
missing seal, no longer agree. That the last seals are missing shows in a copy outside: DATA_DIR keeps one, and the
county may keep its own.

A registry, because no floor knows those above it: an app enters its tables in its `ready`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model

from accounts.crypto import lasting_key
from accounts.models import AuditSeal

# Rows in one seal at most: what is read and written in one short transaction.
STRETCH = 1000
MARK_BYTES = 4


@dataclass(frozen=True)
class SealedTable:
    """A table under seal and what people call it."""

    model: type[Model]
    title: str

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        return [field.attname for field in self.model._meta.concrete_fields]

    def rows(self, columns: Sequence[str], *, after: int | None, up_to: int, most: int | None = None) -> Iterable[Any]:
        """Rows in the order of their numbers, the number first; streamed. Without `after` from the very first."""
        rows = self.model._base_manager.filter(pk__lte=up_to).order_by("pk")
        rows = rows if after is None else rows.filter(pk__gt=after)
        return rows.values_list("pk", *columns)[:most].iterator(chunk_size=STRETCH)


_tables: dict[str, SealedTable] = {}


def add_sealed(model: type[Model], title: str) -> None:
    """Put a table under seal from now on; entering it again changes nothing."""
    table = SealedTable(model, title)
    _tables[table.name] = table


def sealed_tables() -> list[SealedTable]:
    return list(_tables.values())


def key() -> bytes:
    return lasting_key("audit seal|v1")


def mark(secret: bytes, values: Sequence[Any]) -> bytes:
    """The whole mark of one row. Sound for what JSON can hold, moments, days, numbers, and bytes."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256")


def digest(secret: bytes, seal: AuditSeal, marks: Iterable[bytes]) -> str:
    """What a seal's `digest` must be, over everything else that it says."""
    moment = _plain(seal.sealed_at)
    head = [seal.table, seal.number, seal.up_to, seal.rows, seal.columns, seal.previous, moment]
    return mark(secret, [head, *(part.hex() for part in marks)]).hex()


def short(marks: Iterable[bytes]) -> bytes:
    """What a seal keeps of its rows' marks."""
    return b"".join(part[:MARK_BYTES] for part in marks)


def _plain(value: Any) -> str:
    """As text that is the same on every database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
