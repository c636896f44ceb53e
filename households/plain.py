"""Values of rows as JSON keeps them: in the events of a household, in the records of an import."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sheets.text import text


def plain(value: Any) -> Any:
    """Days and decimals as text, a decimal without the zeros that its column adds; all else as it is."""
    if isinstance(value, date):
        return value.isoformat()
    return text(value) if isinstance(value, Decimal) else value
