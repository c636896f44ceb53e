"""Two questions of the machinery around the program: does the process answer, and has it all it needs."""

from __future__ import annotations

import shutil
import tempfile
import urllib.request
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.celery import app

LEAST_FREE_BYTES = 200 * 1024 * 1024


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as soon as this process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the database, the broker and the disk can be used, else 503; says which cannot, never why."""
    found = {name: _works(check) for name, check in CHECKS.items()}
    ready = all(found.values())
    states = {name: "ok" if works else "failed" for name, works in found.items()}
    return JsonResponse({"status": "ok" if ready else "failed", **states}, status=200 if ready else 503)


def _works(check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:  # whatever went wrong, the answer is that this part cannot be used
        return False
    return True


def _check_database() -> None:
    """It answers, and its tables are those of this program: every migration has been applied."""
    migrations = MigrationExecutor(connection)
    if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations missing")


def _check_broker() -> None:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1)
        broker.default_channel.queue_declare("celery")


def _check_disk() -> None:
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as probe:
        probe.write(b"x")
    if shutil.disk_usage(settings.DATA_DIR).free < LEAST_FREE_BYTES:
        raise OSError("disk nearly full")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _check_database,
    "broker": _check_broker,
    "disk": _check_disk,
}


def answers(port: int) -> bool:
    """Whether the site on this machine says that it is alive; asked under a name that it is allowed to answer to."""
    name = next((host for host in settings.ALLOWED_HOSTS if "*" not in host), "127.0.0.1").lstrip(".")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": name})
    try:
        with urllib.request.urlopen(request, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
