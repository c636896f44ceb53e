"""Pages of books, as each role meets them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from book_files import take_in, write_list
from builders import make_household
from cast import NOW
from django.test import Client

from accounts.models import Division, Role
from households.models import Household
from monitoring.models import Clue
from records.books import BOOKS
from records.models import HotlineCase, Job, KeyVillage, LabourLoss, RecordBatch
from records.services.lines import add_line

pytestmark = pytest.mark.usefixtures("clock")
FIRST = date(2026, 3, 1)


@pytest.fixture
def family(village: Division) -> Household:
    return make_household(village)


def at(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def job(family: Household, **options: Any) -> Any:
    given = {"values": {"working": True, "area": "county", "firm": "守望制衣厂", "monthly_wage": "3000"}, **options}
    person = family.memberships.order_by("id").first().person
    return add_line(book=BOOKS["jobs"], household=family, person=person, from_on=FIRST, actor=None, at=NOW, **given)


def test_everybody_finds_the_books_of_his_own_work(bureau: Any, owner: Any, hire: Any, administrator: Any) -> None:
    liaison = hire("liaison", Role.LIAISON, "990101000000", department="education")
    assert "供水工程" in at(bureau).get("/records/").content.decode()
    assert "导入学籍" in at(owner).get("/records/").content.decode()
    told = at(liaison).get("/records/").content.decode()
    assert "学籍" in told and "供水工程" not in told
    assert at(liaison).get("/records/jobs/").status_code == 404
    assert "不经手任何底册" in at(administrator).get("/records/").content.decode()


def test_a_line_without_end_is_entered_so_and_not_ended_so(owner: Any, family: Household) -> None:
    client, person = at(owner), family.memberships.order_by("id").first().person
    given = {"person": str(person.uid), "from_on": "2026-03-01", "last_day": "9999-12-31", "v_working": "是"}
    client.post(f"/records/jobs/new/?household={family.uid}", given)
    row = Job.objects.get()
    assert row.to_on is None
    told = client.post(f"/records/jobs/lines/{row.line}/end/", {"seen": str(row.uid), "last_day": "9999-12-31"})
    assert (told.status_code, "实际的最后一天" in told.content.decode()) == (400, True)


def test_a_book_lists_its_lines_of_a_day_and_of_a_place(
    owner: Any, colleague: Any, family: Household, django_assert_max_num_queries: Any
) -> None:
    job(family)
    client = at(owner)
    with django_assert_max_num_queries(20):
        told = client.get("/records/jobs/").content.decode()
    assert "张三" in told and "守望制衣厂" in told and "务工 1 条" in told
    assert "务工 0 条" in client.get("/records/jobs/?on=2026-02-01").content.decode()
    assert "务工 0 条" in client.get("/records/jobs/?word=否").content.decode()
    assert "务工 1 条" in client.get("/records/jobs/?q=张").content.decode()
    assert "务工 0 条" in at(colleague).get("/records/jobs/").content.decode()


@pytest.mark.parametrize("code", list(BOOKS))
def test_every_book_has_its_pages(bureau: Any, code: str) -> None:
    client = at(bureau)
    for address in ("", "upload/", "new/", "template/"):
        assert client.get(f"/records/{code}/{address}").status_code == 200


@pytest.mark.parametrize("address", ["?on=x&after=9:9:9", "?division=zz", "?q=%00", "?word=x", "?after=99999999999"])
def test_odd_addresses_are_no_fault(bureau: Any, family: Household, address: str) -> None:
    job(family)
    assert at(bureau).get(f"/records/jobs/{address}").status_code == 200


def test_a_line_is_added_from_the_household(owner: Any, family: Household) -> None:
    client = at(owner)
    page = client.get(f"/households/{family.uid}/").content.decode()
    assert f"/records/jobs/new/?household={family.uid}" in page
    found = client.post("/records/jobs/new/", {"number": family.number})
    assert found.url.endswith(f"?household={family.uid}")
    person = family.memberships.order_by("id").first().person
    given = {"person": str(person.uid), "from_on": "2026-03-01", "v_working": "是", "v_monthly_wage": "三千"}
    refused = client.post(found.url, given)
    assert refused.status_code == 400 and "务工月收入" in refused.content.decode()
    saved = client.post(found.url, {**given, "v_monthly_wage": "3,000"}, follow=True)
    assert "张三" in saved.content.decode() and Job.objects.get().recorded_by == owner
    page = client.get(f"/households/{family.uid}/").content.decode()
    assert "录入务工：张三" in page


def test_a_line_is_changed_corrected_ended_and_taken_back(owner: Any, family: Household) -> None:
    client, row = at(owner), job(family)
    address = f"/records/jobs/lines/{row.line}/"
    values = {"v_working": "是", "v_area": "县内", "v_firm": "守望制衣厂", "v_monthly_wage": "4000"}
    client.post(f"{address}change/", {**values, "seen": row.uid, "on": "2026-09-01"})
    now = Job.objects.standing().get(to_on=None)
    assert (now.from_on, now.monthly_wage) == (date(2026, 9, 1), 4000)
    late = client.post(f"{address}change/", {**values, "seen": row.uid, "on": "2026-10-01"})
    assert late.status_code == 400 and "刚被别人改过" in late.content.decode()
    right = {**values, "v_firm": "新厂", "seen": now.uid, "from_on": "2026-09-05", "reason": "厂名写错"}
    assert client.post(f"{address}correct/", right).status_code == 302
    now = Job.objects.standing().get(to_on=None)
    assert (now.from_on, now.firm) == (date(2026, 9, 5), "新厂")
    assert client.post(f"{address}end/", {"seen": now.uid, "last_day": "2026-10-31"}).status_code == 302
    assert not Job.objects.standing().filter(to_on=None).exists()
    told = client.get(address).content.decode()
    assert "已截止" in told and "被更正、撤下的" in told and "厂名写错" in told
    seen = Job.objects.standing().order_by("-from_on").first().uid
    assert client.post(f"{address}withdraw/", {"seen": seen, "reason": "不是本人"}).status_code == 302
    assert "已撤回" in client.get(address).content.decode()


def test_a_department_is_not_led_to_households_that_it_does_not_see(owner: Any, hire: Any, family: Household) -> None:
    row = job(family)
    liaison = hire("liaison", Role.LIAISON, "990101000000", department="human_resources")
    for user, led in ((owner, True), (liaison, False)):
        page = at(user).get(f"/records/jobs/lines/{row.line}/").content.decode()
        assert family.number in page
        assert (f'href="/households/{family.uid}/"' in page) == led, user
        for address in ("/records/", "/records/jobs/"):
            page = at(user).get(address).content.decode()
            assert "/records/jobs/upload/" in page
            assert ("/records/jobs/new/" in page) == led, (address, user)


def test_who_only_looks_is_offered_nothing_and_refused(auditor: Any, family: Household, outsider: Any) -> None:
    row = job(family)
    address = f"/records/jobs/lines/{row.line}/"
    assert "变更</a>" not in at(auditor).get(address).content.decode()
    given = {"seen": row.uid, "last_day": "2026-10-31"}
    assert at(auditor).post(f"{address}end/", given).status_code == 403
    assert at(outsider).get(address).status_code == at(outsider).post(f"{address}end/", given).status_code == 404
    assert at(auditor).get(f"{address}nothing/").status_code == 404


def test_secrets_are_shown_masked_and_left_alone_when_empty(bureau: Any, family: Household) -> None:
    person = family.memberships.order_by("id").first().person
    number = "99010119750302101X41"
    row = add_line(
        book=BOOKS["labour_losses"],
        household=family,
        person=person,
        values={"degree": "完全丧失", "certificate": number},
        from_on=FIRST,
        actor=None,
        at=NOW,
    )
    client = at(bureau)
    told = client.get(f"/records/labour_losses/lines/{row.line}/").content.decode()
    assert number not in told and "990101**" in told
    form = client.get(f"/records/labour_losses/lines/{row.line}/change/").content.decode()
    assert number not in form
    given = {"seen": row.uid, "on": "2026-09-01", "v_degree": "部分丧失", "v_certificate": ""}
    client.post(f"/records/labour_losses/lines/{row.line}/change/", given)
    now = LabourLoss.objects.standing().get(to_on=None)
    assert (now.degree, now.certificate) == ("part", number)


def test_a_place_is_chosen_among_ones_own(bureau: Any) -> None:
    client = at(bureau)
    page = client.get("/records/key_villages/new/").content.decode()
    assert "990101100201" in page and "990102100201" not in page
    given = {"division": "990101100201", "from_on": "2026-09-01", "v_tracker": "赵志强"}
    assert client.post("/records/key_villages/new/", given).status_code == 302
    assert KeyVillage.objects.get().tracker == "赵志强"
    assert client.post("/records/key_villages/new/", {**given, "division": "990102100201"}).status_code == 400


def test_a_workbook_is_brought_mended_and_taken_back(tmp_path: Path, bureau: Any, family: Household) -> None:
    people = list(family.memberships.select_related("person").order_by("id"))
    rows = [{"姓名": one.person.name, "证件号码": one.person.id_number, "是否已务工": "是"} for one in people]
    rows[1]["是否已务工"] = "也许"
    client = at(bureau)
    with write_list(tmp_path / "名册.csv", rows).open("rb") as file:
        given = {"division": "990101000000", "listed_on": "2026-11-01", "file": file}
        sent = client.post("/records/jobs/upload/", given, follow=True)
    told = sent.content.decode()
    assert "新增 2" in told and "也许" in told and people[1].person.id_number not in told
    assert "退回 1，退回的没有入库" in told and "sw-say is-soon" in told and "全部退回" not in told
    batch = RecordBatch.objects.get()
    # The mended file is sent from the page that says what is to be mended, for the same place and day.
    again = re.search(r'href="(/records/jobs/upload/[^"]+)"', told).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
    assert 'value="2026-11-01"' in client.get(again).content.decode()
    mended = client.get(f"/record-batches/{batch.uid}/errors/")
    assert mended.status_code == 200 and b"".join(mended.streaming_content)[:2] == b"PK"
    assert "已撤销" in client.post(f"/record-batches/{batch.uid}/", follow=True).content.decode()
    assert not Job.objects.standing().exists()


def test_a_file_of_which_nothing_came_in_says_so(tmp_path: Path, bureau: Any, family: Household) -> None:
    person = family.memberships.first().person  # type: ignore[union-attr]
    rows = [{"姓名": person.name, "证件号码": person.id_number, "是否已务工": "也许"}]
    with write_list(tmp_path / "名册.csv", rows).open("rb") as file:
        given = {"division": "990101000000", "listed_on": "2026-11-01", "file": file}
        told = at(bureau).post("/records/jobs/upload/", given, follow=True).content.decode()
    assert "1 行全部退回，一行也没有入库" in told and ">全部退回<" in told and "已入库" not in told


def test_a_file_that_is_none_is_answered_on_the_form(tmp_path: Path, bureau: Any, family: Household) -> None:
    with write_list(tmp_path / "x.csv", [{"品名": "水管"}]).open("rb") as file:
        given = {"division": "990101000000", "listed_on": "2026-11-01", "file": file}
        answer = at(bureau).post("/records/jobs/upload/", given, headers={"accept": "application/json"})
    assert answer.status_code == 400 and "缺少必需的列" in answer.json()["errors"][0]


def test_who_may_not_write_is_told_who_may(auditor: Any, tmp_path: Path, family: Household) -> None:
    client = at(auditor)
    assert "请交由" in client.get("/records/jobs/upload/").content.decode()
    with write_list(tmp_path / "x.csv", [{"姓名": "张三"}]).open("rb") as file:
        given = {"division": "990101000000", "listed_on": "2026-11-01", "file": file}
        assert client.post("/records/jobs/upload/", given).status_code == 400
    assert not RecordBatch.objects.exists()


def test_batches_of_other_places_are_not_there(
    tmp_path: Path, county: Division, outsider: Any, family: Household
) -> None:
    person = family.memberships.first().person
    row = {"姓名": person.name, "证件号码": person.id_number, "是否已务工": "是"}
    batch = take_in(tmp_path, "jobs", county, [row]).batch
    for address in (f"/record-batches/{batch.uid}/", f"/record-batches/{batch.uid}/errors/"):
        assert at(outsider).get(address).status_code == 404


def test_a_line_leads_to_its_delivery_only_where_that_may_be_opened(
    tmp_path: Path, county: Division, bureau: Any, owner: Any, family: Household
) -> None:
    person = family.memberships.first().person
    row = {"姓名": person.name, "证件号码": person.id_number, "是否已务工": "是"}
    batch = take_in(tmp_path, "jobs", county, [row]).batch
    address = f"/records/jobs/lines/{Job.objects.get().line}/"
    for user, status in ((bureau, 200), (owner, 404)):
        client, delivery = at(user), f"/record-batches/{batch.uid}/"
        assert client.get(delivery).status_code == status
        assert (delivery in client.get(address).content.decode()) is (status == 200)


def test_a_case_becomes_a_clue_and_names_it(bureau: Any, township: Any, county: Division, family: Household) -> None:
    row = add_line(
        book=BOOKS["hotline_cases"],
        division=county,
        values={"number": "X1", "channel": "12345", "appeal": "房子漏雨", "petitioner": "王五六"},
        from_on=date(2026, 10, 2),
        actor=None,
        at=NOW,
    )
    client = at(bureau)
    told = client.get(f"/records/hotline_cases/lines/{row.line}/").content.decode()
    assert "转为线索" in told and "王**" in told and "王五六" not in told
    address = f"/records/hotline_cases/lines/{row.line}/clue/"
    given = {"risk": "因安全住房", "number": family.number, "seen": str(row.uid)}
    assert client.post(address, {**given, "number": "无此户"}).status_code == 400
    assert client.post(address, given).status_code == 302
    clue, now = Clue.objects.get(), HotlineCase.objects.standing().get()
    assert (clue.channel, clue.household, clue.received_on) == ("05", family, date(2026, 10, 2))
    assert (now.clue, now.household, now.petitioner) == (clue, family, "王五六")
    again = client.post(address, {**given, "seen": str(now.uid)})
    assert again.status_code == 400 and Clue.objects.count() == 1
    assert at(township).get(address).status_code == 404
