"""Exports as jobs: ask, hand to a worker, write, fetch, look after, throw away.

The row of the run is the truth; a message carries its id and may be lost or come twice (trust.md 5.5).
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.errors import Conflict, Refused, TooMany
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services import audit
from accounts.services.files import drop_file, keep_file, open_file
from reports.ledgers import LEDGERS
from reports.models import ExportRun
from reports.permissions import EXPORT, EXPORT_WHOLE
from reports.services.ledgers import choose_ledger, write_ledger

State = ExportRun.State
# A message that nobody has answered for so long is sent again.
UNANSWERED = timedelta(minutes=2)
# Longer than a task may run, so that whoever is silent for so long is dead.
SILENCE = timedelta(minutes=7)
MOST_ATTEMPTS = 3
MOST_OPEN = 5
KEPT_FOR = timedelta(days=30)
DIED = "生成时连续 3 次中断，已停止。请按乡镇分开导出，或联系系统管理员查看日志。"
TOO_LONG = "内容太多，5 分钟没有写完。请按乡镇分开导出。"
log = logging.getLogger(__name__)


class Overtaken(Exception):
    """Somebody else has started the export anew; nothing more may be written."""


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
    """Ask for a workbook; a worker makes it. Where the same one is being made for him already, that one.

    Raises:
        TooMany: he has MOST_OPEN exports waiting.
        Refused, OutOfScope, Forbidden: as `write_ledger`, so that nothing impossible waits in the queue.
    """
    ledger, reading = choose_ledger(
        name=name, division=division, as_of=as_of, actor=actor, at=at, masked=masked, purpose=purpose, known=known
    )
    mine = ExportRun.objects.open().filter(started_by=actor)
    same = {"ledger": ledger.code, "division": division, "as_of": reading.on, "known": known, "masked": masked}
    if running := mine.filter(**same).first():
        return running
    if mine.count() >= MOST_OPEN:
        raise TooMany(f"你有 {MOST_OPEN} 份台账还在生成，请等其中一份好了再导出。", code="too_many_exports")
    try:
        with transaction.atomic():
            run = ExportRun.objects.create(**same, purpose=purpose.strip(), started_by=actor, queued_at=at)
            transaction.on_commit(lambda: send(run.pk))
    except IntegrityError:
        return ExportRun.objects.open().get(started_by=actor, **same)
    return run


def send(run_id: int) -> None:
    """Hand a queued export to a worker. Where the broker is away the sweeper sends again."""
    from reports.tasks import run_export  # the tasks call these services

    ExportRun.objects.filter(pk=run_id, state=State.QUEUED).update(heartbeat_at=timezone.now())
    try:
        run_export.delay(run_id)
    except OSError as error:  # kombu's connection errors among them
        log.warning("台账导出 %s 的消息没有发出（%s），稍后重发", run_id, type(error).__name__)


@dataclass
class Lease:
    """The right to work on an export while its fence is `fence`."""

    run_id: int
    fence: int

    def renew(self, **changes: Any) -> None:
        """A sign of life with progress. Raises: Overtaken."""
        mine = ExportRun.objects.filter(pk=self.run_id, fence=self.fence, state=State.RUNNING)
        if not mine.update(heartbeat_at=timezone.now(), **changes):
            raise Overtaken(f"台账导出 {self.run_id} 已由另一进程接手")

    def progress(self, rows: int, size: int) -> None:
        self.renew(rows=rows, percent=min(99, rows * 100 // size) if size else 99)


def execute_export(run_id: int) -> None:
    """Write the workbook of a queued export and keep it; what cannot be made says why in the row."""
    lease = _take(run_id)
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


@transaction.atomic
def _take(run_id: int) -> Lease | None:
    now = timezone.now()
    started = ExportRun.objects.filter(pk=run_id, state=State.QUEUED).update(
        state=State.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", now),
        heartbeat_at=now,
        percent=0,
        rows=0,
        error="",
    )
    return Lease(run_id, ExportRun.objects.values_list("fence", flat=True).get(pk=run_id)) if started else None


def _make(run: ExportRun, lease: Lease) -> None:
    with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / "ledger.xlsx"
        result = write_ledger(
            name=run.ledger,
            division=run.division,
            as_of=run.as_of,
            path=path,
            actor=run.started_by,
            at=timezone.now(),
            masked=run.masked,
            purpose=run.purpose,
            known=run.known,
            progress=lease.progress,
        )
        stored = keep_file(path=path, name=filename_of(run), actor=run.started_by, at=timezone.now())
    lease.renew(state=State.DONE, finished_at=timezone.now(), rows=result.rows, percent=100, file=stored)


def _fail(lease: Lease, words: str) -> None:
    lease.renew(state=State.FAILED, finished_at=timezone.now(), error=words[:500])


def filename_of(run: ExportRun) -> str:
    """'石桥镇监测对象动态统计表（20261031）.xlsx'; whole numbers are said in the name."""
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
    waiting = list(ExportRun.objects.unanswered(at - UNANSWERED).values_list("pk", flat=True))
    dead = ExportRun.objects.silent(at - SILENCE)
    parked = dead.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, error=DIED, finished_at=at)
    restarted = [pk for pk in dead.values_list("pk", flat=True) if _requeue(pk, at)]
    for pk in [*waiting, *restarted]:
        send(pk)
    return {"sent": len(waiting), "restarted": len(restarted), "parked": parked}


def _requeue(run_id: int, at: datetime) -> bool:
    return bool(ExportRun.objects.silent(at - SILENCE).filter(pk=run_id).update(state=State.QUEUED))


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
