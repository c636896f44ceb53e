"""The workbench: everybody's own tasks by deadline, news since the last look, the light of the policy clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from builders import make_episode, make_household, make_number
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Role, StoredFile, User
from accounts.services.audit import record
from monitoring.models import Application, CalendarDay, Case, Clue, FeedBatch
from monitoring.services.applications import link_application, submit_application
from monitoring.services.clues import open_clue
from monitoring.workflow import perform
from records.services.problems_opening import open_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def home(user: User) -> Any:
    return desk(user).get(reverse("home"))


def tasks(user: User) -> list[Any]:
    """All but last month's closing, which waits for every place on the day of these tests."""
    found = [task for group in home(user).context["groups"] for task in group["tasks"]]
    return [task for task in found if task.kind != "月度结账"]


def _case(household: Any, owner: User, due: date, **values: Any) -> Case:
    now = timezone.now()
    return Case.objects.create(
        number=f"BJ{Case.objects.count()}", kind="enrol", household=household, village=household.village,
        state="appraising", opened_by=owner, opened_on=date(2026, 11, 1), recorded_at=now, decision_due_on=due, **values,
    )  # fmt: skip


def test_a_clue_is_on_the_list_of_whose_turn_it_is_alone(
    village: Any, owner: User, township: User, bureau: User, auditor: User
) -> None:
    clue = open_clue(household=make_household(village), risk="因病", channel="04", actor=bureau, at=timezone.now())
    assert any(task.kind == "因病线索" and task.verb == "分派" for task in tasks(bureau))
    assert not tasks(owner)
    assert not tasks(township)
    perform(subject=clue, action="dispatch", actor=bureau, at=timezone.now(), version=1)
    assert [task.verb for task in tasks(township)] == ["分派"]
    assert not tasks(auditor)


def test_a_village_reaches_the_visit_in_one_step(village: Any, owner: User) -> None:
    clue = open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    (task,) = tasks(owner)
    assert task.link == f"{reverse('visit-new', args=[clue.household.uid])}?clue={clue.uid}"


def test_visits_that_are_due_are_on_the_villages_and_the_helpers_list(
    village: Any, owner: User, hire: Callable[..., User]
) -> None:
    helper = hire("helper", Role.HELPER, "990101100000")
    mine = make_household(village, helper=helper)
    make_episode(mine, next_follow_up_on=date(2026, 11, 12))
    make_episode(make_household(village), next_follow_up_on=date(2026, 12, 30))
    assert [task.household for task in tasks(owner) if task.kind == "走访"] == [mine]
    assert [task.household for task in tasks(helper) if task.kind == "走访"] == [mine]


def test_an_application_waits_for_whoever_deals_with_it_until_it_is_linked(
    village: Any, owner: User, colleague: User, bureau: User
) -> None:
    household, now = make_household(village), timezone.now()
    told = {
        "name": "张三",
        "id_number": make_number(900),
        "phone": "10000002761",
        "difficulty": "因病",
        "consent": True,
    }
    submit_application(village=village, uid=uuid4(), content=told, at=now)
    application = Application.objects.get()
    (task,) = tasks(owner)
    assert (task.kind, task.link) == ("农户申报", reverse("application-detail", args=[application.uid]))
    assert desk(owner).get(task.link).status_code == 200
    assert not tasks(colleague) and not [task for task in tasks(bureau) if task.kind == "农户申报"]
    link_application(application=application, household=household, actor=owner, at=now)
    assert "农户申报" not in {task.kind for task in tasks(owner)}


def test_the_nearest_deadline_comes_first(village: Any, owner: User) -> None:
    for days, risk in ((5, "因残"), (0, "因病"), (9, "因学")):
        open_clue(
            household=make_household(village), risk=risk, channel="02", actor=owner, at=timezone.now(),
            received_on=date(2026, 11, 10) - timedelta(days=days),
        )  # fmt: skip
    page = home(owner)
    assert [group["title"] for group in page.context["groups"]] == ["已超期", "今天到期", "三天内"]
    assert [[task.kind for task in group["tasks"]] for group in page.context["groups"]][1] == ["月度结账"]
    assert [task.due_on for task in tasks(owner)] == sorted(task.due_on for task in tasks(owner))


def test_a_list_of_several_sorts_can_be_narrowed_to_one(village: Any, owner: User) -> None:
    open_clue(household=make_household(village), risk="因残", channel="02", actor=owner, at=timezone.now())
    whole, narrowed = desk(owner).get("/").context, desk(owner).get("/?sort=线索").context
    assert dict(whole["sorts"]) == {"线索": 1, "结账": 1} and narrowed["count"] == whole["count"] == 2
    assert [task.kind for group in narrowed["groups"] for task in group["tasks"]] == ["因残线索"]
    assert desk(owner).get("/?sort=没有的").context["sort"] == ""


def test_a_liaison_is_told_which_files_of_his_are_missing(hire: Callable[..., User]) -> None:
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.WATER)
    assert {task.subject for task in tasks(liaison)} == {"水务局 饮水安全"}


def test_a_liaison_is_told_which_rows_he_has_to_mend(hire: Callable[..., User]) -> None:
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.MEDICAL_INSURANCE)
    file = StoredFile.objects.create(sha256="0" * 64, name="a.xlsx", size=1, stored_at=timezone.now())
    counts = dict.fromkeys(("accepted", "duplicates", "matched", "name_differs", "not_registered"), 0)

    def batch(rejected: int, **more: Any) -> FeedBatch:
        values = {"feed": "medical_costs", "period": date(2026, 10, 1), "file": file, "imported_at": timezone.now()}
        return FeedBatch.objects.create(**values, **{**counts, **more}, rows=9, rejected=rejected)

    def to_mend() -> list[str]:
        return [task.why for task in tasks(liaison) if task.kind == "退回的行"]

    base = batch(3)
    assert to_mend() == ["10月的 9 行里还有 3 行退回没有改；下载改好再传，只补这些行"]
    batch(1, supplements=base, accepted=2)
    assert to_mend() == ["10月的 9 行里还有 1 行退回没有改；下载改好再传，只补这些行"]
    batch(0, supplements=base, accepted=1)
    batch(5, supplements=base, accepted=5, state=FeedBatch.State.UNDONE)
    assert to_mend() == []


