"""Layouts that are not taken: every fault named by its cell, files that are none, what begins like a formula."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from layout_desk import Change, Desk, row_of

from accounts.errors import Refused
from accounts.models import Division
from reports.layouts.declared import standard
from reports.ledgers import LEDGERS
from reports.models import LedgerLayout

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda s: s.cell(5, 4).__setattr__("value", "#没有"),
            "第 5 行 D 列：“没有”没有这一列，本台账有：序号、单位、",
        ),
        # A cell that shows an error is a word like any other.
        (lambda s: s.cell(5, 4).__setattr__("value", "#N/A"), "第 5 行 D 列：“N/A”没有这一列"),
        (lambda s: s.cell(5, 5).__setattr__("value", s.cell(5, 4).value), "第 4 行 E 列：“辍学·发现”已经在 D 列"),
        (lambda s: s.__setitem__("B1", "{村名}台账"), "第 1 行 B 列：“{村名}”不是能用的字段，能用的有：{地方}、{年}"),
        (lambda s: s.__setitem__("B1", "台账{"), "第 1 行 B 列：“{”不是能用的字段"),
        (lambda s: s.__setitem__("B1", None), "第 1 行 B 列：标题是空的"),
        (lambda s: s.__setitem__("B1", "长" * 101), "第 1 行 B 列：标题最多 100 个字"),
        (lambda s: s.__setitem__("A1", None), "隐藏的 A 列里没有“标题”"),
        (lambda s: s.__setitem__("A2", "什么"), "第 2 行 A 列：“什么”不是版式的标记"),
        (lambda s: s.column_dimensions["D"].__setattr__("width", 150), "第 4 行 D 列：列宽 150 不合适"),
        (lambda s: s.page_setup.__setattr__("paperSize", 11), "纸张只能用 A3 或 A4"),
        (lambda s: s.column_dimensions["C"].__setattr__("hidden", True), "汇总表要留下“单位”这一列"),
    ],
)
def test_every_fault_is_named_by_its_cell_and_nothing_is_kept(desk: Desk, change: Change, words: str) -> None:
    assert any(words in fault for fault in desk.faults("T8", change)), desk.faults("T8", change)
    assert not LedgerLayout.objects.exists()


def test_all_faults_are_named_at_once(desk: Desk) -> None:
    def change(sheet: Any) -> None:
        sheet["B1"] = "{谁}"
        sheet.cell(5, 4).value = "#甲"
        sheet.cell(5, 6).value = "#乙"

    assert len(desk.faults("T8", change)) == 3


def test_a_column_without_its_key_is_known_by_its_heading(desk: Desk) -> None:
    def change(sheet: Any) -> None:
        sheet.delete_rows(row_of(sheet, "列键"))

    assert desk.send("T8", change).declared == standard(LEDGERS["T8"]).as_json()

    def renamed(sheet: Any) -> None:
        change(sheet)
        sheet.cell(3, 3).value = "哪里"

    assert any("“哪里”没有这一列" in fault for fault in desk.faults("T8", renamed))


def _packed(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, words in parts.items():
            archive.writestr(name, words)
    return out.getvalue()


HOSTILE = {
    "empty": b"",
    "words": "这不是表格".encode(),
    "picture": b"\x89PNG\r\n\x1a\n0000",
    "zip": _packed(a="x"),
    "bomb": _packed(**{"xl/workbook.xml": "<a>" + " " * 50_000_000}),
    "entity": _packed(**{"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
    "no sheet": _packed(**{"xl/workbook.xml": "<workbook/>", "xl/_rels/workbook.xml.rels": "<Relationships/>"}),
    "broken": _packed(**{"xl/workbook.xml": "<workbook"}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_no_layout_is_refused_in_words(desk: Desk, kind: str, county: Division) -> None:
    address = reverse("ledger-layout", args=["T8"])
    file = SimpleUploadedFile("改.xlsx", HOSTILE[kind])
    answer = desk.client.post(address, {"division": county.code, "file": file})
    assert answer.status_code == 400, kind
    assert not LedgerLayout.objects.exists()
    other = SimpleUploadedFile("改.xlsm", b"PK")
    assert "另存为 .xlsx" in desk.client.post(address, {"division": county.code, "file": other}).content.decode()


def test_a_sheet_that_reaches_too_far_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="版式最多 60 行"):
        desk.send("T8", lambda sheet: sheet.cell(500, 3).__setattr__("value", "x"))


def test_what_begins_like_a_formula_stays_words(desk: Desk) -> None:
    def change(sheet: Any) -> None:
        sheet["B1"].value, sheet["B1"].data_type = "=1+1", "s"

    desk.use(desk.send("T8", change))
    sheet = desk.sheet("T8")
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("=1+1", "s")
    assert desk.download("T8").active["B1"].data_type == "s"
