"""What the end of a month asks of the program: its closing, the checks of data, a long book."""

from __future__ import annotations

import tempfile
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402

from accounts.models import Division, Post, Role, User  # noqa: E402
from benchmarks.child import Task  # noqa: E402
from benchmarks.county import COUNTY, HOUSEHOLDS, PERIOD, County  # noqa: E402
from benchmarks.history import load_history  # noqa: E402
from benchmarks.loading import county_officer, load, renew_statistics  # noqa: E402
from benchmarks.workbook import write_workbook  # noqa: E402
from quality.services.runs import check_now  # noqa: E402
from records.services.books import import_book  # noqa: E402
from reports.models import Closing  # noqa: E402
from reports.services import closing as services  # noqa: E402
from reports.services.freezing import execute_freezing  # noqa: E402

Level = Division.Level
_HEADINGS = ("姓名", "证件号码", "已务工", "务工区域", "务工单位", "月收入", "起始日期")


def closing(households: int, episodes: int, rows: int) -> Task:
    """Stages: one village confirms; one township submits; the county accepts; every ledger of every place is put away;
    the whole county is checked, and again; a book of `rows` jobs comes in."""
    county = County(households / HOUSEHOLDS)
    load(county)
    officer = county_officer()
    load_history(county, episodes, officer)
    renew_statistics()
    services.send = lambda closing_id: None
    place = Division.objects.get(pk=COUNTY)
    townships = list(Division.objects.within(place).at_level(Level.TOWNSHIP))
    villages = list(Division.objects.within(place).at_level(Level.VILLAGE))
    yield "ready"
    yield _step(villages[0], "confirm", _hired(villages[0], Role.VILLAGE_CADRE))
    # The others' steps cost the same and are taken by other people on other days.
    _said(villages[1:], Closing.State.CONFIRMED)
    yield _step(townships[0], "submit", _hired(townships[0], Role.TOWNSHIP_LEADER))
    _said(townships[1:], Closing.State.SUBMITTED)
    yield _step(place, "accept", officer)
    edition = execute_freezing(Closing.objects.get(division=place, month=PERIOD).pk)
    assert edition is not None
    yield edition.sheets.count()
    yield _checked(place)
    yield _checked(place)
    yield _imported(place, county, rows)


def _hired(place: Division, role: Role) -> User:
    user = User.objects.create_user(f"bench{place.code}", password=None, name="甲", phone=f"139{place.code[4:]}")
    Post.objects.create(user=user, division=place, role=role, starts_on=date(2020, 1, 1))
    return user


def _step(place: Division, action: str, actor: User) -> str:
    taken = services.take_step(division=place, month=PERIOD, action=action, actor=actor, at=timezone.now())
    return str(taken.state)


def _said(places: list[Division], state: str) -> None:
    Closing.objects.bulk_create([Closing(month=PERIOD, division=place, state=state) for place in places])


def _checked(place: Division) -> dict[str, int]:
    run = check_now(division=place, as_of=None, actor=None, at=timezone.now())
    return {"households": run.households, "found": run.found, "standing": run.standing}


def _imported(place: Division, county: County, rows: int) -> dict[str, Any]:
    """Every hundredth name is another's."""
    step = max(1, county.persons // rows)
    people = zip(county.names[::step], county.ids[::step], cycle(range(100)), range(rows), strict=False)
    lines = [
        (name if n != 99 else "某某", number, "是", "省外", f"第{n}厂", 3_000 + n, date(2026, 9, 1))
        for name, number, n, _ in people
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "务工.xlsx"
        write_workbook(path, _HEADINGS, lines)
        found = import_book(book="jobs", path=path, name=path.name, division=place, actor=None, at=timezone.now())
    return {"rows": found.rows, **vars(found.tally), "rejected": len(found.rejected)}
