"""A match that is killed anywhere and run again ends where an undisturbed one ends (trust.md section 4, test 3)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import AT, make_household
from django.db import connection
from django.utils import timezone
from match_place import SEPTEMBER, Place, bill
from plugin_services import _test_database_url

from accounts.models import Division
from monitoring import tasks
from monitoring.models import Clue, Hit, MatchRun, Transition
from monitoring.services import matching
from monitoring.services.matching import MatchResult, match
from monitoring.services.runs import queue_run, sweep_runs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CHILD = Path(__file__).parent / "killed_match.py"
POINTS = int(os.environ.get("KILL_POINTS", "5"))
HOMES = 12
State = MatchRun.State


@pytest.fixture
def twins(places: dict[str, Division], place: Place) -> list[Division]:
    """Counties with the same households and the same evidence, one for each point and one to compare with."""
    counties, rows = [], []
    for serial in range(POINTS + 1):
        code = f"9901{serial + 10}"
        county = Division.objects.create(
            code=f"{code}000000", name=f"第{serial}县", level=3, parent=places["990100000000"]
        )
        town = Division.objects.create(code=f"{code}100000", name="镇", level=4, parent=county)
        village = Division.objects.create(code=f"{code}100201", name="村", level=5, parent=town)
        counties.append(county)
        for number in range(HOMES):
            home = make_household(village, per_capita_income=8000 + 100 * number, number=f"{code}{number:06d}")
            rows.append((number, home.memberships.earliest("pk").person))
    place.send("insurance_status", SEPTEMBER, *({"who": who, "参保状态": "中断"} for n, who in rows if n % 2))
    place.send("medical_costs", SEPTEMBER, *(bill(who, 20000 + n) for n, who in rows if n % 3))
    return counties


def picture(county: Division) -> list[Any]:
    """Everything that a match has stored for a county, without keys, moments and the county's own code."""
    clues = Clue.objects.within(county).order_by("household__number", "risk")
    return [
        (
            clue.household.number[6:],
            clue.risk,
            clue.state,
            clue.warning,
            clue.figure,
            list(clue.hits.order_by("rule").values_list("rule", "outcome", "figure", "arithmetic", "withdrawn_at")),
            list(Transition.objects.filter(clue=clue).values_list("action", "target", "note")),
        )
        for clue in clues
    ]


def told(result: MatchResult) -> list[Any]:
    return [result.opened, result.extended, result.covered, result.suppressed, result.households, len(result.clues)]


def undisturbed(county: Division, monkeypatch: pytest.MonkeyPatch) -> tuple[MatchResult, int]:
    """The result of a match that nobody kills, and how many statements it takes."""
    counted = [0]

    def count(execute: Callable[..., Any], *call: Any) -> Any:
        counted[0] += 1
        return execute(*call)

    monkeypatch.setattr(matching, "BATCH_HOUSEHOLDS", 4)
    with connection.execute_wrapper(count):
        result = match(county=county, period=SEPTEMBER, actor=None, at=AT)
    return result, counted[0]


def die(county: Division, statement: int, how: str, data_dir: Path) -> int:
    """The exit status of a process that matches the county and dies at that statement."""
    environment = os.environ | {"DATABASE_URL": _test_database_url(), "DATA_DIR": str(data_dir)}
    command = [sys.executable, str(CHILD), county.code, SEPTEMBER.isoformat(), str(statement), how]
    return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=120).returncode


def test_killed_at_any_statement_and_run_again(
    twins: list[Division], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, statements = undisturbed(twins[0], monkeypatch)
    wanted = picture(twins[0])
    assert whole.opened == len(wanted) > 2 * HOMES / 2
    dice = random.Random(7)
    for county in twins[1:]:
        # From the writing of the batches on, which is the last two thirds.
        statement = dice.randrange(statements // 3, statements - 5)
        assert die(county, statement, "process", data_dir) == -signal.SIGKILL
        assert MatchRun.objects.get(county=county).state == State.RUNNING
        again = match(county=county, period=SEPTEMBER, actor=None, at=AT)
        assert told(again) == told(whole), statement
        assert picture(county) == wanted, statement
    assert Hit.objects.count() == (POINTS + 1) * Hit.objects.filter(household__number__startswith="990110").count()


def test_cut_off_from_the_database_and_run_again(
    twins: list[Division], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        return  # an embedded database has no connection to cut
    whole, statements = undisturbed(twins[0], monkeypatch)
    for county, share in zip(twins[1:3], (0.5, 0.8), strict=False):
        status = die(county, int(statements * share), "backend", data_dir)
        # Cut inside a batch, the batch is written once more on a new connection; elsewhere the run fails and says so.
        assert MatchRun.objects.get(county=county).state == {0: State.DONE, 1: State.FAILED}[status]
        assert match(county=county, period=SEPTEMBER, actor=None, at=AT).clues
        assert picture(county) == picture(twins[0])


@pytest.fixture
def queued(twins: list[Division], monkeypatch: pytest.MonkeyPatch) -> Iterator[MatchRun]:
    """A run whose message waits for a worker."""
    yield queue_run(county=twins[1], period=SEPTEMBER, actor=None, at=timezone.now())


def test_a_worker_that_is_killed_is_followed_by_another(
    celery_worker: Any, twins: list[Division], queued: MatchRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = undisturbed(twins[0], monkeypatch)

    def is_at_work() -> bool:
        return MatchRun.objects.filter(pk=queued.pk, state=State.RUNNING, done_steps__gte=3).exists()

    def is_done() -> bool:
        return MatchRun.objects.filter(pk=queued.pk, state=State.DONE).exists()

    celery_worker.start()
    celery_worker.until(lambda: is_at_work() or is_done())
    celery_worker.kill()
    if not is_done():
        assert sweep_runs(at=timezone.now() + timedelta(minutes=3))["restarted"] == 1
    celery_worker.start()
    celery_worker.until(is_done)
    before = picture(twins[1])
    # The broker's own late copies of the message find nothing to do.
    for _ in range(2):
        tasks.run_match.delay(queued.pk)
    celery_worker.until(lambda: celery_worker.log.read_text().count("succeeded") >= 2)
    queued.refresh_from_db()
    assert queued.attempts <= 2
    assert (queued.opened, picture(twins[1])) == (whole.opened, before)
    assert before == picture(twins[0])
