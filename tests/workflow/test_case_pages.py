"""The page of a case: where it stands, the clock with its pauses, what is missing, the forms of its steps, its pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from builders import make_household
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from journeys import VOTE, Office
from PIL import Image

from accounts.models import AuditEvent, User
from accounts.services.pictures import keep_picture
from monitoring.models import Appraisal, Authorisation, Case, Comparison
from monitoring.services.comparison import members_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Callable[..., str]:
    """`page(user, case)` is the text of the case's page for that user."""

    def _page(user: User, case: Case) -> str:
        return _sign_in(user).get(reverse("case-detail", args=[case.uid])).content.decode()

    return _page


def _sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (120, 90, 60)).save(out, "JPEG")
    return out.getvalue()


def _upload(name: str = "照片.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, _jpeg(), content_type="image/jpeg")


def _post(user: User, case: Case, action: str, **data: Any) -> Any:
    version = Case.objects.get(pk=case.pk).version
    return _sign_in(user).post(reverse("case-step", args=[case.uid, action]), {"version": version, **data})


def test_a_step_is_offered_from_its_day_on(office: Office, page: Callable[..., str]) -> None:
    case = office.submitted(
        office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    )
    case = office.do(office.decided(case), "announce", office.township, data={"place": "镇政府公告栏"})
    address = reverse("case-step", args=[case.uid, "end_announcement"])
    day = office.today + timedelta(days=6)
    words = f"{day.month}月{day.day}日起"
    text = page(office.township, case)
    assert f"{words}可以登记期满" in text
    assert address not in text
    early = _sign_in(office.township).get(address).content.decode()
    assert f"{words}才能办“公告期满”" in early
    assert "<form" not in early.partition("<main")[2].partition("</main")[0]
    refused = _post(office.township, case, "end_announcement")
    assert refused.status_code == 400
    office.wait(6)
    assert address in page(office.township, case)
    assert "<form" in _sign_in(office.township).get(address).content.decode().partition("<main")[2]


def test_the_page_says_whose_turn_it_is_and_what_is_missing(office: Office, page: Callable[..., str]) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    text = page(office.owner, case)
    assert "请农户签承诺授权书" in text
    assert "没有登记" in text
    assert "已用 0 天，剩 15 天" in text
    case = office.posted(office.prepared(case))
    text = page(office.owner, case)
    assert "公示期满后拍末日照片" in text
    assert "评议纪要和签到" in text
    assert "同意 20/24" in text


def test_days_on_which_an_objection_was_open_are_paused_cells(office: Office, page: Callable[..., str]) -> None:
    case = office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    office.wait(1)
    office.do(case, "object", office.owner, data={"content": "他家有车"})
    office.wait(2)
    text = page(office.owner, case)
    assert text.count('<i class="p">') == 2
    assert "暂停 2 天" in text
    assert "暂停计时" in text


def test_too_little_time_for_the_steps_to_come_is_said_in_days(office: Office, page: Callable[..., str]) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    office.wait(7)
    case = office.posted(case)
    assert "公示期满后只剩 3 天" in page(office.owner, case)
    assert "还要 4 天" in page(office.owner, case)


def test_a_case_that_ended_says_where_and_that_the_household_is_to_be_told(
    office: Office, page: Callable[..., str]
) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    office.do(case, "appraise", office.owner, data={**VOTE, "agree": 10, "disagree": 14}, with_file=True)
    text = page(office.owner, case)
    assert "sw-step is-bad" in text
    assert "把结果和理由告知农户" in text


def test_a_clearing_shows_every_condition_with_its_evidence(office: Office, page: Callable[..., str]) -> None:
    case = office.assessed(office.ready_to_clear().household)
    text = page(office.owner, case)
    assert "人均纯收入高于当年监测线" in text
    assert "10 项都通过" in text


def test_the_page_costs_the_same_however_many_papers_it_has(
    office: Office,
) -> None:
    few = office.prepared(office.case_of(office.verified(make_household(office.village))))
    many = office.submitted(
        office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    )
    client = _sign_in(office.bureau)
    counted = []
    for case in (few, many):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("case-detail", args=[case.uid]))
        counted.append(len(queries))
    assert max(counted) <= 45, counted


