"""What every template keeps to, read from the templates themselves."""

from __future__ import annotations

import re

from django.conf import settings


def test_whatever_scrolls_sideways_can_be_reached_by_key() -> None:
    # Whether a table scrolls depends on how long its words are on that day; a browser only finds it on such a day.
    missed = [
        f"{path.relative_to(settings.BASE_DIR)}：{tag}"
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        for tag in re.findall(r'<\w+ class="sw-scroll[^>]*>', path.read_text(encoding="utf-8"))
        if "tabindex" not in tag
    ]
    assert not missed, missed
