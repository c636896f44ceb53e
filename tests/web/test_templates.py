"""What every template keeps to, read from the templates themselves."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from django.conf import settings
from django.template.loader import get_template

from accounts.templatetags.sw import count, day, moment, paper_day, short_date


def test_every_template_compiles() -> None:
    root = settings.BASE_DIR / "templates"
    for path in sorted(root.rglob("*.html")):
        get_template(str(path.relative_to(root)))


def test_whatever_scrolls_sideways_can_be_reached_by_key() -> None:
    # Whether a table scrolls depends on how long its words are on that day; a browser only finds it on such a day.
    missed = [
        f"{path.relative_to(settings.BASE_DIR)}：{tag}"
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        for tag in re.findall(r'<\w+ class="sw-scroll[^>]*>', path.read_text(encoding="utf-8"))
        if "tabindex" not in tag
    ]
    assert not missed, missed


def test_days_and_counts_are_written_one_way() -> None:
    late = datetime(2026, 11, 20, 17, 5, tzinfo=UTC)
    assert (day(date(2026, 11, 20)), day(late), day(None)) == ("2026-11-20", "2026-11-21", "")
    assert moment(late) == "2026-11-21 01:05"
    assert paper_day(date(2026, 11, 2)) == "2026年11月2日"
    assert short_date(late).endswith("11月21日")
    assert [count(value) for value in (12345, Decimal(1000), 0, None, "关")] == ["12,345", "1,000", "0", "", "关"]


def test_templates_write_days_by_the_shared_filters() -> None:
    missed = [
        str(path.relative_to(settings.BASE_DIR))
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        if re.search(r'\|date:"(Y-m-d(?! H:i:s)|Y年n月)', path.read_text(encoding="utf-8"))
    ]
    assert not missed, missed
