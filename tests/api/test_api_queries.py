"""Lists ask the database as often for many rows as for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from test_api_matrix import ADDRESSES, ENDPOINTS, QUERIES, cast, world

from accounts.models import Role

pytestmark = pytest.mark.usefixtures("clock")
__all__ = ["cast", "world"]
LISTS = [
    f"/{ENDPOINTS[name].pattern}{QUERIES.get(name, '')}"
    for name, (kind, methods) in ADDRESSES.items()
    if "GET" in methods and not kind and not ENDPOINTS[name].pattern.converters and name != "api-edition-check"
]


def test_no_list_asks_once_for_each_row(api: Any, cast: Any, world: Any) -> None:
    """The cadre sees one village's rows, the bureau those of three."""
    one, three = api(cast[Role.VILLAGE_CADRE]), api(cast[Role.COUNTY_BUREAU])
    for path in LISTS:
        with CaptureQueriesContext(connection) as few:
            first = one.get(path)
        with CaptureQueriesContext(connection) as many:
            second = three.get(path)
        assert (first.status_code, second.status_code) == (200, 200), path
        assert len(many) <= len(few) + 1, path
    assert len(LISTS) > 12
