"""The list of households is put together outside the template, so what the template would see to is held here."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_household
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
QUERIES = 7


def test_a_name_with_markup_is_shown_as_it_is_written(client: Client, owner: User, village: Any) -> None:
    make_household(village, members=[{"name": '<b>王"五</b>'}])
    client.force_login(owner)
    page = client.get("/households/").content.decode()
    assert "&lt;b&gt;王&quot;五&lt;/b&gt;" in page and "<b>王" not in page


def test_the_list_asks_the_same_few_times_whatever_its_length(client: Client, bureau: User, village: Any) -> None:
    client.force_login(bureau)
    for wanted in (1, 60):
        for _ in range(wanted):
            make_household(village)
        client.get("/households/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/households/").status_code == 200
        assert len(asked) == QUERIES
