"""When departments were told what came of their data (回告), as of any day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from monitoring.models import FeedReply, Hit
from monitoring.rules import RULES

Month = tuple[str, date]
FEED_OF = {rule.name: rule.feed for rule in RULES}


def replies(on: date, known_at: datetime | None = None) -> defaultdict[Month, list[date]]:
    """The days of replies by feed and month, the earliest first."""
    found: defaultdict[Month, list[date]] = defaultdict(list)
    rows = FeedReply.objects.as_of(on, known_at).order_by("replied_on", "pk")
    for feed, period, day in rows.values_list("feed", "period", "replied_on"):
        found[feed, period].append(day)
    return found


def replies_about(clues: Collection[int], on: date, known_at: datetime | None = None) -> dict[int, list[date]]:
    """The days of replies to the departments whose data speak of some clues (by key), the earliest first."""
    given = replies(on, known_at)
    if not given:
        return {}
    hits = Hit.objects.as_of(on, known_at).filter(clue__in=clues, rule__in=FEED_OF).order_by()
    found: defaultdict[int, set[date]] = defaultdict(set)
    for clue, rule, period in hits.values_list("clue_id", "rule", "period"):
        found[clue].update(given.get((FEED_OF[rule], period), ()))
    return {clue: sorted(days) for clue, days in found.items()}
