"""The cast and the place that all tests share: 示例省 示例市 守望县, 石桥镇 and 青杨乡, one clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cast import NOW, PASSWORD
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Division, Post, Role, User
from accounts.models.division import level_of
from assistance.services.catalogue import install_standard

pytest_plugins = ["plugin_services"]
SAMPLES = Path(__file__).parent / "data" / "samples"
PLACES = {
    "990000000000": "示例省",
    "990100000000": "示例市",
    "990101000000": "守望县",
    "990101100000": "石桥镇",
    "990101100201": "东沟村",
    "990101100202": "西岭村",
    "990101101000": "青杨乡",
    "990101101201": "东沟村",
    "990102000000": "邻县",
    "990102100000": "邻镇",
    "990102100201": "邻村",
}


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    """Every test writes its files into a folder of its own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return settings.DATA_DIR


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Half a second of hashing for every member of the cast is for real passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """A clock that stands at NOW; `clock.move_to(...)`."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def catalogue(db: None) -> None:
    """The standard catalogue of measures; a test that cleared the whole database may have taken the shipped one away."""
    install_standard(actor=None, at=timezone.now())


@pytest.fixture
def places(db: None) -> dict[str, Division]:
    """The divisions of PLACES by code."""
    made: dict[str, Division] = {}
    for code, name in PLACES.items():
        parent = next((made[p] for n in (9, 6, 4, 2) if (p := code[:n].ljust(12, "0")) != code and p in made), None)
        made[code] = Division.objects.create(code=code, name=name, level=level_of(code), parent=parent)
    return made


@pytest.fixture
def village(places: dict[str, Division]) -> Division:
    return places["990101100201"]


@pytest.fixture
def county(places: dict[str, Division]) -> Division:
    return places["990101000000"]


@pytest.fixture
def hire(places: dict[str, Division]) -> Callable[..., User]:
    """`hire("zhang", Role.VILLAGE_CADRE, "990101100201")` makes a user with a current post."""

    def _hire(username: str, role: str, code: str, *, department: str = "", since: date = date(2020, 1, 1)) -> User:
        user = User.objects.filter(username=username).first() or User.objects.create_user(
            username, password=PASSWORD, name=username
        )
        Post.objects.create(user=user, division=places[code], role=role, department=department, starts_on=since)
        return user

    return _hire


@pytest.fixture
def owner(hire: Callable[..., User]) -> User:
    """The cadre of 石桥镇东沟村."""
    return hire("owner", Role.VILLAGE_CADRE, "990101100201")


@pytest.fixture
def colleague(hire: Callable[..., User]) -> User:
    """The cadre of the neighbouring village in the same township."""
    return hire("colleague", Role.VILLAGE_CADRE, "990101100202")


@pytest.fixture
def outsider(hire: Callable[..., User]) -> User:
    """The county officer of the neighbouring county."""
    return hire("outsider", Role.COUNTY_BUREAU, "990102000000")


@pytest.fixture
def township(hire: Callable[..., User]) -> User:
    return hire("township", Role.TOWNSHIP_STAFF, "990101100000")


@pytest.fixture
def township_leader(hire: Callable[..., User]) -> User:
    return hire("township_leader", Role.TOWNSHIP_LEADER, "990101100000")


@pytest.fixture
def bureau(hire: Callable[..., User]) -> User:
    return hire("bureau", Role.COUNTY_BUREAU, "990101000000")


@pytest.fixture
def auditor(hire: Callable[..., User]) -> User:
    return hire("auditor", Role.AUDITOR, "990101000000")


@pytest.fixture
def administrator(hire: Callable[..., User]) -> User:
    return hire("administrator", Role.ADMINISTRATOR, "990101000000")


@pytest.fixture
def run_json() -> Callable[..., dict[str, Any]]:
    """`run_json("match", "--period", "2026-09")` runs a command with --json and gives its last line as an object."""

    def _run(name: str, *arguments: str) -> dict[str, Any]:
        out = StringIO()
        call_command(name, *arguments, "--json", stdout=out, stderr=StringIO())
        return json.loads(out.getvalue().strip().splitlines()[-1])

    return _run
