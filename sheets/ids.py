"""Resident numbers (GB 11643): cleaning, judging, masking, and the column version in numpy.

The order of the faults is that of contract section 4. `clean_ids` must agree with `clean_id` to
the letter; a property test holds it there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import compress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .faults import (
    ID_BIRTHDATE,
    ID_CHECKSUM,
    ID_LENGTH,
    ID_MISSING,
    ID_PRECISION,
    CellFault,
    mask_id,
)
from .text import NO_NUMBER, Cell, squeeze, text

_LENGTH = 18
_OLD_LENGTH = 15
# A disability certificate is the resident number and 2 or 4 characters more (domain.md 6.1).
_CERTIFICATE_LENGTHS = (20, 22)
# Of what is no number at all a message shows so many characters.
_LONGEST_SHOWN = 24
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"

# [0-9] and not \d, which takes the digits of every script.
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_OLD_SHAPE = re.compile(r"[0-9]{15}")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?[Ee][+-]?[0-9]+")
_WRAPPER = re.compile(r'="(.*)"')
_APOSTROPHES: Final = str.maketrans("", "", "'‘’‛`´′")
_TO_X: Final = str.maketrans("x×", "XX")
_MONTH_DAYS: Final = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)


def checksum(number17: str) -> str:
    """The 18th character for the first 17 digits: '99010119900101001' -> its check digit."""
    total = sum(int(digit) * weight for digit, weight in zip(number17[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def birth_date(number: str) -> date:
    """The birth date in a cleaned 18-character number; ValueError when there is no such day."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> str:
    """'男' when the 17th digit of a cleaned number is odd, else '女'."""
    return "男" if int(number[16]) % 2 else "女"


def clean_id(value: Cell, latest: date) -> str:
    """The 18-character resident number in a cell; no birth date may be after `latest`.

    Raises:
        CellFault: the first of id_missing, id_precision, id_length, id_birthdate, id_checksum.
    """
    written = _tidy(value)
    if written in NO_NUMBER:
        raise CellFault(ID_MISSING, "证件号码为空，请补填")
    if _lost_digits(value, written):
        raise CellFault(ID_PRECISION, "证件号码被存成了数字，末尾几位已丢失，请设为文本格式后重新录入")
    number = _at_full_length(written)
    if not _SHAPE.fullmatch(number):
        raise CellFault(ID_LENGTH, _length_message(written))
    _check_birth(number, latest)
    if number[17] != checksum(number):
        raise CellFault(ID_CHECKSUM, f"证件号码{mask_id(number)}的校验位不对，请核对")
    return number


def tidy_id(value: Cell) -> str:
    """A number cleaned but not judged, for columns that are never a fault (contract 3)."""
    written = _tidy(value)
    if written in NO_NUMBER or _lost_digits(value, written):
        return ""
    return _at_full_length(written)


def _tidy(value: Cell) -> str:
    """NFKC, white space and zero width out, apostrophes and ="…" off, x and × to X."""
    bare = squeeze(value if isinstance(value, str) else text(value)).translate(_APOSTROPHES)
    wrapped = _WRAPPER.fullmatch(bare)
    return (wrapped.group(1) if wrapped else bare).translate(_TO_X)


def _lost_digits(value: Cell, written: str) -> bool:
    """Whether a spreadsheet program has rounded the number: a wide number cell, or 9.9E+17."""
    if isinstance(value, str):
        return _SCIENTIFIC.fullmatch(written) is not None
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return is_number and len(written.lstrip("-").partition(".")[0]) > _OLD_LENGTH


def _at_full_length(written: str) -> str:
    if len(written) in _CERTIFICATE_LENGTHS:
        return written[:_LENGTH]
    if _OLD_SHAPE.fullmatch(written):
        number17 = written[:6] + "19" + written[6:]
        return number17 + checksum(number17)
    return written


def _length_message(written: str) -> str:
    if len(written) == _LENGTH or len(written) in _CERTIFICATE_LENGTHS:
        return f"证件号码{mask_id(written)}中有不该出现的字符，应为17位数字加1位数字或X"
    shown = mask_id(written[:_LONGEST_SHOWN]) + "…" * (len(written) > _LONGEST_SHOWN)
    return f"证件号码{shown}是{len(written)}位，应为18位"


def _check_birth(number: str, latest: date) -> None:
    try:
        born = birth_date(number)
    except ValueError:
        message = f"证件号码{mask_id(number)}中的出生日期不存在，请核对"
        raise CellFault(ID_BIRTHDATE, message) from None
    if born > latest:
        message = f"证件号码{mask_id(number)}中的出生日期晚于{latest.isoformat()}，请核对"
        raise CellFault(ID_BIRTHDATE, message)


def clean_ids(values: Sequence[Cell], latest: date) -> tuple[list[str | None], list[CellFault | None]]:
    """`clean_id` for a column: (numbers, faults), None in the one where the other speaks."""
    numbers, faults = read_ids(values, latest)
    return numbers, [faults.get(place) for place in range(len(values))]


def read_ids(values: Sequence[Cell], latest: date) -> tuple[list[str | None], dict[int, CellFault]]:
    """`clean_id` for a column: the numbers, None where there is a fault, and the faults by place.

    Clean 18-character cells are judged all at once as a byte matrix; only the rest, a few in a
    hundred, go one by one.
    """
    numbers: list[Any] = list(values)
    whole = [type(cell) is str and len(cell) == _LENGTH for cell in values]
    sound = np.array(whole, dtype=np.bool_)
    if sound.any():
        sound[sound] = _sound("".join(compress(values, whole)), latest)  # type: ignore[arg-type]  # texts
    faults: dict[int, CellFault] = {}
    for place in np.flatnonzero(~sound).tolist():
        try:
            numbers[place] = clean_id(values[place], latest)
        except CellFault as fault:
            numbers[place], faults[place] = None, fault.bare()
    return numbers, faults


def _sound(plain: str, latest: date) -> NDArray[np.bool_]:
    """Which of the 18-character cells joined in `plain` are resident numbers as they stand."""
    # "replace" puts one '?' for each foreign character, so that cells keep their places.
    flat = np.frombuffer(plain.encode("ascii", "replace"), dtype=np.uint8)
    digits = np.ascontiguousarray(flat.reshape(-1, _LENGTH).T) - np.uint8(ord("0"))
    shaped = np.logical_and.reduce(digits[:17] <= 9)
    check = np.zeros(digits.shape[1], dtype=np.uint16)
    for row, weight in zip(digits, _WEIGHTS, strict=False):
        check += row.astype(np.uint16) * np.uint16(weight)
    expected = np.frombuffer(_CHECK_DIGITS.encode(), dtype=np.uint8)[check % 11] - np.uint8(48)
    return np.asarray(shaped & (expected == digits[17]) & _days_exist(digits, latest))


def _days_exist(digits: NDArray[Any], latest: date) -> NDArray[np.bool_]:
    """Which columns of the digit matrix hold a day of the calendar not after `latest`."""
    part = digits[6:14].astype(np.int32)
    year = part[0] * 1000 + part[1] * 100 + part[2] * 10 + part[3]
    month, day = part[4] * 10 + part[5], part[6] * 10 + part[7]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _MONTH_DAYS[np.where((month >= 1) & (month <= 12), month, 0)]
    longest = longest - ((month == 2) & ~leap)
    last = latest.year * 10_000 + latest.month * 100 + latest.day
    exists = (year >= 1) & (day >= 1) & (day <= longest)
    return np.asarray(exists & (year * 10_000 + month * 100 + day <= last))
