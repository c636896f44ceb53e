"""One undoing of the register, or any number of writers that refer to its persons, at a time."""

from __future__ import annotations

from django.db import connection, transaction

# "register", as PostgreSQL's advisory locks want it: a number.
_KEY = 0x7265676973746572


def hold_persons(*, to_delete: bool = False) -> None:
    """Until the transaction ends nobody deletes persons; with `to_delete` nobody refers to them anew either.

    For writers whose rows the database does not check against the persons. Where writers come one at a time (SQLite)
    the transaction itself is the lock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("hold_persons outside a transaction")
    if connection.vendor == "postgresql":
        how = "pg_advisory_xact_lock" if to_delete else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {how}(%s)", [_KEY])
