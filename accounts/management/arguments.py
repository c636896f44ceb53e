"""What commands read from their arguments; what cannot be read is refused."""

from __future__ import annotations

import re
from datetime import date

from accounts.errors import Refused
from accounts.models import Division


def division_of(code: str) -> Division:
    """The place of a 12-digit code."""
    division = Division.objects.filter(code=code.strip()).first()
    if division is None:
        raise Refused(f"没有区划代码 {code[:20]}，请核对 12 位代码，或先用 load_divisions 导入区划。")
    return division


def month_of(written: str) -> date:
    """The first day of a month written YYYY-MM."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", written.strip(), re.ASCII)
    if found is None:
        raise Refused(f"月份“{written[:20]}”看不懂，请写成 2026-10 这样。")
    return date(int(found[1]), int(found[2]), 1)


def day_of(written: str | None) -> date | None:
    """A day written YYYY-MM-DD; None where nothing is written."""
    if not written:
        return None
    try:
        return date.fromisoformat(written.strip())
    except ValueError as error:
        raise Refused(f"日期“{written[:20]}”看不懂，请写成 2026-10-31 这样。") from error
