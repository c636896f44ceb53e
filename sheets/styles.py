"""The styles part: fonts, fills, borders and number formats of ledgers, by name."""

from __future__ import annotations

from typing import Final

_TITLE_FONT, _BODY_FONT, _HEAD_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体"
_DATE, _MOMENT = 164, 165
_WRAP, _SHRINK = "wrapText", "shrinkToFit"

# name: (font, fill, border, number format, horizontal, what is done with what is too long)
_FORMATS: Final = {
    "default": (0, 0, 0, 0, "", ""),
    "title": (1, 0, 0, 49, "center", _WRAP),
    "info": (5, 0, 0, 49, "left", _SHRINK),
    "head": (2, 2, 1, 49, "center", _WRAP),
    "text": (0, 0, 1, 49, "left", _WRAP),
    "label": (0, 0, 1, 49, "center", _WRAP),
    "seq": (0, 0, 1, 1, "center", ""),
    "int": (0, 0, 1, 1, "center", ""),
    "money": (0, 0, 1, 4, "right", ""),
    "percent": (0, 0, 1, 10, "right", ""),
    "date": (0, 0, 1, _DATE, "center", ""),
    "month": (0, 0, 1, 49, "center", ""),
    "total_text": (3, 0, 1, 49, "center", _WRAP),
    "total_int": (3, 0, 1, 1, "center", ""),
    "total_money": (3, 0, 1, 4, "right", ""),
    "total_percent": (3, 0, 1, 10, "right", ""),
    # For rejected rows: as they came, without borders; text cells stay text when retyped.
    "raw_text": (0, 0, 0, 49, "", ""),
    "raw_number": (0, 0, 0, 0, "", ""),
    "raw_date": (0, 0, 0, _DATE, "", ""),
    "raw_moment": (0, 0, 0, _MOMENT, "", ""),
    "raw_head": (2, 2, 1, 49, "center", _WRAP),
    "raw_reason": (4, 3, 0, 49, "left", _WRAP),
}
STYLES: Final = {name: i for i, name in enumerate(_FORMATS)}


def styles_xml(title_size: int, line_size: int) -> str:
    """The whole part; the index of a format in it is `STYLES[name]`. Sizes in points: the title, the lines above and
    below the table."""
    edge = '<{0} style="thin"><color auto="1"/></{0}>'
    edges = "".join(edge.format(side) for side in ("left", "right", "top", "bottom"))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<numFmts count="2"><numFmt numFmtId="{_DATE}" formatCode="yyyy\\-mm\\-dd"/>'
        f'<numFmt numFmtId="{_MOMENT}" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        f"{_fonts(title_size, line_size)}"
        '<fills count="4"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill>'
        f"{_fill('FFD9D9D9')}{_fill('FFFFF2CC')}</fills>"
        '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
        f"<border>{edges}<diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_FORMATS)}">{"".join(map(_xf, _FORMATS.values()))}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _fonts(title_size: int, line_size: int) -> str:
    fonts = (
        (_BODY_FONT, 11, "", ""),
        (_TITLE_FONT, title_size, "", ""),
        (_HEAD_FONT, 11, "<b/>", ""),
        (_BODY_FONT, 11, "<b/>", ""),
        (_BODY_FONT, 11, "", '<color rgb="FFC00000"/>'),
        (_BODY_FONT, line_size, "", ""),
    )
    each = "".join(
        f'<font>{bold}<sz val="{size}"/>{colour}<name val="{name}"/><charset val="134"/></font>'
        for name, size, bold, colour in fonts
    )
    return f'<fonts count="{len(fonts)}">{each}</fonts>'


def _fill(colour: str) -> str:
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
    )


def _xf(form: tuple[int, int, int, int, str, str]) -> str:
    font, fill, border, number, horizontal, too_long = form
    across = f' horizontal="{horizontal}"' if horizontal else ""
    fitted = f' {too_long}="1"' if too_long else ""
    return (
        f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" '
        'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1" '
        f'quotePrefix="{int(number == 49)}">'
        f'<alignment vertical="center"{across}{fitted}/></xf>'
    )
