"""Pages of data quality: who sees what, the way from a fault to the field, exemptions, the correction form's warnings."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from quality_world import SoundHome

from accounts.models import Division, Role, User
from households.entry_checks import VISIT, Entered, doubts_about
from households.models import FormerNumber, LivingCondition
from quality.models import Exemption, Fault, QualityRun
from quality.services.exemptions import request_exemption
from quality.services.runs import check_now
from sheets.clean import mask_id

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def fault(home: SoundHome, county: Division) -> Fault:
    """The head's nation is blank; a run has found it."""
    home.put(home.head, nation="")
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    return Fault.objects.get()


@pytest.fixture
def cast(
    hire: Callable[..., User],
    owner: User,
    colleague: User,
    township: User,
    township_leader: User,
    bureau: User,
    auditor: User,
    outsider: User,
    administrator: User,
) -> dict[str, User]:
    helper = hire("helper", Role.HELPER, "990101100201")
    people = [owner, colleague, township, township_leader, bureau, auditor, outsider, administrator, helper]
    return {user.username: user for user in people}


READERS = {"owner", "township", "township_leader", "bureau", "auditor"}


def test_a_fault_is_there_for_those_of_its_places(fault: Fault, cast: dict[str, User]) -> None:
    words = "没有填民族"
    for name, user in cast.items():
        client = client_of(user)
        inside = name in READERS
        assert client.get(reverse("quality-fault", args=[fault.uid])).status_code == (200 if inside else 404), name
        assert (words in client.get(reverse("quality-faults")).content.decode()) == inside, name
        rule = client.get(reverse("quality-rule", args=["blank-nation"]))
        assert (words in rule.content.decode()) == inside, name


def test_a_helper_sees_his_own_household(fault: Fault, home: SoundHome, cast: dict[str, User]) -> None:
    home.put(home.household, helper=cast["helper"])
    assert client_of(cast["helper"]).get(reverse("quality-fault", args=[fault.uid])).status_code == 200


def test_the_overview_counts_what_the_lists_show(fault: Fault, owner: User, bureau: User) -> None:
    page = client_of(bureau).get(reverse("quality-overview"))
    overview = page.context["overview"]
    assert (overview.count.open, overview.count.exempt, overview.count.mended) == (1, 0, 0)
    assert [(level, count.open) for level, _, count in overview.levels if count.open] == [(2, 1)]
    assert [(unit.name, count.open) for unit, count in overview.places] == [("石桥镇", 1)]
    assert overview.trend[-1] == (date(2026, 11, 1), 1, 0)
    assert client_of(owner).get(reverse("quality-overview")).context["mine"] == 1
    assert page.context["mine"] == 0


def test_the_overview_of_a_foreign_place_is_not_there(fault: Fault, colleague: User) -> None:
    address = f"{reverse('quality-overview')}?division={fault.village_id}"
    assert client_of(colleague).get(address).status_code == 404


def test_the_button_starts_a_run_where_one_may(fault: Fault, owner: User, bureau: User, county: Division) -> None:
    client_of(owner).post(reverse("quality-overview"), {"division": fault.village_id})
    assert QualityRun.objects.count() == 1
    client_of(bureau).post(reverse("quality-overview"), {"division": county.code})
    run = QualityRun.objects.first()
    assert run is not None and QualityRun.objects.count() == 2
    page = client_of(bureau).get(reverse("quality-run", args=[run.uid]))
    assert page.status_code == 200
    assert client_of(owner).get(reverse("quality-run", args=[run.uid])).status_code == 404


def test_a_fault_opens_the_field_that_mends_it(fault: Fault, home: SoundHome, owner: User) -> None:
    client = client_of(owner)
    page = client.get(reverse("quality-fault", args=[fault.uid]))
    address = page.context["mend"].address
    assert (
        address
        == f"{reverse('quality-correct', args=[home.household.uid])}?field=nation&person={home.head.uid}#id_nation"
    )
    assert address.replace("&", "&amp;") in page.content.decode()
    form = client.get(address)
    assert 'id="id_nation"' in form.content.decode()
    answer = client.post(address, {**_as_it_stands(form), "nation": "汉族"})
    assert answer.status_code == 302, answer.content.decode()
    home.head.refresh_from_db()
    assert home.head.nation == "汉族"


