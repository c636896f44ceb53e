"""What an action asks for beside a note and files: declared once, read by forms, the API, the docs and the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from uuid import UUID

from accounts.errors import Refused
from sheets.faults import CellFault
from sheets.ids import clean_id

Kind = Literal["text", "date", "number", "money", "flag", "choice", "choices", "uid", "names", "rows"]
LARGEST = 32_767
MOST_MONEY = Decimal(10**9)
_LIKE_A_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
MOST_ROWS = 500


@dataclass(frozen=True)
class Input:
    """One value that an action takes.

    `names` is a list of texts, `choices` a list of values from `choices`, `rows` a list of objects of `fields`;
    `number` a whole number from 0, `money` yuan with at most two decimals. A `sealed` value is personal and is not written into the history. Only an
    `encrypted` one may hold a resident number, because its row keeps it so.
    """

    name: str
    title: str
    kind: Kind = "text"
    needed: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    fields: tuple[Input, ...] = ()
    longest: int = 500
    sealed: bool = False
    encrypted: bool = False


class _Wrong(ValueError):
    """A value that does not fit, with the sentence for the user."""


def read(inputs: Sequence[Input], data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The typed values of `data`; every declared name is there, None or empty where nothing was given.

    Raises:
        Refused: an unknown name, a missing or unfit value; every one is named in `details`.
    """
    values, faults = _read(inputs, dict(data or {}), "")
    if faults:
        first = next(iter(faults))
        raise Refused("填写的内容有误，请更正后再提交。", field=first, code="invalid", details=list(faults.values()))
    return values


def _read(inputs: Sequence[Input], data: dict[str, Any], prefix: str) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for wanted in inputs:
        try:
            values[wanted.name] = _value(wanted, data.pop(wanted.name, None))
        except _Wrong as wrong:
            faults[prefix + wanted.name] = str(wrong)
    faults.update({prefix + name: f"不认识的内容“{name}”" for name in map(str, data)})
    return values, faults


def _value(wanted: Input, given: Any) -> Any:
    if given is None or given == "" or given == []:
        if wanted.needed:
            raise _Wrong(f"请填写{wanted.title}")
        return [] if wanted.kind in ("names", "choices", "rows") else "" if wanted.kind in ("text", "choice") else None
    return _READERS[wanted.kind](wanted, given)


def _text(wanted: Input, given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise _Wrong(f"{wanted.title}应为文字")
    if len(given) > wanted.longest:
        raise _Wrong(f"{wanted.title}不能超过 {wanted.longest} 字")
    if any(ord(letter) < 32 and letter not in "\n\t\r" or 0xD800 <= ord(letter) <= 0xDFFF for letter in given):
        raise _Wrong(f"{wanted.title}中有不能保存的控制字符")
    if not wanted.encrypted and _holds_number(given):
        raise _Wrong(f"{wanted.title}中不要写证件号码，写姓名即可")
    return given.strip()


def _holds_number(words: str) -> bool:
    """Whether a text has a true resident number in it; other long numbers are left alone."""
    for found in _LIKE_A_NUMBER.findall(words):
        try:
            clean_id(found, date.max)
        except CellFault:
            continue
        return True
    return False


def _date(wanted: Input, given: Any) -> date:
    if type(given) is date:
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise _Wrong(f"{wanted.title}应为日期，如 2026-11-10") from error


def _number(wanted: Input, given: Any) -> int:
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 6:
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= LARGEST:
        raise _Wrong(f"{wanted.title}应为 0 到 {LARGEST} 的整数")
    return given


def _money(wanted: Input, given: Any) -> Decimal:
    try:
        amount = Decimal(given.strip() if isinstance(given, str) else given)
    except (InvalidOperation, TypeError, ValueError, AttributeError) as error:
        raise _Wrong(f"{wanted.title}应为金额，如 35000.00") from error
    if isinstance(given, bool | float) or not amount.is_finite() or not 0 <= amount < MOST_MONEY:
        raise _Wrong(f"{wanted.title}应为不小于 0 的金额")
    if amount != round(amount, 2):
        raise _Wrong(f"{wanted.title}至多两位小数")
    return round(amount, 2)


def _flag(wanted: Input, given: Any) -> bool:
    if not isinstance(given, bool):
        raise _Wrong(f"{wanted.title}应为 是 或 否")
    return given


def _choice(wanted: Input, given: Any) -> str:
    if not isinstance(given, str) or given not in dict(wanted.choices):
        raise _Wrong(f"{wanted.title}只能是：{'、'.join(label for _, label in wanted.choices)}")
    return str(given)


def _uid(wanted: Input, given: Any) -> UUID:
    try:
        return given if isinstance(given, UUID) else UUID(given)
    except (TypeError, ValueError, AttributeError) as error:
        raise _Wrong(f"{wanted.title}不是有效的编号") from error


def _list(wanted: Input, given: Any) -> list[Any]:
    if not isinstance(given, list | tuple) or len(given) > MOST_ROWS:
        raise _Wrong(f"{wanted.title}应为列表，至多 {MOST_ROWS} 项")
    return list(given)


def _names(wanted: Input, given: Any) -> list[str]:
    one = Input(wanted.name, wanted.title, longest=60)
    return [_text(one, item) for item in _list(wanted, given)]


def _choices(wanted: Input, given: Any) -> list[str]:
    return [_choice(wanted, item) for item in _list(wanted, given)]


def _rows(wanted: Input, given: Any) -> list[dict[str, Any]]:
    rows = []
    for position, item in enumerate(_list(wanted, given), start=1):
        if not isinstance(item, Mapping):
            raise _Wrong(f"{wanted.title}第 {position} 项不完整")
        values, faults = _read(wanted.fields, dict(item), "")
        if faults:
            raise _Wrong(f"{wanted.title}第 {position} 项：{'；'.join(faults.values())}")
        rows.append(values)
    return rows


_READERS = {
    "text": _text,
    "date": _date,
    "number": _number,
    "money": _money,
    "flag": _flag,
    "choice": _choice,
    "choices": _choices,
    "uid": _uid,
    "names": _names,
    "rows": _rows,
}


def plain(value: Any) -> Any:
    """The value as JSON for the history."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
