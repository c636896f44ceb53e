"""Words and figures of the case pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template

from monitoring.models import Notice

register = template.Library()


@register.filter
def share(part: int, whole: int) -> str:
    """84%; nothing without a whole."""
    return f"{part * 100 / whole:.0f}%" if whole else ""


@register.filter
def day_of(notice: Notice, today: date) -> int:
    """Which full day of the notice this is."""
    return max((today - notice.hung_on).days, 0)


@register.filter
def passed_words(checks: Sequence[Any]) -> str:
    """How many conditions of a clearing hold."""
    failed = sum(not check.ok for check in checks)
    return f"{len(checks)} 项都通过" if not failed else f"{len(checks)} 项，{failed} 项未通过"


@register.filter
def ready_words(lines: Sequence[Any]) -> str:
    ready = sum(line.state == "ok" for line in lines)
    missing = len(lines) - ready
    return f"已备 {ready} 项，还差 {missing} 项" if missing else f"{ready} 项都有"
