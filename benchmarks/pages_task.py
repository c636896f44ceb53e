"""Requests for the list of households by a county officer who is signed in, through all of the program's layers."""

from __future__ import annotations

import time
from statistics import median, quantiles
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.views.base import PAGE_SIZE  # noqa: E402
from benchmarks.child import Task, backend_seconds  # noqa: E402
from benchmarks.county import HOUSEHOLDS, County  # noqa: E402
from benchmarks.loading import county_officer, load  # noqa: E402
from households.models import Household  # noqa: E402

FAR = 2_000
_WARM = 10


class Heads(County):
    """A county of householders only: the list shows nobody else."""

    @property
    def persons(self) -> int:
        return self.households


def pages(households: int, requests: int, only: str = "") -> Task:
    """One stage: `requests` to the first and the far page in turns, or to the one of them that `only` names (for a
    profile); medians of CPU milliseconds of this process, and what nineteen in twenty answers take by the wall clock."""
    settings.ALLOWED_HOSTS = ["testserver"]
    load(Heads(households / HOUSEHOLDS))
    client = Client()
    client.force_login(county_officer(), backend="django.contrib.auth.backends.ModelBackend")
    far_key = _key_before(min(FAR, households // PAGE_SIZE))
    for _ in range(_WARM):
        _get(client, {})
    yield "ready"
    taken: dict[str, list[float]] = {"first": [], "far": []}
    waited: list[float] = []
    backend = backend_seconds()
    asked_for = {"first": {}, "far": {"after": far_key}}
    for _ in range(requests):
        for name, query in asked_for.items():
            if only and name != only:
                continue
            asked, started = time.perf_counter(), time.process_time()
            _get(client, query)
            taken[name].append((time.process_time() - started) * 1000)
            waited.append((time.perf_counter() - asked) * 1000)
    backend = (backend_seconds() - backend) / (2 * requests) * 1000
    with CaptureQueriesContext(connection) as queries:
        _get(client, {})
    yield {
        "first_ms": round(median(taken["first"] or [0.0]), 2),
        "far_ms": round(median(taken["far"] or [0.0]), 2),
        "p95_ms": round(quantiles(waited, n=20)[-1], 2),
        "database_ms": round(backend, 2),
        "queries": len(queries),
        "requests": requests,
    }


def _get(client: Client, query: dict[str, Any]) -> None:
    response = client.get(reverse("household-list"), query)
    assert response.status_code == 200, response.status_code
    assert response.content.count(b"<tr>") > PAGE_SIZE / 2


def _key_before(page: int) -> str:
    """The key after which a page begins, as the page before gives it."""
    rows = Household.objects.order_by("village_id", "id").values_list("village_id", "id")
    village, household = rows[(page - 1) * PAGE_SIZE - 1]
    return f"{village}:{household}"
