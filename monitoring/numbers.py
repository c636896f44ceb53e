"""Numbers that people read and say on the telephone: clues XS990101-202611-00001, cases BJ990101-2026-00001,
problems WT990101-2026-00001."""

from __future__ import annotations

from datetime import date

from django.db.models import F

from monitoring.models import Serial


def clue_numbers(village: str, received_on: date, count: int = 1) -> list[str]:
    """The next numbers of the county and month; the counter stays locked until the transaction ends."""
    key = f"XS{village[:6]}-{received_on:%Y%m}"
    return [f"{key}-{serial:05d}" for serial in _take(key, count)]


def case_number(village: str, opened_on: date) -> str:
    """The next number of the county and year."""
    key = f"BJ{village[:6]}-{opened_on:%Y}"
    return f"{key}-{_take(key, 1)[0]:05d}"


def problem_numbers(place: str, found_on: date, count: int = 1) -> list[str]:
    """The next numbers of the county and year; `place` is the code of any place in it."""
    key = f"WT{place[:6]}-{found_on:%Y}"
    return [f"{key}-{serial:05d}" for serial in _take(key, count)]


def _take(key: str, count: int) -> range:
    Serial.objects.get_or_create(key=key)
    Serial.objects.filter(key=key).update(last=F("last") + count)
    last = Serial.objects.get(key=key).last
    return range(last - count + 1, last + 1)
