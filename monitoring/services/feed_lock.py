"""One writer at a time for a feed and month."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b

from django.db import connection, transaction


def hold_feed(feed: str, period: date) -> None:
    """Until the transaction ends no other file of this feed and month is stored, replaced or undone.

    A lock on the current batch would not do: who waits for it sees it replaced, but not yet the one that replaced it,
    and there may be none at all. Where writers come one at a time (SQLite) the transaction itself is the lock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("hold_feed outside a transaction")
    if connection.vendor == "postgresql":
        key = blake2b(f"feed|{feed}|{period:%Y-%m}".encode(), digest_size=8).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, "big", signed=True)])
