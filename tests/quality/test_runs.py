"""Runs: what is new, still there and mended; killed ones go on; as many queries for many households as for few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from billiard.exceptions import SoftTimeLimitExceeded
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from quality_world import SoundHome

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.jobs import Overtaken
from accounts.models import Division, User
from quality.lease import RUNS
from quality.models import Fault, QualityRun
from quality.services import checking, runs

pytestmark = pytest.mark.django_db


def _run(division: Division, **more: Any) -> QualityRun:
    return runs.check_now(division=division, as_of=None, actor=None, at=timezone.now(), **more)


def _figures(run: QualityRun) -> tuple[int, int, int]:
    return run.found, run.standing, run.mended


@pytest.fixture
def spoiled(home: SoundHome) -> SoundHome:
    """Two faults."""
    home.put(home.head, nation="")
    home.put(home.household, declared_size=5)
    return home


def test_a_first_run_enters_what_it_finds(spoiled: SoundHome, county: Division) -> None:
    run = _run(county)
    assert (run.state, run.households, _figures(run)) == ("done", 1, (2, 0, 0))
    fault = Fault.objects.get(check_code="blank-nation")
    assert (fault.household, fault.person, fault.village_id) == (
        spoiled.household,
        spoiled.head,
        spoiled.household.village_id,
    )
    assert (fault.found_on, fault.due_on) == (date(2026, 11, 10), date(2026, 11, 25))
    assert fault.words == "张三：没有填民族"


def test_the_same_run_again_changes_nothing(spoiled: SoundHome, county: Division) -> None:
    _run(county)
    before = list(Fault.objects.order_by("pk").values())
    assert _figures(_run(county)) == (0, 2, 0)
    assert list(Fault.objects.order_by("pk").values()) == before


def test_what_was_put_right_is_mended_and_what_comes_back_is_new(
    clock: time_machine.Coordinates, spoiled: SoundHome, county: Division
) -> None:
    _run(county)
    spoiled.put(spoiled.head, nation="汉族")
    clock.shift(timedelta(days=3))
    assert _figures(_run(county)) == (0, 1, 1)
    mended = Fault.objects.get(check_code="blank-nation")
    assert mended.mended_on == date(2026, 11, 13)
    spoiled.put(spoiled.head, nation="")
    clock.shift(timedelta(days=3))
    assert _figures(_run(county)) == (1, 1, 0)
    assert Fault.objects.filter(check_code="blank-nation").count() == 2


def test_a_fault_follows_its_words(spoiled: SoundHome, county: Division) -> None:
    _run(county)
    spoiled.put(spoiled.household, declared_size=7)
    _run(county)
    assert Fault.objects.get(check_code="identity-size").words == "登记人数 7 人，成员有 2 人"


def test_a_cancelled_household_has_no_standing_faults(spoiled: SoundHome, county: Division) -> None:
    _run(county)
    spoiled.put(spoiled.household, cancelled_on=date(2026, 11, 10))
    assert _figures(_run(county)) == (0, 0, 2)


def test_a_past_day_is_judged_and_nothing_is_written(spoiled: SoundHome, county: Division) -> None:
    run = runs.check_now(division=county, as_of=date(2026, 10, 15), actor=None, at=timezone.now())
    assert run.found == 2
    assert not Fault.objects.exists()


def test_a_run_over_a_village_leaves_the_others_alone(
    spoiled: SoundHome, homes: Callable[..., SoundHome], places: dict[str, Division], county: Division
) -> None:
    other = homes(places["990101101201"])
    other.put(other.head, nation="")
    _run(county)
    spoiled.put(spoiled.head, nation="汉族")
    other.put(other.head, nation="汉族")
    assert _figures(_run(spoiled.household.village)) == (0, 1, 1)
    assert Fault.objects.standing().filter(check_code="blank-nation").count() == 1


def test_a_run_over_a_village_knows_the_telephones_of_the_county(
    home: SoundHome, homes: Callable[..., SoundHome], places: dict[str, Division], county: Division
) -> None:
    other = homes(places["990101101201"])
    other.household.phone = home.household.phone
    other.household.save()
    assert _run(county).found == 2
    assert _figures(_run(home.household.village)) == (0, 1, 0)
    assert Fault.objects.standing().count() == 2


def test_a_killed_run_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch, spoiled: SoundHome, homes: Callable[..., SoundHome], county: Division
) -> None:
    for _ in range(2):
        other = homes()
        other.put(other.head, health="")
    monkeypatch.setattr(checking, "CHUNK", 1)
    run = runs.create_run(division=county, as_of=None, actor=None, at=timezone.now())
    judged: list[int] = []
    real = checking.homes_of

    def dies_at_the_second(rows: Any, on: date) -> Any:
        judged.extend(row.pk for row in rows)
        if len(judged) == 2:
            raise KeyboardInterrupt
        return real(rows, on)

    monkeypatch.setattr(checking, "homes_of", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        checking.execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.households, run.found) == ("running", 1, 2)

    monkeypatch.setattr("quality.tasks.run_checks.delay", lambda run_id: checking.execute(run_id))
    assert runs.sweep_runs(at=timezone.now() + timedelta(minutes=8)) == {"sent": 0, "restarted": 1, "parked": 0}
    run.refresh_from_db()
    assert (run.state, run.households, run.attempts) == ("done", 3, 2)
    assert len(judged) == 4, "the first household is not judged twice"
    assert sorted(Fault.objects.values_list("check_code", flat=True)) == [
        "blank-health",
        "blank-health",
        "blank-nation",
        "identity-size",
    ]


def test_one_that_takes_too_long_waits_to_be_gone_on_with(
    home: SoundHome, county: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_: Any) -> None:
        raise SoftTimeLimitExceeded

    run = runs.create_run(division=county, as_of=None, actor=None, at=timezone.now())
    monkeypatch.setattr(checking, "check_place", too_long)
    checking.execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.heartbeat_at) == ("queued", 0, None)


def test_who_was_overtaken_writes_nothing(spoiled: SoundHome, county: Division) -> None:
    run = runs.create_run(division=county, as_of=None, actor=None, at=timezone.now())
    lease = RUNS.take(run.pk)
    assert lease is not None
    QualityRun.objects.filter(pk=run.pk).update(fence=9)
    with pytest.raises(Overtaken):
        checking.check_place(QualityRun.objects.get(pk=run.pk), lease)
    assert not Fault.objects.exists()


def test_one_that_dies_each_time_is_given_up(home: SoundHome, county: Division) -> None:
    run = runs.create_run(division=county, as_of=None, actor=None, at=timezone.now())
    QualityRun.objects.filter(pk=run.pk).update(state="running", attempts=3, heartbeat_at=timezone.now())
    assert runs.sweep_runs(at=timezone.now() + timedelta(minutes=8))["parked"] == 1
    run.refresh_from_db()
    assert run.state == "failed"
    assert "连续 3 次中断" in run.error


def test_there_is_one_open_run_of_a_place(home: SoundHome, county: Division) -> None:
    runs.create_run(division=county, as_of=None, actor=None, at=timezone.now())
    with pytest.raises(Conflict):
        runs.create_run(division=county, as_of=None, actor=None, at=timezone.now())


def test_the_number_of_queries_is_the_same_for_many_households(
    home: SoundHome, homes: Callable[..., SoundHome], county: Division
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            _run(county)
        return len(captured)

    home.put(home.head, nation="")
    home.monitored()
    home.help("产业帮扶", "产业奖补")
    queries()
    few = queries()
    for _ in range(6):
        other = homes()
        other.put(other.head, nation="")
        other.monitored()
        other.help("产业帮扶", "产业奖补")
    queries()
    assert queries() == few


def test_who_may_start_one(
    home: SoundHome, county: Division, owner: User, township: User, bureau: User, auditor: User, outsider: User
) -> None:
    stone_bridge = home.household.village.parent
    for actor, place, error in (
        (owner, home.household.village, Forbidden),
        (auditor, county, Forbidden),
        (township, county, OutOfScope),
        (outsider, county, OutOfScope),
    ):
        with pytest.raises(error):
            runs.queue_checks(division=place, as_of=None, actor=actor, at=timezone.now())
    assert runs.create_run(division=stone_bridge, as_of=None, actor=township, at=timezone.now())
    assert runs.create_run(division=county, as_of=None, actor=bureau, at=timezone.now())


def test_a_day_to_come_is_refused(home: SoundHome, county: Division) -> None:
    with pytest.raises(Refused):
        runs.check_now(division=county, as_of=date(2026, 11, 11), actor=None, at=timezone.now())


def test_the_command_says_what_it_found(spoiled: SoundHome, run_json: Callable[..., dict[str, Any]]) -> None:
    said = run_json("check_quality", "--division", "990101000000")
    assert said == {
        "as_of": "2026-11-10",
        "division": "990101000000",
        "households": 1,
        "found": 2,
        "standing": 0,
        "mended": 0,
    }
    with pytest.raises(CommandError, match="看不懂"):
        call_command("check_quality", "--division", "990101000000", "--as-of", "昨天")
    with pytest.raises(CommandError, match="没有区划代码"):
        call_command("check_quality", "--division", "1")


def test_each_month_every_county_with_households_is_checked(home: SoundHome, county: Division) -> None:
    started = runs.start_monthly_runs(at=timezone.now())
    assert [run.division for run in started] == [county]
    assert runs.start_monthly_runs(at=timezone.now()) == []


def test_the_beat_knows_the_monthly_run(db: None) -> None:
    from django_celery_beat.models import PeriodicTask

    runs.ensure_schedule()
    runs.ensure_schedule()
    assert PeriodicTask.objects.filter(task="quality.tasks.start_monthly_checks").count() == 1
