"""Template tags of every page: icons, status words, deadlines, masked values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.due import DUE_SOON_DAYS
from sheets.clean import mask_id, mask_phone

register = template.Library()
register.filter("mask_id", mask_id)
register.filter("mask_phone", mask_phone)

_TOLD_BY_HEAD = frozenset({"after", "mine", "overdue", "show"})


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """One icon of the sprite, for the eye only: the words beside it say the same."""
    sprite = static("vendor/icons.svg")
    return format_html('<svg class="bi" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name)


@register.filter
def short_date(day: date | None) -> str:
    """11月20日, with the year where it is not this one; a moment is the day in China."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    year = "" if day.year == timezone.localdate().year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


@register.filter
def day(value: date | None) -> str:
    """2026-11-20, as tables of records and lists of papers write a day; a moment is the day in China."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{value:%Y-%m-%d}" if value else ""


@register.filter
def paper_day(value: date | None) -> str:
    """2026年11月20日, as a paper that is signed writes a day, whatever the year."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """2026-11-20 13:05 in China, for tables of records."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


@register.filter
def count(value: Any) -> Any:
    """A number of households, persons or things, with thousands commas; nothing where it is not known, words as they
    are."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int | Decimal) else value


@register.filter
def month(day: date | None) -> str:
    return f"{day.year}年{day.month}月" if day else ""


@register.filter
def due_class(day: date | None) -> str:
    """`is-over`, `is-soon` or nothing for a deadline."""
    if day is None:
        return ""
    left = (day - timezone.localdate()).days
    return "is-over" if left < 0 else "is-soon" if left <= DUE_SOON_DAYS else ""


@register.simple_tag
def due_icon(day: date | None, otherwise: str = "") -> str:
    """The icon beside the words of a deadline; `otherwise` is shown while there is time."""
    name = {"is-over": "exclamation-octagon-fill", "is-soon": "hourglass-split"}.get(due_class(day), otherwise)
    return icon(name) if name else ""


@register.filter
def due_words(day: date | None) -> str:
    """超 2 天, 今天, 剩 3 天; that there is no deadline, where there is none."""
    if day is None:
        return "不限时"
    left = (day - timezone.localdate()).days
    return f"超 {-left} 天" if left < 0 else "今天" if left == 0 else f"剩 {left} 天"


@register.filter
def money(value: Decimal | None) -> str:
    """Thousands commas, two decimals; nothing for an unknown amount, which is not zero."""
    return "" if value is None else f"{value:,.2f}"


@register.filter
def yuan(value: Decimal | None) -> str:
    """Whole yuan for lists and summaries; never up, so that what lies under a line does not read as on it."""
    return "" if value is None else f"{int(value):,}"


@register.filter
def known(value: bool | None) -> str:
    return "未核" if value is None else "是" if value else "否"


@register.filter
def age(person: Any, year: int) -> str:
    """Full years at most: the birth date itself is not kept in plain."""
    return f"{year - person.birth_year}岁"


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    return mapping.get(key)


@register.simple_block_tag(end_name="enddrill")
def drill(content: SafeString, number: int, look: str = "", unit: str = "") -> SafeString:
    """A number that opens the list behind it, whose address the block says; a grey 0 where there is nothing to open."""
    if not number:
        return format_html('<span class="is-idle">{}</span>', 0)
    # A template's own text is escaped already, which trimming it forgets.
    address = SafeString(content.strip())
    return format_html('<a class="{}" href="{}">{}{}</a>', f"sw-drill {look}".rstrip(), address, f"{number:,}", unit)


@register.inclusion_tag("parts/filter_fold.html", takes_context=True)
def filter_fold(context: dict[str, Any]) -> dict[str, int]:
    """What opens the filter bar that follows it on a phone, where it would fill the first screen; open as it comes where
    conditions are set, but for those that a number's link sets, which the page's head says."""
    asked = context["request"].GET
    return {"chosen": sum(bool(value) for name, value in asked.items() if name not in _TOLD_BY_HEAD)}


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The address's query string with some values changed; a None takes one out."""
    values = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    encoded = values.urlencode()
    return f"?{encoded}" if encoded else "?"
