"""Before a match: rows of people who were registered after their file came are linked, in the files that count."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max, Q

from households.models import LifeEvent, Membership
from monitoring.models import FeedBatch
from monitoring.rules import FEED_RULES
from monitoring.services.feed_links import link_rows


def link_late_rows_for(*, period: date) -> int:
    """Link late rows in the files that a match of the period reads; returns how many there were.

    Only files that came before the last registration or change of a number can have any. Of feeds with a window the
    files since the beginning of the year before are looked at: older ones hold nothing that falls into it.
    """
    registered_at = _last_registration()
    if registered_at is None:
        return 0
    windows = [rule.feed for rule in FEED_RULES if rule.window != "period"]
    in_window = Q(feed__in=windows, period__gte=date(period.year - 1, 1, 1), period__lte=period)
    batches = FeedBatch.objects.current().filter(in_window | Q(period=period), imported_at__lte=registered_at)
    return link_rows(batches.select_related("file").order_by("pk"))


def _last_registration() -> datetime | None:
    joined = Membership.objects.aggregate(last=Max("recorded_at"))["last"]
    renumbered = LifeEvent.objects.filter(kind=LifeEvent.Kind.NUMBER_CHANGED).aggregate(last=Max("recorded_at"))["last"]
    return max((moment for moment in (joined, renumbered) if moment is not None), default=None)
