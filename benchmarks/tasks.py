"""The program's own work: the county into the tables, the month's files through the real services."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from accounts.models import Division  # noqa: E402
from benchmarks.child import Task, peak_mb  # noqa: E402
from benchmarks.county import COUNTY, PERIOD, County  # noqa: E402
from benchmarks.files import FILES  # noqa: E402
from benchmarks.loading import load  # noqa: E402
from monitoring.services.feeds import import_feed  # noqa: E402
from monitoring.services.matching import match  # noqa: E402

AT = datetime(2026, 11, 8, 2, tzinfo=UTC)


def blank() -> Task:
    """Make the tables."""
    yield "ready"
    call_command("migrate", verbosity=0)
    yield "done"


def county(scale: float) -> Task:
    """Fill the tables with a county."""
    yield "ready"
    load(County(scale))
    yield "done"


def imports(folder: str, claims: str) -> Task:
    """One worker: takes files until none is left, largest first; then, in one of the workers, matches."""
    list(Division.objects.all()[:1])  # a worker is connected
    yield "ready"
    counts = {}
    for file in sorted(FILES, key=lambda file: (-(Path(folder) / file.name).stat().st_size, file.feed)):
        if _claimed(Path(claims) / file.feed):
            path = Path(folder) / file.name
            report = import_feed(feed=file.feed, path=path, name=path.name, period=PERIOD, actor=None, at=AT)
            counts[file.feed] = report.as_json() | {"errors": len(report.errors), "peak_mb": round(peak_mb())}
    yield counts
    result = match(county=Division.objects.get(pk=COUNTY), period=PERIOD, actor=None, at=AT)
    yield _plain(result.as_json())


def _claimed(path: Path) -> bool:
    """Whether this worker is the first to put its name to a file."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    """The clues as [household, risk, [[rule, figure], …]]."""
    clues = [[clue["household"], clue["risk"], sorted(clue["rules"].items())] for clue in result["clues"]]
    return result | {"clues": clues}
