"""The catalogue of measures on the page: the county adds and retires, others read."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assistance.models import MeasureType

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "catalogue")]
NEW = {"category": "产业帮扶", "item": "庭院经济奖补", "developmental": "1"}


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_sub_item_is_added_retired_and_taken_up_again(bureau: User) -> None:
    client, page = desk(bureau), reverse("measure-catalogue")
    client.post(page, NEW)
    kind = MeasureType.objects.get(item="庭院经济奖补")
    assert kind.developmental and kind.active
    client.post(page, {"retire": str(kind.pk)})
    kind.refresh_from_db()
    assert not kind.active
    client.post(page, NEW)
    kind.refresh_from_db()
    assert kind.active


@pytest.mark.parametrize("change", [{"item": " "}, {"category": "x"}, {"developmental": ""}])
def test_what_will_not_do_is_refused(bureau: User, change: dict[str, str]) -> None:
    before = MeasureType.objects.count()
    assert desk(bureau).post(reverse("measure-catalogue"), NEW | change).status_code == 400
    assert MeasureType.objects.count() == before


def test_one_of_that_name_is_not_added_twice(bureau: User) -> None:
    desk(bureau).post(reverse("measure-catalogue"), NEW)
    assert desk(bureau).post(reverse("measure-catalogue"), NEW).status_code == 400


def test_others_read_only(owner: User, auditor: User) -> None:
    for user in (owner, auditor):
        assert not desk(user).get(reverse("measure-catalogue")).context["may_edit"]
        assert desk(user).post(reverse("measure-catalogue"), NEW).status_code == 403
    assert desk(owner).post(reverse("measure-catalogue"), {"retire": "abc"}).status_code == 404
