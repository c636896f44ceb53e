"""Runs of the match as jobs: queue, confirm, hand to a worker, look after, compare, and do each month unasked.

The row of the run is the truth; a message carries its id and may be lost or come twice (trust.md 5.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Refused
from accounts.models import Division, Role, User
from accounts.permissions import add_rights, require
from accounts.schedule import each_day, each_minute, each_month
from accounts.services.audit import record
from households.models import Household
from monitoring.match_lease import RUNS
from monitoring.models import Hit, MatchRun
from monitoring.services.feed_volume import volume_warnings

State = MatchRun.State
RUN_MATCH = "monitoring.run_match"

add_rights({RUN_MATCH: frozenset({Role.COUNTY_BUREAU})}, system=frozenset({RUN_MATCH}))


def queue_run(*, county: Division, period: date, actor: User | None, at: datetime) -> MatchRun:
    """Ask for a match of the month that begins on `period`; a worker takes it up. Held instead, until a person says
    yes, when a file of the month has far fewer or more rows than usual.

    Raises:
        Conflict: one is queued, held or running already. Forbidden, OutOfScope: not his to start.
    """
    require(actor=actor, right=RUN_MATCH, code=county.code, at=at)
    warnings = volume_warnings(county=county, period=period)
    run = create_run(
        county=county,
        period=period,
        actor=actor,
        at=at,
        warnings=warnings,
        state=State.HELD if warnings else State.QUEUED,
    )
    if not warnings:
        _send_after_commit(run.pk)
    return run


def create_run(
    *, county: Division, period: date, actor: User | None, at: datetime, state: str, warnings: list[str]
) -> MatchRun:
    """The row of a new run. Conflict when the county and period have an open one."""
    if not _is_county(county):
        raise Refused(f"比对以县为单位，“{county.name}”不是县级。", field="county")
    try:
        with transaction.atomic():
            run = MatchRun.objects.create(
                county=county, period=period, state=state, started_by=actor, queued_at=at, warnings=warnings
            )
            detail = {"county": county.code, "period": f"{period:%Y-%m}", "state": state}
            record(actor=actor, at=at, action="match.queued", target=run, detail=detail)
    except IntegrityError:
        raise already_open(county, period) from None
    return run


def already_open(county: Division, period: date) -> Conflict:
    """What is said to somebody who wants to start a run beside an open one."""
    run = MatchRun.objects.open().filter(county=county, period=period).first()
    progress = f"，进度 {run.done_steps}/{run.total_steps}" if run is not None and run.total_steps else ""
    state = run.get_state_display() if run is not None else "刚刚结束"
    return Conflict(f"{county.name}{period:%Y-%m}的比对{state}{progress}，请等它结束后再发起。", code="run_open")


def confirm_run(*, run: MatchRun, actor: User, at: datetime) -> MatchRun:
    """Let a held run go on: a person has looked at its warnings.

    Raises:
        Conflict: it is not held (any more). Forbidden, OutOfScope: not his to say.
    """
    require(actor=actor, right=RUN_MATCH, code=run.county_id, at=at)
    with transaction.atomic():
        if not MatchRun.objects.filter(pk=run.pk, state=State.HELD).update(state=State.QUEUED, heartbeat_at=None):
            raise Conflict("这次比对已不在待确认状态，请刷新查看。", code="wrong_state")
        record(actor=actor, at=at, action="match.confirmed", target=run, detail={"warnings": run.warnings})
        _send_after_commit(run.pk)
    run.refresh_from_db()
    return run


def _send_after_commit(run_id: int) -> None:
    transaction.on_commit(lambda: RUNS.send(run_id))


def sweep_runs(*, at: datetime) -> dict[str, int]:
    """Look after open runs: send again what no worker has taken, restart what has died, park what dies each time."""
    return RUNS.sweep(at=at)


# --- each month ---


def start_monthly_runs(*, at: datetime) -> list[MatchRun]:
    """Queue the match of the month before for every county with households, where nobody has run it yet."""
    today = timezone.localdate(at)
    period = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    started = []
    for county in counties_with_households():
        if not MatchRun.objects.filter(county=county, period=period).exists():
            try:
                started.append(queue_run(county=county, period=period, actor=None, at=at))
            except Conflict:
                continue  # somebody was quicker, which is as good
    return started


def counties_with_households() -> list[Division]:
    """Counties in which a household is registered, by code."""
    villages = Household.objects.order_by().values_list("village_id", flat=True).distinct()
    codes = {code[:6].ljust(12, "0") for code in villages}
    return [place for place in Division.objects.filter(code__in=codes).order_by("code") if _is_county(place)]


def _is_county(place: Division) -> bool:
    """A county, or a city that has none and whose townships are its own (东莞, 中山)."""
    if place.level == Division.Level.COUNTY:
        return True
    counties = Division.objects.within(place).at_level(Division.Level.COUNTY)
    return place.level == Division.Level.CITY and not counties.exists()


def ensure_schedule() -> None:
    """Enter the monthly match, the sweepers and the daily tidying; safe to call at every start."""
    day, hour = settings.MATCH_DAY, settings.MATCH_HOUR
    each_month("每月比对", "monitoring.tasks.start_monthly_match", day=day, hour=hour)
    each_day("每日清理", "accounts.tasks.tidy", hour=4, minute=30)
    each_day("每日封存审计", "accounts.tasks.seal", hour=4, minute=30)
    each_day("每日核对封存", "accounts.tasks.check_seals", hour=4, minute=30)
    each_day("清理留存数据行", "monitoring.tasks.tidy_evidence", hour=4, minute=30)
    each_day("清理走访草稿和申报", "monitoring.tasks.tidy_field", hour=4, minute=30)
    each_minute("农户申报对应", "monitoring.tasks.link_applications")
    each_minute("比对值守", "monitoring.tasks.sweep_runs")


# --- month against month ---


@dataclass(frozen=True)
class Comparison:
    """(户编号, risk) pairs on clues: fired in this run's month and never before, not any more, in both months, and
    again after a pause."""

    new: list[tuple[str, str]]
    gone: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]
    back: list[tuple[str, str]]


def compare_runs(run: MatchRun, previous: MatchRun) -> Comparison:
    """What fired in the month of `run` against the month of `previous`, an earlier one of the same county."""
    now, before = _pairs(run, period=run.period), _pairs(run, period=previous.period)
    ever = _pairs(run, period__lt=run.period)
    return Comparison(
        new=sorted(now - ever),
        gone=sorted(before - now),
        unchanged=sorted(now & before),
        back=sorted((now & ever) - before),
    )


def _pairs(run: MatchRun, **periods: date) -> set[tuple[str, str]]:
    hits = Hit.objects.standing().attached().within(run.county).filter(**periods)
    return set(hits.values_list("household__number", "risk").distinct())
