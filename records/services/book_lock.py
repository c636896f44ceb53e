"""One writer at a time in a book."""

from __future__ import annotations

from hashlib import blake2b

from django.db import connection, transaction

from records.books import Book


def hold_book(book: Book) -> None:
    """Until the transaction ends nobody else writes in the book.

    Locks on rows would not do: two who add the same line lock nothing that is there. Where writers come one at a time
    (SQLite) the transaction itself is the lock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("hold_book outside a transaction")
    if connection.vendor == "postgresql":
        key = blake2b(f"book|{book.code}".encode(), digest_size=8).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, "big", signed=True)])
