"""The pages of clues: filters in the address, an explanation that needs nobody to explain it, several done at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from builders import AT, make_household
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from match_place import OCTOBER, SEPTEMBER, Place, bill

from accounts.models import User
from accounts.views import base
from households.models import Household
from monitoring.models import Clue
from monitoring.services.clues import open_clue
from monitoring.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LIST = "clue-list"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def listed(client: Client, query: str = "") -> set[str]:
    return {clue.number for clue in client.get(reverse(LIST) + query).context["page"].rows}


@pytest.fixture
def clues(village: Any, places: Any, owner: User, bureau: User) -> dict[str, Clue]:
    """One at the county for illness, one in the village for water, one of another township, one closed."""
    now = timezone.now()
    far = make_household(places["990101101201"])
    found = {
        "ill": open_clue(household=make_household(village), risk="因病", channel="04", actor=bureau, at=now),
        "water": open_clue(household=make_household(village), risk="因安全饮水", channel="02", actor=owner, at=now),
        "far": open_clue(household=far, risk="因病", channel="05", actor=bureau, at=now),
        "closed": open_clue(household=make_household(village), risk="因残", channel="04", actor=bureau, at=now),
    }
    perform(subject=found["closed"], action="close_solved", actor=bureau, at=now, version=1, note="低保已办")
    return found


class TestTheList:
    def test_shows_what_is_open_unless_asked_otherwise(self, clues: dict[str, Clue], bureau: User) -> None:
        client = desk(bureau)
        assert listed(client) == {clues[name].number for name in ("ill", "water", "far")}
        assert listed(client, "?state=closed") == {clues["closed"].number}
        assert len(listed(client, "?state=all")) == 4

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("?channel=02", {"water"}),
            ("?risk=因病", {"ill", "far"}),
            ("?division=990101101000", {"far"}),
            ("?mine=1", {"ill", "far"}),
            ("?overdue=1", set()),
            ("?overdue=soon", {"ill", "far"}),
            ("?rule=medical_burden", set()),
            ("?q=李", set()),
            ("?q=张", {"ill", "water", "far"}),
            ("?state=nonsense&channel=zz&period=x&division=1", {"ill", "water", "far"}),
        ],
    )
    def test_filters_by_the_address(self, clues: dict[str, Clue], bureau: User, query: str, names: set[str]) -> None:
        assert listed(desk(bureau), query) == {clues[name].number for name in names}

    def test_what_is_due_first_stands_first_on_every_page(
        self, clues: dict[str, Clue], bureau: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        today = timezone.localdate()
        for name, days in (("ill", 3), ("water", -5), ("far", 1)):
            Clue.objects.filter(pk=clues[name].pk).update(due_on=today + timedelta(days=days))
        Clue.objects.filter(pk=clues["closed"].pk).update(state="identifying", due_on=None)
        monkeypatch.setattr("accounts.views.base.PAGE_SIZE", 1)
        client, found, after = desk(bureau), [], ""
        for _ in clues:
            page = client.get(reverse(LIST), {"after": after}).context["page"]
            found += [clue.number for clue in page.rows]
            after = page.next_key
        assert found == [clues[name].number for name in ("water", "far", "ill", "closed")] and not after

    def test_says_how_many_up_to_a_bound(
        self, clues: dict[str, Clue], bureau: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No head of a list counts a county whole."""
        monkeypatch.setattr(base, "PAGE_SIZE", 1)
        monkeypatch.setattr(base, "COUNTED", 2)
        assert desk(bureau).get(reverse(LIST)).context["count"] == "2+"
        assert desk(bureau).get(f"{reverse(LIST)}?state=closed").context["count"] == "1"

    def test_finds_by_the_clue_or_household_number(self, clues: dict[str, Clue], bureau: User) -> None:
        wanted = clues["water"]
        for word in (wanted.number.lower(), wanted.household.number):
            assert listed(desk(bureau), f"?q={word}") == {wanted.number}

    def test_asks_the_database_as_often_for_many_as_for_one(
        self, clues: dict[str, Clue], village: Any, bureau: User
    ) -> None:
        client = desk(bureau)
        client.get(reverse(LIST))
        few = _queries(client, reverse(LIST))
        for _ in range(5):
            open_clue(household=make_household(village), risk="因学", channel="04", actor=bureau, at=timezone.now())
        assert _queries(client, reverse(LIST)) == few <= 14

    def test_the_map_of_channels_counts_what_its_links_open(self, clues: dict[str, Clue], bureau: User) -> None:
        client = desk(bureau)
        page = client.get(reverse("clue-channels"))
        rows = {row["value"]: row for row in page.context["rows"]}
        since = page.context["since"]
        for value, row in rows.items():
            for key, state in (("all", "all"), ("open", "open"), *((state, state) for state, _ in row["outcomes"])):
                assert row[key] == len(listed(client, f"?channel={value}&since={since}&state={state}"))
            assert row["all"] == row["open"] + sum(count for _, count in row["outcomes"])
        assert page.context["total"]["all"] == 4


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


