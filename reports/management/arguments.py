"""What several commands read from their arguments."""

from __future__ import annotations

from datetime import date

from accounts.errors import Refused
from accounts.models import Division


def division_of(code: str) -> Division:
    division = Division.objects.filter(code=code.strip()).first()
    if division is None:
        raise Refused(f"没有区划代码 {code[:20]}，请核对 12 位代码，或先用 load_divisions 导入区划。", field="division")
    return division


def month_of(text: str) -> date:
    try:
        return date.fromisoformat(f"{text.strip()}-01")
    except ValueError as error:
        raise Refused(f"月份“{text[:20]}”看不懂，请写成 2026-10 这样。", field="month") from error
