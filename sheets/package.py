"""The fixed parts of an .xlsx package, and a buffered writer for worksheet parts."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from typing import IO, Final

from .extent import column_letters
from .layout import LINE_SIZE
from .styles import styles_xml
from .xml import attribute, text_cell

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Excel takes a list written into the rule only up to this length.
_LONGEST_LIST: Final = 255
_LISTS_SHEET: Final = "选项"


class PartWriter:
    """One worksheet part being written."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part

    def head(self, views: str, widths: Sequence[float]) -> None:
        """Everything before the rows."""
        columns = "".join(
            f'<col min="{i}" max="{i}" width="{width}" customWidth="1"/>' for i, width in enumerate(widths, 1)
        )
        cols = f"<cols>{columns}</cols>" if columns else ""
        self.add(f'{_HEAD}<worksheet xmlns="{_MAIN}">{views}{cols}<sheetData>')

    def add(self, xml: str) -> None:
        """Whole rows."""
        self._part.write(xml.encode("utf-8"))

    def tail(self, rest: str) -> None:
        """Everything after the rows."""
        self.add(f"</sheetData>{rest}</worksheet>")


class ChoiceLists:
    """Drop-down lists; those that do not fit into a rule stand on a hidden sheet of their own."""

    def __init__(self, wanted: Sequence[tuple[str, ...]]) -> None:
        self._long = list(dict.fromkeys(words for words in wanted if words and not _fits(words)))

    @property
    def hidden_sheet(self) -> str:
        """The name of the hidden sheet, '' when none is needed."""
        return _LISTS_SHEET if self._long else ""

    def rule(self, words: tuple[str, ...], place: str) -> str:
        """The rule that offers `words` in the cells `place`; other words get a warning only."""
        source = f'"{",".join(words)}"'
        if words in self._long:
            letters = column_letters(self._long.index(words) + 1)
            source = f"'{_LISTS_SHEET}'!${letters}$1:${letters}${len(words)}"
        return (
            '<dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1" '
            f'sqref="{place}"><formula1>{attribute(source)}</formula1></dataValidation>'
        )

    def write(self, part: IO[bytes]) -> None:
        """The hidden sheet: one list a column."""
        writer = PartWriter(part)
        writer.head("", [])
        for row in range(1, max(map(len, self._long)) + 1):
            cells = (
                text_cell(f"{column_letters(i)}{row}", 0, words[row - 1])
                for i, words in enumerate(self._long, 1)
                if row <= len(words)
            )
            writer.add(f'<row r="{row}">{"".join(cells)}</row>')
        writer.tail("")


def _fits(words: tuple[str, ...]) -> bool:
    return len(",".join(words)) <= _LONGEST_LIST and not any(set(word) & set(',"') for word in words)


def fixed_parts(
    archive: zipfile.ZipFile,
    names: Sequence[str],
    repeated: Sequence[str],
    lists: ChoiceLists,
    *,
    title_size: int,
    line_size: int = LINE_SIZE,
) -> None:
    """Write all parts but the worksheets `names`; `repeated` are the rows and columns that every page repeats,
    as '$F:$G,$3:$5'."""
    hidden = lists.hidden_sheet
    count = len(names) + bool(hidden)
    archive.writestr("[Content_Types].xml", _content_types(count))
    archive.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
    archive.writestr("xl/workbook.xml", _workbook(names, repeated, hidden))
    sheets = [("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, count + 1)]
    archive.writestr("xl/_rels/workbook.xml.rels", _relations([*sheets, ("styles", "styles.xml")]))
    archive.writestr("xl/styles.xml", styles_xml(title_size, line_size))
    if hidden:
        with archive.open(f"xl/worksheets/sheet{count}.xml", "w") as part:
            lists.write(part)


def _content_types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for i in range(1, count + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f"{sheets}</Types>"
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _workbook(names: Sequence[str], repeated: Sequence[str], hidden: str) -> str:
    sheets = "".join(
        f'<sheet name="{attribute(name)}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, 1)
    )
    if hidden:
        last = len(names) + 1
        sheets += f'<sheet name="{hidden}" sheetId="{last}" state="hidden" r:id="rId{last}"/>'
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{i}">'
        f"{','.join(f'{attribute(_quoted(name))}!{part}' for part in parts.split(','))}</definedName>"
        for i, (name, parts) in enumerate(zip(names, repeated, strict=True))
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
        '<bookViews><workbookView activeTab="0"/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{titles}</definedNames></workbook>"
    )


def _quoted(name: str) -> str:
    """A sheet name as references to it are written."""
    doubled = name.replace("'", "''")
    return f"'{doubled}'"
