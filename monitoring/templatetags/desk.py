"""Words and figures of the case pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template

from accounts.templatetags.sw import due_words, short_date
from monitoring.models import Case, Clue, Notice

register = template.Library()


@register.filter
def share(part: int, whole: int) -> str:
    """84%; nothing without a whole."""
    return f"{part * 100 / whole:.0f}%" if whole else ""


@register.filter
def step_term(subject: Case | Clue) -> str:
    """The one wording of a step's deadline: 本步剩 2 天，11月24日到期. The whole term is the clock's (case/clock.html)."""
    due = subject.due_on
    if subject.closed_on or due is None:
        return ""
    if isinstance(subject, Case) and subject.paused_on:
        return "暂停计时"
    words = due_words(due)
    return "本步今天到期" if words == "今天" else f"本步{words}，{short_date(due)}到期"


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
