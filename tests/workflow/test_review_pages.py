"""The review queue: flagged cases first and never in bulk, one case beside its evidence, returns by reason and village."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from builders import make_household, make_income
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from journeys import VOTE, Office

from accounts.models import Division, User
from households.models import Household
from monitoring.desk.queue import queue_of
from monitoring.desk.return_counts import by_reason, by_village, listed
from monitoring.models import Case, Transition
from monitoring.policy import PolicyBook
from monitoring.services.return_reasons import keep_reason, reasons_for, retire_reason
from monitoring.templatetags.desk import step_term

pytestmark = pytest.mark.django_db
QUEUE = "review-list"


def _sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def handed_in(office: Office) -> Callable[..., Case]:
    """`handed_in()` is a case that waits for the township, without anything to look at; `vote` and `signed` change it."""

    def _handed_in(*, vote: dict[str, Any] | None = None, signed: tuple[str, ...] = ("张三", "李四")) -> Case:
        household = make_household(office.village)
        make_income(household, recorded_by=office.owner, per_head=8000, ends_on=office.today)
        case = office.case_of(office.verified(household))
        signing = {"signed_on": office.today.isoformat(), "signatories": list(signed)}
        office.do(case, "authorise", office.owner, data=signing, with_file=True)
        office.do(case, "compare", office.bureau, data={"results": office.results(case)})
        office.do(case, "to_appraisal", office.owner)
        office.do(case, "appraise", office.owner, data=vote or VOTE, with_file=True)
        office.do(case, "hang_notice", office.owner, data={"place": "村务公开栏"}, with_file=True)
        return case

    return _handed_in


@pytest.fixture
def waiting(office: Office, handed_in: Callable[..., Case]) -> list[Case]:
    """Two ordinary cases and one whose vote just reached the quorum, all with the township."""
    cases = [handed_in(), handed_in(), handed_in(vote={**VOTE, "present": 20, "agree": 20, "disagree": 0})]
    office.wait(6)
    for case in cases:
        office.do(case, "take_down", office.owner, with_file=True)
        office.do(case, "submit", office.owner)
    return [Case.objects.get(pk=case.pk) for case in cases]


def _queue(user: User) -> Any:
    return queue_of(user, timezone.localdate(), PolicyBook())


def _item(case: Case) -> str:
    return f"{case.uid}:{Case.objects.get(pk=case.pk).version}"


def test_what_a_person_must_look_at_comes_first_and_says_why(office: Office, waiting: list[Case]) -> None:
    queue = _queue(office.leader)
    assert [row.case for row in queue.flagged] == [waiting[2]]
    assert queue.flagged[0].signs == ["评议应到 30 人，实到 20 人，刚够法定人数"]
    assert {row.case for row in queue.selectable} == set(waiting[:2])
    text = _sign_in(office.leader).get(reverse(QUEUE)).content.decode()
    assert text.index("有提示，要逐户看 1") < text.index("没有提示 2")


def test_the_desk_and_the_case_say_the_same_of_step_and_whole_term(office: Office, waiting: list[Case]) -> None:
    case, client = waiting[0], _sign_in(office.leader)
    pages = [client.get(f"{reverse(QUEUE)}?case={case.uid}"), client.get(reverse("case-detail", args=[case.uid]))]
    whole = f"<small>{case.decision_due_on.month}月{case.decision_due_on.day}日到期</small>"
    for page in pages:
        text = page.content.decode()
        assert step_term(case) in text
        assert whole in text[text.index("<b>全程 15 天</b>") :][:300]
    assert step_term(case) == f"本步剩 2 天，{case.due_on.month}月{case.due_on.day}日到期"


def test_what_is_due_now_opens_just_that_the_longest_overdue_first(office: Office, waiting: list[Case]) -> None:
    client, today = _sign_in(office.leader), office.today
    assert not client.get(reverse(QUEUE)).context["queue"].due_now
    for case, days in ((waiting[0], 0), (waiting[2], 3)):
        Case.objects.filter(pk=case.pk).update(due_on=today - timedelta(days=days))
    assert "?only=due" in client.get(reverse(QUEUE)).content.decode()
    page = client.get(reverse(QUEUE), {"only": "due"})
    assert page.context["chosen"].case == waiting[2]
    listed = re.findall(r'name="item" value="([0-9a-f-]{36}):', page.content.decode())
    assert listed == [str(waiting[2].uid), str(waiting[0].uid)]


def test_an_adult_who_did_not_sign_is_named(office: Office, handed_in: Callable[..., Case]) -> None:
    case = handed_in(signed=("张三",))
    office.submitted(case)
    assert _queue(office.leader).flagged[0].signs == ["授权书没有李四签字"]


def test_nobody_finds_his_own_cases_in_the_queue(office: Office, waiting: list[Case]) -> None:
    assert not _queue(office.township).rows
    assert not _queue(office.owner).rows
    assert "没有等你审核的办件" in _sign_in(office.owner).get(reverse(QUEUE)).content.decode()


def test_the_queue_costs_the_same_for_one_case_and_for_three(
    office: Office, handed_in: Callable[..., Case], waiting: list[Case]
) -> None:
    with CaptureQueriesContext(connection) as three:
        assert len(_queue(office.leader).rows) == 3
    Case.objects.filter(pk__in=[case.pk for case in waiting[1:]]).update(state="rejected")
    with CaptureQueriesContext(connection) as one:
        assert len(_queue(office.leader).rows) == 1
    assert len(three) == len(one) <= 22


def test_a_batch_passes_the_ordinary_ones_and_leaves_out_what_is_flagged(office: Office, waiting: list[Case]) -> None:
    answer = _sign_in(office.leader).post(reverse("review-batch"), {"item": [_item(case) for case in waiting]})
    text = answer.content.decode()
    assert "通过 2 户 6 人，留下 1 户要逐户看" in text
    states = [Case.objects.get(pk=case.pk).state for case in waiting]
    assert states == ["at_county", "at_county", "at_township"]


def test_each_of_a_batch_has_its_own_answer(office: Office, waiting: list[Case]) -> None:
    stale = f"{waiting[0].uid}:1"
    answer = _sign_in(office.leader).post(reverse("review-batch"), {"item": [stale, _item(waiting[1])]})
    assert "刚被他人办理过" in answer.content.decode()
    assert Case.objects.get(pk=waiting[0].pk).state == "at_township"
    assert Case.objects.get(pk=waiting[1].pk).state == "at_county"


@pytest.mark.parametrize("items", [[], ["x"], ["9:9:9"], ["00000000-0000-0000-0000-000000000000:1"]])
def test_a_batch_of_nothing_changes_nothing(office: Office, waiting: list[Case], items: list[str]) -> None:
    answer = _sign_in(office.leader).post(reverse("review-batch"), {"item": items}, follow=True)
    assert answer.status_code == 200
    assert set(Case.objects.values_list("state", flat=True)) == {"at_township"}


def test_a_stranger_passes_nothing(office: Office, waiting: list[Case], outsider: User) -> None:
    _sign_in(outsider).post(reverse("review-batch"), {"item": [_item(case) for case in waiting]})
    assert _sign_in(outsider).post(reverse("review-decide", args=[waiting[0].uid]), {}).status_code == 404
    assert set(Case.objects.values_list("state", flat=True)) == {"at_township"}


def test_one_case_is_passed_beside_its_evidence(office: Office, waiting: list[Case]) -> None:
    client, case = _sign_in(office.leader), waiting[2]
    text = client.get(reverse(QUEUE), {"case": str(case.uid)}).content.decode()
    assert "应到 30，实到 20，同意 20" in text
    assert "照片 1 张，双方签字" in text
    answer = client.post(
        reverse("review-decide", args=[case.uid]), {"verdict": "pass", "version": case.version, "note": "已电话核对"}
    )
    assert answer.status_code == 302
    assert Case.objects.get(pk=case.pk).state == "at_county"


def test_a_return_takes_its_reason_and_the_words_of_the_reason(office: Office, waiting: list[Case]) -> None:
    case = waiting[0]
    data = {"verdict": "return", "version": case.version, "reason": "照片不清或缺少", "to": "appraising"}
    assert _sign_in(office.leader).post(reverse("review-decide", args=[case.uid]), data).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.returned) == ("appraising", True)
    assert case.return_reason == "请重新拍摄并上传能看清的照片。"
    assert Transition.objects.filter(case=case).latest("id").data["reason"] == "照片不清或缺少"


def test_a_return_without_a_reason_is_refused_and_says_where(office: Office, waiting: list[Case]) -> None:
    case = waiting[0]
    data = {"verdict": "return", "version": case.version, "note": "请补"}
    answer = _sign_in(office.leader).post(reverse("review-decide", args=[case.uid]), data)
    assert answer.status_code == 400
    assert "退回要选一个原因" in answer.content.decode()
    assert "请补" in answer.content.decode()
    data["reason"] = "其他"
    assert _sign_in(office.leader).post(reverse("review-decide", args=[case.uid]), data).status_code == 302


def test_handed_in_again_is_a_group_of_its_own(office: Office, waiting: list[Case]) -> None:
    case = waiting[0]
    data = {"reason": "公示不合规"}
    office.do(case, "review_return", office.leader, note="补照片", data=data)
    office.do(case, "submit", office.owner)
    queue = _queue(office.leader)
    assert [row.case for row in queue.again] == [case]
    assert queue.again[0].returned_for == "公示不合规"


def test_returns_are_counted_by_reason_and_village_and_every_number_has_its_list(
    office: Office, waiting: list[Case]
) -> None:
    office.do(waiting[0], "review_return", office.leader, note="补", data={"reason": "照片不清或缺少"})
    office.do(waiting[1], "review_return", office.leader, note="补", data={"reason": "照片不清或缺少"})
    office.do(waiting[2], "review_return", office.leader, note="补")
    start, end = office.today.replace(day=1), office.today
    assert [(row.title, row.total) for row in by_reason(office.leader, start, end)] == [
        ("照片不清或缺少", 2),
        ("没有选原因", 1),
    ]
    (village,) = by_village(office.leader, start, end)
    assert (village.submitted, village.returned, village.most) == (3, 3, "照片不清或缺少")
    for row in by_reason(office.leader, start, end):
        assert listed(office.leader, start, end, reason=row.title).count() == row.total
    client = _sign_in(office.leader)
    assert "照片不清或缺少" in client.get(reverse("return-counts")).content.decode()
    text = client.get(
        reverse("return-list"), {"reason": "照片不清或缺少", "village": office.village.code}
    ).content.decode()
    assert text.count("张三户") == 2


def test_other_places_returns_are_not_counted(office: Office, waiting: list[Case], outsider: User) -> None:
    office.do(waiting[0], "review_return", office.leader, note="补", data={"reason": "其他"})
    assert not by_reason(outsider, office.today, office.today)
    assert "张三户" not in _sign_in(outsider).get(reverse("return-list")).content.decode()


@pytest.mark.parametrize("asked", [{"start": "x"}, {"start": "2026-12-01", "end": "2026-01-01"}, {"end": "2026-13-01"}])
def test_days_that_make_no_sense_are_said_and_the_quarter_is_shown(office: Office, asked: dict[str, str]) -> None:
    assert _sign_in(office.leader).get(reverse("return-counts"), asked).status_code == 200


# --- the county's reasons ---


def test_a_county_words_its_own_reasons(office: Office, county: Division) -> None:
    assert reasons_for(office.village.code)[0].pk is None
    keep_reason(county=county, title="缺户主签字", wording="请户主补签。", actor=office.bureau, at=office.at)
    titles = [row.title for row in reasons_for(office.village.code)]
    assert titles[-1] == "缺户主签字"
    assert "照片不清或缺少" in titles
    retire_reason(county=county, title="照片不清或缺少", actor=office.bureau, at=office.at)
    assert "照片不清或缺少" not in [row.title for row in reasons_for(office.village.code)]


def test_reasons_are_changed_on_their_page_by_the_county_alone(office: Office, county: Division) -> None:
    data = {"instead_of": "其他", "title": "其他情况", "wording": "请说明。"}
    assert _sign_in(office.bureau).post(reverse("return-reasons"), data).status_code == 302
    titles = [row.title for row in reasons_for(county.code)]
    assert "其他情况" in titles
    assert "其他" not in titles
    assert _sign_in(office.leader).post(reverse("return-reasons"), data).status_code == 404
    again = _sign_in(office.bureau).post(reverse("return-reasons"), {"title": "其他情况"})
    assert again.status_code == 400
    assert "已经有“其他情况”" in again.content.decode()


def test_a_household_is_not_named_in_the_queue_of_another_township(
    office: Office, waiting: list[Case], hire: Callable[..., User]
) -> None:
    other = hire("other_leader", "township_leader", "990101101000")
    assert not _queue(other).rows
    assert Household.objects.count() == 3


def test_the_county_decides_on_the_same_page_and_returns_to_the_township(office: Office, waiting: list[Case]) -> None:
    for case in waiting[:2]:
        office.do(case, "review_pass", office.leader)
    client = _sign_in(office.second)
    assert "退回乡镇" in client.get(reverse(QUEUE)).content.decode()
    versions = [Case.objects.get(pk=case.pk).version for case in waiting]
    data = {"verdict": "return", "version": versions[0], "reason": "收入测算不清", "to": "preparing"}
    assert client.post(reverse("review-decide", args=[waiting[0].uid]), data).status_code == 400
    data.pop("to")
    client.post(reverse("review-decide", args=[waiting[0].uid]), data)
    client.post(reverse("review-decide", args=[waiting[1].uid]), {"verdict": "pass", "version": versions[1]})
    states = [Case.objects.get(pk=case.pk).state for case in waiting[:2]]
    assert states == ["at_township", "announcing"]


def test_a_clearing_is_never_passed_in_bulk(office: Office) -> None:
    case = office.assessed(office.ready_to_clear().household)
    office.do(case, "to_appraisal", office.owner, data={"clear_method": "帮扶消除"})
    case = office.submitted(office.posted(case))
    assert _queue(office.leader).flagged[0].signs == ["风险消除，要逐条核对条件"]
    _sign_in(office.leader).post(reverse("review-batch"), {"item": [_item(case)]})
    assert Case.objects.get(pk=case.pk).state == "at_township"
    text = _sign_in(office.leader).get(reverse(QUEUE)).content.decode()
    assert "人均纯收入高于当年监测线" in text
