"""The home visit as it is entered: section by section, kept at once, handed in once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from builders import make_number
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from visit_world import JSON, Hand, hand_of, known_household, photo, sign_in

from accounts.models import AuditEvent, Division, Role, StoredFile, User
from accounts.services.files import open_file
from households.models import Income, LivingCondition
from monitoring.models import Clue, DraftFile, Visit, VisitDraft
from monitoring.services.visit_drafts import drop_old_drafts
from records.models import House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def hand(owner: User, township: User, village: Division) -> Hand:
    return hand_of(owner, village, timezone.now())


def test_a_visit_without_script_from_the_list_to_the_record(hand: Hand, township: User) -> None:
    hand.everything(township)
    answer = hand.submit()
    visit = Visit.objects.get()
    assert answer["Location"] == reverse("visit-detail", args=[visit.uid]) + "?done=1"
    assert visit.uid == hand.uid
    assert (visit.finding, visit.risks, visit.signed, visit.photos.count()) == ("true", ["因病"], True, 1)
    assert sorted(one.name for one in visit.visitors.all()) == ["owner", "township"]
    assert [(one.name, one.of_household, bool(one.file), one.reason) for one in visit.signatures.all()] == [
        ("张三", True, True, ""),
        ("owner", False, False, "已在纸质表上签字"),
        ("township", False, False, "已在纸质表上签字"),
    ]
    assert Clue.objects.get().state == "verified"
    assert not VisitDraft.objects.exists()
    page = hand.client.get(answer["Location"]).content.decode()
    assert "张三户的走访已交上" in page
    assert reverse("clue-detail", args=[hand.clue.uid]) in page


def test_confirmed_changed_and_untouched_are_told_apart(hand: Hand, township: User) -> None:
    hand.everything(township)
    hand.answer("school", "open", note="还没问")
    VisitDraft.objects.get()
    hand.answer("people", size="3", labour="1", note="妻子病了")
    assert "“上学和医保”填了一半" in hand.submit().content.decode()
    hand.same("school")
    hand.submit()
    visit = Visit.objects.get()
    assert visit.sections["income"] == visit.sections["school"] == "same"
    assert visit.sections["people"] == visit.sections["spending"] == "changed"
    income = Income.objects.order_by("-id").first()
    assert (income.wage, income.own_payments, income.members) == (36000, 3000, 3)
    assert income.items == {"wage": {"务工收入": "36000.00"}}
    assert json.loads(visit.answers)["people"]["note"] == "妻子病了"
    assert "妻子病了" not in str(Visit.objects.values_list("sections", "difficulties", "policies"))


def test_a_section_that_nobody_went_through_is_not_recorded(hand: Hand, township: User) -> None:
    hand.everything(township)
    draft = VisitDraft.objects.get()
    kept = json.loads(draft.answers)
    draft.answers = json.dumps(
        {key: value for key, value in kept.items() if key not in ("school", "income", "spending")}
    )
    draft.save()
    assert "这 3 项没有核" in hand.see("visit-check")
    hand.submit()
    visit = Visit.objects.get()
    assert set(visit.sections) & {"school", "income", "spending"} == set()
    condition = LivingCondition.objects.order_by("-id").first()
    assert (visit.income, condition.housing_ok, condition.schooling_ok) == (None, True, None)
    assert "没看" in hand.client.get(reverse("visit-detail", args=[visit.uid])).content.decode()


def test_what_a_record_says_against_last_time_stands_there_and_takes_the_one_tap_away(hand: Hand) -> None:
    same = 'data-same data-section="home"'
    page = hand.see()
    assert same in page and "别处的记录" not in page
    since = date(2026, 10, 20)
    House.objects.create(
        household=hand.clue.household, grade="D", graded_on=since, from_on=since, recorded_at=timezone.now()
    )
    for page in (hand.see(), hand.see("visit-section", "home")):
        assert "住房安全：住房底册 D级房，2026-10-20" in page
        assert same not in page
    assert 'data-same data-section="school"' in hand.see()
    # And no answer is chosen beforehand.
    assert 'value="yes" checked' in hand.see("visit-section", "school")
    assert 'value="yes" checked' not in hand.see("visit-section", "home")
    # Once somebody has looked and chosen, the list has nothing to add to his answer.
    hand.answer("home", housing="no", water="yes", grade="D", note="墙裂了")
    assert "别处的记录" not in hand.see()


def test_a_fault_stands_at_its_field_with_the_likely_value(hand: Hand) -> None:
    answer = hand.answer("income", wage="1.467")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "1.467 元太少。是 14,670 元吗？" in page
    assert 'href="#income-wage"' in page
    assert 'value="1.467"' in page
    assert "<title>错误：收入" in page
    assert json.loads(VisitDraft.objects.get().answers)["income"]["state"] == "open"


@pytest.mark.parametrize(
    ("section", "values", "fault"),
    [
        ("income", {}, "一项收入都没有填"),
        ("income", {"wage": "两万"}, "不是金额"),
        ("income", {"wage": "-5"}, "不能小于 0"),
        ("people", {"size": "0", "labour": "0"}, "至少 1 人"),
        ("people", {"size": "2", "labour": "3"}, "比家庭人口还多"),
        ("people", {"size": "二", "labour": "1"}, "0 到 60 的整数"),
        ("home", {"housing": "maybe", "water": "yes"}, "从给出的答案里选"),
        ("home", {"housing": "yes"}, "请回答：饮水安全吗"),
        ("finding", {"finding": "true"}, "请选是哪一类"),
        ("team", {"visited_on": "2026-11-11"}, "不能晚于今天"),
        ("team", {"visited_on": "昨天"}, "应写成 2026-11-10"),
        ("team", {"visited_on": "0001-01-01"}, "年份不对"),
        ("policies", {"measures": "all", "policies": "字" * 501}, "不能超过 500 字"),
        ("policies", {"measures": "all", "policies": f"证号 {make_number(7)}"}, "不要写证件号码"),
    ],
)
def test_what_does_not_fit_is_said_in_words(hand: Hand, section: str, values: dict[str, Any], fault: str) -> None:
    answer = hand.answer(section, **values)
    assert answer.status_code == 400
    assert fault in answer.content.decode()


def test_what_was_entered_outlives_sign_out_and_another_telephone(hand: Hand) -> None:
    hand.same("people")
    hand.answer("work", "open", workers="2")
    hand.client.post(reverse("logout"))
    again = Hand(hand.user, hand.clue)
    page = again.see()
    assert "已核 <b data-seen>1</b> 项" in page
    assert "填了一半" in page
    assert again.answer("home", "same", on_list="1").status_code == 302
    assert VisitDraft.objects.get().uid == hand.uid


def test_a_save_that_comes_late_changes_nothing(hand: Hand) -> None:
    hand.answer("work", workers="2", seq="2000")
    hand.answer("work", workers="1", seq="1000")
    assert json.loads(VisitDraft.objects.get().answers)["work"]["values"]["workers"] == "2"


def test_script_gets_short_answers(hand: Hand) -> None:
    told = hand.answer("work", workers="2", headers=JSON)
    assert told.json() == {"saved": "09:00", "faults": {}}
    told = hand.answer("work", workers="很多", headers=JSON)
    assert (told.status_code, list(told.json()["faults"])) == (200, ["workers"])
    told = hand.answer("policies", "same", headers=JSON)
    assert (told.status_code, told.json()["code"]) == (400, "nothing_known")
    assert hand.client.get(hand.address("visit-section", "mood")).status_code == 404


def test_handing_in_twice_is_one_visit_and_nothing_comes_after_it(hand: Hand, township: User) -> None:
    hand.everything(township)
    first, second = hand.submit(), hand.submit()
    assert first["Location"] == second["Location"]
    late = hand.answer("work", workers="1", headers=JSON)
    assert (late.status_code, late.json()["code"]) == (409, "submitted")
    assert (Visit.objects.count(), VisitDraft.objects.count()) == (1, 0)
    assert hand.client.get(hand.address())["Location"] == reverse("clue-detail", args=[hand.clue.uid])


def test_a_clue_that_moved_meanwhile_is_not_checked_blindly(hand: Hand, township: User) -> None:
    hand.everything(township)
    answer = hand.submit(version="7")
    assert answer.status_code == 409
    assert VisitDraft.objects.exists()
    assert not Visit.objects.exists()


def test_what_is_missing_is_listed_with_the_way_to_it(hand: Hand) -> None:
    hand.answer("finding", finding="true", risks=["因病"])
    page = hand.submit().content.decode()
    for sentence in (
        "入户人员至少 2 人，现有 1 人",
        "入户照片至少 1 张",
        "农户没有签字",
        "owner没有签字",
        "“这次为什么来”还没有回答",
    ):
        assert sentence in page, sentence
    assert hand.address("visit-section", "team") in page
    assert not Visit.objects.exists()


def test_nobody_met_needs_only_day_team_and_finding(hand: Hand, township: User) -> None:
    hand.answer("finding", finding="not_met")
    hand.answer("team", visited_on="2026-11-10", others="赵大, 驻村工作队")
    assert hand.submit().status_code == 302
    visit = Visit.objects.get()
    assert [(one.name, one.unit) for one in visit.visitors.order_by("id")][1] == ("赵大", "驻村工作队")


def test_a_household_that_cannot_sign_says_why(hand: Hand, township: User) -> None:
    hand.everything(township)
    DraftFile.objects.filter(slot="sign:household").delete()
    hand.answer("proof", **{f"reason:sign:{one}": "refused" for one in ("household", "u:owner", "u:township")})
    hand.submit()
    visit = Visit.objects.get()
    assert (visit.signed, visit.unsigned_reason) == (False, "本人不肯签字")
    assert "没有签：本人不肯签字" in hand.client.get(reverse("visit-detail", args=[visit.uid])).content.decode()


def test_a_photo_is_drawn_anew_without_what_the_telephone_wrote_into_it(hand: Hand) -> None:
    upload = photo(size=(4000, 3000), exif=True)
    assert b"SECRETPHONE" in upload.read()
    upload.seek(0)
    hand.upload(upload)
    file = StoredFile.objects.get()
    content = open_file(file).read()
    assert b"SECRETPHONE" not in content
    assert max(Image.open(io.BytesIO(content)).size) == 1600


def test_what_is_no_photo_is_refused(hand: Hand) -> None:
    for name, content in (("a.jpg", b"<script>"), ("a.pdf", b"%PDF-1.4"), ("a.svg", b"<svg/>")):
        answer = hand.upload(SimpleUploadedFile(name, content), headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "not_a_picture"), name
    assert hand.upload([], headers=JSON).json()["refused"].startswith("没有选照片")
    assert hand.upload(photo(), slot="elsewhere", headers=JSON).status_code == 400
    assert not DraftFile.objects.exists()


def test_nine_photos_and_a_new_signature_for_the_old(hand: Hand) -> None:
    for red in range(10):
        last = hand.upload(photo(colour=f"#{red * 20:02x}0000"), headers=JSON)
    assert (last.status_code, last.json()["code"]) == (400, "too_many")
    hand.upload(photo(colour="#fff"), "sign:household")
    hand.upload(photo(colour="#eee"), "sign:household")
    assert DraftFile.objects.filter(slot="sign:household").count() == 1
    gone = DraftFile.objects.filter(slot="photo").first()
    hand.client.post(hand.address("visit-files"), {"slot": "photo", "drop": gone.file.sha256})
    assert DraftFile.objects.filter(slot="photo").count() == 8


def test_pictures_are_shown_in_scope_only_and_every_look_is_kept(
    hand: Hand, township: User, colleague: User, outsider: User
) -> None:
    hand.upload(photo())
    sha256 = StoredFile.objects.get().sha256
    draft_address = hand.address("visit-draft-file", sha256)
    assert hand.client.get(draft_address)["Content-Type"] == "image/jpeg"
    assert sign_in(township).get(draft_address).status_code == 404
    DraftFile.objects.all().delete()
    hand.everything(township)
    hand.submit()
    visit = Visit.objects.get()
    address = reverse("visit-file", args=[visit.uid, visit.photos.get().sha256])
    assert sign_in(township).get(address).status_code == 200
    for stranger in (colleague, outsider):
        assert sign_in(stranger).get(address).status_code == 404
    assert hand.client.get(reverse("visit-file", args=[visit.uid, "0" * 64])).status_code == 404
    looks = AuditEvent.objects.filter(action="visit.picture_viewed")
    assert [look.actor for look in looks] == [township]


def test_a_draft_is_its_writers_alone(hand: Hand, township: User, auditor: User, outsider: User) -> None:
    hand.answer("work", workers="2", note="在外地")
    other = Hand(township, hand.clue, hand.uid)
    assert "在外地" not in other.see()
    assert other.answer("work", workers="1").status_code == 404
    assert Hand(auditor, hand.clue).answer("work", workers="1").status_code == 403
    assert Hand(outsider, hand.clue).answer("work", workers="1").status_code == 404
    assert VisitDraft.objects.count() == 1


def test_a_follow_up_asks_no_reason_and_may_be_by_telephone(owner: User, village: Division) -> None:
    household, client, uid = known_household(village, owner), sign_in(owner), str(uuid4())
    page = client.get(reverse("visit-new", args=[household.uid])).content.decode()
    assert "这次为什么来" not in page
    for section, values in {
        "income": {"state": "same"},
        "spending": {"medical": "0", "controlled": "yes"},
        "finding": {"new_risk": "no"},
        "team": {"visited_on": "2026-11-10", "mode": "phone"},
    }.items():
        address = reverse("visit-section", args=[household.uid, section])
        assert client.post(address, {"uid": uid, **values}).status_code == 302, section
    client.post(reverse("visit-check", args=[household.uid]), {"uid": uid})
    visit = Visit.objects.get()
    assert (visit.kind, visit.by_phone, visit.income.wage) == ("follow_up", True, 36000)
    assert (
        "已记进这一户的走访记录" in client.get(reverse("visit-detail", args=[visit.uid]) + "?done=1").content.decode()
    )


def test_income_and_spending_go_together(hand: Hand, township: User) -> None:
    hand.same("income")
    assert "收入和支出要一起核" in hand.see("visit-check")


def test_the_workbench_leads_straight_to_the_visit(hand: Hand) -> None:
    assert hand.address() in hand.client.get(reverse("home")).content.decode()


def test_old_drafts_go(hand: Hand) -> None:
    hand.answer("work", workers="2")
    assert drop_old_drafts(at=timezone.now() + timedelta(days=29)) == 0
    assert drop_old_drafts(at=timezone.now() + timedelta(days=31)) == 1


def test_pictures_that_nothing_names_go_with_the_old_drafts_and_no_others(hand: Hand, township: User) -> None:
    hand.everything(township)
    hand.submit()
    kept = set(StoredFile.objects.values_list("pk", flat=True))
    other = Hand(hand.user, hand_of(hand.user, hand.clue.village, timezone.now()).clue)
    other.upload(photo(colour="red"))
    other.upload(photo(size=(300, 120), colour="blue"), "sign:household")
    other.upload(photo(size=(300, 120), colour="black"), "sign:household")
    assert StoredFile.objects.count() == len(kept) + 3
    drop_old_drafts(at=timezone.now() + timedelta(days=29))
    assert StoredFile.objects.count() == len(kept) + 3
    VisitDraft.objects.update(saved_at=timezone.now() + timedelta(days=2))
    drop_old_drafts(at=timezone.now() + timedelta(days=31))
    assert StoredFile.objects.count() == len(kept) + 2  # The signature that was replaced.
    drop_old_drafts(at=timezone.now() + timedelta(days=33))
    assert set(StoredFile.objects.values_list("pk", flat=True)) == kept


def test_the_list_of_a_large_household_takes_as_many_questions_as_that_of_a_small_one(
    hand: Hand, township: User, hire: Callable[..., User], django_assert_max_num_queries: Any
) -> None:
    hand.everything(township)
    for serial in range(8):
        hire(f"clerk{serial}", Role.TOWNSHIP_STAFF, "990101100000")
    with django_assert_max_num_queries(20):
        hand.see()
    with django_assert_max_num_queries(30):
        hand.see("visit-check")


def test_another_program_hands_in_the_same_sections(owner: User, village: Division) -> None:
    household, client = known_household(village, owner), sign_in(owner)
    address = reverse("api-visit", args=[uuid4()])
    sent: dict[str, Any] = {
        "household": str(household.uid),
        "kind": "follow_up",
        "visited_on": "2026-11-10",
        "visitors": [{"username": "owner"}],
        "sections": {"work": "changed"},
        "answers": {"work": {"workers": " ２ ", "note": "在县城"}},
        "signatures": [{"name": "张三", "of_household": True, "reason": "本人不肯签字"}],
    }
    answer = client.put(address, sent, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["sections"] == {"work": "changed"}
    visit = Visit.objects.get()
    assert json.loads(visit.answers) == {"work": {"workers": "2", "note": "在县城"}}
    assert "2 人在外务工" in client.get(reverse("visit-detail", args=[visit.uid])).content.decode()
    for change in (
        {"answers": {"work": {"workers": "很多"}}},
        {"answers": {"work": {"mood": "good"}}},
        {"answers": {"home": {"housing": "yes"}}},
        {"sections": {"why": "changed"}, "answers": {}},
        {"sections": {"work": "unseen"}},
        {"answers": {"work": []}},
        {"signatures": [{"name": "张三"}]},
        {"signatures": [{"name": "张三", "file": "0" * 64}]},
    ):
        again = client.put(reverse("api-visit", args=[uuid4()]), {**sent, **change}, content_type="application/json")
        assert again.status_code == 400, change
    assert Visit.objects.count() == 1