class TestAClueOfADepartment:
    @pytest.fixture
    def clue(self, place: Place, family: Callable[..., Any]) -> Clue:
        home, (father, mother, _) = family()
        place.send("medical_costs", SEPTEMBER, bill(father, 4000, on="2026-09-03"))
        place.match(SEPTEMBER)
        more = {"乡镇/村": "石桥镇东沟", "人员类别": "脱贫人口", "医疗机构": "县人民医院"}
        place.send("medical_costs", OCTOBER, bill(mother, 17000, on="2026-10-05") | more)
        place.match(OCTOBER, at=AT + timedelta(days=31))
        return place.clue(home, "因病")

    def test_shows_rows_parameters_and_arithmetic(self, clue: Clue, bureau: User) -> None:
        page = desk(bureau).get(reverse("clue-detail", args=[clue.uid])).content.decode()
        assert "4,000.00＋17,000.00＝21,000.00" in page
        for words in ("20,000", "10月文件 第 2 行", "县人民医院", "系统默认值（首批规则）"):
            assert words in page, words

    def test_sets_the_row_beside_the_register(self, clue: Clue, bureau: User) -> None:
        story = desk(bureau).get(reverse("clue-detail", args=[clue.uid])).context["stories"][0]
        mother = next(item for item in story.comparisons if item.name == "李四")
        said = {line.title: line.result for line in mother.lines}
        assert said["姓名"] == said["证件号码"] == "same"
        assert said["乡镇/村"] == "spelt"
        assert said["人员类别"] == "differs"
        assert said["劳动技能"] == "not_theirs"

    def test_says_what_the_rule_said_in_earlier_months(self, clue: Clue, bureau: User) -> None:
        story = desk(bureau).get(reverse("clue-detail", args=[clue.uid])).context["stories"][0]
        months = [(month.period, month.figure and int(month.figure), month.words) for month in story.months]
        assert months[0] == (OCTOBER, 21000, "达到，产生本线索")
        assert months[1] == (SEPTEMBER, 4000, "没有达到")
        assert months[2][2] == "没有比对"

    def test_is_printed_as_a_paper(self, clue: Clue, bureau: User) -> None:
        address = reverse("clue-print", args=[clue.uid])
        assert address in desk(bureau).get(reverse("clue-detail", args=[clue.uid])).content.decode()
        paper = desk(bureau).get(address).content.decode()
        assert "<nav" not in paper
        for words in ("石桥镇东沟村", "打印日期：2026年11月10日", "户主签字（手印）", "核实人签字"):
            assert words in paper
        assert clue.hits.get().arithmetic in paper

    def test_shows_no_whole_number_or_telephone(self, clue: Clue, bureau: User) -> None:
        page = desk(bureau).get(reverse("clue-detail", args=[clue.uid])).content.decode()
        for row in clue.household.memberships.select_related("person"):
            assert row.person.id_number not in page

    def test_tells_what_was_decided_before_and_why(self, clue: Clue, bureau: User) -> None:
        perform(subject=clue, action="close_solved", actor=bureau, at=timezone.now(), version=clue.version, note="救助")
        later = open_clue(household=clue.household, risk="因病", channel="04", actor=bureau, at=timezone.now())
        page = desk(bureau).get(reverse("clue-detail", args=[later.uid]))
        assert [(row["clue"], row["actor"]) for row in page.context["earlier"]] == [(clue, bureau)]
        assert "救助" in page.content.decode()

    def test_offers_the_next_step_and_takes_it(self, clue: Clue, bureau: User, auditor: User) -> None:
        address = reverse("clue-detail", args=[clue.uid])
        assert not desk(auditor).get(address).context["choices"]
        client = desk(bureau)
        choice = client.get(address).context["choices"][0]
        assert choice.item.action == "dispatch"
        client.post(reverse("clue-step", args=[clue.uid, "dispatch"]), {"version": clue.version})
        clue.refresh_from_db()
        assert clue.state == "at_township"

    def test_leads_to_those_before_and_after_it_that_wait_for_the_user(
        self, village: Any, owner: User, bureau: User
    ) -> None:
        now = timezone.now()
        late, middle, last = [
            open_clue(
                household=make_household(village), risk=risk, channel="02", actor=owner, at=now,
                received_on=now.date() - timedelta(days=days),
            )
            for days, risk in ((5, "因残"), (3, "因病"), (0, "因学"))
        ]  # fmt: skip
        at_county = open_clue(household=late.household, risk="因病", channel="04", actor=bureau, at=now)

        def beside(clue: Clue, user: User = owner) -> tuple[Clue | None, Clue | None]:
            shown = desk(user).get(reverse("clue-detail", args=[clue.uid])).context
            return shown["previous"], shown["next"]

        assert beside(late) == (None, middle)
        assert beside(middle) == (late, last)
        assert beside(last) == (middle, None)
        assert beside(middle, bureau) == (None, at_county)


