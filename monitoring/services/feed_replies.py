"""Telling a department what came of its data (回告), each month anew; domain.md 3.5, return flow."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from accounts.services.audit import record
from monitoring.models import FeedReply
from monitoring.permissions import REPLY_TO_DEPARTMENT
from monitoring.run_results import feed_results
from monitoring.services.feed_rights import require_feed
from monitoring.services.feeds import declared_feed

MOST_NOTE = FeedReply._meta.get_field("note").max_length or 0


@transaction.atomic
def reply_to_department(*, feed: str, period: date, note: str, actor: User, at: datetime) -> FeedReply:
    """Give the department of a feed the results of a month as they stand now, with a word beside them.

    Raises:
        Refused: unknown feed, nothing was matched yet, data that is only compared with, a note that is too long.
        Forbidden, OutOfScope: the actor does not work for the county.
    """
    declared = declared_feed(feed)
    require_feed(actor=actor, feed=declared, at=at, right=REPLY_TO_DEPARTMENT)
    words = note.strip()
    if len(words) > MOST_NOTE:
        raise Refused(f"附言最多 {MOST_NOTE} 字，现在 {len(words)} 字。", field="note", code="too_long")
    results = None if declared.asset else feed_results(feed, period)
    if results is None:
        raise Refused(f"{declared.title}{period:%Y年%m月}还没有比对结果，比对完再回告。", code="nothing_to_tell")
    reply = FeedReply.objects.create(
        feed=feed,
        period=period,
        replied_on=timezone.localdate(at),
        results=asdict(results),
        note=words,
        replied_by=actor,
        recorded_at=at,
    )
    record(actor=actor, at=at, action="feed.replied", target=reply, detail={"feed": feed, "period": f"{period:%Y-%m}"})
    return reply
