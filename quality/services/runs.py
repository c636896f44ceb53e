"""Runs of the checks as jobs: ask, hand to a worker, look after, and do each month unasked.

The row of the run is the truth; a message carries its id and may be lost or come twice (trust.md 5.5).
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.schedule import each_minute, each_month
from accounts.services.audit import record
from monitoring.services.runs import counties_with_households
from quality.lease import RUNS
from quality.models import QualityRun
from quality.permissions import RUN
from quality.services.checking import execute

State = QualityRun.State
EARLIEST = date(1950, 1, 1)


def queue_checks(*, division: Division, as_of: date | None, actor: User | None, at: datetime) -> QualityRun:
    """Ask for a run over a place; a worker takes it up.

    Raises:
        Conflict: one is open over the same place. Refused: a day to come. Forbidden, OutOfScope: not his to start.
    """
    run = create_run(division=division, as_of=as_of, actor=actor, at=at)
    transaction.on_commit(lambda: RUNS.send(run.pk))
    return run


def create_run(*, division: Division, as_of: date | None, actor: User | None, at: datetime) -> QualityRun:
    """The row of a new run. Raises: as `queue_checks`."""
    require(actor=actor, right=RUN, code=division.code, at=at)
    today = timezone.localdate(at)
    on = as_of or today
    if not EARLIEST <= on <= today:
        raise Refused(f"截至日期应在 {EARLIEST:%Y} 年到今天之间。", field="as_of", code="invalid")
    try:
        with transaction.atomic():
            run = QualityRun.objects.create(division=division, as_of=on, started_by=actor, queued_at=at)
            detail = {"division": division.code, "as_of": on.isoformat()}
            record(actor=actor, at=at, action="quality.queued", target=run, detail=detail)
    except IntegrityError:
        raise Conflict(f"{division.name}的数据质量检查还没有结束，请等它结束后再发起。", code="run_open") from None
    return run


def check_now(*, division: Division, as_of: date | None, actor: User | None, at: datetime) -> QualityRun:
    """Run in this process, for the command line; the row as it then stands."""
    run = create_run(division=division, as_of=as_of, actor=actor, at=at)
    execute(run.pk)
    run.refresh_from_db()
    if run.state == State.FAILED:
        raise Refused(run.error)
    return run


def sweep_runs(*, at: datetime) -> dict[str, int]:
    """Send again what no worker has taken, restart what has died, give up what dies each time."""
    return RUNS.sweep(at=at)


def start_monthly_runs(*, at: datetime) -> list[QualityRun]:
    """Queue a run for every county with households, where none is open."""
    started = []
    for county in counties_with_households():
        try:
            started.append(queue_checks(division=county, as_of=None, actor=None, at=at))
        except Conflict:
            continue  # somebody was quicker, which is as good
    return started


def ensure_schedule() -> None:
    """Enter the monthly run and the sweeper; safe to call at every start."""
    # After the match, which may open and close work that the checks look at.
    hour = (settings.MATCH_HOUR + 2) % 24
    each_month("每月数据质量检查", "quality.tasks.start_monthly_checks", day=settings.MATCH_DAY, hour=hour)
    each_minute("数据质量检查值守", "quality.tasks.sweep_runs")
