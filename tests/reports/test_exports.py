"""Exports as jobs: asked for, made once, fetched by who asked, thrown away."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_episode, make_household
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from ledger_sheets import read_ledger

from accounts.errors import Forbidden, OutOfScope, Refused, TooMany
from accounts.jobs import MOST_ATTEMPTS
from accounts.models import AuditEvent, Division, StoredFile, User
from monitoring.models import Transition
from monitoring.services.clues import open_clue
from reports import tasks
from reports.models import ExportRun
from reports.services import exports
from reports.services.exports import (
    KEPT_FOR,
    MOST_OPEN,
    RUNS,
    drop_old_exports,
    execute_export,
    queue_export,
    sweep_exports,
)
from reports.services.schedule import ensure_schedule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
State = ExportRun.State


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the exports that were handed to a worker."""
    found: list[int] = []
    monkeypatch.setattr(tasks.run_export, "delay", found.append)
    return found


@pytest.fixture
def ask(county: Division, sent: list[int]) -> Callable[..., ExportRun]:
    def _ask(actor: User, **values: Any) -> ExportRun:
        usual = {"name": "L1", "division": county, "as_of": None, "masked": True, "purpose": ""}
        return queue_export(**{**usual, **values}, actor=actor, at=timezone.now())

    return _ask


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def _sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _sign_in


@pytest.mark.parametrize("known", ["now", ""])
def test_the_form_passes_on_which_figures_were_looked_at(
    known: str, county: Division, bureau: User, sign_in: Any, sent: list[int]
) -> None:
    client, address = sign_in(bureau), reverse("ledger-export", args=["L1"])
    page = client.get(address, {"division": county.code, "month": "2026-10", "known": known})
    hidden = dict(
        re.findall(r'<input type="hidden" name="(division|month|as_of|known)" value="([^"]*)"', page.content.decode())
    )
    assert hidden.get("known", "") == known and ("现在看的数" in page.content.decode()) is bool(known)
    client.post(address, {**hidden, "masked": "1"})
    assert ExportRun.objects.get().known == known


def test_an_export_is_made_by_the_worker_and_fetched_by_who_asked(
    village: Division, bureau: User, auditor: User, sign_in: Any, sent: list[int], tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    home = make_household(village)
    make_episode(home)
    client = sign_in(bureau)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("ledger-export", args=["L1"]), {"masked": "1", "month": "2026-10"})
    run = ExportRun.objects.get()
    assert answer["Location"] == reverse("export-detail", args=[run.uid])
    assert sent == [run.pk]
    assert "every 2s" in client.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    tasks.run_export(run.pk)
    run.refresh_from_db()
    assert (run.state, run.percent, run.rows, run.as_of) == (State.DONE, 100, 1, date(2026, 10, 31))
    finished = client.get(answer["Location"]).content.decode()
    # Nothing on the page is left over from when it was waiting.
    assert "下载工作簿" in finished and "后台" not in finished and "可以离开" not in finished
    answer = client.get(reverse("export-file", args=[run.uid]))
    assert "attachment" in answer["Content-Disposition"]
    path = tmp_path / "got.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    sheet = read_ledger(path)
    assert len(sheet.rows) == 1
    assert sign_in(auditor).get(reverse("export-file", args=[run.uid])).status_code == 404
    actions = AuditEvent.objects.filter(action__startswith="ledger.").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["ledger.exported", "ledger.downloaded"]


def test_the_same_export_is_not_made_twice_at_once(bureau: User, ask: Callable[..., ExportRun]) -> None:
    assert ask(bureau).pk == ask(bureau).pk
    for day in range(1, MOST_OPEN):
        ask(bureau, as_of=date(2026, 9, day))
    with pytest.raises(TooMany, match="还在生成"):
        ask(bureau, as_of=date(2026, 8, 1))


def test_what_cannot_be_is_refused_before_it_waits(
    bureau: User, outsider: User, administrator: User, township: User, county: Division, ask: Callable[..., ExportRun]
) -> None:
    for actor, error in ((outsider, OutOfScope), (township, OutOfScope), (administrator, (OutOfScope, Forbidden))):
        with pytest.raises(error):
            ask(actor)
    with pytest.raises(Refused, match="用途"):
        ask(bureau, masked=False)
    with pytest.raises(Refused, match="还没有到"):
        ask(bureau, as_of=date(2027, 1, 1))
    assert not ExportRun.objects.exists()


