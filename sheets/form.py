"""How a clerk's sheet looks: its words by cell, merged cells, widths, what is hidden, its paper.

For the few workbooks that are layouts and not data. Read in a child process like every file from outside
(`read_form`); only the first sheet counts, and of it the first rows.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from .faults import SheetError
from .guard import Limits, inspect
from .text import text

ROWS: Final = 60
COLUMNS: Final = 300
LIMITS: Final = Limits(workbook_bytes=2 << 20, inflated_bytes=40 << 20, entry_bytes=20 << 20, entries=200)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")
_PAPERS: Final = {8: "A3", 9: "A4"}
_RESAVE = "请在 Excel 或 WPS 中另存为 .xlsx 后再传"
Place = tuple[int, int]


@dataclass
class SheetForm:
    """One sheet. Rows and columns are counted from 1. `paper` is '' where the sheet says nothing, else A3, A4 or 'other';
    `one_wide` is whether it is fitted to the width of one page, None where it is not fitted."""

    cells: dict[Place, str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    hidden_columns: set[int] = field(default_factory=set)
    paper: str = ""
    landscape: bool | None = None
    one_wide: bool | None = None

    def word(self, row: int, column: int) -> str:
        """What a reader sees there: of merged cells the first one's words."""
        for top, left, bottom, right in self.merged:
            if top <= row <= bottom and left <= column <= right:
                return self.cells.get((top, left), "")
        return self.cells.get((row, column), "")

    @property
    def rows(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @property
    def columns(self) -> int:
        return max((column for _, column in self.cells), default=0)


def read_form(path: Path) -> SheetForm:
    """The first sheet of an .xlsx from outside.

    Raises:
        SheetError: no .xlsx, damaged, encrypted, with macros, beyond the limits, too long or too wide for a layout.
    """
    if sys.platform == "win32":
        return form_of(path)
    from .child import form_in_child  # builds on this module

    found: SheetForm = SheetForm(**form_in_child(path))
    return found


def form_of(path: Path) -> SheetForm:
    """`read_form` in this process."""
    if not inspect(path, LIMITS).is_package:
        raise SheetError(f"版式要用 .xlsx 工作簿，{_RESAVE}")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, ValueError, RuntimeError) as error:
        if isinstance(error, SheetError):
            raise
        raise SheetError(f"文件已损坏或不完整，{_RESAVE}") from error


def plain(form: SheetForm) -> dict[str, Any]:
    """The form as builtin values, for the pipe."""
    return dict(vars(form))


def _read(archive: zipfile.ZipFile) -> SheetForm:
    words = list(_strings(archive))
    root = ElementTree.fromstring(archive.read(_first_sheet(archive)))
    form = SheetForm()
    for row in root.iterfind(f"{_MAIN}sheetData/{_MAIN}row"):
        for cell in row.iterfind(f"{_MAIN}c"):
            if said := text(_said(cell, words)):
                form.cells[_place(cell.get("r", ""))] = said
    for area in root.iterfind(f"{_MAIN}mergeCells/{_MAIN}mergeCell"):
        first, _, last = area.get("ref", "").partition(":")
        form.merged.append((*_place(first), *_place(last or first)))
    for column in root.iterfind(f"{_MAIN}cols/{_MAIN}col"):
        _widths(form, column)
    _paper(form, root.find(f"{_MAIN}pageSetup"))
    fitted = root.find(f"{_MAIN}sheetPr/{_MAIN}pageSetUpPr")
    if fitted is not None and fitted.get("fitToPage") in ("1", "true"):
        setup = root.find(f"{_MAIN}pageSetup")
        form.one_wide = setup is None or setup.get("fitToWidth", "1") == "1"
    return form


def _first_sheet(archive: zipfile.ZipFile) -> str:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    sheet = book.find(f"{_MAIN}sheets/{_MAIN}sheet")
    if sheet is None:
        raise SheetError("文件里没有工作表，请从下载的版式开始改")
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(one.get("Target", "") for one in links if one.get("Id") == sheet.get(_LINK))
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _strings(archive: zipfile.ZipFile) -> Iterator[str]:
    if "xl/sharedStrings.xml" in archive.namelist():
        for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml")).iterfind(f"{_MAIN}si"):
            yield _joined(item)


def _joined(item: ElementTree.Element) -> str:
    """The runs of a rich text; phonetic hints are none."""
    parts = [*item.findall(f"{_MAIN}t"), *item.findall(f"{_MAIN}r/{_MAIN}t")]
    return "".join(part.text or "" for part in parts)


def _said(cell: ElementTree.Element, words: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{_MAIN}is")
        return _joined(inline) if inline is not None else ""
    value = cell.findtext(f"{_MAIN}v") or ""
    return words[int(value)] if kind == "s" and value else value


def _place(reference: str) -> Place:
    found = _REFERENCE.match(reference)
    if found is None:
        raise SheetError(f"文件的内部结构不正常，{_RESAVE}")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    if row > ROWS or column > COLUMNS:
        raise SheetError(f"版式最多 {ROWS} 行、{COLUMNS} 列，{reference} 超出了，请把多余的行列删掉再传")
    return row, column


def _widths(form: SheetForm, column: ElementTree.Element) -> None:
    first, last = int(column.get("min", "1")), min(int(column.get("max", "1")), COLUMNS)
    for number in range(first, last + 1):
        if column.get("width"):
            form.widths[number] = float(column.get("width", "0"))
        if column.get("hidden") in ("1", "true"):
            form.hidden_columns.add(number)


def _paper(form: SheetForm, setup: ElementTree.Element | None) -> None:
    if setup is None:
        return
    if size := setup.get("paperSize"):
        form.paper = _PAPERS.get(int(size), "other")
    if orientation := setup.get("orientation"):
        form.landscape = orientation == "landscape"
