"""Who may bring in a department's file, and see what came of it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Division, User
from accounts.permissions import may, require
from households.models import Household
from monitoring.feeds import Feed
from monitoring.permissions import IMPORT_FEED


def require_feed(*, actor: User | None, feed: Feed, at: datetime, right: str = IMPORT_FEED) -> None:
    """Raise unless the actor may bring the feed (or has another right to it) for a county of this database.

    A database keeps one file per feed and month for all its counties together, so a post in any county that has
    households is enough; the liaison's must be his own department's.

    Raises:
        Forbidden, OutOfScope: see `accounts.permissions.require`.
    """
    if actor is not None and may_with_feed(actor=actor, feed=feed, at=at, right=right):
        return
    require(actor=actor, right=right, code=county_of_feeds(), at=at, department=feed.department)


def may_with_feed(*, actor: User, feed: Feed, at: datetime, right: str = IMPORT_FEED) -> bool:
    """Whether `require_feed` lets him; for buttons."""
    return any(may(actor=actor, right=right, code=code, at=at, department=feed.department) for code in _counties())


def county_of_feeds() -> str:
    """Code of the first county that files are for; of none where there is no county yet."""
    return next(iter(_counties()), "0" * 12)


def _counties() -> list[str]:
    """Codes of the counties with households, or of all counties while none has any."""
    villages = Household.objects.order_by().values_list("village_id", flat=True).distinct()
    prefixes = {code[:6] for code in villages}
    counties = Division.objects.at_level(Division.Level.COUNTY).values_list("code", flat=True)
    return sorted(code for code in counties if not prefixes or code[:6] in prefixes)