def _as_it_stands(page: Any) -> dict[str, Any]:
    form = page.context["form"]
    values = {field.name: field.value() for field in form}
    return {name: value for name, value in values.items() if value not in (None, "")} | {"happened_on": "2026-11-10"}


def test_who_only_looks_is_offered_no_mending(fault: Fault, auditor: User, owner: User) -> None:
    address = reverse("quality-fault", args=[fault.uid])
    assert "去修改" in client_of(owner).get(address).content.decode()
    assert "去修改" not in client_of(auditor).get(address).content.decode()


@pytest.mark.parametrize(
    "field", ["identity-no_head", "help-only_aid", "cleared-early", "outside-water_ok", "blank-water_ok"]
)
def test_every_kind_of_fault_leads_somewhere(home: SoundHome, county: Division, owner: User, field: str) -> None:
    from test_checks import SPOILED

    SPOILED[field](home)
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    fault = Fault.objects.get(check_code=field)
    client = client_of(owner)
    address = client.get(reverse("quality-fault", args=[fault.uid])).context["mend"].address
    assert client.get(address).status_code == 200, address


def test_the_form_warns_at_the_field_and_saves_all_the_same(home: SoundHome, owner: User) -> None:
    client = client_of(owner)
    address = f"{reverse('quality-correct', args=[home.household.uid])}?person={home.child.uid}"
    given = {**_as_it_stands(client.get(address)), "labour_skill": "普通劳动力"}
    page = client.post(address, given)
    assert page.status_code == 200
    doubts = {field.name: words for field, words in page.context["fields"] if words}
    assert doubts == {"labour_skill": ["张小明：在校（小学），劳动技能是“普通劳动力”"]}
    home.child.refresh_from_db()
    assert home.child.labour_skill == "无劳动力"
    assert client.post(address, {**given, "confirmed": "1"}).status_code == 302
    home.child.refresh_from_db()
    assert home.child.labour_skill == "普通劳动力"


def test_the_household_its_living_and_a_number_are_put_right(home: SoundHome, owner: User) -> None:
    client, address = client_of(owner), reverse("quality-correct", args=[home.household.uid])
    page = client.get(f"{address}?field=support_classes")
    answer = client.post(f"{address}?field=support_classes", {**_as_it_stands(page), "support_classes": ["低保"]})
    assert answer.status_code == 302
    home.household.refresh_from_db()
    assert home.household.support_classes == ["低保"]

    page = client.get(f"{address}?field=farmland")
    client.post(f"{address}?field=farmland", {**_as_it_stands(page), "farmland": "7.5"})
    last = LivingCondition.objects.filter(household=home.household).latest("id")
    assert (last.farmland, last.on, last.recorded_by) == (Decimal("7.50"), home.condition.on, owner)
    assert (last.house_area, last.water_ok) == (Decimal("90.00"), True), "what was found before stands"

    old, number = f"{address}?person={home.head.uid}&field=id_number", "99011975"
    page = client.get(old)
    bad = client.post(old, {**_as_it_stands(page), "id_number": number})
    assert bad.status_code == 400
    from builders import make_number

    assert client.post(old, {**_as_it_stands(page), "id_number": make_number(77, date(1975, 3, 2))}).status_code == 302
    assert FormerNumber.objects.filter(person=home.head).count() == 1


def test_only_who_may_record_opens_the_form(home: SoundHome, auditor: User, colleague: User, owner: User) -> None:
    address = reverse("quality-correct", args=[home.household.uid])
    assert client_of(owner).get(address).status_code == 200
    assert client_of(auditor).get(address).status_code == 403
    assert client_of(colleague).get(address).status_code == 404
    assert client_of(owner).get(f"{address}?person=nobody").status_code == 404
    assert client_of(owner).get(f"{address}?person={home.household.uid}").status_code == 404


