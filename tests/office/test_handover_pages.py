"""A post handed over: what carries the person's name goes with it, what waits for the place follows by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from builders import make_episode, make_household
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import AuditEvent, HandOverCopy, Post, Role, User
from accounts.services.posts import hand_over
from accounts.triggers import statements
from assistance.models import Plan
from monitoring.services.clues import open_clue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 11, 10)
TOWNSHIP = "990101100000"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def helper(hire: Callable[..., User]) -> User:
    return hire("helper", Role.HELPER, TOWNSHIP)


@pytest.fixture
def newcomer(db: None) -> User:
    return User.objects.create_user("newcomer", name="新来的")


def _wizard(post: Post) -> str:
    return reverse("handover", args=[post.user.username, post.pk])


class TestAHelpersHouseholds:
    def test_go_to_the_successor_within_the_posts_place_only(
        self, village: Any, places: Any, helper: User, newcomer: User, administrator: User
    ) -> None:
        mine = make_household(village, helper=helper)
        far = make_household(places["990101101201"], helper=helper)
        hand_over(post=helper.posts.get(), to=newcomer, on=TODAY, actor=administrator, at=timezone.now())
        mine.refresh_from_db()
        far.refresh_from_db()
        assert (mine.helper, mine.version, far.helper) == (newcomer, 2, helper)
        event = AuditEvent.objects.get(action="household.helper_assigned")
        assert (event.target_id, event.detail["before"]) == (str(mine.pk), helper.pk)

    def test_take_their_running_plans_along(
        self, village: Any, helper: User, newcomer: User, administrator: User
    ) -> None:
        running = make_episode(make_household(village, helper=helper))
        ended = make_episode(make_household(village, helper=helper), cleared_on=date(2026, 8, 1))
        for episode in (running, ended):
            Plan.objects.create(episode=episode, due_on=TODAY, recorded_at=timezone.now(), responsible=helper)
        hand_over(post=helper.posts.get(), to=newcomer, on=TODAY, actor=administrator, at=timezone.now())
        assert Plan.objects.get(episode=running).responsible == newcomer
        assert Plan.objects.get(episode=ended).responsible == helper

    def test_are_not_left_without_anybody_until_a_far_day(
        self, village: Any, helper: User, newcomer: User, administrator: User
    ) -> None:
        household = make_household(village, helper=helper)
        later = TODAY + timedelta(days=9)
        with pytest.raises(Refused, match="最迟是明天"):
            hand_over(post=helper.posts.get(), to=newcomer, on=later, actor=administrator, at=timezone.now())
        household.refresh_from_db()
        assert household.helper == helper
        assert helper.posts.get().ends_on is None


class TestTheCopy:
    def test_stays_as_it_was_when_the_work_goes_on(
        self, village: Any, owner: User, newcomer: User, administrator: User, colleague: User
    ) -> None:
        household = make_household(village, helper=owner)
        clue = open_clue(household=household, risk="因病", channel="02", actor=owner, at=timezone.now())
        hand_over(post=owner.posts.get(), to=newcomer, on=TODAY, actor=administrator, at=timezone.now())
        type(clue).objects.filter(pk=clue.pk).update(state="solved", closed_on=TODAY)
        household.helper = None
        household.save(update_fields=["helper"])
        (copy,) = desk(newcomer).get(reverse("handover-list")).context["copies"]
        address = reverse("handover-copy", args=[copy.pk])
        for user in (owner, newcomer):
            page = desk(user).get(address)
            assert "因病线索" in [row[1] for row in page.context["tasks"]]
            assert [row[1] for row in page.context["households"]] == [household.number]
        assert household.number.encode() not in bytes(copy.rows_sealed)
        for user in (colleague, administrator):
            assert desk(user).get(address).status_code == 404

    def test_is_printed_as_a_paper_that_both_sign(
        self, village: Any, owner: User, newcomer: User, administrator: User, colleague: User
    ) -> None:
        household = make_household(village, helper=owner)
        before = desk(owner).get(reverse("handover-print")).content.decode()
        hand_over(post=owner.posts.get(), to=newcomer, on=TODAY, actor=administrator, at=timezone.now())
        address = reverse("handover-copy-print", args=[newcomer.posts.get().handover_copy.pk])
        after = desk(newcomer).get(address).content.decode()
        for paper in (before, after):
            assert household.number in paper
            assert "<nav" not in paper
            assert all(f"{who}签字" in paper for who in ("离任人", "接任人", "监交人"))
            assert "打印日期：2026年11月10日" in paper
        assert "接任人：新来的" in after
        assert "2026-11-10 09:00 交接时封存" in after
        assert desk(colleague).get(address).status_code == 404

    def test_can_be_neither_changed_nor_deleted(self, owner: User, newcomer: User, administrator: User) -> None:
        hand_over(post=owner.posts.get(), to=newcomer, on=TODAY, actor=administrator, at=timezone.now())
        copy = newcomer.posts.get().handover_copy
        kept, copy.rows = bytes(copy.rows_sealed), "{}"
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            copy.save()
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            HandOverCopy.objects.update(left=newcomer)
        if connection.vendor == "sqlite":
            # Its triggers let a test database be emptied; here they are to be those of a county's own.
            with connection.cursor() as cursor:
                for statement in statements("sqlite", "accounts_handovercopy", scratch="nowhere"):
                    cursor.execute(statement)
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            copy.delete()
        assert bytes(HandOverCopy.objects.get().rows_sealed) == kept

    def test_is_of_the_post_that_went_alone(
        self, village: Any, places: Any, owner: User, newcomer: User, administrator: User, bureau: User
    ) -> None:
        beside = places["990101101201"]
        Post.objects.create(user=owner, division=beside, role=Role.VILLAGE_CADRE, starts_on=date(2026, 1, 1))
        for place in (village, beside):
            open_clue(household=make_household(place), risk="因病", channel="02", actor=owner, at=timezone.now())
        post = owner.posts.get(division=village)
        hand_over(post=post, to=newcomer, on=TODAY, actor=administrator, at=timezone.now())
        rows = newcomer.posts.get().handover_copy.lists["tasks"]
        assert [village.name in row[3] for row in rows if row[1] == "因病线索"] == [True]


class TestTheWizard:
    def test_shows_how_much_goes_with_the_post_but_not_whose_it_is(
        self, village: Any, owner: User, newcomer: User, administrator: User
    ) -> None:
        household = make_household(village, helper=owner)
        open_clue(household=household, risk="因病", channel="02", actor=owner, at=timezone.now())
        page = desk(administrator).get(_wizard(owner.posts.get()))
        assert dict(page.context["belongings"]) == {"帮扶责任户": 1, "等这个岗位办的线索和办件": 1, "一户一策": 0}
        assert household.number not in page.content.decode()
        assert "张三" not in page.content.decode()

    def test_asks_for_a_yes_and_then_gives_the_sheet(
        self, village: Any, owner: User, newcomer: User, administrator: User
    ) -> None:
        clue = open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
        client, post = desk(administrator), owner.posts.get()
        given = {"to": newcomer.pk, "on": TODAY.isoformat()}
        assert "交给新来的" in client.post(_wizard(post), given).content.decode()
        assert not newcomer.posts.exists()
        sheet = client.get(client.post(_wizard(post), given | {"confirmed": "1"})["Location"]).content.decode()
        assert "岗位交接单" in sheet and "owner" in sheet and "新来的" in sheet
        mine = desk(newcomer).get(reverse("handover-list"))
        assert clue.household.memberships.heads().get().person.name + "户" in [
            home for _, _, home, *_ in mine.context["tasks"]
        ]
        assert not desk(owner).get(reverse("handover-list")).context["tasks"]

    def test_says_what_is_wrong_at_its_field(self, owner: User, newcomer: User, administrator: User) -> None:
        client, post = desk(administrator), owner.posts.get()
        early = {"to": newcomer.pk, "on": "2020-01-01", "confirmed": "1"}
        assert "on" in client.post(_wizard(post), early).context["form"].errors
        assert client.post(_wizard(post), {"on": TODAY.isoformat()}).status_code == 400
        assert owner.posts.get().ends_on is None

    def test_is_the_administrators_of_the_place(self, owner: User, bureau: User, hire: Callable[..., User]) -> None:
        far = hire("far", Role.ADMINISTRATOR, "990102000000")
        for user in (owner, bureau, far):
            assert desk(user).get(_wizard(owner.posts.get())).status_code == 404
        assert desk(bureau).get(reverse("handover-sheet", args=[owner.posts.get().pk])).status_code == 404


def test_ones_own_list_holds_the_households_of_ones_name(village: Any, helper: User, owner: User) -> None:
    mine = make_household(village, helper=helper)
    make_household(village)
    page = desk(helper).get(reverse("handover-list"))
    assert [number for _, number, *_ in page.context["households"]] == [mine.number]
    assert desk(owner).get(reverse("handover-list")).context["households"] == []
