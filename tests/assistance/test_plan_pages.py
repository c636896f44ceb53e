"""Pages of plans: what meets each risk, what is due, delivered and confirmed; the calendar; the card."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from builders import make_episode, make_household
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Role, User
from assistance.models import Delivery, Measure, Plan
from assistance.services.deliveries import deliver
from assistance.services.measures import MeasureDraft, add_measure, confirm_by_household
from assistance.standing import standing_of
from monitoring.models import Episode

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 10)


def _sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def measures(plan: Plan, drafts: list[MeasureDraft], owner: User) -> list[Measure]:
    return [add_measure(plan=plan, draft=draft, actor=owner, at=timezone.now()) for draft in drafts]


def _give(measure: Measure, owner: User, on: date = TODAY, amount: int = 500) -> Delivery:
    return deliver(measure=measure, on=on, amount=Decimal(amount), uid=uuid4(), actor=owner, at=timezone.now())


def _words(plan: Plan, on: date = TODAY) -> list[str]:
    return [line.words for line in standing_of(plan, on).lines]


def test_each_measure_says_what_is_to_be_done_about_it(plan: Plan, measures: list[Measure], owner: User) -> None:
    assert _words(plan) == ["该落实了", "该落实了"]
    assert _words(plan, date(2026, 10, 1)) == ["11月1日开始", "11月1日开始"]
    assert _words(plan, date(2026, 12, 11)) == ["超 10 天没有落实", "超 10 天没有落实"]
    _give(measures[0], owner)
    assert _words(plan) == ["落实了，待农户确认", "该落实了"]
    measures[0].refresh_from_db()
    confirm_by_household(measure=measures[0], on=TODAY, version=measures[0].version, actor=owner, at=timezone.now())
    assert _words(plan)[0] == "已落实"


def test_the_plan_counts_by_deliveries(plan: Plan, measures: list[Measure], owner: User) -> None:
    _give(measures[0], owner)
    standing = standing_of(plan, TODAY)
    assert (standing.met, standing.with_delivery, standing.due, standing.confirmed) == (1, 1, 1, 0)
    assert standing.amounts == ("500", "2,000")
    assert [risk.words for risk in standing.risks] == ["已经落实", "有措施，还没有落实"]


def test_a_risk_without_a_measure_offers_what_fits(plan: Plan, owner: User) -> None:
    text = _sign_in(owner).get(reverse("plan-detail", args=[plan.pk])).content.decode()
    assert text.count("还没有对得上的措施") == 2
    form = _sign_in(owner).get(reverse("measure-new", args=[plan.pk]), {"risk": "因病"}).content.decode()
    assert '<optgroup label="健康帮扶">' in form
    assert '<optgroup label="住房安全保障">' not in form


def test_the_page_costs_the_same_for_few_measures_and_many(
    plan: Plan, measures: list[Measure], draft: Callable[..., MeasureDraft], owner: User
) -> None:
    client, address = _sign_in(owner), reverse("plan-detail", args=[plan.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(4):
        made = add_measure(plan=plan, draft=draft("因病", "健康帮扶", "医疗救助"), actor=owner, at=timezone.now())
        _give(made, owner)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) <= len(few) + 2


def test_a_delivery_is_entered_with_its_proof_and_taken_back_with_a_reason(
    plan: Plan, measures: list[Measure], owner: User, colleague: User
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (50, 50)).save(out, "PNG")
    client = _sign_in(owner)
    data = {"uid": uuid4(), "on": TODAY, "amount": "300", "proof": SimpleUploadedFile("收据.png", out.getvalue())}
    assert client.post(reverse("measure-deliver", args=[measures[0].pk]), data).status_code == 302
    delivery = Delivery.objects.get()
    address = reverse("delivery-proof", args=[delivery.pk])
    assert client.get(address)["Content-Type"] == "image/jpeg"
    assert _sign_in(colleague).get(address).status_code == 404
    assert (
        _sign_in(colleague).post(reverse("delivery-withdraw", args=[delivery.pk]), {"reason": "x"}).status_code == 404
    )
    assert client.post(reverse("delivery-withdraw", args=[delivery.pk]), {"reason": ""}).status_code == 400
    assert client.post(reverse("delivery-withdraw", args=[delivery.pk]), {"reason": "记错了户"}).status_code == 302
    assert not Delivery.objects.standing().exists()


def test_what_is_no_picture_is_refused_as_proof(measures: list[Measure], owner: User) -> None:
    data = {"uid": uuid4(), "on": TODAY, "proof": SimpleUploadedFile("收据.png", b"nothing")}
    answer = _sign_in(owner).post(reverse("measure-deliver", args=[measures[0].pk]), data)
    assert answer.status_code == 400
    assert "不是能打开的照片" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_only_who_may_open_a_clearing_gets_its_link(
    plan: Plan, owner: User, hire: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistance.views.plans.check_exit", lambda **_: [SimpleNamespace(ok=True)])
    leader = hire("clearing-leader", Role.TOWNSHIP_LEADER, "990101100000")
    address, opening = reverse("plan-detail", args=[plan.pk]), reverse("case-new", args=[plan.episode.household.uid])
    assert opening in _sign_in(owner).get(address).content.decode()
    told = _sign_in(leader).get(address).content.decode()
    assert opening not in told and "请村里发起" in told


def test_a_measure_is_changed_and_cancelled_on_its_pages(plan: Plan, measures: list[Measure], owner: User) -> None:
    client, measure = _sign_in(owner), measures[0]
    text = client.get(reverse("measure-change", args=[measure.pk])).content.decode()
    assert "按政策落实" in text
    data = {
        "version": measure.version, "risk": "因病", "type": measure.type_id, "content": "住院救助", "unit": "医保局",
        "responsible": "王五", "starts_on": "2026-11-01", "planned_amount": "800",
    }  # fmt: skip
    assert client.post(reverse("measure-change", args=[measure.pk]), data).status_code == 302
    measure.refresh_from_db()
    assert (measure.content, measure.planned_amount) == ("住院救助", Decimal(800))
    assert client.post(reverse("measure-change", args=[measure.pk]), data).status_code == 409
    cancel = {"version": measure.version, "reason": "改由低保解决"}
    answer = client.post(reverse("measure-cancel", args=[measure.pk]), cancel)
    measure.refresh_from_db()
    assert (answer.status_code, measure.state) == (302, "cancelled")


def test_a_plan_is_opened_for_an_episode_of_the_register(
    village: Any, clock: Any, owner: User, colleague: User, auditor: User
) -> None:
    episode = make_episode(make_household(village))
    read = _sign_in(auditor).get(reverse("plan-missing")).content.decode()
    assert "张三户" in read and "建立一户一策</button>" not in read
    assert "建立一户一策</button>" in _sign_in(owner).get(reverse("plan-missing")).content.decode()
    assert "张三户" in _sign_in(owner).get(reverse("plan-missing")).content.decode()
    assert _sign_in(colleague).post(reverse("plan-missing"), {"episode": episode.pk}).status_code == 404
    assert _sign_in(owner).post(reverse("plan-missing"), {"episode": "9" * 5000}).status_code == 404
    assert _sign_in(owner).post(reverse("plan-missing"), {"episode": "x"}).status_code == 404
    assert _sign_in(owner).post(reverse("plan-missing"), {"episode": episode.pk}).status_code == 302
    assert Plan.objects.get().episode == episode
    assert "监测户都有一户一策" in _sign_in(owner).get(reverse("plan-missing")).content.decode()


@pytest.mark.parametrize(
    ("show", "seen"), [("undelivered", True), ("unconfirmed", False), ("waiting", True), ("x", True)]
)
def test_the_list_shows_what_its_tab_says(
    plan: Plan, measures: list[Measure], owner: User, show: str, seen: bool
) -> None:
    text = _sign_in(owner).get(reverse("plan-list"), {"show": show}).content.decode()
    assert ("张三户" in text) == seen


def test_a_helper_is_chosen_among_those_who_hold_a_helping_post_there_today(
    plan: Plan, owner: User, township: User, hire: Callable[..., User]
) -> None:
    """A post with a last day that is still to come is one; such as have not begun, and posts that only read, are none."""
    leaving = hire("leaving", Role.VILLAGE_CADRE, "990101100201")
    leaving.posts.update(ends_on=TODAY + timedelta(days=20))
    hire("coming", Role.VILLAGE_CADRE, "990101100201", since=TODAY + timedelta(days=1))
    hire("reader", Role.AUDITOR, "990101100000")
    gone = hire("gone", Role.VILLAGE_CADRE, "990101100201")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    form = _sign_in(owner).get(reverse("plan-adopt", args=[plan.pk])).context["form"]
    assert {person.username for person in form.fields["responsible"].queryset} == {"leaving", "owner", "township"}


# --- the calendar ---


def test_overdue_visits_come_before_the_days_to_come(village: Any, clock: Any, owner: User, colleague: User) -> None:
    for name, day in (("早户", TODAY - timedelta(days=3)), ("晚户", TODAY + timedelta(days=9))):
        household = make_household(village, members=[{"name": name, "relation": "户主"}])
        episode = make_episode(household)
        Episode.objects.filter(pk=episode.pk).update(next_follow_up_on=day)
    text = _sign_in(owner).get(reverse("followup-list")).content.decode()
    assert text.index("已超期 1") < text.index("早户户") < text.index("11月16日到11月22日") < text.index("晚户户")
    assert "早户户" not in _sign_in(colleague).get(reverse("followup-list")).content.decode()


@pytest.mark.parametrize("month", ["2026-12", "x", "2026-13", "", "0000-00", "0001-01", "9999-12"])
def test_any_month_can_be_asked_for(clock: Any, owner: User, month: str) -> None:
    assert _sign_in(owner).get(reverse("followup-list"), {"month": month}).status_code == 200


def test_the_number_of_households_never_visited_opens_just_those(
    village: Any, clock: Any, owner: User, colleague: User
) -> None:
    unseen = make_episode(make_household(village, members=[{"name": "未访"}]), identified_on=date(2026, 3, 1))
    make_episode(make_household(village), next_follow_up_on=date(2026, 11, 20))
    client, address = _sign_in(owner), reverse("followup-never")
    calendar = client.get(reverse("followup-list"))
    assert f'<a href="{address}">{calendar.context["never"]} 户' in calendar.content.decode()
    page = client.get(address)
    assert [episode.pk for episode in page.context["page"].rows] == [unseen.pk]
    assert len(page.context["page"].rows) == calendar.context["never"] == page.context["total"]()
    assert reverse("visit-new", args=[unseen.household.uid]) in page.content.decode()
    assert not _sign_in(colleague).get(address).context["page"].rows


def test_the_calendar_costs_the_same_for_one_household_and_for_five(village: Any, clock: Any, owner: User) -> None:
    def _due(name: str) -> None:
        episode = make_episode(make_household(village, members=[{"name": name, "relation": "户主"}]))
        Episode.objects.filter(pk=episode.pk).update(next_follow_up_on=TODAY + timedelta(days=2))

    client = _sign_in(owner)
    _due("甲")
    client.get(reverse("followup-list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("followup-list"))
    for name in "乙丙丁戊":
        _due(name)
    with CaptureQueriesContext(connection) as five:
        client.get(reverse("followup-list"))
    assert len(one) == len(five)


# --- the card ---


def test_the_card_says_who_helps_with_what(plan: Plan, measures: list[Measure], owner: User) -> None:
    _give(measures[0], owner)
    text = _sign_in(owner).get(reverse("plan-card", args=[plan.pk])).content.decode()
    assert "防止返贫帮扶明白卡" in text
    assert "医疗救助：按政策落实" in text
    assert "一户一策还没有确定" in text
    number = plan.episode.household.memberships.first().person.id_number
    assert number not in text
