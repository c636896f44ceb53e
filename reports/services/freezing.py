"""Making the edition of an accepted month: a job, because a county's ledgers take their time.

The row of the county's closing is the truth. What is written is settled when the month is accepted (its last day, and
what was known at that moment), so the job may stop anywhere, be sent twice, and go on later: ledgers already put away
are not made again.
"""

from __future__ import annotations

import logging
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.errors import Refused
from accounts.jobs import hand_over
from accounts.services import audit
from accounts.services.files import keep_file
from monitoring.clock import add_months
from reports.frozen import freeze
from reports.ledgers import LEDGERS
from reports.models import Closing, ClosingStep, Edition, EditionSheet
from sheets.garbage import seldom_collected

State = Closing.State
# Longer than a task may run, so that whoever is silent for so long is dead.
SILENCE = timedelta(minutes=7)
log = logging.getLogger(__name__)


def last_day(month: date) -> date:
    """The last day of a month given by its first."""
    return add_months(month, 1) - timedelta(days=1)


def send(closing_id: int) -> None:
    """Hand an accepted month to a worker."""
    hand_over("reports.tasks.freeze_month", closing_id, "月度结账")


def execute_freezing(closing_id: int) -> Edition | None:
    """Put away every ledger of an accepted month and close it; None where there is nothing to do, or what cannot be
    made says why in the row."""
    closing = Closing.objects.select_related("division").filter(pk=closing_id, state=State.FREEZING).first()
    if closing is None or closing.known_at is None:
        return None
    begun = len(closing.frozen)
    try:
        for code in LEDGERS:
            if code not in closing.frozen:
                _put_away(closing, code)
        return _close(closing)
    except Refused as refusal:
        _say(closing, refusal.message)
    except SoftTimeLimitExceeded:
        _say(closing, "时间到了，还没有封存完，自动接着做。")
        if len(closing.frozen) > begun:
            # Without one ledger more the sweeper sends again, so that nothing runs round and round.
            send(closing.pk)
    except Exception:
        _say(closing, "程序出错，已记入日志，几分钟后自动重试。还不行请联系系统管理员。")
        log.exception("月度结账 %s 封存失败", closing_id)
    return None


def sweep_freezing(*, at: datetime) -> int:
    """Send again the accepted months that nobody works at any more."""
    waiting = list(Closing.objects.freezing(at - SILENCE).values_list("pk", flat=True))
    for pk in waiting:
        Closing.objects.filter(pk=pk).update(heartbeat_at=at)
        send(pk)
    return len(waiting)


def _put_away(closing: Closing, code: str) -> None:
    assert closing.known_at is not None
    with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / "ledger.jsonl.gz"
        with seldom_collected():
            marks = freeze(LEDGERS[code], closing.division, last_day(closing.month), closing.known_at, path)
        name = f"{closing.division.name}{closing.month:%Y%m}{code}.jsonl.gz"
        stored = keep_file(path=path, name=name, actor=None, at=timezone.now())
    kept = {"file": stored.pk, "sheets": [[mark.division, mark.sha256, mark.rows] for mark in marks]}
    closing.frozen = {**closing.frozen, code: kept}
    _mine(closing).update(frozen=closing.frozen, heartbeat_at=timezone.now(), error="")


def _mine(closing: Closing) -> Any:
    """The row while it still waits for this very edition."""
    return Closing.objects.filter(pk=closing.pk, state=State.FREEZING, known_at=closing.known_at)


def _say(closing: Closing, words: str) -> None:
    _mine(closing).update(error=words[:500], heartbeat_at=timezone.now())


@transaction.atomic
def _close(closing: Closing) -> Edition | None:
    """Turn what was put away into the edition; None where somebody else was faster."""
    now = timezone.now()
    ended = _mine(closing).update(
        state=State.CLOSED, frozen={}, heartbeat_at=None, error="", version=F("version") + 1, moved_at=now
    )
    if not ended or closing.known_at is None:
        return None
    accepted = closing.steps.filter(action=ClosingStep.Action.ACCEPT).order_by("-id").first()
    editions = Edition.objects.of(closing.division, closing.month)
    edition = Edition.objects.create(
        county=closing.division,
        month=closing.month,
        number=(editions.aggregate(last=Max("number"))["last"] or 0) + 1,
        as_of=last_day(closing.month),
        known_at=closing.known_at,
        frozen_at=now,
        closed_by=accepted.actor if accepted else None,
    )
    EditionSheet.objects.bulk_create(_sheets(edition, closing.frozen), batch_size=500)
    detail = {"month": f"{closing.month:%Y-%m}", "edition": edition.number}
    audit.record(actor=edition.closed_by, at=now, action="closing.closed", target=closing, detail=detail)
    return edition


def _sheets(edition: Edition, kept: dict[str, Any]) -> list[EditionSheet]:
    return [
        EditionSheet(
            edition=edition,
            ledger=code,
            title=LEDGERS[code].title if code in LEDGERS else code,
            division_id=division,
            sha256=sha256,
            rows=rows,
            file_id=one["file"],
        )
        for code, one in kept.items()
        for division, sha256, rows in one["sheets"]
    ]