# --- forms ---


def test_the_signing_form_takes_ticked_members_and_others_by_name(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    data = {
        "signed_on": office.today,
        "signed": ["张三", "李四"],
        "signatories": "张大明",
        "witnesses": "王干部\n赵干部",
    }
    answer = _post(office.owner, case, "authorise", **data, files=_upload())
    assert answer.status_code == 302
    signed = Authorisation.objects.get(case=case)
    assert signed.signatories == ["张三", "李四", "张大明"]
    assert signed.witnesses == ["王干部", "赵干部"]
    assert signed.paper is not None
    assert signed.paper.content_type == "image/jpeg"


def test_what_is_no_picture_is_refused_and_nothing_is_written(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    fake = SimpleUploadedFile("照片.jpg", b"MZ not a picture", content_type="image/jpeg")
    answer = _post(office.owner, case, "authorise", signed_on=office.today, signed=["张三"], files=fake)
    assert answer.status_code == 400
    assert "不是能打开的照片" in answer.content.decode()
    assert not Authorisation.objects.exists()


def test_the_comparison_form_is_a_grid_that_takes_hits(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    signing = {"signed_on": office.today.isoformat(), "signatories": ["张三"]}
    office.do(case, "authorise", office.owner, data=signing, with_file=True)
    wanted = len(members_of(case, office.today)) * 4
    text = _sign_in(office.bureau).get(reverse("case-step", args=[case.uid, "compare"])).content.decode()
    assert text.count('type="checkbox" name="hit_') == wanted
    answer = _post(office.bureau, case, "compare", hit_1="on", found_1="小型轿车一辆")
    assert answer.status_code == 302
    assert Comparison.objects.filter(case=case).count() == wanted
    assert Comparison.objects.get(case=case, hit=True).found == "小型轿车一辆"


def test_the_main_risk_is_the_one_that_was_chosen_as_such(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    data = {"monitored_type": "边缘易致贫户", "main": "因学", "risks": ["因病", "因残"]}
    assert _post(office.owner, case, "propose", **data).status_code == 302
    assert Case.objects.get(pk=case.pk).risks == ["因学", "因病", "因残"]


def test_the_vote_is_kept_with_its_sign_in_sheet_which_the_next_meeting_starts_from(office: Office) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    sheet = {"name_0": "陈一", "capacity_0": "村民代表", "name_1": "陈二", "name_2": "陈三"}
    data = {**VOTE, "entitled": 4, "present": 3, "agree": 3, "disagree": 0, **sheet, "happened_on": office.today}
    assert _post(office.owner, case, "appraise", **data, files=_upload()).status_code == 302
    vote = Appraisal.objects.get(case=case)
    assert [row["name"] for row in vote.attendance] == ["陈一", "陈二", "陈三"]
    other = office.prepared(office.case_of(office.verified(make_household(office.village))))
    text = _sign_in(office.owner).get(reverse("case-step", args=[other.uid, "appraise"])).content.decode()
    assert 'value="陈二"' in text
    assert "已带入本村上次评议的名单" in text


def test_a_relative_who_voted_is_refused_in_words_and_what_was_typed_stays(office: Office) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    data = {
        **VOTE,
        "entitled": 1,
        "present": 1,
        "agree": 1,
        "disagree": 0,
        "name_0": "张三",
        "happened_on": office.today,
    }
    answer = _post(office.owner, case, "appraise", **data, files=_upload())
    assert answer.status_code == 400
    assert "张三是户内成员或近亲属，须回避" in answer.content.decode()
    assert 'value="王主任"' in answer.content.decode()
    assert not Appraisal.objects.exists()


def test_the_notice_is_shown_before_it_is_hung(office: Office) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    office.do(case, "appraise", office.owner, data=VOTE, with_file=True)
    text = _sign_in(office.owner).get(reverse("case-step", args=[case.uid, "hang_notice"])).content.decode()
    assert "东沟村防止返贫监测民主评议结果公示" in text
    assert "11月15日满 5 天" in text


# --- pictures ---


def test_a_picture_is_seen_by_whom_the_case_is_seen_by(office: Office, colleague: User, outsider: User) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    photo = keep_picture(content=_jpeg(), name="授权书.jpg", actor=office.owner, at=office.at)
    signing = {"signed_on": office.today.isoformat(), "signatories": ["张三"]}
    office.do(case, "authorise", office.owner, data=signing, files=[photo])
    address = reverse("case-file", args=[case.uid, photo.pk])
    small = _sign_in(office.leader).get(f"{address}?small=1")
    assert small["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(small.content)).width == 360
    assert _sign_in(colleague).get(address).status_code == 404
    assert _sign_in(outsider).get(address).status_code == 404


def test_a_file_that_is_not_of_the_case_is_not_there(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    stray = keep_picture(content=_jpeg(), name="别的.jpg", actor=office.owner, at=office.at)
    assert _sign_in(office.owner).get(reverse("case-file", args=[case.uid, stray.pk])).status_code == 404


def test_every_look_at_a_picture_is_kept(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    photo = keep_picture(content=_jpeg(), name="授权书.jpg", actor=office.owner, at=office.at)
    signing = {"signed_on": office.today.isoformat(), "signatories": ["张三"]}
    office.do(case, "authorise", office.owner, data=signing, files=[photo])
    _sign_in(office.leader).get(reverse("case-file", args=[case.uid, photo.pk]))
    event = AuditEvent.objects.get(action="case.picture_viewed")
    assert (event.actor, event.target_id) == (office.leader, str(case.pk))


@pytest.mark.parametrize(("show", "seen"), [("turn", True), ("overdue", False), ("returned", False), ("untold", False)])
def test_the_list_shows_what_its_tab_says(office: Office, show: str, seen: bool) -> None:
    office.case_of(office.verified(make_household(office.village)))
    text = _sign_in(office.owner).get(reverse("case-list"), {"show": show}).content.decode()
    assert ("张三户" in text) == seen
    office.wait(30)
    late = _sign_in(office.owner).get(reverse("case-list"), {"show": "overdue"}).content.decode()
    assert "张三户" in late


@pytest.mark.parametrize(("limit", "field"), [("clock", "decision_due_on"), ("overdue", "due_on")])
def test_the_list_offers_what_is_due_soon_by_both_limits(office: Office, limit: str, field: str) -> None:
    case, today = office.case_of(office.verified(make_household(office.village))), timezone.localdate(office.at)
    client = _sign_in(office.owner)
    for days, seen in ((0, True), (2, True), (3, False), (-1, False)):
        Case.objects.filter(pk=case.pk).update(**{field: today + timedelta(days=days)})
        page = client.get(reverse("case-list"), {limit: "soon"})
        assert ([row.number for row in page.context["page"].rows] == [case.number]) is seen
        assert page.content.decode().count('<option value="soon" selected>') == 1


def test_the_list_costs_the_same_for_one_case_and_for_four(office: Office) -> None:
    client, address = _sign_in(office.bureau), reverse("case-list")
    office.case_of(office.verified(make_household(office.village)))
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(3):
        office.case_of(office.verified(make_household(office.village)))
    with CaptureQueriesContext(connection) as four:
        client.get(address)
    assert len(one) == len(four)


def test_forms_name_the_household_that_they_are_about(office: Office) -> None:
    household = make_household(office.village)
    client = _sign_in(office.owner)
    page = client.get(reverse("clue-new", args=[household.uid]))
    assert "<h1>张三户　登记线索</h1>" in page.content.decode()
    form = page.context["form"]
    assert (form["risk"].value(), form["channel"].value()) == (None, "02")
    assert (
        client.post(reverse("clue-new", args=[household.uid]), {"channel": "02", "content": "病了"}).status_code == 400
    )
    case = office.case_of(office.verified(household))
    step = client.get(reverse("case-step", args=[case.uid, "authorise"])).content.decode()
    assert "<h1>张三户　登记授权承诺</h1>" in step
