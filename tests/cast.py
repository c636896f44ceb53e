"""What the whole suite takes for granted: the moment at which tests begin, and the password of everybody in them."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)  # 09:00 in China
PASSWORD = "shouwang-test-2026"