NOBODY = "00000000-0000-0000-0000-000000000000"


class TestSeveralAtOnce:
    def _items(self, *clues: Clue) -> list[str]:
        return [f"{clue.uid}:{clue.version}" for clue in clues]

    def test_first_says_what_it_would_do(self, clues: dict[str, Clue], bureau: User) -> None:
        wanted = [clues["ill"], clues["water"]]
        page = desk(bureau).post(reverse("clue-batch"), {"action": "dispatch", "item": self._items(*wanted)})
        assert [clue.number for clue, _ in page.context["ready"]] == [clues["ill"].number]
        assert page.context["left"] == [clues["water"]]
        clues["ill"].refresh_from_db()
        assert clues["ill"].state == "at_county"

    def test_then_answers_for_each(self, clues: dict[str, Clue], bureau: User) -> None:
        stale = f"{clues['far'].uid}:{clues['far'].version + 1}"
        given = {"action": "dispatch", "confirmed": "1", "item": [*self._items(clues["ill"]), stale]}
        page = desk(bureau).post(reverse("clue-batch"), given)
        assert [outcome.subject.number for outcome, _ in page.context["done"]] == [clues["ill"].number]
        assert "刚被他人办理过" in page.content.decode()

    def test_an_identifier_in_capitals_is_the_same(self, clues: dict[str, Clue], bureau: User) -> None:
        given = {"action": "dispatch", "confirmed": "1", "item": [item.upper() for item in self._items(clues["ill"])]}
        assert len(desk(bureau).post(reverse("clue-batch"), given).context["done"]) == 1

    def test_closing_needs_its_reason(self, clues: dict[str, Clue], bureau: User) -> None:
        given = {"action": "close_solved", "confirmed": "1", "item": self._items(clues["ill"])}
        client = desk(bureau)
        assert client.post(reverse("clue-batch"), given).status_code == 400
        client.post(reverse("clue-batch"), given | {"note": "医疗救助已报销"})
        clues["ill"].refresh_from_db()
        assert (clues["ill"].state, clues["ill"].close_reason) == ("solved", "医疗救助已报销")

    def test_reaches_nothing_outside_ones_places(self, clues: dict[str, Clue], outsider: User) -> None:
        given = {"action": "dispatch", "confirmed": "1", "item": self._items(clues["ill"])}
        page = desk(outsider).post(reverse("clue-batch"), given)
        assert page.context["gone"] == 1
        clues["ill"].refresh_from_db()
        assert clues["ill"].state == "at_county"

    @pytest.mark.parametrize("item", ["", "x:1", f"{NOBODY[:-1]}z:1", ":", "a" * 36 + ":9", f"{NOBODY}:{'9' * 5000}"])
    def test_junk_is_nothing_chosen(self, bureau: User, item: str) -> None:
        page = desk(bureau).post(reverse("clue-batch"), {"action": "dispatch", "item": [item], "confirmed": "1"})
        assert "还没有选线索" in page.content.decode() or page.context["gone"]


def test_a_household_that_left_the_register_still_opens(place: Place, owner: User) -> None:
    home: Household = place.household(members=[{"name": "王五", "relation": "配偶"}])
    clue = open_clue(household=home, risk="因病", channel="02", actor=owner, at=timezone.now())
    assert "缺户主的户" in desk(owner).get(reverse("clue-detail", args=[clue.uid])).content.decode()
