"""One run of all checks over a place: households in chunks, then what looks across; new, still there, mended.

A run over a past day judges the register as of that day and counts; it writes no faults, because a fault stands from
the day on which it was found, and nobody found it then.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.bulk import insert
from accounts.jobs import Lease, Overtaken
from accounts.models import Division
from accounts.services.audit import record
from households.models import Household
from monitoring.policy import PolicyBook
from quality.checks import CHECKS, Ask, Check, Found
from quality.checks.base import parameter
from quality.facts import homes_of
from quality.lease import RUNS
from quality.models import Fault, QualityRun

State = QualityRun.State
# Households that are read, judged and written together: few queries, little memory.
CHUNK = 1_000
# As much of what is wrong as a fault keeps.
LONGEST = 300
DUE = {
    level: parameter(f"quality_due_days_{level}", f"数据质量问题整改期限：{level} 级（天）", "days", days, source="产品默认设置（待县级确认）")
    for level, days in ((1, 7), (2, 15), (3, 15), (4, 30), (5, 30))
}  # fmt: skip
log = logging.getLogger(__name__)


@dataclass
class Tally:
    """What a stretch of a run did."""

    found: int = 0
    standing: int = 0
    mended: int = 0
    by_check: Counter[str] = field(default_factory=Counter)


def execute(run_id: int) -> None:
    """Do a queued run to its end; what cannot be done says why in the row."""
    lease = RUNS.take(run_id)
    if lease is None:
        return
    run = QualityRun.objects.select_related("division").get(pk=run_id)
    with suppress(Overtaken):
        try:
            check_place(run, lease)
        except SoftTimeLimitExceeded:
            # Half is written and stays; the sweeper goes on where it stopped.
            lease.renew(state=State.QUEUED, heartbeat_at=None, attempts=F("attempts") - 1)
        except Overtaken:
            raise
        except Exception:
            lease.renew(
                state=State.FAILED, finished_at=timezone.now(), error="程序出错，已记入日志，请联系系统管理员。"
            )
            log.exception("数据质量检查 %s 失败", run_id)


def check_place(run: QualityRun, lease: Lease) -> Counter[str]:
    """Judge every household of the run's place after its cursor, then what looks across; faults by check."""
    ask = Ask(run.as_of, PolicyBook())
    writes = run.as_of == timezone.localdate()
    homes = _households(run.division, run.as_of)
    lease.renew(total=homes.count())
    counts: Counter[str] = Counter()
    cursor = run.cursor
    while chunk := list(homes.filter(pk__gt=cursor)[:CHUNK]):
        cursor = chunk[-1].pk
        counts += _chunk(run, lease, chunk, ask, writes=writes)
    counts += _across(run, lease, ask, writes=writes)
    _finish(run, lease, ask, writes=writes)
    return counts


def _households(division: Division, on: date) -> QuerySet[Household]:
    return Household.objects.within(division).active(on).order_by("pk")


def _chunk(run: QualityRun, lease: Lease, chunk: list[Household], ask: Ask, *, writes: bool) -> Counter[str]:
    homes = list(homes_of(chunk, ask.on))
    found = [(check, fault) for check in CHECKS.values() for fault in check.find(homes, ask)]
    known = Fault.objects.standing().filter(
        household__among=[home.pk for home in chunk], check_code__in=[one.code for one in CHECKS.values() if one.judge]
    )
    with transaction.atomic():
        # The row of the run first: who has been overtaken writes nothing.
        lease.renew(cursor=chunk[-1].pk, households=F("households") + len(chunk))
        tally = _reconcile(run, found, known, ask) if writes else _counted(found)
        _add(lease, tally)
    return tally.by_check


def _across(run: QualityRun, lease: Lease, ask: Ask, *, writes: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for check in CHECKS.values():
        if check.across is not None:
            lease.renew()
            found = [(check, fault) for fault in check.across(run.division, ask)] if check.in_force(ask.on) else []
            known = Fault.objects.standing().within(run.division).filter(check_code=check.code)
            with transaction.atomic():
                lease.renew()
                tally = _reconcile(run, found, known, ask) if writes else _counted(found)
                _add(lease, tally)
            counts += tally.by_check
    return counts


def _counted(found: list[tuple[Check, Found]]) -> Tally:
    return Tally(found=len(found), by_check=Counter(check.code for check, _ in found))


def _add(lease: Lease, tally: Tally) -> None:
    lease.renew(
        found=F("found") + tally.found, standing=F("standing") + tally.standing, mended=F("mended") + tally.mended
    )


def _reconcile(run: QualityRun, found: list[tuple[Check, Found]], known: QuerySet[Fault], ask: Ask) -> Tally:
    """Enter what is new, bring the words of what stands up to date, close what is mended."""
    tally = Tally(by_check=Counter(check.code for check, _ in found))
    columns = ("check_code", "subject", "pk", "words", "village_id")
    before = {(code, subject): row for code, subject, *row in known.values_list(*columns)}
    new: list[dict[str, Any]] = []
    for check, fault in found:
        row = before.pop((check.code, fault.subject), None)
        if row is None:
            new.append(_fault(run, check, fault, ask))
        else:
            tally.standing += 1
            if row[1:] != [fault.words[:LONGEST], fault.village]:
                Fault.objects.filter(pk=row[0]).update(words=fault.words[:LONGEST], village_id=fault.village)
    _enter(new)
    tally.found = len(new)
    tally.mended = _mend([row[0] for row in before.values()], ask.on)
    return tally


def _fault(run: QualityRun, check: Check, fault: Found, ask: Ask) -> dict[str, Any]:
    return {
        "check_code": check.code,
        "level": check.level,
        "subject": fault.subject,
        "village_id": fault.village,
        "household_id": fault.household,
        "person_id": fault.person,
        "words": fault.words[:LONGEST],
        "owner": check.owner,
        "found_on": ask.on,
        "recorded_at": timezone.now(),
        "due_on": ask.on + timedelta(days=ask.setting(DUE[check.level], fault.village)),
        "run_id": run.pk,
    }


def _enter(rows: list[dict[str, Any]]) -> None:
    try:
        with transaction.atomic():
            insert(Fault, rows)
    except IntegrityError:
        # Another run over a smaller place has entered some of them at this moment.
        Fault.objects.bulk_create([Fault(**row) for row in rows], ignore_conflicts=True)


def _mend(keys: list[int], on: date) -> int:
    now, mended = timezone.now(), 0
    for start in range(0, len(keys), CHUNK):
        some = Fault.objects.standing().filter(pk__among=keys[start : start + CHUNK])
        mended += some.update(mended_on=on, mended_recorded_at=now)
    return mended


def _finish(run: QualityRun, lease: Lease, ask: Ask, *, writes: bool) -> None:
    """Faults of households that are no more are over too; so are those of checks that are no more."""
    with transaction.atomic():
        lease.renew()
        gone = 0
        if writes:
            rows = Fault.objects.standing().within(run.division)
            over = Q(household__cancelled_on__lte=ask.on) | ~Q(check_code__in=list(CHECKS))
            gone = rows.filter(over).update(mended_on=ask.on, mended_recorded_at=timezone.now())
        lease.renew(state=State.DONE, finished_at=timezone.now(), mended=F("mended") + gone)
        done = QualityRun.objects.get(pk=run.pk)
        detail = {"division": run.division_id, "found": done.found, "standing": done.standing, "mended": done.mended}
        record(actor=run.started_by, at=timezone.now(), action="quality.checked", target=run, detail=detail)
