"""The view log: an auditor reads everything of his places, an administrator what was done with accounts and settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import make_household
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit_words import named, words_of
from accounts.models import AuditEvent, User
from accounts.services.audit import record
from households.services.view_log import reveal_person
from monitoring.policy import PARAMETERS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def lines(user: User, query: str = "") -> list[tuple[str, str]]:
    page = desk(user).get(reverse("audit-log") + query)
    return [(line["words"], str(line["event"].actor or "")) for line in page.context["lines"]]


@pytest.fixture
def seen(village: Any, owner: User) -> Any:
    person = make_household(village).memberships.first().person
    reveal_person(person=person, field="phone", purpose="入户核实", actor=owner, at=timezone.now())
    return person


def test_an_auditor_reads_who_saw_whom_for_what(seen: Any, auditor: User, owner: User) -> None:
    assert ("查看完整号码", str(owner)) in lines(auditor)
    words = desk(auditor).get(reverse("audit-log")).content.decode()
    assert "入户核实" in words and "人员 张三" in words
    assert seen.id_number not in words


def test_an_administrator_reads_accounts_and_settings_and_not_the_business(
    seen: Any, administrator: User, owner: User
) -> None:
    record(actor=owner, at=timezone.now(), action="user.password_changed", target=owner)
    found = lines(administrator)
    assert ("修改密码", str(owner)) in found
    assert not [line for line in found if "号码" in line[0]]


def test_nobody_else_and_nobody_of_another_place(seen: Any, bureau: User, owner: User, outsider: User) -> None:
    for user in (bureau, owner, outsider):
        assert desk(user).get(reverse("audit-log")).status_code == 404


def test_filters_by_sort_person_day_and_object(seen: Any, auditor: User, owner: User) -> None:
    old = timezone.now() - timedelta(days=30)
    AuditEvent.objects.create(at=old, actor=owner, action="ledger.exported")
    assert {words for words, _ in lines(auditor, "?what=seen")} == {"查看完整号码"}
    assert {words for words, _ in lines(auditor, "?what=taken")} == {"导出台账"}
    assert {who for _, who in lines(auditor, f"?who={owner.username}")} == {str(owner)}
    assert "导出台账" not in {words for words, _ in lines(auditor, "?from=2026-11-01")}
    assert {words for words, _ in lines(auditor, "?to=2026-11-01")} == {"导出台账"}
    assert len(lines(auditor, f"?type=households.person&id={seen.pk}")) == 1
    for query in ("?from=x", "?what=x", "?type=a.b&id=1", "?type=no&id=x", "?after=zz", "?to=9999-12-31"):
        assert desk(auditor).get(reverse("audit-log") + query).status_code == 200, query


def test_turns_its_pages_by_key_at_a_fixed_price(auditor: User, owner: User) -> None:
    events = [AuditEvent(at=timezone.now(), actor=owner, action="ledger.exported") for _ in range(120)]
    AuditEvent.objects.bulk_create(events)
    client = desk(auditor)
    first = client.get(reverse("audit-log") + "?what=taken")
    assert len(first.context["lines"]) == 50
    with CaptureQueriesContext(connection) as caught:
        second = client.get(reverse("audit-log") + f"?what=taken&after={first.context['page'].next_key}")
    assert len(caught) <= 10
    keys = {line["event"].pk for line in first.context["lines"]} | {
        line["event"].pk for line in second.context["lines"]
    }
    assert len(keys) == 100


def test_no_event_is_called_by_its_code() -> None:
    assert words_of("household.merged") == "登记家庭变动"
    assert words_of("something.new") == "其他操作"


def test_parameters_of_every_floor_are_called_by_their_titles() -> None:
    assert {key: named(key) for key in PARAMETERS} == {key: one.title for key, one in PARAMETERS.items()}
    assert named("ALL") == "整套"