def test_an_old_version_is_a_conflict(home: SoundHome, owner: User) -> None:
    client = client_of(owner)
    address = f"{reverse('quality-correct', args=[home.household.uid])}?person={home.head.uid}"
    given = {**_as_it_stands(client.get(address)), "nation": "满族", "version": "9"}
    assert client.post(address, given).status_code == 409


def test_an_exemption_goes_from_asking_to_granting(fault: Fault, owner: User, township_leader: User) -> None:
    client = client_of(owner)
    address = reverse("quality-fault", args=[fault.uid])
    assert client.post(address, {"reason": "", "ends_on": "2026-11-30"}).status_code == 400
    assert client.post(address, {"reason": "查不到", "ends_on": "2020-01-01"}).status_code == 400
    assert client.post(address, {"reason": "查不到", "ends_on": "2026-11-30"}).status_code == 302
    exemption = Exemption.objects.get()
    assert "不是问题，申请豁免" not in client.get(address).content.decode()
    leader = client_of(township_leader)
    assert "查不到" in leader.get(reverse("quality-exemptions")).content.decode()
    leader.post(reverse("quality-exemption", args=[exemption.uid]), {"act": "grant"})
    assert client.get(address).context["fault"].stood == "exempt"
    assert "查不到" in client.get(f"{reverse('quality-exemptions')}?show=standing").content.decode()


def test_who_asked_is_told_that_another_must_grant(fault: Fault, township_leader: User) -> None:
    request_exemption(
        fault=fault, reason="查不到", ends_on=date(2026, 11, 30), actor=township_leader, at=timezone.now()
    )
    client, exemption = client_of(township_leader), Exemption.objects.get()
    assert "须由他人审批" in client.get(reverse("quality-exemptions")).content.decode()
    answer = client.post(reverse("quality-exemption", args=[exemption.uid]), {"act": "grant"})
    assert answer.status_code == 403
    assert not exemption.steps.exists()


