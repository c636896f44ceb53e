"""The list of households is put together outside the template, so what the template would see to is held here."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_household
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from households.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
QUERIES = 7
# Of what does not fit on a page, how many there are.
COUNTED = 1


def test_a_name_with_markup_is_shown_as_it_is_written(client: Client, owner: User, village: Any) -> None:
    make_household(village, members=[{"name": '<b>王"五</b>'}])
    client.force_login(owner)
    page = client.get("/households/").content.decode()
    assert "&lt;b&gt;王&quot;五&lt;/b&gt;" in page and "<b>王" not in page


def test_the_list_asks_the_same_few_times_whatever_its_length(client: Client, bureau: User, village: Any) -> None:
    client.force_login(bureau)
    for wanted, queries in ((1, QUERIES), (60, QUERIES + COUNTED), (60, QUERIES + COUNTED)):
        for _ in range(wanted):
            make_household(village)
        client.get("/households/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/households/").status_code == 200
        assert len(asked) == queries


def test_any_part_of_a_name_finds_the_household_and_says_of_whom(
    client: Client, owner: User, colleague: User, village: Any
) -> None:
    home = make_household(village, members=[{"name": "王建国"}, {"name": "赵小兰", "relation": "配偶"}])
    make_household(village, members=[{"name": "李国建"}])
    client.force_login(owner)
    for letters in ("建国", "王", "国", "王建国"):
        assert home.number in client.get("/households/", {"q": letters}).content.decode()
    found = client.get("/households/", {"q": "建国"}).content.decode()
    assert "李国建" not in found and "赵小兰" not in found
    assert "王建国</a>　家人赵小兰</th>" in client.get("/households/", {"q": "小兰"}).content.decode()
    assert "没有符合条件" in client.get("/households/", {"q": "%"}).content.decode()
    client.force_login(colleague)
    assert home.number not in client.get("/households/", {"q": "小兰"}).content.decode()


def test_who_has_one_village_is_not_told_which_on_every_line(
    client: Client, owner: User, bureau: User, village: Any
) -> None:
    make_household(village)
    for user, one_place in ((owner, True), (bureau, False)):
        client.force_login(user)
        page = client.get("/households/").content.decode()
        assert ("is-one-place" in page, 'name="division"' not in page) == (one_place, one_place)


@pytest.mark.service
def test_a_part_of_a_name_is_found_through_its_letters(village: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Person.objects.filter(name__holds="建国").explain()
    assert "households_person_letters" in plan