def test_whole_numbers_take_a_purpose_on_the_page_and_are_recorded(
    village: Division, bureau: User, sign_in: Any, sent: list[int], tmp_path: Path
) -> None:
    home = make_household(village)
    make_episode(home)
    client, address = sign_in(bureau), reverse("ledger-export", args=["L1"])
    refused = client.post(address, {"masked": "0", "purpose": ""})
    assert refused.status_code == 400
    assert "#id_purpose" in refused.content.decode()
    assert client.post(address, {"masked": "0", "purpose": "好奇"}).status_code == 400
    assert not ExportRun.objects.exists()
    client.post(address, {"masked": "0", "purpose": "督查核对"})
    run = ExportRun.objects.get()
    execute_export(run.pk)
    answer = client.get(reverse("export-file", args=[run.uid]))
    path = tmp_path / "whole.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    assert home.memberships.first().person.id_number in str(read_ledger(path).rows)
    for action in ("ledger.exported", "ledger.downloaded"):
        assert AuditEvent.objects.get(action=action).purpose == "督查核对"


def test_who_has_lost_his_post_gets_nothing(bureau: User, ask: Callable[..., ExportRun], sign_in: Any) -> None:
    waiting, made = ask(bureau, as_of=date(2026, 9, 1)), ask(bureau)
    execute_export(made.pk)
    bureau.posts.update(ends_on=date(2026, 11, 9))
    assert sign_in(bureau).get(reverse("export-file", args=[made.uid])).status_code == 404
    execute_export(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.file) == (State.FAILED, None)
    assert waiting.error


def test_a_message_that_comes_twice_makes_one_file(bureau: User, ask: Callable[..., ExportRun]) -> None:
    run = ask(bureau)
    execute_export(run.pk)
    execute_export(run.pk)
    run.refresh_from_db()
    assert run.attempts == 1
    assert AuditEvent.objects.filter(action="ledger.exported").count() == 1


def test_what_was_overtaken_writes_nothing_more(
    bureau: User, ask: Callable[..., ExportRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(bureau)
    written = exports.write_ledger

    def overtaken(**values: Any) -> Any:
        ExportRun.objects.filter(pk=run.pk).update(fence=9)
        return written(**values)

    monkeypatch.setattr(exports, "write_ledger", overtaken)
    execute_export(run.pk)
    run.refresh_from_db()
    assert (run.state, run.file) == (State.RUNNING, None)


def test_the_sweeper_sends_again_restarts_and_gives_up(
    bureau: User, ask: Callable[..., ExportRun], sent: list[int]
) -> None:
    now = timezone.now()
    lost, dead, hopeless, alive = (ask(bureau, as_of=date(2026, 9, day)) for day in range(1, 5))
    silent = now - RUNS.silence - timedelta(seconds=1)
    ExportRun.objects.filter(pk=dead.pk).update(state=State.RUNNING, heartbeat_at=silent, attempts=1)
    ExportRun.objects.filter(pk=hopeless.pk).update(state=State.RUNNING, heartbeat_at=silent, attempts=MOST_ATTEMPTS)
    ExportRun.objects.filter(pk=alive.pk).update(state=State.RUNNING, heartbeat_at=now, attempts=1)
    sent.clear()
    assert sweep_exports(at=now) == {"sent": 1, "restarted": 1, "parked": 1}
    assert sent == [lost.pk, dead.pk]
    hopeless.refresh_from_db()
    assert hopeless.state == State.FAILED and "按乡镇" in hopeless.error
    execute_export(dead.pk)
    dead.refresh_from_db()
    assert dead.state == State.DONE


def test_a_fault_is_said_without_its_trace(
    bureau: User, ask: Callable[..., ExportRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(bureau)
    monkeypatch.setattr(exports, "write_ledger", lambda **_: 1 / 0)
    execute_export(run.pk)
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert "division" not in run.error and "系统管理员" in run.error


def test_old_files_are_thrown_away_and_their_rows_stay(
    bureau: User, village: Division, ask: Callable[..., ExportRun], clock: Any, sign_in: Any
) -> None:
    run, pinned = ask(bureau), ask(bureau, as_of=date(2026, 9, 1))
    for one in (run, pinned):
        execute_export(one.pk)
    pinned.refresh_from_db()
    clue = open_clue(household=make_household(village), risk="因病", channel="02", actor=bureau, at=timezone.now())
    step = Transition.objects.filter(clue=clue).first()
    step.files.add(pinned.file)
    clock.shift(KEPT_FOR + timedelta(days=1))
    assert drop_old_exports(at=timezone.now()) == 2
    assert drop_old_exports(at=timezone.now()) == 0
    run.refresh_from_db()
    assert (run.state, run.file) == (State.EXPIRED, None)
    assert StoredFile.objects.count() == 1
    assert step.files.count() == 1
    assert sign_in(bureau).get(reverse("export-file", args=[run.uid])).status_code == 409


def test_the_beat_has_its_jobs_once(db: None) -> None:
    from django_celery_beat.models import PeriodicTask

    for _ in range(2):
        ensure_schedule()
    names = PeriodicTask.objects.filter(task__startswith="reports.").values_list("task", flat=True)
    assert sorted(names) == [
        "reports.tasks.drop_old_exports",
        "reports.tasks.sweep_exports",
        "reports.tasks.sweep_freezing",
    ]
