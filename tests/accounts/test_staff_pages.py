"""The staff pages: an administrator makes accounts and gives posts; others may look, or find nothing there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import Post, Role, User
from accounts.scope import scope_of
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("clock")
NEW = {
    "username": "Li.Si",
    "name": "李四",
    "unit": "石桥镇政府",
    "phone": "",
    "role": Role.TOWNSHIP_STAFF.value,
    "division": "990101100000",
    "department": "",
    "starts_on": "2026-11-10",
    "ends_on": "",
}


@pytest.fixture
def open_as() -> Callable[[User], Client]:
    def _open(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return _open


@pytest.fixture
def desk(administrator: User, open_as: Callable[[User], Client]) -> Client:
    return open_as(administrator)


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_new_account_comes_with_its_post_and_a_password_shown_once(desk: Client) -> None:
    answer = desk.post("/staff/new/", NEW)
    found = re.search(r'fs-3">(\w{12})<', _text(answer))
    user = User.objects.get(username="li.si")
    assert found and user.check_password(found[1]) and "no-store" in answer["Cache-Control"]
    assert [str(post) for post in scope_of(user).posts] == ["石桥镇 乡镇工作人员"]
    assert "李四" in _text(desk.get("/staff/")) and found[1] not in _text(desk.get("/staff/of/li.si/"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"username": "李四"}, "用户名应为"),
        ({"username": "administrator"}, "已有人使用"),
        ({"role": Role.VILLAGE_CADRE.value}, "应在村级任职"),
        ({"division": "990102000000"}, "请从列表里选一项"),
        ({"ends_on": "2026-11-09"}, "任职止不能早于任职起"),
        ({"starts_on": "0001-01-01"}, "年份不对"),
    ],
)
def test_what_will_not_do_is_said_on_the_form_and_nothing_is_stored(
    desk: Client, change: dict[str, str], says: str
) -> None:
    assert says in _text(desk.post("/staff/new/", NEW | change))
    assert User.objects.count() == 1


def test_posts_are_given_ended_and_handed_over(desk: Client, owner: User, colleague: User) -> None:
    post = Post.objects.get(user=owner)
    page = "/staff/of/owner/"
    desk.post(page, {"act": "hand_over", "post": post.pk, "to": "colleague", "on": "2026-11-20"})
    assert Post.objects.filter(user=colleague, division="990101100201", starts_on=date(2026, 11, 20)).exists()
    more = {"act": "appoint", "role": "helper", "division": "990101000000", "starts_on": "2026-11-10"}
    desk.post(page, more)
    helper = Post.objects.get(user=owner, role=Role.HELPER)
    desk.post(page, {"act": "end", "post": helper.pk, "last_day": "2026-11-12"})
    helper.refresh_from_db()
    post.refresh_from_db()
    assert (post.ends_on, helper.ends_on) == (date(2026, 11, 19), date(2026, 11, 12))
    assert "任职止不能早于任职起" in _text(desk.post(page, {"act": "end", "post": helper.pk, "last_day": "2026-11-01"}))


@pytest.mark.parametrize("day", ["0001-01-01", "0202-11-20", "9999-12-31"])
def test_a_year_that_was_not_typed_to_its_end_hands_nothing_over(desk: Client, owner: User, day: str) -> None:
    post = Post.objects.get(user=owner)
    for page, given in (
        ("/staff/of/owner/", {"act": "hand_over", "post": post.pk, "to": "owner", "on": day}),
        (f"/staff/of/owner/handover/{post.pk}/", {"to": owner.pk, "on": day, "confirmed": "1"}),
    ):
        assert "年份不对" in _text(desk.post(page, given)), page
    assert Post.objects.filter(ends_on__isnull=False).count() == 0


def test_a_password_is_reset_and_an_account_switched_off_and_on(desk: Client, owner: User) -> None:
    assert "初始密码" in _text(desk.post("/staff/of/owner/", {"act": "password"}))
    owner.refresh_from_db()
    assert not owner.check_password(PASSWORD)
    for act, active in (("disable", False), ("enable", True)):
        desk.post("/staff/of/owner/", {"act": act, "reason": "调动"})
        owner.refresh_from_db()
        assert owner.is_active is active
    assert "有 1 处要改" in _text(desk.post("/staff/of/owner/", {"act": "disable", "reason": " "}))
    assert User.objects.get(pk=owner.pk).is_active


@pytest.mark.parametrize("who", ["owner", "township", "bureau", "auditor", "outsider"])
def test_for_others_there_is_no_desk(
    request: pytest.FixtureRequest, open_as: Callable[[User], Client], colleague: User, who: str
) -> None:
    browser = open_as(request.getfixturevalue(who))
    for page in ("/staff/new/", "/staff/of/colleague/"):
        assert browser.get(page).status_code == browser.post(page, NEW | {"act": "password"}).status_code == 404
    colleague.refresh_from_db()
    assert colleague.check_password(PASSWORD) and not User.objects.filter(username="li.si").exists()


def test_an_administrator_finds_nobody_of_another_county(desk: Client, outsider: User) -> None:
    foreign, none = desk.get("/staff/of/outsider/"), desk.get("/staff/of/nobody/")
    assert foreign.status_code == none.status_code == 404 and foreign.content == none.content
    assert "outsider" not in _text(desk.get("/staff/"))


@pytest.mark.parametrize(("who", "sees"), [("bureau", True), ("auditor", True), ("owner", False), ("outsider", False)])
def test_the_list_is_for_the_county(
    request: pytest.FixtureRequest, open_as: Callable[[User], Client], colleague: User, who: str, sees: bool
) -> None:
    page = _text(open_as(request.getfixturevalue(who)).get("/staff/"))
    assert ("colleague" in page) is sees and "新增人员" not in page


def test_a_post_of_somebody_else_cannot_be_ended_through_this_page(desk: Client, owner: User, outsider: User) -> None:
    foreign = Post.objects.get(user=outsider)
    assert (
        desk.post("/staff/of/owner/", {"act": "end", "post": foreign.pk, "last_day": "2026-11-10"}).status_code == 404
    )
    assert desk.post("/staff/of/owner/", {"act": "unknown"}).status_code == 404


def test_staff_are_found_by_name_account_place_and_role(desk: Client, owner: User, township: User) -> None:
    def _found(**query: str) -> set[str]:
        page = _text(desk.get("/staff/", query))
        return {name for name in ("owner", "township") if f"/staff/of/{name}/" in page}

    assert _found() == {"owner", "township"}
    assert _found(q=owner.name) == {"owner"} and _found(q="TOWNSHIP") == {"township"}
    assert _found(role=Role.VILLAGE_CADRE.value) == {"owner"}
    village = owner.posts.get().division
    assert _found(q=village.name) == {"owner"}
    assert _found(division=village.parent.code) == {"owner", "township"}
    assert _found(q=village.parent.name) == {"owner", "township"}
    assert _found(q="没有这个人") == set()
    assert "没有符合条件的岗位" in _text(desk.get("/staff/", {"q": "没有这个人"}))
    assert "清除条件" in _text(desk.get("/staff/", {"q": "赵"})) and "清除条件" not in _text(desk.get("/staff/"))


def test_accounts_without_a_post_are_a_list_of_their_own_for_who_administers(
    desk: Client, bureau: User, open_as: Callable[[User], Client]
) -> None:
    User.objects.create_user("idle.one", name="赵六", password=PASSWORD)
    assert "没有岗位的账号 1 个" in _text(desk.get("/staff/")) and "idle.one" not in _text(desk.get("/staff/"))
    assert "/staff/of/idle.one/" in _text(desk.get("/staff/", {"role": "none", "q": "赵"}))
    assert "idle.one" not in _text(desk.get("/staff/", {"role": "none", "q": "钱"}))
    assert "idle.one" not in _text(open_as(bureau).get("/staff/", {"role": "none"}))
