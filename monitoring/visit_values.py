"""Judging what was answered in a section: typed, canonical texts, and for every fault a sentence that says what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from accounts.errors import Refused
from households.models import BEGINNING
from monitoring.models import Visit
from monitoring.visit_sections import INCOME, OK, PAYMENTS, Ask, Section
from monitoring.workflow.inputs import Input, read
from monitoring.workflow.opening import MOST_RISKS

Values = dict[str, Any]
_LARGEST = Decimal(10) ** 9
_MOST_PEOPLE = 60
_MOST_CHOICES = 20
# Somebody who writes 1.4 for a year's wage means ten thousands.
_LIKE_TEN_THOUSANDS = Decimal(100)


class _Wrong(ValueError):
    """An answer that does not fit, with the sentence for the user."""


def raw_values(section: Section, given: Mapping[str, Any]) -> Values:
    """What was sent for the section's own questions, as sent but cut to a length that can be kept."""
    values: Values = {}
    for ask in section.asks:
        value = given.get(ask.name)
        if ask.kind == "choices":
            values[ask.name] = [str(one)[:80] for one in value][:_MOST_CHOICES] if isinstance(value, list) else []
        else:
            values[ask.name] = str(value if value is not None else "")[: ask.longest + 1]
    return values


def clean_values(section: Section, given: Mapping[str, Any], *, today: date) -> tuple[Values, dict[str, str]]:
    """The canonical values of a section and the faults by question; a faulty answer keeps what was written."""
    values, faults = raw_values(section, given), {}
    for ask in section.asks:
        try:
            values[ask.name] = _READERS[ask.kind](ask, values[ask.name], today)
        except _Wrong as wrong:
            faults[ask.name] = str(wrong)
    if not faults:
        faults = _WHOLE.get(section.key, _nothing)(values)
    return values, faults


def _text(ask: Ask, value: str, today: date) -> str:
    if not value.strip():
        return _missing(ask)
    try:
        return str(read((Input(ask.name, ask.title, longest=ask.longest),), {ask.name: value})[ask.name])
    except Refused as refusal:
        raise _Wrong(f"{refusal.details[0]}。") from refusal


def _missing(ask: Ask) -> str:
    if ask.needed:
        raise _Wrong(f"请回答：{ask.title}")
    return ""


def _money(ask: Ask, value: str, today: date) -> str:
    written = unicodedata.normalize("NFKC", value).replace(",", "").replace("元", "").strip()
    if not written:
        return _missing(ask)
    try:
        amount = Decimal(written)
    except InvalidOperation as error:
        raise _Wrong(f"“{value[:20]}”不是金额。请写数字，单位是元，如 14670。") from error
    if not amount.is_finite() or not 0 <= amount < _LARGEST:
        raise _Wrong("金额不能小于 0，也不能超过 10 亿元。")
    if 0 < amount < _LIKE_TEN_THOUSANDS and amount != amount.to_integral_value():
        raise _Wrong(f"{amount.normalize():f} 元太少。是 {amount * 10000:,.0f} 元吗？")
    return f"{amount.quantize(Decimal('0.01')):f}".removesuffix(".00")


def _number(ask: Ask, value: str, today: date) -> str:
    written = unicodedata.normalize("NFKC", value).strip()
    if not written:
        return _missing(ask)
    if not (written.isascii() and written.isdigit()) or int(written) > _MOST_PEOPLE:
        raise _Wrong(f"{ask.title}应为 0 到 {_MOST_PEOPLE} 的整数。")
    return str(int(written))


def _choice(ask: Ask, value: str, today: date) -> str:
    if not value:
        return _missing(ask)
    if value not in dict(ask.choices):
        raise _Wrong(f"{ask.title}：请从给出的答案里选。")
    return value


def _choices(ask: Ask, value: list[str], today: date) -> list[str]:
    # The team's list of colleagues is looked up when the visit is handed in.
    if ask.choices and set(value) - set(dict(ask.choices)):
        raise _Wrong(f"{ask.title}：请从给出的答案里选。")
    return list(dict.fromkeys(value))


def _date(ask: Ask, value: str, today: date) -> str:
    if not value:
        return _missing(ask)
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise _Wrong(f"{ask.title}应写成 2026-11-10 这样。") from error
    if day > today:
        raise _Wrong(f"{ask.title}不能晚于今天。")
    if day < BEGINNING:
        raise _Wrong(f"{ask.title}的年份不对，请核对。")
    return day.isoformat()


_READERS: dict[str, Callable[[Ask, Any, date], Any]] = {
    "text": _text,
    "area": _text,
    "money": _money,
    "number": _number,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
}


def _nothing(values: Values) -> dict[str, str]:
    return {}


def _income(values: Values) -> dict[str, str]:
    if not any(values[name] for name in INCOME):
        return {"wage": "一项收入都没有填。确实没有收入，就在这里填 0。"}
    return {}


def _people(values: Values) -> dict[str, str]:
    if int(values["size"]) < 1:
        return {"size": "家庭人口至少 1 人。"}
    if int(values["labour"]) > int(values["size"]):
        return {"labour": "有劳动力的人比家庭人口还多，请核对。"}
    return {}


def _finding(values: Values) -> dict[str, str]:
    wanted = values.get("new_risk") == OK or values.get("finding") in (Visit.Finding.TRUE, Visit.Finding.PARTLY)
    if wanted and not values["risks"]:
        return {"risks": "有风险，请选是哪一类。"}
    if len(values["risks"]) > MOST_RISKS:
        return {"risks": f"风险至多选 {MOST_RISKS} 个，先选主要的。"}
    return {}


_WHOLE: dict[str, Callable[[Values], dict[str, str]]] = {
    "income": _income,
    "people": _people,
    "finding": _finding,
}


def amount_of(values: Mapping[str, Any], name: str) -> Decimal:
    """An amount that was judged before; what was left empty is nothing."""
    return Decimal(values.get(name) or 0)


def own_payments(values: Mapping[str, Any]) -> Decimal:
    return sum((amount_of(values, name) for name in PAYMENTS), Decimal(0))
