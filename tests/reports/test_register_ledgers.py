"""What the ledgers make of a register as it came: by the commands alone, from file to workbook."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ledger_sheets import Written

from sheets.ids import checksum

HEADINGS = [
    *("乡(镇)", "行政村", "户编号", "姓名", "证件号码", "与户主关系", "户类型", "人均纯收入", "致贫原因1"),
    *("易返贫致贫户(监测对象)类型", "风险是否消除", "风险识别时间", "风险消除时间"),
]


def number(serial: int) -> str:
    digits = f"99010119800101{serial:03}"
    return digits + checksum(digits)


@pytest.fixture
def register(places: Any, tmp_path: Path, run_json: Callable[..., dict[str, Any]]) -> Callable[..., None]:
    """`register((户类型, 人均纯收入, 类型, 是否消除, 识别时间, 消除时间), …)` brings households of one person each."""

    def _register(*homes: tuple[str, ...]) -> None:
        path = tmp_path / "register.csv"
        rows = [
            [
                "石桥镇",
                "东沟村",
                f"9901{serial:08}",
                f"户主{serial}",
                number(serial),
                "户主",
                category,
                income,
                "因病",
                *rest,
            ]
            for serial, (category, income, *rest) in enumerate(homes, 1)
        ]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *rows])
        assert run_json("import_households", str(path))["rejected"] == 0

    return _register


@pytest.fixture
def national(run_json: Callable[..., dict[str, Any]], tmp_path: Path) -> Callable[[str, str], list[Any]]:
    """`national("N1", "风险消除时间")`: a column of a workbook for the national system (its headings stand in row 3)."""

    def _national(name: str, heading: str) -> list[Any]:
        path = tmp_path / f"{name}.xlsx"
        run_json("ledger", name, "--division", "990101000000", "--output", str(path))
        headings, *rows = openpyxl.load_workbook(path).active.iter_rows(min_row=3, values_only=True)
        return [row[headings.index(heading)] for row in rows]

    return _national


def test_a_clearing_without_its_month_shows_none(
    clock: Any,
    register: Callable[..., None],
    written: Callable[..., Written],
    national: Callable[[str, str], list[Any]],
) -> None:
    """The register may say that a risk is cleared and not when (contract section 2); then nobody knows the month."""
    kind = ("脱贫户", "12000", "脱贫不稳定户")
    register((*kind, "是", "202306", ""), (*kind, "是", "202306", "202306"), (*kind, "是", "202306", "202405"))
    months = [None, "202306", "202405"]
    assert written("L1").column("风险是否已消除") == ["是"] * 3
    assert written("L1").column("消除监测时间") == months
    assert written("L5").column("消除监测时间") == months
    assert written("L5").column("间隔月") == [None, 0, 11]
    assert national("N1", "风险消除时间") == months
    assert national("N3", "消除监测时间") == months


def test_such_a_register_again_changes_nothing(
    clock: Any, places: Any, register: Callable[..., None], run_json: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    register(
        ("脱贫户", "12000", "脱贫不稳定户", "是", "202306", ""), ("一般农户", "9000", "边缘易致贫户", "是", "", "")
    )
    again = run_json("import_households", str(tmp_path / "register.csv"))
    assert (again["unchanged"], again["updated"]) == (2, 0)
