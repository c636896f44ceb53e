"""Runs as jobs: one at a time, held when files look wrong, taken up again when their process died."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from builders import AT, make_number
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from match_place import NOVEMBER, OCTOBER, SEPTEMBER, Place, bill

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.jobs import Lease, Overtaken
from accounts.models import AuditEvent, Division, User
from monitoring import match_lease, tasks
from monitoring.match_lease import business_lock, commits_without_waiting, take
from monitoring.models import FeedBatch, Hit, MatchRun
from monitoring.services import matching
from monitoring.services.matching import execute_run
from monitoring.services.runs import (
    compare_runs,
    confirm_run,
    ensure_schedule,
    queue_run,
    start_monthly_runs,
    sweep_runs,
)

State = MatchRun.State


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the runs that were handed to a worker."""
    found: list[int] = []
    monkeypatch.setattr(tasks.run_match, "delay", found.append)
    return found


class TestStarting:
    pytestmark = pytest.mark.django_db

    def test_a_queued_run_is_handed_to_a_worker_after_the_commit_and_done(
        self,
        place: Place,
        ill: Any,
        bureau: User,
        sent: list[int],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            run = queue_run(county=place.county, period=SEPTEMBER, actor=bureau, at=AT)
            assert sent == []
        assert sent == [run.pk]
        tasks.run_match(run.pk)
        run.refresh_from_db()
        assert (run.state, run.opened, run.households, run.attempts) == (State.DONE, 1, 1, 1)
        assert (run.done_steps, run.error) == (run.total_steps, "")
        assert run.batches == [FeedBatch.objects.get().pk]
        for action in ("match.queued", "match.done"):
            assert AuditEvent.objects.filter(action=action, actor=bureau).count() == 1

    def test_a_second_run_beside_an_open_one_is_a_conflict(self, place: Place, bureau: User) -> None:
        queue_run(county=place.county, period=SEPTEMBER, actor=bureau, at=AT)
        with pytest.raises(Conflict, match="排队中"):
            queue_run(county=place.county, period=SEPTEMBER, actor=bureau, at=AT)
        queue_run(county=place.county, period=OCTOBER, actor=bureau, at=AT)

    def test_only_the_county_s_own_bureau_may(self, place: Place, township: User, outsider: User) -> None:
        with pytest.raises(OutOfScope):
            queue_run(county=place.county, period=SEPTEMBER, actor=outsider, at=AT)
        with pytest.raises((Forbidden, OutOfScope)):
            queue_run(county=place.county, period=SEPTEMBER, actor=township, at=AT)
        assert not MatchRun.objects.exists()

    def test_a_place_that_is_no_county_has_no_run(self, places: dict[str, Division]) -> None:
        with pytest.raises(Refused, match="以县为单位"):
            queue_run(county=places["990101100000"], period=SEPTEMBER, actor=None, at=AT)

    def test_a_city_without_counties_is_matched_as_one(self, place: Place, places: Any, run_json: Any) -> None:
        city = Division.objects.create(code="990300000000", name="无县市", level=2, parent=places["990000000000"])
        town = Division.objects.create(code="990300100000", name="镇", level=4, parent=city)
        village = Division.objects.create(code="990300100201", name="村", level=5, parent=town)
        home = place.household(village=village, per_capita_income=100)
        found = run_json("match", "--period", "2026-09")
        assert [clue["household"] for clue in found["clues"]] == [home.number]
        with pytest.raises(Refused, match="以县为单位"):
            queue_run(county=places["990100000000"], period=SEPTEMBER, actor=None, at=AT)

    def test_a_message_that_comes_twice_or_late_does_nothing(self, place: Place, ill: Any) -> None:
        run = queue_run(county=place.county, period=SEPTEMBER, actor=None, at=AT)
        for _ in range(3):
            execute_run(run.pk)
        run.refresh_from_db()
        assert (run.attempts, run.opened) == (1, 1)

    def test_the_command_takes_over_what_is_queued_or_broken_off(self, place: Place, ill: Any, run_json: Any) -> None:
        queued = queue_run(county=place.county, period=SEPTEMBER, actor=None, at=AT)
        assert take(queued.pk) is not None  # and its process is killed
        assert run_json("match", "--period", "2026-09")["opened"] == 1
        queued.refresh_from_db()
        assert (queued.state, queued.attempts, MatchRun.objects.count()) == (State.DONE, 2, 1)

    def test_the_command_refuses_beside_a_living_one(
        self, place: Place, ill: Any, monkeypatch: Any, capsys: Any
    ) -> None:
        run = queue_run(county=place.county, period=SEPTEMBER, actor=None, at=AT)
        monkeypatch.setattr(match_lease, "_advisory", match_lease._locked_file)  # a session may lock twice
        with business_lock(run) as mine:
            assert mine
            with pytest.raises(CommandError, match="请等它结束") as refused:
                call_command("match", "--period", "2026-09")
        assert refused.value.returncode == 2
        assert capsys.readouterr().err == ""  # the refusal is the one line

    @pytest.mark.parametrize("arguments", [["--period", "2026-13"], ["--period", "2026-09", "--county", "1"]])
    def test_the_command_says_what_is_wrong_with_its_arguments(self, place: Place, arguments: list[str]) -> None:
        with pytest.raises(CommandError) as refused:
            call_command("match", *arguments)
        assert refused.value.returncode == 2

    def test_the_command_adds_the_counties_together(
        self, place: Place, places: Any, family: Callable[..., Any], run_json: Any
    ) -> None:
        here, (father, *_) = family()
        away, (stranger, *_) = family(village=places["990102100201"])
        place.send("medical_costs", SEPTEMBER, bill(stranger, 20000), bill(father, 20000))
        both = run_json("match", "--period", "2026-09")
        assert (both["opened"], both["households"]) == (2, 2)
        assert [clue["household"] for clue in both["clues"]] == sorted([here.number, away.number])
        one = run_json("match", "--period", "2026-09", "--county", "990102000000")
        assert (one["opened"], [clue["household"] for clue in one["clues"]]) == (0, [away.number])


class TestHeldRuns:
    pytestmark = pytest.mark.django_db

    def months(self, place: Place, father: Any, *counts: int) -> date:
        """Send a month with so many bills each from June on; gives the last month."""
        period = date(2026, 6, 1)
        for count in counts:
            rows = [bill(father, 1 + n, period.replace(day=5).isoformat()) for n in range(count)]
            place.send("medical_costs", period, *rows)
            last, period = period, (period + timedelta(days=32)).replace(day=1)
        return last

    @pytest.mark.parametrize(
        ("counts", "held"),
        [
            ((4, 4, 4, 6), False),
            ((4, 4, 4, 7), True),
            ((4, 4, 4, 2), False),
            ((4, 4, 4, 1), True),
            ((4, 4, 12), False),  # the third month is not compared
            ((100, 4, 4, 4, 4), False),  # only the last three months count
        ],
    )
    def test_a_file_far_from_the_mean_of_three_months_holds_the_run(
        self, place: Place, family: Callable[..., Any], counts: tuple[int, ...], held: bool
    ) -> None:
        _, (father, *_) = family()
        period = self.months(place, father, *counts)
        run = queue_run(county=place.county, period=period, actor=None, at=AT)
        assert (run.state == State.HELD, bool(run.warnings)) == (held, held)

    def test_a_person_says_yes_and_it_goes_on(
        self,
        place: Place,
        family: Callable[..., Any],
        bureau: User,
        auditor: User,
        sent: list[int],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        _, (father, *_) = family()
        period = self.months(place, father, 4, 4, 4, 9)
        run = queue_run(county=place.county, period=period, actor=None, at=AT)
        assert "高额医疗费用本月9行，前3个月平均4行" in run.warnings[0]
        execute_run(run.pk)
        sweep_runs(at=timezone.now() + timedelta(days=1))
        with pytest.raises(Forbidden):
            confirm_run(run=run, actor=auditor, at=AT)
        with django_capture_on_commit_callbacks(execute=True):
            assert confirm_run(run=run, actor=bureau, at=AT).state == State.QUEUED
        assert sent == [run.pk]
        with pytest.raises(Conflict):
            confirm_run(run=run, actor=bureau, at=AT)

    def test_the_command_warns_and_goes_on(self, place: Place, family: Callable[..., Any], capsys: Any) -> None:
        _, (father, *_) = family()
        period = self.months(place, father, 4, 4, 4, 9)
        call_command("match", "--period", f"{period:%Y-%m}", "--json")
        assert "请核对是否漏报或重复" in capsys.readouterr().err
        assert MatchRun.objects.get().state == State.DONE


class TestLookingAfter:
    pytestmark = pytest.mark.django_db

    def run_at(self, place: Place, **values: Any) -> MatchRun:
        made = {"county": place.county, "period": SEPTEMBER, "queued_at": AT} | values
        return MatchRun.objects.create(**made)

    def test_what_no_worker_has_taken_is_sent_again(self, place: Place, sent: list[int]) -> None:
        lost = self.run_at(place)
        now = timezone.now()
        assert sweep_runs(at=now)["sent"] == 1
        assert sweep_runs(at=now)["sent"] == 0
        assert sweep_runs(at=now + timedelta(minutes=5))["sent"] == 1
        assert sent == [lost.pk, lost.pk]

    def test_a_broker_that_is_away_is_no_error(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(run_id: int) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr(tasks.run_match, "delay", refuse)
        self.run_at(place)
        assert sweep_runs(at=timezone.now())["sent"] == 1

    def test_a_silent_run_is_started_again_and_parked_after_three_deaths(self, place: Place, sent: list[int]) -> None:
        run = self.run_at(place)
        now = timezone.now()
        for deaths in (1, 2, 3):
            assert take(run.pk) is not None
            MatchRun.objects.update(heartbeat_at=now - timedelta(minutes=1))
            assert sweep_runs(at=now) == {"sent": 0, "restarted": 0, "parked": 0}
            MatchRun.objects.update(heartbeat_at=now - timedelta(minutes=3))
            swept = sweep_runs(at=now)
            assert (swept["restarted"], swept["parked"]) == ((1, 0) if deaths < 3 else (0, 1))
        run.refresh_from_db()
        assert (run.state, run.attempts, len(sent)) == (State.FAILED, 3, 2)
        assert "请联系系统管理员" in run.error
        assert take(run.pk) is None

    def test_an_error_is_tried_three_times_and_then_parked_with_its_kind_only(
        self, place: Place, ill: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: Any, **__: Any) -> None:
            number = make_number(1)
            raise ValueError(number)

        monkeypatch.setattr(matching, "read_county", fail)
        run = self.run_at(place)
        for _ in range(5):
            execute_run(run.pk)
        run.refresh_from_db()
        assert (run.state, run.attempts) == (State.FAILED, 3)
        assert run.error == "运行出错（ValueError），详情见系统日志。"
        assert "ValueError" in caplog.text
        assert make_number(1) not in caplog.text

    def test_evidence_that_is_missing_is_said_at_once(self, place: Place, ill: Any, data_dir: Any) -> None:
        for path in (data_dir / "evidence").rglob("*"):
            if path.is_file():
                path.unlink()
        run = self.run_at(place)
        execute_run(run.pk)
        run.refresh_from_db()
        assert (run.state, run.attempts) == (State.FAILED, 1)
        assert "留存数据行" in run.error

    def test_one_that_was_overtaken_writes_nothing_more(self, place: Place, ill: Any) -> None:
        run = self.run_at(place)
        old = take(run.pk)
        new = take(run.pk, over_running=True)
        assert old is not None
        assert new is not None
        with pytest.raises(Overtaken):
            matching._perform(old, AT)
        assert not Hit.objects.exists()
        matching._perform(new, AT)
        assert Hit.objects.count() == 1

    def test_without_the_fence_the_overtaken_one_would_write(self, place: Place, ill: Any, monkeypatch: Any) -> None:
        """The control of the test above."""
        run = self.run_at(place)
        old = take(run.pk)
        take(run.pk, over_running=True)
        monkeypatch.setattr(Lease, "renew", lambda self, **_: None)
        assert old is not None
        with pytest.raises(Overtaken):
            matching._perform(old, AT)
        assert Hit.objects.count() == 1


class TestTheDisk:
    """What can be done again need not be on the disk at once; how a run ended has to be."""

    pytestmark = pytest.mark.django_db

    def test_only_the_steps_inside_do_not_wait_for_it(self) -> None:
        if connection.vendor != "postgresql":
            return  # an embedded database has no such choice
        before = self.waits()
        with pytest.raises(Refused), commits_without_waiting():
            assert self.waits() == "off"
            raise Refused("原始文件缺失")
        assert self.waits() == before != "off"

    def test_the_end_of_a_run_waits_for_it(self, place: Place, ill: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        if connection.vendor != "postgresql":
            return
        ended: list[str] = []
        finish = matching._finish
        monkeypatch.setattr(matching, "_finish", lambda *given: (ended.append(self.waits()), finish(*given)))
        place.match(SEPTEMBER)
        assert ended == [self.waits()] != ["off"]

    @staticmethod
    def waits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])


class TestEachMonth:
    pytestmark = pytest.mark.django_db
    EIGHTH = datetime(2026, 10, 7, 18, 0, tzinfo=timezone.get_fixed_timezone(0))  # the 8th at 02:00 in China

    def test_the_month_before_is_queued_where_nobody_has_run_it(self, place: Place, ill: Any, sent: list[int]) -> None:
        assert [run.period for run in start_monthly_runs(at=self.EIGHTH)] == [SEPTEMBER]
        assert start_monthly_runs(at=self.EIGHTH) == []

    def test_a_month_that_somebody_ran_earlier_is_left_alone(self, place: Place, ill: Any) -> None:
        place.match(SEPTEMBER)
        tasks.start_monthly_match()
        assert not MatchRun.objects.filter(period=SEPTEMBER).exclude(state=State.DONE).exists()

    def test_the_beat_has_both_jobs_once_however_often_it_starts(self, settings: Any) -> None:
        from django_celery_beat.models import PeriodicTask

        for _ in range(2):
            ensure_schedule()
        names = list(PeriodicTask.objects.values_list("name", flat=True))
        assert len(names) == len(set(names))
        jobs = {job.task: job for job in PeriodicTask.objects.filter(task__startswith="monitoring.")}
        monthly = jobs["monitoring.tasks.start_monthly_match"].crontab
        assert (monthly.day_of_month, monthly.hour, str(monthly.timezone)) == ("8", "2", "Asia/Shanghai")
        assert jobs["monitoring.tasks.sweep_runs"].interval.every == 1


@pytest.mark.django_db
def test_months_are_compared_pair_by_pair(place: Place, family: Callable[..., Any]) -> None:
    homes = [family() for _ in range(4)]
    numbers = [home.number for home, _ in homes]
    insured = {"参保状态": "未参保"}
    done: dict[date, MatchRun] = {}
    for period, who in {SEPTEMBER: (0, 1), OCTOBER: (1, 2), NOVEMBER: (0, 1, 3)}.items():
        place.send("insurance_status", period, *({"who": homes[i][1][0], **insured} for i in who))
        place.match(period)
        done[period] = MatchRun.objects.get(period=period)
    found = compare_runs(done[NOVEMBER], done[OCTOBER])
    risk = "基本医疗"
    assert (found.new, found.gone) == ([(numbers[3], risk)], [(numbers[2], risk)])
    assert (found.unchanged, found.back) == ([(numbers[1], risk)], [(numbers[0], risk)])
