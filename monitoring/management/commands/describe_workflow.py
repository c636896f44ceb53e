"""Print docs/workflow.md from the table of steps."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from monitoring.workflow.describe import describe


class Command(BaseCommand):
    help = "打印办理流程表（docs/workflow.md）"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(describe(), ending="")
