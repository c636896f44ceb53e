"""Two thousand cells of valid files damaged at random: every report is right to the row and the column.

The damage is made here and its truth is known here; nothing asks the program what it thinks of a cell. The damaged
files go through the public way in, in both formats.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from import_files import SAMPLE, feed_row, headings, number, write_csv, write_xlsx

from monitoring.feeds import FEEDS
from sheets.table import Column

ROWS = 60
CELLS = 2_000
# In the order in which faults count.
ORDER = ["id_missing", "id_precision", "id_length", "id_birthdate", "id_checksum",
         "date_invalid", "amount_invalid", "code_unknown"]  # fmt: skip
Take = Callable[..., Any]
Damage = tuple[Any, str]


def wrong_check(serial: int) -> str:
    right = number(serial)
    return right[:-1] + str((int(right[-1].replace("X", "0")) + 1) % 10)


def bad_number(draw: random.Random, serial: int) -> Damage:
    return draw.choice(
        [
            (draw.choice(["", "无", " - ", "—", "/", "不详", "　"]), "id_missing"),
            (draw.choice(["9.90101E+17", "9.9e17", "1E17"]), "id_precision"),
            (number(serial)[: draw.choice([1, 6, 14, 17])], "id_length"),
            (number(serial).replace("9", "九", 1), "id_length"),
            (number(serial) + "1", "id_length"),
            ("99010119901399" + number(serial)[14:], "id_birthdate"),
            ("99010120261101" + number(serial)[14:], "id_birthdate"),
            ("99010119900230" + number(serial)[14:], "id_birthdate"),
            (wrong_check(serial), "id_checksum"),
        ]
    )


def fine_number(draw: random.Random, serial: int) -> str:
    right = number(serial)
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    return draw.choice(
        [
            right,
            f" {right}",
            f"'{right}",
            f'="{right}"',
            f"{right[:6]} {right[6:14]} {right[14:]}",
            f"{right}41",
            f"{right}41B1",
            right.lower(),
            right.translate(wide),
            f"\u200b{right}\u3000",
        ]  # fmt: skip
    )


BAD = {
    "date": ["去年", "2026-13-01", "2026-02-30", "不详", "13月5日", "1234567", "-", "2026年", "0"],
    "number": ["3万", "一千", "1,2,3", "12元5角", "约5", "1e5", "无", "--5", "5%", "3.5.1"],
    "code": ["其它", "?", "无此项", "0", "新办增"],
}
FINE = {
    "date": ["2026-10-05", "2026/1/5", "2026.10.5", "20261005", "2026年10月5日", "46300", "2026-10-05 08:30:00",
             "２０２６-１０-０５", " 2027-01-01 "],
    "number": ["1,200.50", "-30", "１２", " 5元", "0", "￥3.1", "12,345,678", ".5", "+7"],
    "text": ["随便", " 有 空 格 ", "3万", "2026-13-01", "a,b\"c", "1e5"],
    "id": ["", "无", "123", "9.9E+17"],
}  # fmt: skip


def damaged(draw: random.Random, column: Column) -> Damage | None:
    """A bad cell for an own column with its code; None where nothing is ever a fault."""
    choices: list[Damage] = []
    if column.kind in ("date", "number"):
        code = "date_invalid" if column.kind == "date" else "amount_invalid"
        choices += [(cell, code) for cell in BAD[column.kind]]
        choices += [(" ", code)] if column.needed else []
    elif column.kind == "code":
        choices += [(cell, "code_unknown") for cell in [*BAD["code"], ""]]
    return draw.choice(choices) if choices else None


def fine(draw: random.Random, column: Column) -> Any:
    """Another cell that the column accepts."""
    if getattr(column, "parse", None):
        return draw.choice(["2026-2027", "2026—2027学年", "２０２６-２０２７", "2025–2026"])
    if column.kind == "code":
        return draw.choice(list(column.codes or {}))
    return draw.choice([*FINE[column.kind], SAMPLE[column.kind]])


def fuzzed(draw: random.Random, feed: str, rows: int) -> tuple[list[list[Any]], list[tuple[int, str, str]], int]:
    """Lines of a file, the faults that are in it, and how many cells were changed."""
    declared = FEEDS[feed]
    lines: list[list[Any]] = [headings(feed)]
    truth: list[tuple[int, str, str]] = []
    changed = 0
    for serial in range(rows):
        row = feed_row(feed, fine_number(draw, serial))
        faults: list[tuple[int, int, str, str]] = []
        if draw.random() < 0.15:
            row[2], code = bad_number(draw, serial)
            faults.append((ORDER.index(code), 0, declared.id_column, code))
            changed += 1
        for place, column in enumerate(declared.columns):
            roll = draw.random()
            if roll < 0.06 and (damage := damaged(draw, column)) is not None:
                row[4 + place], code = damage
                faults.append((ORDER.index(code), place, column.name, code))
                changed += 1
            elif roll < 0.4:
                row[4 + place] = fine(draw, column)
                changed += 1
        # What tells the rows apart, so that none is a duplicate of another.
        lines.append(row)
        if faults:
            _, _, name, code = min(faults)
            truth.append((len(lines), name, code))
        if draw.random() < 0.1:
            lines.append(draw.choice([[""], ["　", "", " "], ["合计", "", ""], ["", "总计", ""]]))
    return lines, truth, changed


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_damaged_cells_are_reported_where_they_are(ending: str, take_feed: Take, tmp_path: Path) -> None:
    draw = random.Random(20261121 + len(ending))
    changed = rejected = 0
    while changed < CELLS:
        for feed in FEEDS:
            lines, truth, cells = fuzzed(draw, feed, ROWS)
            path = tmp_path / f"{feed}.{ending}"
            (write_csv if ending == "csv" else write_xlsx)(path, lines)
            report = take_feed(feed, path=path)
            told = [(error["row"], error["column"], error["code"]) for error in report.errors]
            assert told == truth, feed
            assert report.counts.rows == ROWS
            assert report.counts.accepted == ROWS - len(truth)
            changed, rejected = changed + cells, rejected + len(truth)
    assert rejected > 100


def test_dates_written_as_real_dates_are_read_from_a_workbook(take_feed: Take, tmp_path: Path) -> None:
    rows = [
        feed_row("accidents", number(1), 事发日期=date(2026, 10, 5)),
        feed_row("accidents", number(2), 事发日期=46300),
    ]
    path = write_xlsx(tmp_path / "a.xlsx", [headings("accidents"), *rows, feed_row("accidents", 990101199001010000)])
    told = [(error["row"], error["code"]) for error in take_feed("accidents", path=path).errors]
    assert told == [(4, "id_precision")]
