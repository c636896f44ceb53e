"""Exports as jobs: ask, hand to a worker, write, fetch, look after, throw away.

The row of the run is the truth; a message carries its id and may be lost or come twice (trust.md 5.5).
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Refused, TooMany
from accounts.jobs import Jobs, Lease, Overtaken
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services import audit
from accounts.services.files import drop_file, keep_file, open_file
from reports.ledgers import LEDGERS
from reports.models import ExportRun
from reports.permissions import EXPORT, EXPORT_WHOLE
from reports.services import sets
from reports.services.ledgers import LedgerOrder, choose_ledger, write_ledger

State = ExportRun.State
MOST_OPEN = 5
KEPT_FOR = timedelta(days=30)
TOO_LONG = "内容太多，5 分钟没有写完。请按乡镇分开导出。"
# Silent for longer than a task may run is dead.
RUNS = Jobs(
    ExportRun,
    "reports.tasks.run_export",
    "台账导出",
    silence=timedelta(minutes=7),
    died="生成时连续 3 次中断，已停止。请按乡镇分开导出，或联系系统管理员查看日志。",
)
log = logging.getLogger(__name__)


def queue_export(
    *,
    name: str,
    division: Division,
    as_of: date | None,
    masked: bool,
    purpose: str,
    actor: User,
    at: datetime,
    known: str = "",
) -> ExportRun:
    """Ask for a workbook, or for the set of all (`sets.CODE`); a worker makes it. Where the same one is being made for
    him already, that one.

    Raises:
        TooMany: he has MOST_OPEN exports waiting.
        Refused, OutOfScope, Forbidden: as `write_ledger`, so that nothing impossible waits in the queue.
    """
    order = LedgerOrder(division=division, as_of=as_of, actor=actor, at=at, masked=masked, purpose=purpose, known=known)
    code, on = _checked(name, order)
    mine = ExportRun.objects.open().filter(started_by=actor)
    same = {"ledger": code, "division": division, "as_of": on, "known": known, "masked": masked}
    if running := mine.filter(**same).first():
        return running
    if mine.count() >= MOST_OPEN:
        raise TooMany(f"你有 {MOST_OPEN} 份台账还在生成，请等其中一份好了再导出。", code="too_many_exports")
    try:
        with transaction.atomic():
            run = ExportRun.objects.create(**same, purpose=purpose.strip(), started_by=actor, queued_at=at)
            transaction.on_commit(lambda: RUNS.send(run.pk))
    except IntegrityError:
        return ExportRun.objects.open().get(started_by=actor, **same)
    return run


def _checked(name: str, order: LedgerOrder) -> tuple[str, date]:
    """The code of what is asked for, and its day."""
    if name.strip().upper() == sets.CODE:
        return sets.CODE, sets.choose_set(order)[1].on
    ledger, reading = choose_ledger(name=name, order=order)
    return ledger.code, reading.on


def execute_export(run_id: int) -> None:
    """Write the workbook of a queued export and keep it; what cannot be made says why in the row."""
    lease = RUNS.take(run_id, percent=0, rows=0)
    if lease is None:
        return
    run = ExportRun.objects.select_related("division", "started_by").get(pk=run_id)
    with suppress(Overtaken):
        try:
            _make(run, lease)
        except Refused as refusal:
            _fail(lease, refusal.message)
        except SoftTimeLimitExceeded:
            _fail(lease, TOO_LONG)
        except Overtaken:
            raise
        except Exception:
            _fail(lease, "程序出错，已记入日志。请稍后再导出一次，还不行就联系系统管理员。")
            log.exception("台账导出 %s 失败", run_id)


def _make(run: ExportRun, lease: Lease) -> None:
    order = LedgerOrder(
        division=run.division,
        as_of=run.as_of,
        actor=run.started_by,
        at=timezone.now(),
        masked=run.masked,
        purpose=run.purpose,
        known=run.known,
    )
    with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / "export"
        if run.is_set:
            rows = sets.write_set(order=order, path=path, progress=partial(_tell_set, lease)).total
        else:
            rows = write_ledger(name=run.ledger, order=order, path=path, progress=partial(_tell, lease)).rows
        stored = keep_file(path=path, name=filename_of(run), actor=run.started_by, at=timezone.now())
    lease.renew(state=State.DONE, finished_at=timezone.now(), rows=rows, percent=100, file=stored)


def _tell(lease: Lease, rows: int, size: int) -> None:
    """How far the writing is."""
    lease.renew(rows=rows, percent=min(99, rows * 100 // size) if size else 99)


def _tell_set(lease: Lease, rows: int, done: int, size: int) -> None:
    """The same by the ledgers that are done."""
    lease.renew(rows=rows, percent=min(99, done * 100 // size))


def _fail(lease: Lease, words: str) -> None:
    lease.renew(state=State.FAILED, finished_at=timezone.now(), error=words[:500])


def title_of(code: str) -> str:
    """What people call a ledger or the set; '' of a ledger that there is no more."""
    return sets.TITLE if code == sets.CODE else LEDGERS[code].title if code in LEDGERS else ""


def filename_of(run: ExportRun) -> str:
    """'石桥镇监测对象动态统计表（20261031）.xlsx', or the archive's; whole numbers are said in the name."""
    if run.is_set:
        return sets.filename_of_set(run.division, run.as_of, masked=run.masked)
    return LEDGERS[run.ledger].filename(run.division, run.as_of, masked=run.masked)


def open_export(*, run: ExportRun, actor: User, at: datetime, address: str | None = None) -> BinaryIO:
    """The workbook of a finished export; noted before it leaves.

    Raises:
        Conflict: it is not (or no longer) there. OutOfScope, Forbidden: his post does not allow it any more.
    """
    right = EXPORT if run.masked else EXPORT_WHOLE
    require(actor=actor, right=right, code=run.division_id, at=at)
    if run.file is None:
        raise Conflict(f"这份台账{run.get_state_display()}，请重新导出。", code="no_file")
    content = open_file(run.file)
    detail = {"ledger": run.ledger, "as_of": run.as_of.isoformat(), "masked": run.masked, "export": str(run.uid)}
    audit.record(
        actor=actor,
        at=at,
        action="ledger.downloaded",
        target=run.division,
        purpose=run.purpose,
        detail=detail,
        address=address,
    )
    return content


# --- looking after ---


def sweep_exports(*, at: datetime) -> dict[str, int]:
    """Send again what no worker has taken, restart what has died, give up what dies each time."""
    return RUNS.sweep(at=at)


def drop_old_exports(*, at: datetime) -> int:
    """Throw away the workbooks that were kept long enough; the rows and the audit stay."""
    dropped = 0
    for run in ExportRun.objects.kept_too_long(at - KEPT_FOR).select_related("file"):
        stored = run.file
        with transaction.atomic():
            ExportRun.objects.filter(pk=run.pk).update(file=None, state=State.EXPIRED)
            if stored is not None:
                drop_file(stored)
        dropped += 1
    return dropped
