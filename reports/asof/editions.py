"""Which edition a reading of a month follows on."""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import Division
from reports.models import Edition


def last_edition(division: Division, month: date, known_at: datetime | None = None) -> Edition | None:
    """The last edition of a month of the county that a place lies in, of those that there were at a moment."""
    if division.level < Division.Level.COUNTY:
        return None
    found: Edition | None = Edition.objects.of(division, month).known_by(known_at).order_by("-number").first()
    return found


def opened_with(division: Division, opening: date, known_at: datetime | None) -> datetime | None:
    """The moment whose knowledge a month opens with: that of the last edition of the month before; where that one was
    never closed, the reading's own."""
    edition = last_edition(division, opening, known_at)
    return edition.known_at if edition else known_at
