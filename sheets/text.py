"""Folding of headings, names and codes, and the canonical text of a cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from .faults import CODE_UNKNOWN, CellFault, quote

# What calamine, the csv module and JSON hand us.
Cell = str | int | float | bool | Decimal | datetime | date | time | timedelta | None

_ZERO_WIDTH_RANGES = (
    (0x00AD, 0x00AD), (0x061C, 0x061C), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip
_ZERO_WIDTH = "".join(chr(p) for low, high in _ZERO_WIDTH_RANGES for p in range(low, high + 1))
_SPACES = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
# Everything that shows nothing on paper: `cell.strip(INVISIBLE)` is empty exactly for a blank cell.
INVISIBLE: Final = _SPACES + _ZERO_WIDTH
_NO_INVISIBLE: Final = dict.fromkeys(map(ord, INVISIBLE))

_BRACKETS: Final = str.maketrans(dict.fromkeys("[{〔【〖「『〈《<", "(") | dict.fromkeys("]}〕】〗」』〉》>", ")"))
_INTERPUNCTS: Final = str.maketrans(dict.fromkeys("•・.．‧∙⋅･᛫⸱●", "·"))
_HEADING_DOTS: Final = str.maketrans(dict.fromkeys("•・‧∙⋅･᛫⸱", "·"))
# C0 and C1 controls but tab and line feed, halves of surrogate pairs, and two non-characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Unified ideographs: NFKC leaves them alone, and nothing of them is folded.
_IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
# How templates mark the columns that must be filled, or need not.
_MARKS: Final = ("(必填)", "(选填)", "(必填项)")
# What may follow the word: 合计（元）：
_UNIT = re.compile(r"(?:\([^()]{0,10}\))?:*\Z")
_TOTALS: Final = ("合计", "小计", "总计")
# What clerks write where there is no resident number (contract 4, `id_missing`).
NO_NUMBER: Final = frozenset(("", "无", "-", "—", "/", "不详"))


def squeeze(value: str) -> str:
    """NFKC with white space and zero-width characters taken out everywhere."""
    if value.isascii():
        return "".join(value.split())
    return unicodedata.normalize("NFKC", value).translate(_NO_INVISIBLE)


def fold_heading(value: str) -> str:
    """The form in which headings are compared: '务工时间（月）' and '务工时间 (月)' are one.

    Marks that templates put on compulsory columns ('*姓名', '姓名：', '姓名（必填）') are no part of a heading.
    """
    folded = squeeze(value).translate(_BRACKETS).translate(_HEADING_DOTS).strip("*＊:∶")
    for mark in _MARKS:
        folded = folded.removesuffix(mark).removeprefix(mark)
    return folded


def fold_name(value: str) -> str:
    """The form in which names are compared: white space, width and interpuncts folded (contract 4)."""
    if _IDEOGRAPHS.fullmatch(value):
        return value
    return squeeze(value).translate(_INTERPUNCTS)


def fold_code(value: str) -> str:
    """The form in which words of a list are compared: as a heading, and without case."""
    return fold_heading(value).upper()


def is_blank(value: Cell) -> bool:
    """Whether nothing is written in the cell; 0 and False are something."""
    return value is None or (isinstance(value, str) and not value.strip(INVISIBLE))


def has_content(row: Iterable[Cell]) -> bool:
    """Whether a row is a row: something but white space stands in it."""
    return any(not is_blank(cell) for cell in row)


def text(value: Cell) -> str:
    """The canonical text of a cell: outer white space off, 2026.0 as '2026', dates as ISO.

    Control characters and halves of surrogate pairs, which no database stores, are taken out.
    """
    if isinstance(value, str):
        trimmed = value.strip(INVISIBLE)
        return trimmed if trimmed.isalnum() else _printable(trimmed)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, Decimal)):
        return _number_text(value)
    return _time_text(value)


def _printable(value: str) -> str:
    return _UNPRINTABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip(INVISIBLE)


def _number_text(value: float | Decimal) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return ""
    if not number:
        # -0.0 too, which is equal to 0 and says no more.
        return "0"
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _time_text(value: datetime | date | time | timedelta) -> str:
    if isinstance(value, datetime):
        bare = value.replace(tzinfo=None)
        return bare.date().isoformat() if bare.time() == time() else bare.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def texts(values: Sequence[Cell]) -> list[str]:
    """`text` for a column; departments repeat the same few words, so each is done once."""
    memo: dict[str, str] = {}
    result: list[str] = []
    for value in values:
        if type(value) is not str:
            result.append(text(value))
            continue
        known = memo.get(value)
        if known is None:
            known = memo[value] = text(value)
        result.append(known)
    return result


def code_table(words: Mapping[str, Iterable[str]] | Iterable[str]) -> dict[str, str]:
    """`{canonical: spellings}` or plain canonical words -> the folded table that `code` reads."""
    pairs = words.items() if isinstance(words, Mapping) else ((word, ()) for word in words)
    table: dict[str, str] = {}
    for canonical, spellings in pairs:
        for spelling in (canonical, *spellings):
            table[fold_code(spelling)] = canonical
    return table


def code(value: Cell, allowed: Mapping[str, str]) -> str:
    """The canonical word of a list cell; '' for a blank one.

    Raises:
        CellFault: `code_unknown` for a word outside the list.
    """
    written = text(value)
    if not written:
        return ""
    found = allowed.get(fold_code(written))
    if found is None:
        known = "、".join(dict.fromkeys(allowed.values()))
        raise CellFault(CODE_UNKNOWN, f"{quote(written)}不在可填的内容之内，应为：{known}")
    return found


def codes(
    values: Sequence[Cell], allowed: Mapping[str, str], *, needed: bool = False
) -> tuple[list[str], list[CellFault | None]]:
    """`code` for a column: (words, faults), '' where a word is missing or faulty."""
    memo: dict[str, tuple[str, CellFault | None]] = {}
    words: list[str] = []
    faults: list[CellFault | None] = []
    for written in texts(values):
        known = memo.get(written)
        if known is None:
            known = memo[written] = _judge_code(written, allowed, needed=needed)
        words.append(known[0])
        faults.append(known[1])
    return words, faults


def _judge_code(written: str, allowed: Mapping[str, str], *, needed: bool) -> tuple[str, CellFault | None]:
    try:
        word = code(written, allowed)
    except CellFault as fault:
        return "", fault
    return word, CellFault(CODE_UNKNOWN, "不能为空") if needed and not word else None


def is_total(sequence: Cell, name: Cell, number: Cell) -> bool:
    """Whether a row is a total (contract 4): 序号 or 姓名 says so and there is no number."""
    labels = [_UNIT.sub("", squeeze(cell)) for cell in (sequence, name) if isinstance(cell, str)]
    return any(label.endswith(_TOTALS) for label in labels) and squeeze(text(number)) in NO_NUMBER