def test_the_list_of_a_rule_is_a_workbook_without_numbers(
    fault: Fault, home: SoundHome, bureau: User, colleague: User
) -> None:
    answer = client_of(bureau).get(reverse("quality-book", args=["blank-nation"]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["自定义基础表"]
    cells = [[cell for cell in row if cell is not None] for row in book.active.iter_rows(values_only=True)]
    (row,) = [row for row in cells if "张三：没有填民族" in row]
    assert row[1:3] == ["2_12_001", "民族为空"]
    assert home.head.id_number not in str(cells)
    assert mask_id(home.head.id_number) in row
    foreign = f"{reverse('quality-book', args=['blank-nation'])}?division={fault.village_id}"
    assert client_of(colleague).get(foreign).status_code == 404


def test_a_number_of_several_checks_has_them_in_one_book(home: SoundHome, county: Division, bureau: User) -> None:
    home.household.phone, home.head.phone = "123", "456"
    home.household.save()
    home.head.save()
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    answer = client_of(bureau).get(reverse("quality-book", args=["phone-person"]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    words = [cell for row in book.active.iter_rows(values_only=True) for cell in row if cell]
    assert {"户联系电话不是 11 位手机号", "成员联系电话不是 11 位手机号"} <= set(words)


def test_the_pages_ask_no_more_the_more_there_is(
    fault: Fault, homes: Callable[..., SoundHome], county: Division, bureau: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        other = homes()
        other.put(other.head, nation="")
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    client = client_of(bureau)
    for name in ("quality-overview", "quality-faults", "quality-exemptions"):
        with django_assert_max_num_queries(24):
            assert client.get(reverse(name)).status_code == 200


def test_a_birth_is_warned_of_at_the_field(home: SoundHome, owner: User) -> None:
    from builders import make_number

    client, address = client_of(owner), reverse("household-change-record", args=[home.household.uid, "birth"])
    page = client.get(address)
    number = make_number(55, date(2026, 10, 1))
    relation = "之女" if int(number[16]) % 2 else "之子"
    given = {
        "version": page.context["form"]["version"].value(),
        "client_uid": str(page.context["form"]["client_uid"].value()),
        "name": "张小宝",
        "id_number": number,
        "relation": relation,
        "labour_skill": "普通劳动力",
        "happened_on": "2026-11-01",
        "reason": "出生医学证明",
    }
    shown = client.post(address, given).content.decode()
    assert f"与户主关系却是“{relation}”" in shown
    assert "0 周岁，劳动技能是“普通劳动力”" in shown
    assert number not in shown.replace(f'value="{number}"', "")


@pytest.mark.parametrize(
    ("answers", "section"),
    [
        ({"people": {"size": "5", "labour": "1"}}, "people"),
        ({"people": {"size": "2", "labour": "3"}}, "people"),
        ({"people": {"size": "2", "labour": "1"}, "work": {"workers": "2"}}, "work"),
        ({"work": {"workers": "1"}, "income": {"wage": "0"}}, "income"),
        ({"work": {"workers": "0"}, "income": {"wage": "9000"}}, "income"),
        ({"home": {"housing": "yes", "grade": "D"}}, "home"),
        ({"home": {"housing": "no", "grade": "A"}}, "home"),
    ],
)
def test_answers_of_a_visit_that_do_not_agree_are_said(
    home: SoundHome, today: date, answers: dict[str, Any], section: str
) -> None:
    found = doubts_about(Entered(home.household, today, answers, form=VISIT))
    assert [one.field for one in found] == [section]


def test_answers_of_a_visit_that_agree_raise_nothing(home: SoundHome, today: date) -> None:
    answers = {
        "people": {"size": "2", "labour": "1"},
        "work": {"workers": "1"},
        "income": {"wage": "24000"},
        "home": {"housing": "yes", "grade": "A"},
        "school": {"schooling": "yes"},
    }
    assert doubts_about(Entered(home.household, today, answers, form=VISIT)) == []


def test_a_county_exempts_a_place_from_a_rule_by_its_form(
    fault: Fault, bureau: User, hire: Callable[..., User]
) -> None:
    """What is asked for says what it would take off the lists; another of the county grants it."""
    client, address = client_of(bureau), reverse("quality-exemption-new")
    assert address in client.get(reverse("quality-exemptions")).content.decode()
    wished = client.get(address, {"check": "blank-nation", "division": "990101100000"}).content.decode()
    assert '<option value="blank-nation" selected' in wished
    assert '<option value="990101100000" selected' in wished
    sent = {"check": "blank-nation", "division": "990101100000", "reason": "上级统一补录", "ends_on": "2026-12-31"}
    assert client.post(address, sent).status_code == 302
    exemption = Exemption.objects.get()
    assert (exemption.subject, exemption.division_id) == ("", "990101100000")
    again = client.post(address, sent)
    assert (again.status_code, "已申请豁免" in again.content.decode()) == (409, True)

    other = client_of(hire("second", Role.COUNTY_BUREAU, "990101000000"))
    assert "现在待改 1 条" in other.get(reverse("quality-exemptions")).content.decode()
    other.post(reverse("quality-exemption", args=[exemption.uid]), {"act": "grant"})
    assert Fault.objects.as_of(timezone.localdate()).get().stood == "exempt"


@pytest.mark.parametrize(
    ("name", "value"),
    [("check", "no-such"), ("division", "990102000000"), ("reason", ""), ("reason", "一" * 501), ("reason", "a\0b")]
    + [("ends_on", value) for value in ("", "2026-02-30", "2026-11-09", "2030-01-01", "\0")],
)
def test_a_place_is_not_exempted_by_bad_input(fault: Fault, bureau: User, name: str, value: str) -> None:
    sent = {"check": "blank-nation", "division": "990101100000", "reason": "上级统一补录", "ends_on": "2026-12-31"}
    answer = client_of(bureau).post(reverse("quality-exemption-new"), {**sent, name: value})
    assert answer.status_code == 400
    assert "有 1 处要改" in answer.content.decode()
    assert not Exemption.objects.exists()


def test_who_may_not_ask_finds_no_form_for_places(cast: dict[str, User]) -> None:
    for name, user in cast.items():
        asks = name not in ("auditor", "administrator", "helper")
        assert client_of(user).get(reverse("quality-exemption-new")).status_code == (200 if asks else 404), name
