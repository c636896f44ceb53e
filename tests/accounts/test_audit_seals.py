"""Rows that only grow lie under seal: whoever changes them behind the triggers' back is seen."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import make_household
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import Client

from accounts.crypto import lasting_key
from accounts.models import AuditEvent, AuditSeal, Division, User
from accounts.seals import MARK_BYTES, sealed_tables
from accounts.services import seals as sealing
from accounts.services.audit import record
from accounts.services.seal_check import CHECKED, TableCheck, check_audit
from accounts.services.seal_copies import own_copy, read_copy
from accounts.services.seals import seal_audit
from accounts.tasks import check_seals, seal
from accounts.triggers import APPEND_ONLY
from monitoring.models import Transition
from monitoring.services.clues import open_clue
from tests.conftest import NOW

EVENTS = 70
FIRST = 1000
AUDIT, STEPS = "accounts_auditevent", "monitoring_transition"
KINDS = ("field", "delete", "insert", "swap", "seal gone", "seal changed", "tail cut")


@pytest.fixture
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "STRETCH", 20)


@pytest.fixture
def kept(small_stretches: None, village: Division, owner: User) -> None:
    """Events with even numbers, so that one can be put between two, and the first steps of some clues; all sealed."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            id=FIRST + 2 * number, at=NOW, actor=owner if number % 3 else None, action=f"test.act{number}",
            target_type="accounts.user", target_id=str(number), purpose="核对", detail={"n": number, "字": ["甲", None]},
            address=f"10.0.0.{number}",
        )
        for number in range(EVENTS)
    )  # fmt: skip
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [AuditEvent]):
            cursor.execute(statement)
    for _ in range(3):
        open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=NOW)
    seal_audit(at=NOW)


