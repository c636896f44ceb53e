"""The commands of contract section 1: `ledger` and `list_ledgers`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_episode, make_household
from django.core.management import call_command
from django.core.management.base import CommandError
from ledger_sheets import read_ledger

from accounts.models import AuditEvent, Division
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.ledgers.summary import SummaryLedger

COUNTY = "990101000000"
LEVELS = {"县": "990101000000", "乡镇": "990101100000", "村": "990101100201"}
OFFERED = [
    (name, level.label)
    for name, ledger in LEDGERS.items()
    for level in ledger.levels
    if level.label in LEVELS and not ledger.group
]


@pytest.mark.parametrize(("name", "level"), OFFERED)
def test_every_ledger_is_there_for_an_empty_place_of_every_level(
    name: str, level: str, clock: Any, places: Any, run_json: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "台账.xlsx"
    answer = run_json("ledger", name.lower(), "--division", LEVELS[level], "--output", str(path))
    ledger = LEDGERS[name]
    at = Reading(places[LEVELS[level]], date(2026, 11, 10))
    units = ledger.size(at) if isinstance(ledger, SummaryLedger) else 0
    assert answer == {"ledger": name, "rows": units, "file": str(path)}
    sheet = read_ledger(path)
    assert sheet.title.endswith("（2026年11月）")
    assert len(sheet.rows) == units


def test_the_title_names_the_place_from_the_county_down(
    clock: Any, places: Any, run_json: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "L1.xlsx"
    run_json("ledger", "L1", "--division", LEVELS["村"], "--as-of", "2026-10-31", "--output", str(path))
    sheet = read_ledger(path)
    assert sheet.title == "守望县石桥镇东沟村防止返贫监测对象台账（2026年10月）"
    assert sheet.info == ["填报单位（盖章）：", "填报日期：2026年10月31日", "单位：户、人、元、项"]
    assert sheet.footer == ["单位负责人：", "审核人：", "填表人：", "联系电话："]


def test_rows_count_the_data_alone(clock: Any, village: Division, run_json: Any, tmp_path: Path) -> None:
    for _ in range(3):
        make_episode(make_household(village))
    answer = run_json("ledger", "L1", "--division", COUNTY, "--output", str(tmp_path / "a.xlsx"))
    assert answer["rows"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["L99", "--division", COUNTY], "没有“L99”这本台账，可用的有：L1、"),
        (["L1", "--division", "999999999999"], "没有区划代码 999999999999"),
        (["L1", "--division", "990100000000"], "示例市是市级"),
        (["L1", "--division", COUNTY, "--as-of", "2026-13-01"], "日期“2026-13-01”看不懂"),
        (["L1", "--division", COUNTY, "--as-of", "上月底"], "日期“上月底”看不懂"),
        (["L1", "--division", COUNTY, "--as-of", "2026-11-11"], "2026-11-11 还没有到"),
        (["L1", "--division", COUNTY, "--as-of", "0001-01-01"], "太早"),
        (["L1", "--division", COUNTY, "--whole"], "须写明用途"),
    ],
)
def test_a_refusal_is_one_line_with_status_2_and_leaves_nothing(
    arguments: list[str], words: str, clock: Any, places: Any, tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    with pytest.raises(CommandError) as refusal:
        call_command("ledger", *arguments, "--output", str(path))
    assert refusal.value.returncode == 2
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == [tmp_path / "data"]
    assert not AuditEvent.objects.exists()


def test_a_place_that_cannot_be_written_is_refused(clock: Any, places: Any, tmp_path: Path) -> None:
    for path, why in ((tmp_path / "no such folder" / "a.xlsx", "没有这个文件夹"), (tmp_path, "这是一个文件夹")):
        with pytest.raises(CommandError) as refusal:
            call_command("ledger", "T1", "--division", COUNTY, "--output", str(path))
        assert refusal.value.returncode == 2
        assert f"写不了 {path}：{why}" in str(refusal.value)


def test_today_in_china_is_the_last_day(clock: Any, places: Any, run_json: Any, tmp_path: Path) -> None:
    clock.move_to("2026-11-10T17:00:00+00:00")  # 01:00 on the 11th in China
    path = tmp_path / "T1.xlsx"
    run_json("ledger", "T1", "--division", COUNTY, "--as-of", "2026-11-11", "--output", str(path))
    assert read_ledger(path).info[1] == "填报日期：2026年11月11日"


def test_list_ledgers_names_them_all(db: None, run_json: Any) -> None:
    listed = run_json("list_ledgers")["ledgers"]
    # The workbooks for the national system: tests/reports/test_national.py.
    listed = [one for one in listed if not LEDGERS[one["name"]].group]
    assert [one["name"] for one in listed] == [code for code, ledger in LEDGERS.items() if not ledger.group]
    assert {"L1", "L5", "L13", "T1", "T8"} <= {one["name"] for one in listed}
    assert {"name": "T1", "title": "监测对象动态统计表", "levels": ["县", "乡镇", "村"]} in listed
