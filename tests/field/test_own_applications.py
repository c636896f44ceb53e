"""A farmer's own application: taken in once, nothing revealed, linked or refused by a person or by the number alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from builders import make_household, make_number, make_person
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from visit_world import sign_in

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Division, Role, User
from households.models import Household
from monitoring.models import Application, Clue, PolicyValue
from monitoring.services.applications import (
    drop_refused,
    link_application,
    link_waiting,
    point_of,
    receipt_of,
    refuse_application,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
STRANGER = make_number(900)


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def household(village: Division) -> Household:
    return make_household(village)


@pytest.fixture
def address(village: Division, owner: User) -> str:
    point = point_of(village=village, actor=owner, at=timezone.now())
    return reverse("apply", args=[point.token])


def told(number: str = STRANGER, **more: str) -> dict[str, str]:
    return {
        "uid": str(uuid4()), "name": "张三", "id_number": number, "phone": "10000002761",
        "difficulty": "因病", "words": "住院花了一万多", "consent": "on", **more,
    }  # fmt: skip


def number_of(household: Household) -> str:
    return household.memberships.order_by("id").first().person.id_number


def receipt_in(page: str) -> str:
    return page.split("fv-receipt")[1].split("<b>")[1].split("</b>")[0]


def without_receipt(answer: Any) -> str:
    page = answer.content.decode()
    return page.replace(receipt_in(page), "")


def test_the_answer_is_the_same_for_whoever_is_registered_and_whoever_is_not(
    address: str, household: Household
) -> None:
    registered, stranger = (Client().post(address, told(number)) for number in (number_of(household), STRANGER))
    assert registered.status_code == stranger.status_code == 200
    assert without_receipt(registered) == without_receipt(stranger)
    link_waiting(at=timezone.now())
    assert [row.state for row in Application.objects.order_by("id")] == ["linked", "received"]
    states = [
        Client().post(reverse("apply-state"), {"receipt": receipt_in(answer.content.decode())}).content.decode()
        for answer in (registered, stranger)
    ]
    assert all("已收到，正在办" in page for page in states)
    for page in [*states, without_receipt(registered)]:
        assert household.number not in page
        assert "线索" not in page


def test_taking_in_asks_the_same_questions_of_the_database_for_both(address: str, household: Household) -> None:
    Client().post(address, told())
    counts = []
    for number in (number_of(household), make_number(901)):
        with CaptureQueriesContext(connection) as questions:
            Client().post(address, told(number))
        counts.append([query["sql"].split()[0] for query in questions.captured_queries])
    assert counts[0] == counts[1]
    assert len(counts[0]) <= 10


def test_the_program_makes_it_a_clue_of_the_township(address: str, household: Household) -> None:
    Client().post(address, told(number_of(household), agent="李村医", agent_relation="邻居"))
    assert link_waiting(at=timezone.now()) == 1
    assert link_waiting(at=timezone.now()) == 0
    clue = Clue.objects.get()
    assert (clue.channel, clue.state, clue.risk, clue.reporter) == ("01", "at_township", "因病", "李村医")
    assert "住院花了一万多" in clue.content
    assert number_of(household) not in clue.content
    first = clue.transitions.get()
    assert (first.actor, first.action) == (None, "register")
    assert Application.objects.get().household == household


def test_a_number_of_another_village_waits_for_a_person(address: str, places: dict[str, Division]) -> None:
    neighbour = make_household(places["990101100202"])
    Client().post(address, told(number_of(neighbour)))
    assert link_waiting(at=timezone.now()) == 0
    assert not Clue.objects.exists()


def test_the_same_form_twice_is_one_application_with_one_receipt(address: str) -> None:
    form = told()
    first, second = Client().post(address, form), Client().post(address, form)
    assert (
        receipt_in(first.content.decode())
        == receipt_in(second.content.decode())
        == receipt_of(Application.objects.get().uid)
    )


def test_both_of_two_at_once_get_the_receipt_of_the_one(
    address: str, village: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = told()
    Client().post(address, form)
    # The other request looks before this one has written, and writes after it.
    monkeypatch.setattr("monitoring.services.applications._kept", lambda uid: None)
    late = Client().post(address, form)
    assert late.status_code == 200
    assert receipt_in(late.content.decode()) == receipt_of(Application.objects.get().uid)


def test_an_address_and_a_village_take_only_so_many(address: str, village: Division, bureau: User, clock: Any) -> None:
    for _ in range(10):
        assert Client().post(address, told()).status_code == 200
    refused = Client().post(address, told())
    assert refused.status_code == 429
    assert "请过一小时再交" in refused.content.decode()
    assert Client().post(address, told(), REMOTE_ADDR="10.0.0.2").status_code == 200
    clock.move_to(timezone.now() + timedelta(minutes=61))
    assert Client().post(address, told()).status_code == 200
    PolicyValue.objects.create(
        key="application_village_day", division=village, value=5, valid_from=date(2026, 1, 1), source="县局通知",
        set_by=bureau, recorded_at=timezone.now(),
    )  # fmt: skip
    assert Client().post(address, told(), REMOTE_ADDR="10.0.0.3").status_code == 429
    assert Application.objects.count() == 12


def test_a_form_that_was_taken_in_can_be_sent_again_beyond_the_limit(address: str) -> None:
    first = told()
    for form in (first, *(told() for _ in range(9))):
        Client().post(address, form)
    assert Client().post(address, first).status_code == 200


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"id_number": "990101198001010011"}, "校验位"),
        ({"id_number": "123"}, "18"),
        ({"phone": "电话"}, "联系电话应为手机号"),
        ({"difficulty": "因懒"}, "请从列表里选一项"),
        ({"consent": ""}, "要同意授权"),
        ({"members": "很多"}, "写数字"),
        ({"words": "字" * 501}, "500"),
        ({"website": "http://spam"}, "请把“网址”这一格清空再交"),
        ({"uid": "x"}, ""),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_kept(address: str, change: dict[str, str], fault: str) -> None:
    answer = Client().post(address, told(**change))
    assert answer.status_code == 400
    assert fault in answer.content.decode()
    assert not Application.objects.exists()


def test_personal_data_lies_sealed(address: str) -> None:
    Client().post(address, told())
    row = Application.objects.values().get()
    written = b" ".join(
        str(value).encode() + bytes(value if isinstance(value, bytes) else b"") for value in row.values()
    )
    for secret in ("张三", STRANGER, "住院", "10000002761"):
        assert secret.encode() not in written, secret


def test_tokens_cannot_be_told_and_end_when_they_are_renewed(address: str, village: Division, owner: User) -> None:
    assert Client().get(address).status_code == 200
    assert village.code not in address
    assert Client().get(reverse("apply", args=["990101100201"])).status_code == 404
    client, poster = sign_in(owner), reverse("application-poster", args=[village.code])
    page = client.get(poster).content.decode()
    assert "<svg" in page
    assert "家里遇到困难" in page
    assert " style=" not in page
    client.post(poster)
    assert Client().get(address).status_code == 404


def test_posters_are_for_those_who_deal_with_applications_there(
    village: Division, owner: User, colleague: User, auditor: User, outsider: User, township: User
) -> None:
    poster = reverse("application-poster", args=[village.code])
    expected = {owner: 200, township: 200, colleague: 404, outsider: 404, auditor: 403}
    for user, status in expected.items():
        assert sign_in(user).get(poster).status_code == status, user
    assert sign_in(township).get(reverse("application-poster", args=["990101100000"])).status_code == 400


def test_a_receipt_is_asked_by_post_and_seldom(address: str) -> None:
    page = Client().post(address, told()).content.decode()
    number, ask = receipt_in(page), reverse("apply-state")
    assert Client().get(ask).status_code == 200
    assert "正在办" in Client().post(ask, {"receipt": number.lower().replace("-", " ")}).content.decode()
    wrong = Client().post(ask, {"receipt": "AAAA-BBBB-CCCC-DDDD"})
    assert wrong.status_code == 404
    assert "没有这个编号" in wrong.content.decode()
    for _ in range(30):
        last = Client().post(ask, {"receipt": "AAAA-BBBB-CCCC-DDDD"})
    assert last.status_code == 429


def test_the_end_is_told_in_the_same_words_for_every_end(
    address: str, household: Household, owner: User, township: User
) -> None:
    numbers = []
    for number in (number_of(household), STRANGER):
        numbers.append(receipt_in(Client().post(address, told(number)).content.decode()))
    link_waiting(at=timezone.now())
    Clue.objects.update(state="unfounded")
    refuse_application(
        application=Application.objects.waiting().get(), reason="户口在邻县", actor=owner, at=timezone.now()
    )
    pages = [Client().post(reverse("apply-state"), {"receipt": number}).content.decode() for number in numbers]
    assert all("已办完。请带上证件到村委会问结果" in page for page in pages)
    assert "邻县" not in "".join(pages)


def test_the_inbox_links_by_a_persons_choice(address: str, places: dict[str, Division], owner: User) -> None:
    household = make_household(places["990101100201"], members=[{"name": "王小二"}])
    Client().post(address, told(name="王小二"))
    client, application = sign_in(owner), Application.objects.get()
    assert "王小二" in client.get(reverse("application-list")).content.decode()
    page_address = reverse("application-detail", args=[application.uid])
    page = client.get(page_address).content.decode()
    assert household.number in page
    assert STRANGER not in page
    assert "100****2761" in page
    told_on = client.post(page_address, {"act": "link", "household": "404"}, follow=True).content.decode()
    assert "没有户编号“404”" in told_on
    done = client.post(page_address, {"act": "link", "household": household.number}, follow=True).content.decode()
    assert "已转成因病线索" in done
    assert Clue.objects.get().state == "to_verify"
    again = client.post(page_address, {"act": "refuse", "reason": "重复"}, follow=True).content.decode()
    assert "刚被他人处理过" in again
    assert Application.objects.get().state == "linked"


def test_the_whole_telephone_number_is_shown_once_and_noted(address: str, owner: User) -> None:
    Client().post(address, told())
    page = sign_in(owner).post(reverse("application-detail", args=[Application.objects.get().uid]), {"act": "phone"})
    assert "10000002761" in page.content.decode()
    assert AuditEvent.objects.get(action="application.phone_seen").actor == owner


def test_who_may_deal_with_it(
    address: str, household: Household, owner: User, colleague: User, auditor: User, outsider: User, bureau: User
) -> None:
    Client().post(address, told())
    application, now = Application.objects.get(), timezone.now()
    for user, refusal in ((colleague, OutOfScope), (outsider, OutOfScope), (auditor, Forbidden), (bureau, Forbidden)):
        with pytest.raises(refusal):
            link_application(application=application, household=household, actor=user, at=now)
        with pytest.raises(refusal):
            refuse_application(application=application, reason="不是", actor=user, at=now)
    page_address = reverse("application-detail", args=[application.uid])
    for user in (colleague, outsider):
        assert sign_in(user).get(page_address).status_code == 404
    for user in (auditor, bureau):
        page = sign_in(user).get(page_address).content.decode()
        assert "等石桥镇或东沟村核对" in page
        assert 'name="act"' not in page
    assert sign_in(owner).get(page_address).content.decode().count('name="act"') == 4
    with pytest.raises(Refused):
        refuse_application(application=application, reason=" ", actor=owner, at=now)
    refuse_application(application=application, reason="户口在邻县", actor=owner, at=now)
    with pytest.raises(Conflict):
        link_application(application=application, household=household, actor=owner, at=now)


def test_more_of_the_same_goes_into_the_open_clue(address: str, household: Household) -> None:
    for words in ("第一次", "第二次"):
        Client().post(address, told(number_of(household), words=words))
    link_waiting(at=timezone.now())
    clue = Clue.objects.get()
    assert "第一次" in clue.content
    assert "第二次" in clue.content
    assert clue.applications.count() == 2


def test_two_households_with_the_number_are_nobodys_choice_but_a_persons(
    address: str, household: Household, village: Division
) -> None:
    Client().post(address, told(number_of(household)))
    Household.objects.filter(pk=household.pk).update(cancelled_on=date(2026, 11, 1))
    assert link_waiting(at=timezone.now()) == 0
    assert Application.objects.get().state == "received"


def test_a_cadre_files_for_a_farmer_and_it_is_linked_at_once(
    household: Household, village: Division, owner: User, colleague: User, auditor: User
) -> None:
    address, form = reverse("application-new"), told(number_of(household), village=village.code)
    assert sign_in(colleague).post(address, form).status_code == 404
    assert sign_in(auditor).get(address).status_code == 403
    page = sign_in(owner).post(address, form, follow=True).content.decode()
    application = Application.objects.get()
    assert receipt_of(application.uid) in page
    assert (application.filed_by, application.state, application.clue.registered_by) == (owner, "linked", owner)
    wrong = sign_in(owner).post(address, told(village=village.code, name=""))
    assert (wrong.status_code, Application.objects.count()) == (400, 1)


def test_the_form_speaks_to_whoever_fills_it_in(address: str, owner: User) -> None:
    farmers, cadres = Client().get(address).content.decode(), sign_in(owner).get(reverse("application-new"))
    assert "我同意上面的授权" in farmers
    assert "替别人填的，写你自己的姓名" in farmers
    assert "180 天后删除" in farmers
    words = cadres.content.decode()
    assert "授权已念给农户听，他同意" in words
    assert "我同意上面的授权" not in words
    assert "180 天后删除" in words


def test_refused_ones_go_after_their_time(address: str, owner: User, clock: Any) -> None:
    Client().post(address, told())
    refuse_application(application=Application.objects.get(), reason="户口在邻县", actor=owner, at=timezone.now())
    assert drop_refused(at=timezone.now() + timedelta(days=179)) == 0
    assert drop_refused(at=timezone.now() + timedelta(days=181)) == 1
    assert not Application.objects.exists()


def test_the_inbox_takes_as_many_questions_for_many_as_for_few(
    address: str, village: Division, owner: User, hire: Callable[..., User], django_assert_max_num_queries: Any
) -> None:
    for serial in range(9):
        Client().post(address, told(make_number(910 + serial)))
    helper = hire("helper", Role.HELPER, "990101000000")
    make_person(make_household(village, helper=helper), name="张三")
    client = sign_in(owner)
    with django_assert_max_num_queries(12):
        client.get(reverse("application-list"))
    assert "张三" not in sign_in(helper).get(reverse("application-list")).content.decode()
