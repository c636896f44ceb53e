"""Accounts and posts: made and given by the administrator of the place, effective at the next request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Department, Division, Post, Role, User
from accounts.passwords import first_password
from accounts.scope import scope_of
from accounts.services.posts import appoint, end_post, hand_over
from accounts.services.users import change_password, create_user, disable_user, enable_user, reset_password
from tests.conftest import NOW, PASSWORD

TODAY = date(2026, 11, 10)
pytestmark = pytest.mark.usefixtures("clock")


def _post(user: User) -> Post:
    return Post.objects.get(user=user)


def test_a_new_account_has_a_first_password_that_must_be_changed_and_sees_nothing(administrator: User) -> None:
    user, password = create_user(username=" Zhang.San ", name="张三", actor=administrator, at=NOW)
    assert user.username == "zhang.san" and user.must_change_password and user.check_password(password)
    assert scope_of(user).posts == () and not Division.objects.visible_to(user).exists()


def test_a_name_is_taken_in_every_spelling(administrator: User, owner: User) -> None:
    with pytest.raises(Conflict, match="已有人使用"):
        create_user(username="OWNER", name="另一人", actor=administrator, at=NOW)


@pytest.mark.parametrize("username", ["", "a", "张三", "a b", "a" * 41, "a\nb", ".ab"])
def test_a_user_name_that_cannot_be_typed_anywhere_is_refused(administrator: User, username: str) -> None:
    with pytest.raises(Refused, match="用户名应为"):
        create_user(username=username, name="张三", actor=administrator, at=NOW)


@pytest.mark.parametrize("who", ["owner", "township_leader", "bureau", "auditor"])
def test_only_an_administrator_makes_accounts_and_posts(
    request: pytest.FixtureRequest, places: dict[str, Division], who: str
) -> None:
    actor = request.getfixturevalue(who)
    with pytest.raises(Forbidden, match="请交由系统管理员办理"):
        create_user(username="new", name="新人", actor=actor, at=NOW)
    village = places[_post(actor).division_id]
    with pytest.raises(Forbidden):
        appoint(user=actor, division=village, role=Role.HELPER, starts_on=TODAY, actor=actor, at=NOW)


def test_an_administrator_reaches_no_place_and_nobody_outside_his_county(
    administrator: User, outsider: User, places: dict[str, Division], owner: User
) -> None:
    with pytest.raises(OutOfScope):
        appoint(
            user=owner,
            division=places["990102100201"],
            role=Role.VILLAGE_CADRE,
            starts_on=TODAY,
            actor=administrator,
            at=NOW,
        )
    with pytest.raises(OutOfScope):
        reset_password(user=outsider, actor=administrator, at=NOW)
    with pytest.raises(OutOfScope):
        disable_user(user=outsider, reason="离职", actor=administrator, at=NOW)


def test_nobody_appoints_himself(administrator: User, county: Division) -> None:
    with pytest.raises(Refused, match="不能给自己任职"):
        appoint(user=administrator, division=county, role=Role.AUDITOR, starts_on=TODAY, actor=administrator, at=NOW)


@pytest.mark.parametrize(
    ("role", "code", "department", "says"),
    [
        (Role.VILLAGE_CADRE, "990101100000", "", "应在村级任职"),
        (Role.TOWNSHIP_STAFF, "990101100201", "", "应在乡镇级任职"),
        (Role.COUNTY_BUREAU, "990101100000", "", "应在县级任职"),
        (Role.LIAISON, "990101000000", "", "须选部门"),
        (Role.LIAISON, "990101000000", "nobody", "须选部门"),
        (Role.COUNTY_BUREAU, "990101000000", Department.WATER, "只有部门联络员"),
        ("king", "990101000000", "", "没有“king”这个角色"),
    ],
)
def test_a_post_fits_its_place(
    administrator: User, owner: User, places: dict[str, Division], role: str, code: str, department: str, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        appoint(
            user=owner,
            division=places[code],
            role=role,
            department=department,
            starts_on=TODAY,
            actor=administrator,
            at=NOW,
        )


def test_the_same_post_is_not_held_twice_at_a_time(administrator: User, owner: User, village: Division) -> None:
    with pytest.raises(Conflict, match="已任"):
        appoint(user=owner, division=village, role=Role.VILLAGE_CADRE, starts_on=TODAY, actor=administrator, at=NOW)


def test_who_watches_or_rules_over_rights_does_no_business_himself(
    administrator: User, auditor: User, owner: User, county: Division, village: Division
) -> None:
    with pytest.raises(Conflict, match="不能与其他岗位"):
        appoint(user=auditor, division=village, role=Role.HELPER, starts_on=TODAY, actor=administrator, at=NOW)
    with pytest.raises(Conflict, match="不能与其他岗位"):
        appoint(user=owner, division=county, role=Role.ADMINISTRATOR, starts_on=TODAY, actor=administrator, at=NOW)


def test_a_post_counts_from_its_first_day_to_its_last(
    administrator: User, owner: User, village: Division, places: dict[str, Division]
) -> None:
    new = places["990101101201"]
    appoint(
        user=owner,
        division=new,
        role=Role.VILLAGE_CADRE,
        starts_on=TODAY + timedelta(days=1),
        actor=administrator,
        at=NOW,
    )
    end_post(post=Post.objects.get(user=owner, division=village), last_day=TODAY, actor=administrator, at=NOW)
    assert set(Division.objects.visible_to(owner)) == {village}
    assert scope_of(owner, TODAY + timedelta(days=1)).covers(new.code)
    assert not scope_of(owner, TODAY + timedelta(days=1)).covers(village.code)


def test_an_ended_post_is_not_ended_again_later(administrator: User, owner: User) -> None:
    post = end_post(post=_post(owner), last_day=TODAY, actor=administrator, at=NOW)
    with pytest.raises(Conflict, match="已经在更早的日期结束"):
        end_post(post=post, last_day=TODAY + timedelta(days=9), actor=administrator, at=NOW)
    assert _post(owner).ends_on == TODAY


def test_handing_over_leaves_no_day_without_and_no_day_with_both(
    administrator: User, owner: User, colleague: User, village: Division
) -> None:
    on = TODAY + timedelta(days=5)
    hand_over(post=_post(owner), to=colleague, on=on, actor=administrator, at=NOW)
    for day in (on - timedelta(days=1), on):
        holders = Post.objects.current(day).filter(division=village).values_list("user__username", flat=True)
        assert list(holders) == (["owner"] if day < on else ["colleague"])


def test_a_hand_over_that_fails_leaves_the_old_post(administrator: User, owner: User, auditor: User) -> None:
    with pytest.raises(Conflict):
        hand_over(post=_post(owner), to=auditor, on=TODAY, actor=administrator, at=NOW)
    assert _post(owner).ends_on is None


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("Abc-12345", "密码至少10位"),
        ("onlylowercase", "密码至少10位，须含"),
        ("LowerAndUpper", "密码至少10位，须含"),
        ("Owner-2026-xyz", "不能包含用户名"),
        ("Pass-13812341234", "不能包含用户名或手机号"),
        (PASSWORD, "最近5次"),
    ],
)
def test_a_weak_password_is_refused(owner: User, password: str, says: str) -> None:
    owner.phone = "13812341234"
    with pytest.raises(Refused, match=says) as refusal:
        change_password(actor=owner, new=password, at=NOW)
    assert refusal.value.field == "new" and owner.check_password(PASSWORD)


def test_the_last_five_passwords_do_not_come_back_and_the_sixth_does(owner: User) -> None:
    for number in range(5):
        with pytest.raises(Refused, match="最近5次"):
            change_password(actor=owner, new=PASSWORD, at=NOW)
        change_password(actor=owner, new=f"Correct-horse-{number}", at=NOW)
    change_password(actor=owner, new=PASSWORD, at=NOW)
    assert owner.past_passwords.count() == 4


def test_every_first_password_meets_the_policy(owner: User) -> None:
    made = {first_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        validate_password(password, owner)


def test_switching_off_twice_is_once_and_needs_a_reason(administrator: User, owner: User) -> None:
    with pytest.raises(Refused, match="停用原因"):
        disable_user(user=owner, reason=" ", actor=administrator, at=NOW)
    for _ in range(2):
        disable_user(user=owner, reason="调离", actor=administrator, at=NOW)
    assert not User.objects.get(pk=owner.pk).is_active and scope_of(owner).posts == ()
    assert AuditEvent.objects.filter(action="user.disabled").count() == 1
    enable_user(user=owner, reason="调回", actor=administrator, at=NOW)
    assert scope_of(User.objects.get(pk=owner.pk)).posts


def test_a_county_is_set_up_from_the_shell(places: dict[str, Division], run_json: Callable[..., Any]) -> None:
    made = run_json("add_user", "Admin", "--name", "王管理", "--role", "系统管理员", "--division", "990101000000")
    user = User.objects.get(username="admin")
    assert user.check_password(made["password"]) and user.must_change_password
    assert [str(post) for post in scope_of(user).posts] == ["守望县 系统管理员"]
    more = ("--role", "liaison", "--division", "990101000000", "--department", "水务局")
    assert run_json("add_user", "shuiwu", "--name", "李联络", *more)["department"] == "water"


def test_a_second_post_from_the_shell_leaves_the_password_alone(
    places: dict[str, Division], owner: User, run_json: Callable[..., Any]
) -> None:
    made = run_json("add_user", "owner", "--role", "village_cadre", "--division", "990101100202")
    assert made["password"] is None and User.objects.get(pk=owner.pk).check_password(PASSWORD)
    assert Post.objects.filter(user=owner).count() == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["new", "--name", "新人", "--role", "村长", "--division", "990101100201"], "没有“村长”这个角色"),
        (["new", "--name", "新人", "--role", "helper", "--division", "990101100999"], "没有区划990101100999"),
        (["new", "--role", "helper", "--division", "990101100201"], "请填写姓名"),
    ],
)
def test_the_shell_stores_nothing_that_is_wrong(places: dict[str, Division], arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as refusal:
        call_command("add_user", *arguments)
    assert refusal.value.returncode == 2 and not User.objects.exists()


def test_the_shell_gives_a_lost_password_anew_and_switches_off(owner: User, run_json: Callable[..., Any]) -> None:
    password = run_json("reset_password", "Owner")["password"]
    assert User.objects.get(pk=owner.pk).check_password(password)
    assert run_json("disable_user", "owner", "--reason", "离职") == {"username": "owner", "active": False}
    with pytest.raises(CommandError, match="没有用户 nobody"):
        call_command("disable_user", "nobody", "--reason", "离职")
