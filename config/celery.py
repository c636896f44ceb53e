"""The Celery application; tasks are found in each app's tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["files"] = "config.file_broker:Transport"
app = Celery("shouwang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def enter_schedule(**event: Any) -> None:
    """Whatever starts the beat, it has its jobs."""
    from monitoring.services.runs import ensure_schedule
    from quality.services.runs import ensure_schedule as ensure_quality_schedule
    from records.services.problems_schedule import ensure_schedule as ensure_problem_schedule
    from reports.services.schedule import ensure_schedule as ensure_report_schedule

    ensure_schedule()
    ensure_problem_schedule()
    ensure_quality_schedule()
    ensure_report_schedule()


@worker_init.connect
@beat_init.connect
def announce_trial(**event: Any) -> None:
    """Say what is for trying only, or stop, as the web server does."""
    from config.checks import announce

    announce()
