"""`manage.py healthy web|worker|beat`: exit 0 if that part of the program works; for container health checks."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from config.celery import app
from config.health import answers

# The sweeper is due every minute.
BEAT_SILENCE = timedelta(minutes=5)


def web(port: int) -> bool:
    return answers(port)


def worker(port: int) -> bool:
    """Whether the worker of this host answers, which it does only while it still takes messages."""
    return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=5))


def beat(port: int) -> bool:
    """Whether any periodic task was sent lately."""
    return PeriodicTask.objects.filter(last_run_at__gte=timezone.now() - BEAT_SILENCE).exists()


PARTS = {"web": web, "worker": worker, "beat": beat}


class Command(BaseCommand):
    help = "检查网站、后台任务或定时任务是否正常，供容器健康检查使用"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=PARTS)
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if not PARTS[options["part"]](options["port"]):
            raise CommandError(f"{options['part']} 没有响应")
