"""The desk of the tests of layouts: take one down, change it, send it up, put it in force."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, User
from reports.ledgers import LEDGERS
from reports.models import LayoutTerm, LedgerLayout
from reports.services.layouts import enact_layout, upload_layout
from reports.services.ledgers import LedgerOrder, write_ledger

COUNTY = "990101000000"
TODAY = date(2026, 11, 10)
Change = Callable[[Any], None]


class Desk:
    """The county's clerk: `download()` a layout, `send()` it changed, and `lines()` of the ledger as it comes out."""

    def __init__(self, folder: Path, bureau: User) -> None:
        self.folder = folder
        self.bureau = bureau
        self.client = Client()
        self.client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")

    def download(self, name: str, code: str = COUNTY) -> Any:
        answer = self.client.get(reverse("layout-file", args=[name]), {"division": code})
        assert answer.status_code == 200
        return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))

    def send(self, name: str, change: Change, code: str = COUNTY) -> LedgerLayout:
        book = self.download(name, code)
        change(book.active)
        return self.keep(name, book, code)

    def keep(self, name: str, book: Any, code: str = COUNTY) -> LedgerLayout:
        path = self.folder / "changed.xlsx"
        book.save(path)
        place = Division.objects.get(code=code)
        return upload_layout(
            ledger=LEDGERS[name], division=place, path=path, name="改.xlsx", actor=self.bureau, at=timezone.now()
        )

    def use(self, layout: LedgerLayout, from_on: date = TODAY) -> LayoutTerm:
        return enact_layout(layout=layout, from_on=from_on, actor=self.bureau, at=timezone.now())

    def faults(self, name: str, change: Change) -> list[str]:
        with pytest.raises(Refused) as refusal:
            self.send(name, change)
        return refusal.value.details

    def sheet(self, name: str, code: str = COUNTY, on: date = TODAY) -> Any:
        path = self.folder / "ledger.xlsx"
        place = Division.objects.get(code=code)
        order = LedgerOrder(division=place, as_of=on, actor=None, at=timezone.now())
        write_ledger(name=name, order=order, path=path)
        return openpyxl.load_workbook(path).active

    def lines(self, name: str, code: str = COUNTY, on: date = TODAY) -> list[list[Any]]:
        return [[cell.value for cell in row] for row in self.sheet(name, code, on).iter_rows()]


def column_of(sheet: Any, key: str) -> int:
    """Where a column of the ledger stands in a layout, by its hidden key."""
    row = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "列键")
    return next(n for n in range(2, sheet.max_column + 1) if sheet.cell(row, n).value == f"#{key}")


def row_of(sheet: Any, mark: str) -> int:
    return next(row for row in range(1, 30) if sheet.cell(row, 1).value == mark)


def simple(sheet: Any) -> None:
    """T8 as a county wants it: other title and lines, four columns, one of its own, on A4 upright, 合计 at the end."""
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    keys = ["序号", "单位", "危房·在办", "辍学·在办"]
    places = [column_of(sheet, key) for key in keys]
    for row in range(1, sheet.max_row + 1):
        words = [sheet.cell(row, place).value for place in places]
        for column in range(2, 20):
            sheet.cell(row, column).value = None
        for number, word in enumerate(words, 2):
            sheet.cell(row, number).value = word
    sheet["B1"] = "{地方}住房和上学（{年}年{月}月{日}日）"
    info, heading, foot = row_of(sheet, "填报"), row_of(sheet, "表头"), row_of(sheet, "签名")
    for column in range(2, 7):
        for row in (info, heading, heading + 1, foot):
            sheet.cell(row, column).value = None
    sheet.cell(info, 2).value = "单位：件"
    for column, words in ((2, "序号"), (3, "乡镇（村）"), (4, "还没有清的"), (6, "备注（自填）")):
        sheet.cell(heading, column).value = words
    sheet.cell(heading + 1, 4).value, sheet.cell(heading + 1, 5).value = "住房", "上学"
    sheet.merge_cells(start_row=heading, start_column=4, end_row=heading, end_column=5)
    for column in (2, 3, 6):
        sheet.merge_cells(start_row=heading, start_column=column, end_row=heading + 1, end_column=column)
    sheet.cell(foot, 2).value, sheet.cell(foot, 4).value = "分管领导：", "经办：{地方}"
    for letter, width in zip("BCDEF", (6, 20, 12, 12, 18), strict=True):
        sheet.column_dimensions[letter].width = width
    total, data = row_of(sheet, "合计"), row_of(sheet, "数据")
    sheet.cell(total, 1).value, sheet.cell(data, 1).value = "数据", "合计"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = 9, "portrait"
