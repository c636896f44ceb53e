"""Small departmental files for the tests: numbers that are right, and files in the formats that departments send."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from monitoring.feeds import FEEDS, Feed
from sheets.ids import checksum

AT = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
REGISTER_HEADINGS = ["县(市、区、旗)", "乡(镇)", "行政村", "户编号", "姓名", "证件号码", "与户主关系", "劳动技能", "人均纯收入",
                     "户类型", "致贫原因1", "易返贫致贫户(监测对象)类型", "风险是否消除", "风险识别时间", "风险消除时间"]  # fmt: skip
TYPE = "易返贫致贫户(监测对象)类型"
# A cell that every own column accepts, by the column's kind; lists are read from the declaration.
SAMPLE = {"date": date(2026, 10, 5), "number": 120.5, "text": "某事", "id": "无"}


def number(serial: int, born: str = "19900101") -> str:
    """A resident number of nobody, valid in every digit."""
    digits = f"990101{born}{serial:03}"
    return digits + checksum(digits)


def write_xlsx(
    path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "数据", others: Mapping[str, Any] = {}
) -> Path:
    """Rows from the first one on, in a sheet; `others` are sheets before it."""
    book = Workbook()
    book.remove(book.active)
    for name, lines in {**others, sheet: rows}.items():
        made = book.create_sheet(name)
        for line in lines:
            made.append(list(line))
            for cell in made[made.max_row]:
                if isinstance(cell.value, str):
                    # openpyxl takes what begins with = for a formula; Excel's own file has its text.
                    cell.data_type = "s"
    book.save(path)
    return path


def write_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def headings(feed: str) -> list[str]:
    declared = FEEDS[feed]
    return ["序号", "姓名", declared.id_column, "乡镇/村", *(column.name for column in declared.columns)]


def feed_row(feed: str, id_number: str, name: str = "张三", **cells: Any) -> list[Any]:
    """A row that is accepted; `cells` by column, the rest filled with what each column takes."""
    declared = FEEDS[feed]
    own = [cells.get(column.name, _sample(declared, column.name)) for column in declared.columns]
    return [1, name, id_number, "石桥镇东沟村", *own]


def _sample(feed: Feed, name: str) -> Any:
    column = next(column for column in feed.columns if column.name == name)
    if column.parse is not None:
        return "2026-2027学年"
    return next(iter(column.codes)) if column.codes else SAMPLE[column.kind]


def feed_file(path: Path, feed: str, rows: Sequence[Sequence[Any]], titles: Sequence[str] = ()) -> Path:
    """A departmental file, .xlsx or .csv by its name."""
    lines = [*([title] for title in titles), headings(feed), *rows]
    return write_csv(path, lines) if path.suffix == ".csv" else write_xlsx(path, lines)


def register_row(household: str, id_number: str, name: str = "张三", relation: str = "户主", **cells: Any) -> list[Any]:
    """A row of the register in 石桥镇东沟村; `cells` by heading."""
    given = {
        "县(市、区、旗)": "守望县",
        "乡(镇)": "石桥镇",
        "行政村": "东沟村",
        "户编号": household,
        "姓名": name,
        "证件号码": id_number,
        "与户主关系": relation,
        "劳动技能": "普通劳动力",
        "人均纯收入": 12000,
        "户类型": "脱贫户",
    }
    return [{**given, **cells}.get(heading, "") for heading in REGISTER_HEADINGS]


def register_file(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    return write_xlsx(path, [["守望县防止返贫监测基础信息"], REGISTER_HEADINGS, *rows], sheet="名单")


def codes(report: Any) -> list[tuple[int, str, str]]:
    """Row, column and code of every rejected row of a report."""
    return [(error["row"], error["column"], error["code"]) for error in report.errors]


def tally(report: Any) -> tuple[int, int, int]:
    """How many persons an import made, changed and left."""
    return report.tally.created, report.tally.updated, report.tally.unchanged


def monitored(risk: str = "因病", cleared: str = "否", since: Any = "202306", until: Any = "") -> dict[str, Any]:
    return {
        TYPE: "边缘易致贫户",
        "致贫原因1": risk,
        "风险是否消除": cleared,
        "风险识别时间": since,
        "风险消除时间": until,
    }
