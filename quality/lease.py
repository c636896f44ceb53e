"""Who may work on a run of the checks, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

from accounts.jobs import Jobs
from quality.models import QualityRun

# Silent for longer than a task may run is dead.
RUNS = Jobs(
    QualityRun,
    "quality.tasks.run_checks",
    "数据质量检查",
    silence=timedelta(minutes=7),
    died="检查连续 3 次中断，已停止。请联系系统管理员查看日志，处理后重新发起。",
)
