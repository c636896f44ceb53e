"""The household's page, its time line, and the guided forms that change who belongs where."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import make_condition, make_episode, make_household, make_income, make_number
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from households.models import ChangeProposal, Household, LifeEvent, Membership, Person
from households.services import life
from households.services.proposals import Reported, propose_changes
from monitoring.services.clues import open_clue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 11, 10)


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def home(village: Any, owner: User) -> Household:
    household = make_household(village)
    make_condition(household, recorded_by=owner)
    make_income(household, recorded_by=owner, per_head=8000)
    make_episode(household, identified_on=date(2026, 1, 5))
    return household


def _person(home: Household, name: str) -> Person:
    return home.memberships.current().get(person__name=name).person


def _page(user: User, home: Household) -> Any:
    return desk(user).get(reverse("household-detail", args=[home.uid]))


class TestThePage:
    def test_shows_members_guarantees_incomes_and_help(self, home: Household, owner: User) -> None:
        page = _page(owner, home)
        words = page.content.decode()
        for said in ("张三", "李四", "四项都有保障", "低于当年", "第 1 周期", "income-data"):
            assert said in words, said
        assert page.context["chart"]["net"] == [8000]
        assert page.context["earned"][0].line == Decimal(8800)

    def test_says_of_a_guarantee_that_nobody_has_looked(self, village: Any, owner: User) -> None:
        household = make_household(village)
        make_condition(household, on=date(2026, 5, 1), water_ok=False, schooling_ok=None)
        found = {item.title: item.state for item in _page(owner, household).context["guarantees"]}
        assert (found["饮水安全"], found["义务教育"]) == ("over", "idle")

    def test_asks_the_database_as_often_for_a_long_history_as_for_a_short_one(
        self, home: Household, owner: User, bureau: User
    ) -> None:
        client, address = desk(owner), reverse("household-detail", args=[home.uid])
        client.get(address)
        few = _queries(client, address)
        for risk in ("因病", "因残", "因学", "因安全饮水"):
            open_clue(household=home, risk=risk, channel="02", actor=owner, at=timezone.now())
            make_income(home, recorded_by=owner)
            make_condition(home, recorded_by=owner, on=date(2026, 10, 1))
        assert _queries(client, address) <= few + 1 <= 40

    def test_offers_changes_only_to_who_may_record_them(self, home: Household, owner: User, auditor: User) -> None:
        assert "登记变动" in _page(owner, home).content.decode()
        assert "登记变动" not in _page(auditor, home).content.decode()


def test_the_collection_sheet_leaves_room_to_write(home: Household, owner: User) -> None:
    """Two tables of members instead of one with twenty columns, each with lines for whom the register lacks."""
    page = desk(owner).get(reverse("household-collection", args=[home.uid])).content.decode()
    heads = [re.findall(r"<th[^>]*>(.*?)</th>", head) for head in re.findall(r"<thead>(.*?)</thead>", page, re.DOTALL)]
    members = [head for head in heads if "姓名" in head]
    assert [head[0] for head in members] == ["姓名", "姓名"]
    assert max(len(head) for head in members) <= 11
    assert {"政治面貌", "居民医保", "职工养老"} <= {title for head in members for title in head}
    assert page.count('<tr class="ln">' + "<td></td>" * 10 + "</tr>") == 2


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


class TestTheTimeLine:
    def test_tells_what_happened_in_words_the_newest_first(self, home: Household, owner: User) -> None:
        life.record_death(
            person=_person(home, "李四"), version=1, happened_on=date(2026, 11, 1), actor=owner, at=timezone.now()
        )
        open_clue(household=home, risk="因病", channel="02", actor=owner, at=timezone.now())
        years = _page(owner, home).context["chapter"].years
        said = [moment.sentence for _, moments in years for moment in moments]
        assert said[0] == "基层干部排查报来因病的情况"
        assert "李四（配偶）去世" in said
        assert said[-1] == "纳入监测：边缘易致贫户，因病"

    def test_turns_its_pages_and_keeps_to_one_kind(self, home: Household, owner: User) -> None:
        for day in range(1, 10):
            make_episode(make_household(home.village))
            life.correct_household(
                household=home, version=day, values={"group_name": f"{day}组"}, happened_on=date(2026, 11, day),
                actor=owner, at=timezone.now(),
            )  # fmt: skip
            home.refresh_from_db()
        address = reverse("household-story", args=[home.uid])
        page = desk(owner).get(f"{address}?kind=family")
        assert page.context["chapter"].total == 9
        for query in ("?page=99", "?page=x", "?kind=zz", "?page=-1"):
            assert desk(owner).get(address + query).status_code == 200

    def test_is_not_there_outside_ones_places(self, home: Household, colleague: User) -> None:
        assert desk(colleague).get(reverse("household-story", args=[home.uid])).status_code == 404


class TestGuidedForms:
    def _address(self, home: Household, slug: str) -> str:
        return reverse("household-change-record", args=[home.uid, slug])

    def _given(self, home: Household, **values: Any) -> dict[str, Any]:
        uid = "6a1c9d1e-0000-4000-8000-000000000001"
        return {"version": home.version, "client_uid": uid, "happened_on": "2026-11-09", "reason": "村里核实", **values}

    def test_state_the_effect_before_anything_is_recorded(self, home: Household, owner: User) -> None:
        given = self._given(home, person=_person(home, "张三").pk)
        page = desk(owner).post(self._address(home, "death"), given)
        words = page.content.decode()
        assert "本户人口从 3 人变为 2 人" in words
        assert "没有户主" in words
        assert not LifeEvent.objects.exists()

    def test_record_after_a_yes_and_only_once(self, home: Household, owner: User) -> None:
        given = self._given(home, person=_person(home, "李四").pk, confirmed="1")
        for _ in range(2):
            desk(owner).post(self._address(home, "death"), given)
        assert LifeEvent.objects.filter(kind="death").count() == 1

    def test_go_back_with_everything_kept(self, home: Household, owner: User) -> None:
        given = self._given(home, person=_person(home, "李四").pk, destination="邻县", back="1")
        assert 'value="邻县"' in desk(owner).post(self._address(home, "move-out"), given).content.decode()

    def test_birth_adds_a_member_and_masks_the_number(self, home: Household, owner: User) -> None:
        number = make_number(501, date(2026, 11, 9))
        given = self._given(home, name="张小小", id_number=number, relation="之女")
        client = desk(owner)
        confirm = client.post(self._address(home, "birth"), given).content.decode()
        assert f"<dd>{number[:6]}************</dd>" in "".join(confirm.split())
        client.post(self._address(home, "birth"), given | {"confirmed": "1"})
        assert Membership.objects.current().filter(household=home, person__name="张小小").exists()

    def test_a_wrong_number_is_said_at_its_field(self, home: Household, owner: User) -> None:
        given = self._given(home, name="张小小", id_number="99010119", relation="之女", confirmed="1")
        page = desk(owner).post(self._address(home, "birth"), given)
        assert page.status_code == 400
        assert "id_number" in page.context["form"].errors

    def test_a_new_head(self, home: Household, owner: User) -> None:
        relations = {"张三": "配偶", "李四": "户主", "张小明": "之子"}
        given = {f"relation_{_person(home, name).pk}": relation for name, relation in relations.items()}
        desk(owner).post(self._address(home, "head"), self._given(home, **given, confirmed="1"))
        assert home.memberships.heads().current().get().person.name == "李四"

    def test_a_split_leads_to_the_new_household(self, home: Household, owner: User) -> None:
        goes = {"张三": ("stay", "户主"), "李四": ("go", "户主"), "张小明": ("go", "之子")}
        given = {f"goes_{_person(home, name).pk}": where for name, (where, _) in goes.items()}
        given |= {f"relation_{_person(home, name).pk}": relation for name, (_, relation) in goes.items()}
        answer = desk(owner).post(self._address(home, "split"), self._given(home, number="N1", **given, confirmed="1"))
        new = Household.objects.get(number="N1")
        assert answer["Location"] == reverse("household-detail", args=[new.uid])
        assert new.memberships.current().count() == 2

    def test_a_merge_names_a_household_of_ones_own_places(
        self, home: Household, village: Any, places: Any, owner: User
    ) -> None:
        other, far = make_household(village), make_household(places["990101101201"])
        given = {f"relation_{row.person_id}": "其他" for row in home.memberships.current()}
        client = desk(owner)
        refused = client.post(self._address(home, "merge"), self._given(home, into=far.number, **given))
        assert refused.status_code == 400
        client.post(self._address(home, "merge"), self._given(home, into=other.number, **given, confirmed="1"))
        home.refresh_from_db()
        assert home.cancelled_on == date(2026, 11, 9)

    def test_a_move_is_for_who_has_both_places(self, home: Household, places: Any, owner: User, township: User) -> None:
        given = self._given(home, village="990101100202", confirmed="1")
        assert desk(owner).post(self._address(home, "move"), given).status_code == 400
        desk(township).post(self._address(home, "move"), given)
        home.refresh_from_db()
        assert home.village_id == "990101100202"

    def test_what_somebody_changed_meanwhile_is_told(self, home: Household, owner: User) -> None:
        given = self._given(home, person=_person(home, "李四").pk, version=home.version + 1, confirmed="1")
        page = desk(owner).post(self._address(home, "death"), given)
        assert page.status_code == 409
        assert "现有成员" in page.content.decode()

    @pytest.mark.parametrize("slug", ["birth", "death", "head", "split", "merge", "move", "leave", "marry-out"])
    def test_every_form_opens_and_says_what_is_missing(self, home: Household, owner: User, slug: str) -> None:
        client = desk(owner)
        assert client.get(self._address(home, slug)).status_code == 200
        assert client.post(self._address(home, slug), {}).status_code == 400

    def test_are_closed_to_readers_and_strangers(
        self, home: Household, auditor: User, colleague: User, owner: User
    ) -> None:
        address = self._address(home, "death")
        assert desk(auditor).get(address).status_code == 403
        assert desk(colleague).get(address).status_code == 404
        assert desk(owner).get(self._address(home, "cancel")).status_code == 403
        assert desk(owner).get(self._address(home, "nothing")).status_code == 404


class TestWhatDepartmentsReport:
    @pytest.fixture
    def proposal(self, home: Household) -> ChangeProposal:
        report = Reported(_person(home, "李四").pk, "死亡", date(2026, 11, 2), "k1")
        propose_changes(reported=[report], at=timezone.now())
        return ChangeProposal.objects.get()

    def test_becomes_its_event_when_it_is_true(self, home: Household, owner: User, proposal: ChangeProposal) -> None:
        assert "李四：死亡" in _page(owner, home).content.decode()
        desk(owner).post(reverse("proposal-decide", args=[proposal.uid]), {"confirm": "yes"})
        assert LifeEvent.objects.get(kind="death").happened_on == date(2026, 11, 2)

    def test_needs_a_reason_when_it_is_not(self, owner: User, proposal: ChangeProposal) -> None:
        address = reverse("proposal-decide", args=[proposal.uid])
        assert desk(owner).post(address, {"confirm": "no"}).status_code == 400
        desk(owner).post(address, {"confirm": "no", "note": "人还在"})
        proposal.refresh_from_db()
        assert (proposal.state, proposal.note) == ("refused", "人还在")

    def test_is_not_there_for_strangers(self, colleague: User, auditor: User, proposal: ChangeProposal) -> None:
        address = reverse("proposal-decide", args=[proposal.uid])
        assert desk(colleague).get(address).status_code == 404
        assert desk(auditor).get(address).status_code == 403


class TestAWholeNumber:
    def _address(self, home: Household) -> str:
        return reverse("household-number", args=[home.uid])

    def test_is_shown_once_for_a_purpose_and_kept(self, home: Household, owner: User) -> None:
        person = _person(home, "张三")
        client = desk(owner)
        given = {"what": f"id_number:{person.pk}", "purpose": "入户核实"}
        assert person.id_number not in client.get(self._address(home)).content.decode()
        shown = client.post(self._address(home), given)
        assert person.id_number in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        event = AuditEvent.objects.get(action="person.revealed")
        assert (event.purpose, event.target_id) == ("入户核实", str(person.pk))

    def test_needs_a_purpose_and_somebody_of_the_household(self, home: Household, village: Any, owner: User) -> None:
        stranger = make_household(village).memberships.first().person
        for given in (
            {"what": f"id_number:{_person(home, '张三').pk}"},
            {"what": f"id_number:{stranger.pk}", "purpose": "入户核实"},
        ):
            page = desk(owner).post(self._address(home), given)
            assert page.status_code == 400
        assert not AuditEvent.objects.filter(action="person.revealed").exists()

    def test_stops_at_the_hours_quota(self, home: Household, owner: User, settings: Any) -> None:
        settings.REVEALS_PER_HOUR = 1
        client, given = desk(owner), {"what": f"id_number:{_person(home, '张三').pk}", "purpose": "入户核实"}
        client.post(self._address(home), given)
        assert client.post(self._address(home), given).status_code == 429

    def test_is_not_there_for_strangers(self, home: Household, colleague: User) -> None:
        assert desk(colleague).get(self._address(home)).status_code == 404


def test_a_household_that_is_monitored_again_is_not_called_cleared(village: Any, owner: User) -> None:
    household = make_household(village)
    episode = make_episode(household, identified_on=date(2025, 1, 5), cleared_on=date(2025, 9, 1))
    episode.clear_method = ""
    episode.save()
    client, address = desk(owner), reverse("household-list")
    assert "风险已消除" in client.get(address).content.decode()
    assert "风险消除（）" not in client.get(reverse("household-detail", args=[household.uid])).content.decode()
    make_episode(household, identified_on=date(2026, 10, 5))
    page = client.get(address).content.decode()
    assert "边缘易致贫户" in page
    assert "风险已消除" not in page
