"""Lists ask the database as often for many rows as for one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
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


def test_every_choice_of_a_filter_is_answered(api: Any, cast: Any, world: Any) -> None:
    """What the document offers to ask for can be asked for."""
    bureau, asked = api(cast[Role.COUNTY_BUREAU]), 0
    for path, methods in SchemaGenerator().get_schema(request=None, public=True)["paths"].items():
        if "{" in path or "get" not in methods:
            continue
        for parameter in methods["get"].get("parameters", []):
            for value in parameter["schema"].get("enum", []):
                answer = bureau.get(f"{path.removeprefix('/api/v1')}?{urlencode({parameter['name']: value})}")
                asked += 1
                assert answer.status_code in (200, 400, 403), (path, parameter["name"], value)
    assert asked > 50
    overdue, adopted = (bureau.get(f"/plans/?state={state}").json()["results"] for state in ("overdue", "adopted"))
    assert all(plan["adopted_on"] is None for plan in overdue)
    assert all(plan["adopted_on"] is not None for plan in adopted)
