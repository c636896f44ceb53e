"""Sealing beside others who seal or write: no row twice, none left out."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from races import at_once

from accounts.models import AuditEvent, AuditSeal
from accounts.services import seals as sealing
from accounts.services.audit import record
from accounts.services.seal_check import check_audit
from accounts.services.seals import seal_audit
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
AUDIT = "accounts_auditevent"


def _fill(count: int) -> None:
    for number in range(count):
        record(actor=None, at=NOW, action=f"test.act{number}")


def _together(*acts: Callable[[], object]) -> None:
    assert at_once(lambda number: acts[number](), len(acts)) == ["done"] * len(acts)


def test_two_at_once_do_the_work_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "STRETCH", 5)
    _fill(60)
    _together(*[lambda: seal_audit(at=NOW)] * 4, lambda: _fill(30))
    seal_audit(at=NOW)
    seals = AuditSeal.objects.filter(table=AUDIT).order_by("number")
    assert [each.number for each in seals] == list(range(1, len(seals) + 1))
    assert sum(each.rows for each in seals) == AuditEvent.objects.count() == 90
    assert not any(check.fault for check in check_audit(actor=None, at=NOW))


def test_a_row_that_is_still_being_written_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL it has its number already: sealed past it, it would look like one put in later."""
    monkeypatch.setattr(sealing, "_WAIT", "100ms")
    written, looked = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            record(actor=None, at=NOW, action="test.slow")
            written.set()
            looked.wait(10)

    def quickly() -> None:
        written.wait(10)
        if connection.vendor == "postgresql":
            record(actor=None, at=NOW, action="test.quick")
            audit = next(each for each in seal_audit(at=NOW) if each.table.name == AUDIT)
            assert audit.busy and audit.new_rows == 0
        looked.set()

    _together(slowly, quickly)
    seal_audit(at=NOW)
    assert not any(check.fault for check in check_audit(actor=None, at=NOW))
    assert sum(AuditSeal.objects.filter(table=AUDIT).values_list("rows", flat=True)) >= 1
