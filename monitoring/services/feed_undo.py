"""Taking a department's file back, while nothing has been made of it yet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import Conflict
from accounts.models import User
from accounts.services.audit import record
from monitoring.feeds import FEEDS
from monitoring.ingest_keys import digests, pairs
from monitoring.models import FeedBatch, FeedRow, Hit
from monitoring.rules import RULES_BY_NAME
from monitoring.services.feed_lock import hold_feed
from monitoring.services.feed_rights import require_feed

_NAMED = 5
State = FeedBatch.State


@transaction.atomic
def undo_batch(*, batch: FeedBatch, actor: User | None, at: datetime) -> None:
    """Take a file back; the file that it had replaced is current again. Supplements go with their base.

    Raises:
        Conflict: it is not current any more, or clues and episodes rest on its rows; names some of them.
        Forbidden, OutOfScope: the actor may not bring this feed.
    """
    feed = FEEDS[batch.feed]
    require_feed(actor=actor, feed=feed, at=at)
    hold_feed(batch.feed, batch.period)
    locked = FeedBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != State.CURRENT:
        raise Conflict(f"这个文件{locked.get_state_display()}，不能再撤销，请刷新后查看现行文件。")
    family = [locked, *locked.supplemented_by.current()]
    used = _used_by(locked, family)
    if used:
        raise Conflict(
            "已有线索或监测以这个文件的数据为依据，不能撤销；数据有误的，请导入更正后的文件替换它。", details=used
        )
    undone = FeedBatch.objects.current().filter(pk__in=[one.pk for one in family]).update(state=State.UNDONE)
    if undone != len(family):
        raise Conflict("这个文件刚被替换或撤销，请刷新后重试。")
    _restore(locked.replaces)
    record(actor=actor, at=at, action="feed.undone", target=locked)


def _restore(earlier: FeedBatch | None) -> None:
    """Make the replaced file and the supplements that were replaced with it current again."""
    if earlier is None:
        return
    for batches in (FeedBatch.objects.filter(pk=earlier.pk), earlier.supplemented_by.all()):
        batches.filter(state=State.REPLACED).update(state=State.CURRENT)


def _used_by(batch: FeedBatch, family: list[FeedBatch]) -> list[str]:
    """Households and rules whose standing hits rest on rows of these batches, at most a few."""
    rules = [name for name, rule in RULES_BY_NAME.items() if rule.feed == batch.feed]
    hits = Hit.objects.standing().filter(rule__in=rules, period__gte=batch.period).select_related("household")
    table = digests(FeedRow.objects.of(family).filter(person__isnull=False))
    named: list[str] = []
    for hit in hits.order_by("pk").iterator(2_000):
        keys = [bytes.fromhex(key) for key in hit.evidence_keys]
        if (table.find(pairs(keys)) >= 0).any():
            named.append(f"{hit.household.number} {RULES_BY_NAME[hit.rule].title}")
            if len(named) == _NAMED:
                break
    return named