@pytest.fixture
def unguarded(kept: None) -> Iterator[None]:
    """The database in its owner's hands: without the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in (AUDIT, STEPS, "accounts_auditseal"):
            for name in ("rows_stay", "table_stays"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {table}_{name}{on}")
    yield


def _sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, statement


def _faults() -> dict[str, str]:
    return {check.name: check.fault for check in check_audit(actor=None, at=NOW) if check.fault}


def _of(table: str) -> TableCheck:
    return next(check for check in check_audit(actor=None, at=NOW) if check.name == table)


class Tampering:
    """One change by the owner of the database, drawn by chance."""

    def __init__(self, draw: random.Random, kind: str) -> None:
        self.draw = draw
        self.table = draw.choice((AUDIT, AUDIT, STEPS))
        model = AuditEvent if self.table == AUDIT else Transition
        self.sealed = list(model.objects.order_by("pk").values_list("pk", flat=True))
        self.seals = list(AuditSeal.objects.filter(table=self.table).order_by("number"))
        getattr(self, kind.replace(" ", "_"))()

    def field(self) -> None:
        changes: dict[str, list[tuple[str, Any]]] = {
            AUDIT: [
                ("at", "2026-01-01 00:00:00+00:00"), ("action", "other.act"), ("target_id", "other"),
                ("target_type", "other.type"), ("purpose", "另一用途"), ("detail", '{"n": "other"}'),
                ("address", "10.9.9.9"),
            ],
            STEPS: [("note", "改了"), ("target", "other"), ("actor_id", None), ("happened_on", "2025-01-01")],
        }  # fmt: skip
        column, value = self.draw.choice(changes[self.table])
        _sql(f"UPDATE {self.table} SET {column} = %s WHERE id = %s", value, self.draw.choice(self.sealed))

    def delete(self) -> None:
        _sql(f"DELETE FROM {self.table} WHERE id = %s", self.draw.choice(self.sealed))

    def insert(self) -> None:
        self.table = AUDIT
        number = self.draw.choice([1, FIRST - 1, *(FIRST + 1 + 2 * each for each in range(EVENTS - 1))])
        _sql(
            f"INSERT INTO {AUDIT} (id, at, action, target_type, target_id, purpose, detail)"
            " VALUES (%s, %s, 'test.act', '', '', '', '{}')",
            number,
            "2026-11-10 00:00:00+00:00",
        )

    def swap(self) -> None:
        one, other = self.draw.sample(self.sealed, 2)
        for source, target in ((one, -1), (other, one), (-1, other)):
            _sql(f"UPDATE {self.table} SET id = %s WHERE id = %s", target, source)

    def seal_gone(self) -> None:
        _sql("DELETE FROM accounts_auditseal WHERE id = %s", self.draw.choice(self.seals).pk)

    def seal_changed(self) -> None:
        chosen = self.draw.choice(self.seals)
        column, value = self.draw.choice(
            [
                ("up_to", chosen.up_to + 1), ("rows", chosen.rows + 1), ("columns", '["id"]'), ("digest", "0" * 64),
                ("previous", "0" * 64), ("sealed_at", "2026-01-01 00:00:00+00:00"), ("number", chosen.number + 90),
                ("marks", b"0" * len(chosen.marks)), ("table", "another_table"),
            ]
        )  # fmt: skip
        _sql(f'UPDATE accounts_auditseal SET "{column}" = %s WHERE id = %s', value, chosen.pk)

    def tail_cut(self) -> None:
        """The last rows go together with the seals over them, which leaves a chain that is whole in itself."""
        self.table = AUDIT
        seals = list(AuditSeal.objects.filter(table=AUDIT).order_by("number"))
        last = seals[self.draw.randrange(len(seals) - 1)]
        _sql(f"DELETE FROM {AUDIT} WHERE id > %s", last.up_to)
        _sql('DELETE FROM accounts_auditseal WHERE "table" = %s AND number > %s', AUDIT, last.number)


def test_every_table_that_only_grows_is_under_seal_but_the_seals() -> None:
    assert {table.name for table in sealed_tables()} == set(APPEND_ONLY) - {"accounts_auditseal"}


def test_what_nobody_touched_agrees_and_later_rows_extend_it(kept: None) -> None:
    assert _faults() == {}
    first = _of(AUDIT)
    rows = AuditSeal.objects.filter(table=AUDIT).values_list("rows", flat=True)
    assert first.rows == sum(rows) and set(rows[: len(rows) - 1]) == {20} and len(rows) > 3
    record(actor=None, at=NOW, action="test.later")
    assert _of(AUDIT).rows == first.rows
    seal_audit(at=NOW)
    assert _of(AUDIT).rows > first.rows and _faults() == {}


def test_sealing_again_at_once_does_nothing(kept: None) -> None:
    before, copy = list(AuditSeal.objects.values()), own_copy().read_bytes()
    assert {each.new_rows for each in seal_audit(at=NOW)} == {0}
    assert list(AuditSeal.objects.values()) == before and own_copy().read_bytes() == copy


@pytest.mark.parametrize("seed", range(8))
def test_all_of_fifty_six_tamperings_are_seen(unguarded: None, seed: int) -> None:
    draw = random.Random(20261121 + seed)
    for kind in KINDS:
        with transaction.atomic():
            done = Tampering(draw, kind)
            assert done.table in _faults(), (kind, done.table)
            transaction.set_rollback(True)
    assert _faults() == {}


def test_the_first_row_that_differs_is_named(unguarded: None) -> None:
    number = FIRST + 2 * 44
    _sql(f"UPDATE {AUDIT} SET purpose = '另一用途' WHERE id >= %s", number)
    place = AuditEvent.objects.filter(pk__lte=number).count()
    check = _of(AUDIT)
    assert check.fault == f"第{place}行（编号{number}）起不一致" and check.rows == (place - 1) // 20 * 20
    assert _of(STEPS).fault == ""


def test_what_cannot_be_read_any_more_is_a_difference_and_no_crash(unguarded: None) -> None:
    for columns in ("5", "[5]", '["no_such_column"]', "null", '{"a": 1}'):
        _sql("UPDATE accounts_auditseal SET columns = %s WHERE number = 1", columns)
        assert "所写的列不在表中" in _of(AUDIT).fault
    if connection.vendor == "sqlite":
        _sql("DELETE FROM accounts_auditseal WHERE number > 1")
        _sql("UPDATE accounts_auditseal SET up_to = 'nonsense', columns = '[]' WHERE number = 1")
        assert _of(AUDIT).fault == "第1行起有不能读出的内容"
        _sql(f"UPDATE {STEPS} SET recorded_at = 'nonsense' WHERE id > %s", 0)
        assert _of(STEPS).fault


def test_without_the_key_no_seal_can_be_made_that_holds(unguarded: None, settings: Any) -> None:
    """The control: whoever has the keys can seal anew what he changed, so the keys do not lie in the database."""
    key = settings.FIELD_KEYS

    def forge(keys: list[str]) -> dict[str, str]:
        with transaction.atomic():
            _sql(f"UPDATE {AUDIT} SET purpose = '另一用途' WHERE id = %s", FIRST)
            _sql("DELETE FROM accounts_auditseal")
            own_copy().rename(own_copy().with_suffix(".kept"))
            settings.FIELD_KEYS = keys
            seal_audit(at=NOW)
            settings.FIELD_KEYS = key
            found = _faults()
            own_copy().with_suffix(".kept").rename(own_copy())
            transaction.set_rollback(True)
        return found

    assert AUDIT in forge(["other:" + "B" * 43 + "="])
    assert forge(key) == {}


def test_even_with_the_keys_a_copy_outside_tells(unguarded: None, tmp_path: Path) -> None:
    outside = tmp_path / "county.csv"
    own_copy().rename(outside)
    _sql(f"UPDATE {AUDIT} SET purpose = '另一用途' WHERE id = %s", FIRST)
    _sql("DELETE FROM accounts_auditseal")
    seal_audit(at=NOW)
    assert _faults() == {}
    found = {check.name: check.fault for check in check_audit(actor=None, at=NOW, against=read_copy(outside))}
    assert found[AUDIT] == "第1号封存与副本不符"


def test_a_key_added_leaves_the_seals_whole(kept: None, settings: Any) -> None:
    settings.FIELD_KEYS = ["new:" + "C" * 43 + "=", *settings.FIELD_KEYS]
    assert _faults() == {}


def test_a_column_added_later_leaves_the_seals_whole(kept: None) -> None:
    """A seal says which columns it is about."""
    seal_of_some = AuditSeal.objects.filter(table=AUDIT).last()
    assert seal_of_some and seal_of_some.columns == [field.attname for field in AuditEvent._meta.concrete_fields]
    assert len(seal_of_some.marks) == seal_of_some.rows * MARK_BYTES and len(lasting_key("x")) == 32


def test_the_commands_say_what_they_found_and_end_with_two_where_it_differs(
    unguarded: None, run_json: Callable[..., dict[str, Any]]
) -> None:
    sealed = run_json("seal_audit")
    assert sealed[AUDIT]["digest"] == AuditSeal.objects.filter(table=AUDIT).order_by("number").last().digest
    checked = run_json("check_audit")
    assert checked["ok"] and {each["fault"] for each in checked["tables"]} == {""}
    _sql(f"DELETE FROM {AUDIT} WHERE id = %s", FIRST)
    with pytest.raises(CommandError, match="核对不一致：审计记录：第1行") as refusal:
        call_command("check_audit")
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("content", [None, "a,b\n", "一,二,三,四,五,六\n", "\0\xff\n"])
def test_a_copy_that_is_none_is_refused(kept: None, tmp_path: Path, content: str | None) -> None:
    copy = tmp_path / "copy.csv"
    if content is not None:
        copy.write_text(content)
    with pytest.raises(CommandError) as refusal:
        call_command("check_audit", "--against", str(copy))
    assert refusal.value.returncode == 2


def test_the_daily_tasks_seal_check_and_keep_what_they_found(unguarded: None, caplog: pytest.LogCaptureFixture) -> None:
    seal()
    check_seals()
    kept = AuditEvent.objects.filter(action=CHECKED).order_by("id").last()
    assert kept and kept.detail == {"ok": True, "faults": {}}
    _sql(f"DELETE FROM {AUDIT} WHERE id = %s", FIRST)
    check_seals()
    kept = AuditEvent.objects.filter(action=CHECKED).order_by("id").last()
    assert kept and not kept.detail["ok"] and AUDIT in kept.detail["faults"]
    assert "审计核对不一致" in caplog.text


def _page(user: User, query: str = "") -> Any:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser.get(f"/audit/seals/{query}")


def test_the_page_says_what_the_last_check_found(unguarded: None, auditor: User) -> None:
    assert "还没有核对过" in _page(auditor).content.decode()
    check_audit(actor=None, at=NOW)
    assert "与封存时一字不差" in _page(auditor).content.decode()
    _sql(f"DELETE FROM {AUDIT} WHERE id = %s", FIRST)
    check_audit(actor=None, at=NOW)
    assert "审计记录：第1行（编号" in _page(auditor).content.decode()


def test_before_the_first_seal_the_page_says_so(auditor: User) -> None:
    assert "还没有封存" in _page(auditor).content.decode()


def test_only_who_may_open_the_log_sees_the_seals(
    kept: None, owner: User, bureau: User, auditor: User, administrator: User
) -> None:
    answers = [_page(user).status_code for user in (owner, bureau, auditor, administrator)]
    assert answers == [404, 404, 200, 200] and Client().get("/audit/seals/").status_code == 302


def test_the_copy_that_the_page_gives_is_one_that_is_checked_against(kept: None, auditor: User, tmp_path: Path) -> None:
    answer = _page(auditor, "?copy=1")
    (tmp_path / "copy.csv").write_bytes(answer.content)
    assert answer.content == own_copy().read_bytes() and read_copy(tmp_path / "copy.csv")
    call_command("check_audit", "--against", str(tmp_path / "copy.csv"))


@pytest.mark.django_db
def test_the_beat_has_both_tasks_however_it_is_started() -> None:
    from django_celery_beat.models import PeriodicTask

    from config.celery import enter_schedule

    for _ in range(2):
        enter_schedule()
    tasks = list(PeriodicTask.objects.filter(task__startswith="accounts.").values_list("task", flat=True))
    assert sorted(tasks) == ["accounts.tasks.check_seals", "accounts.tasks.seal", "accounts.tasks.tidy"]
