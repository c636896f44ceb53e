"""All ledgers of a place in one archive: by command, page and interface, each as it is written alone, all as of one moment."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import builders
import pytest
from builders import make_episode, make_household
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from ledger_sheets import read_ledger

from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Division, User
from reports import tasks
from reports.ledgers.base import Level
from reports.models import ExportRun
from reports.services import sets
from reports.services.ledgers import LedgerOrder, write_ledger, write_sheets
from reports.services.sets import ledgers_at, write_set

OCTOBER = date(2026, 10, 31)
AT = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
State = ExportRun.State


@pytest.fixture
def homes(db: None, village: Division) -> None:
    for _ in range(3):
        make_episode(make_household(village))


def written(path: Path, folder: Path, progress: Any = None, **values: Any) -> Any:
    """The set with its files unpacked into a folder."""
    usual: dict[str, Any] = {"as_of": OCTOBER, "actor": None, "at": AT}
    result = write_set(order=LedgerOrder(**{**usual, **values}), path=path, progress=progress)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return result


def test_a_set_holds_every_ledger_of_the_level_as_it_is_written_alone(
    homes: None, clock: Any, county: Division, tmp_path: Path
) -> None:
    result = written(tmp_path / "a.zip", tmp_path / "a", division=county)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names[0] == "00 目录.xlsx"
    assert {name.split()[0] for name in names[1:]} == set(result.rows) == {one.code for one in ledgers_at(Level.COUNTY)}
    assert "L7 守望县民主评议、公示公告、异议台账（20261031）.xlsx" in names
    for code in ("L1", "T1", "L4"):
        (mine,) = [path for path in (tmp_path / "a").iterdir() if path.name.startswith(f"{code} ")]
        alone = tmp_path / f"{code}.xlsx"
        order = LedgerOrder(division=county, as_of=OCTOBER, actor=None, at=AT)
        rows = write_ledger(name=code, order=order, path=alone).rows
        one, other = read_ledger(mine), read_ledger(alone)
        assert result.rows[code] == rows
        assert (one.title, one.totals, one.rows) == (other.title, other.totals, other.rows)


def test_sheets_of_a_workbook_do_not_lie_beside_it_too() -> None:
    codes = {one.code for one in ledgers_at(Level.COUNTY)}
    assert {"L13", "T2"} <= codes and not {"L13A", "T2A", "N1"} & codes


def test_the_contents_say_what_lies_there(homes: None, clock: Any, county: Division, tmp_path: Path) -> None:
    import openpyxl

    result = written(tmp_path / "a.zip", tmp_path / "a", division=county)
    sheet = openpyxl.load_workbook(tmp_path / "a" / "00 目录.xlsx").active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    listed = {line[1]: (line[3], line[4]) for line in lines if line[1] in result.rows}
    assert {code: rows for code, (rows, _) in listed.items()} == result.rows
    assert all((tmp_path / "a" / name).exists() for _, name in listed.values())
    assert lines[0][0] == "守望县整套台账目录"


def test_what_is_entered_while_a_set_is_written_is_in_none_of_its_sheets(
    homes: None, clock: Any, county: Division, village: Division, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_enters(rows: int, done: int, size: int) -> None:
        if done == 1:
            clock.shift(timedelta(seconds=5))
            monkeypatch.setattr(builders, "AT", timezone.now())
            make_episode(make_household(village))

    at = timezone.now()
    result = written(tmp_path / "a.zip", tmp_path / "a", division=county, as_of=None, at=at, progress=somebody_enters)
    (t1,) = [path for path in (tmp_path / "a").iterdir() if path.name.startswith("T1 ")]
    assert result.rows["L1"] == read_ledger(t1).totals["风险未消除·户"] == 3


def test_it_is_recorded_once_with_the_rows_of_each(homes: None, clock: Any, county: Division, tmp_path: Path) -> None:
    result = written(tmp_path / "a.zip", tmp_path / "a", division=county, masked=False, purpose="督查核对")
    event = AuditEvent.objects.get(action="ledger.exported")
    assert event.purpose == "督查核对" and event.detail["ledgers"] == result.rows
    assert (event.detail["ledger"], event.detail["as_of"], event.detail["masked"]) == ("ALL", "2026-10-31", False)


def test_who_may_not_and_what_cannot_be_leaves_no_file(
    homes: None, clock: Any, county: Division, outsider: User, administrator: User, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def ask(path: Path = tmp_path / "a.zip", **values: Any) -> None:
        usual: dict[str, Any] = {"division": county, "as_of": OCTOBER, "actor": None, "at": AT}
        write_set(order=LedgerOrder(**{**usual, **values}), path=path)

    for actor in (outsider, administrator):
        with pytest.raises((OutOfScope, Forbidden)):
            ask(actor=actor)
    with pytest.raises(Refused, match="用途"):
        ask(masked=False)
    with pytest.raises(Refused, match="还没有到"):
        ask(as_of=date(2027, 1, 1))
    with pytest.raises(Refused, match="请选县、乡镇或村"):
        ask(division=county.parent)
    with pytest.raises(Refused, match="写不了"):
        ask(path=tmp_path / "nowhere" / "a.zip")
    monkeypatch.setattr(sets, "record_export", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ask()
    assert not list(tmp_path.glob("*.zip")) and not list(tmp_path.glob(".*"))


def test_the_command_writes_it_too(homes: None, clock: Any, run_json: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    answer = run_json("ledger", "all", "--division", "990101100201", "--output", str(path))
    assert answer["ledger"] == "ALL" and answer["rows"] == sum(answer["ledgers"].values())
    assert set(answer["ledgers"]) == {one.code for one in ledgers_at(Level.VILLAGE)}
    assert zipfile.is_zipfile(path)


def test_an_officer_asks_for_it_on_the_page_and_fetches_it(
    homes: None, clock: Any, bureau: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.run_export, "delay", tasks.run_export)
    client = Client()
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    listed = client.get(reverse("ledger-list"), {"month": "2026-10"}).content.decode()
    address = reverse("ledger-export", args=["ALL"])
    assert f'href="{address}?' in listed
    assert "37 本工作簿和一张目录" in client.get(address, {"month": "2026-10"}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, {"masked": "1", "month": "2026-10"})
    run = ExportRun.objects.get()
    assert (run.state, run.percent, run.rows > 3) == (State.DONE, 100, True)
    page = client.get(answer["Location"]).content.decode()
    assert "整套台账" in page and "下载压缩包" in page
    assert "整套台账" in client.get(reverse("export-list")).content.decode()
    got = client.get(reverse("export-file", args=[run.uid]))
    assert got["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(got.streaming_content))) as archive:
        assert len(archive.namelist()) == 38


class TestTwoAtATime:
    """Ledgers written side by side, on any database."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def beside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert sets._may_work_beside() is (connection.vendor == "postgresql")
        monkeypatch.setattr(sets, "_may_work_beside", lambda: True)

    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
        """The connections that ledgers were written over."""
        found: list[Any] = []

        def watched(*args: Any, **values: Any) -> int:
            found.append(connections["default"])
            return write_sheets(*args, **values)

        monkeypatch.setattr(sets, "write_sheets", watched)
        yield found

    def test_the_set_is_the_same_and_no_connection_stays(
        self, clock: Any, county: Division, village: Division, tmp_path: Path, opened: list[Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        for _ in range(3):
            make_episode(make_household(village))
        beside = written(tmp_path / "a.zip", tmp_path / "a", division=county)
        assert opened and all(one.connection is None for one in opened)
        assert connections["default"] not in opened
        monkeypatch.setattr(sets, "_may_work_beside", lambda: False)
        alone = written(tmp_path / "b.zip", tmp_path / "b", division=county)
        assert list(beside.rows.items()) == list(alone.rows.items())
        for path in (tmp_path / "a").iterdir():
            assert parts(path) == parts(tmp_path / "b" / path.name)

    def test_where_one_cannot_be_written_no_further_one_is_begun(
        self, clock: Any, county: Division, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[str] = []

        def refused(ledger: Any, *args: Any, **values: Any) -> int:
            begun.append(ledger.code)
            raise Refused("原始数据不在了。", code="lost")

        monkeypatch.setattr(sets, "write_sheets", refused)
        with pytest.raises(Refused, match="原始数据"):
            written(tmp_path / "a.zip", tmp_path / "a", division=county)
        assert len(begun) < len(ledgers_at(Level.COUNTY))
        assert not list(tmp_path.glob("*.zip")) and not list(tmp_path.glob(".*"))


def parts(path: Path) -> dict[str, bytes]:
    """The content of a workbook, whenever it was packed."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}
