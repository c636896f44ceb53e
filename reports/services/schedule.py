"""What the beat does for reports."""

from __future__ import annotations

from accounts.schedule import each_day, each_minute


def ensure_schedule() -> None:
    """Enter the sweepers, and the throwing away of old exports; safe to call at every start."""
    each_minute("台账导出值守", "reports.tasks.sweep_exports")
    each_minute("月度结账值守", "reports.tasks.sweep_freezing")
    each_day("清理过期导出", "reports.tasks.drop_old_exports", hour=4, minute=40)