def test_an_administrator_is_told_of_next_years_holidays_until_they_stand(administrator: User) -> None:
    (task,) = tasks(administrator)
    assert (task.subject, task.verb) == ("2027年放假安排", "写进日历")
    assert desk(administrator).get(task.link).status_code == 200
    CalendarDay.objects.create(on=date(2027, 1, 1), is_workday=False)
    assert not tasks(administrator)


def test_every_figure_is_the_number_of_the_list_it_opens(village: Any, owner: User, bureau: User) -> None:
    make_episode(make_household(village))
    for risk in ("因病", "因残"):
        open_clue(household=make_household(village), risk=risk, channel="02", actor=owner, at=timezone.now())
    client = desk(bureau)
    figures = {figure["title"]: figure for figure in client.get(reverse("home")).context["figures"]}
    clues = client.get(figures["没有办结的线索"]["link"])
    assert str(figures["没有办结的线索"]["value"]) == clues.context["count"] == "2"


class TestTheLight:
    def test_is_red_where_the_clock_has_run_out(self, village: Any, places: Any, owner: User, bureau: User) -> None:
        _case(make_household(village), owner, date(2026, 11, 9))
        _case(make_household(village), owner, date(2026, 11, 9), paused_on=date(2026, 11, 8))
        _case(make_household(places["990101101201"]), owner, date(2026, 11, 12))
        lights = home(bureau).context["lights"]
        said = [(light.place.name, light.open, light.soon, light.over, light.look) for light in lights]
        assert said == [("石桥镇", 2, 0, 1, "is-over"), ("青杨乡", 1, 1, 0, "is-soon")]

    def test_opens_the_cases_it_counts(self, village: Any, owner: User, bureau: User, township: User) -> None:
        late, soon = date(2026, 11, 9), date(2026, 11, 11)
        wanted = {
            "over": _case(make_household(village), owner, late),
            "soon": _case(make_household(village), owner, soon),
        }
        for clock, case in wanted.items():
            page = desk(bureau).get(f"{reverse('case-list')}?division=990101100000&clock={clock}")
            assert [row.number for row in page.context["page"].rows] == [case.number]
        assert [light.place.name for light in home(township).context["lights"]] == ["东沟村", "西岭村"]

    def test_of_a_village_is_its_own(self, village: Any, owner: User, hire: Callable[..., User]) -> None:
        _case(make_household(village), owner, date(2026, 11, 9))
        (light,) = home(owner).context["lights"]
        assert (light.place, light.over) == (village, 1)
        assert home(hire("helper", Role.HELPER, "990101100000")).context["lights"] == []


class TestNews:
    def test_tells_what_others_did_since_the_last_sign_in(self, village: Any, owner: User, bureau: User) -> None:
        now = timezone.now()
        record(actor=bureau, at=now - timedelta(days=1), action="session.started")
        open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=now)
        open_clue(household=make_household(village), risk="因病", channel="04", actor=bureau, at=now)
        client = desk(bureau)
        (item,) = client.get(reverse("home")).context["news"]
        assert (item["count"], item["title"]) == (1, "条新线索")
        page = client.get(item["link"])
        assert len(page.context["lines"]) == item["count"]
        assert "户　因病线索" in page.content.decode() and "缺户主" not in page.content.decode()

    def test_holds_nothing_of_other_places(self, village: Any, owner: User, colleague: User) -> None:
        open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
        assert not home(colleague).context["news"]
        assert not desk(colleague).get(reverse("news")).context["lines"]


def test_asks_the_database_as_often_for_many_tasks_as_for_one(village: Any, owner: User, township: User) -> None:
    clients = [desk(owner), desk(township)]

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            for client in clients:
                client.get(reverse("home"))
        return len(caught)

    def come_up() -> None:
        now, found = timezone.now(), date(2026, 11, 1)
        open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=now)
        make_episode(make_household(village), next_follow_up_on=date(2026, 11, 12))
        open_problem(
            kind="house", household=make_household(village), found_on=found, origin="cadre", description="漏雨",
            actor=owner, at=now,
        )  # fmt: skip

    come_up()
    count()
    few = count()
    for _ in range(6):
        come_up()
    assert len(tasks(township)) > 6
    assert count() == few <= 70


def test_clues_past_their_day_that_others_hold_are_told_with_their_list(
    village: Any, owner: User, bureau: User
) -> None:
    ours = open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    theirs = open_clue(household=make_household(village), risk="因病", channel="04", actor=bureau, at=timezone.now())
    Clue.objects.filter(pk__in=[ours.pk, theirs.pk]).update(due_on=date(2026, 11, 1))
    page = home(owner)
    (late,) = page.context["elsewhere"]
    assert (late["value"], late["mine"], late["others"]) == (2, 1, 1)
    assert "超期线索在别人手上" in page.content.decode()
    listed = desk(owner).get(late["link"]).context["page"].rows
    assert {clue.pk for clue in listed} == {ours.pk, theirs.pk}
    Clue.objects.filter(pk=theirs.pk).update(due_on=date(2026, 12, 1))
    assert not home(owner).context["elsewhere"]
