"""Signing in and out: one counter and one answer on every path, sessions that end when they should."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiToken, AuditEvent, User
from accounts.services.tokens import find_token, issue_token
from accounts.services.users import disable_user, enable_user, reset_password
from tests.conftest import NOW, PASSWORD

NEW = "Correct-horse-2026"
PHONE = "Mozilla/5.0 (Linux; Android 14) Mobile Safari"
FAILED = "用户名或密码不对，或者连着输错 5 次锁住了。锁住的 30 分钟后再试。"

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def web(owner: User) -> Client:
    """The owner's browser, signed in."""
    browser = Client()
    assert _sign_in(browser).status_code == 302
    return browser


def _sign_in(browser: Client, password: str = PASSWORD, name: str = "owner", **headers: str) -> Any:
    return browser.post("/login/", {"username": name, "password": password}, headers=headers)


def _ask_token(password: str, name: str = "owner") -> Any:
    return Client().post("/api/v1/token/", {"username": name, "password": password}, content_type="application/json")


def _is_in(browser: Client) -> bool:
    return bool(browser.get("/password/").status_code == 200)


def test_the_owner_comes_in_under_any_spelling_of_his_name(owner: User) -> None:
    browser = Client()
    answer = browser.post(
        "/login/?next=/password/", {"username": " OWNER ", "password": PASSWORD, "next": "/password/"}
    )
    assert answer.headers["Location"] == "/password/" and _is_in(browser)


def test_the_door_sends_nobody_to_a_foreign_site(owner: User) -> None:
    answer = Client().post("/login/", {"username": "owner", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_the_session_has_a_new_id_after_signing_in(owner: User) -> None:
    browser = Client()
    browser.get("/login/")
    browser.cookies["sessionid"] = "fixed-by-somebody-else"
    _sign_in(browser)
    assert browser.cookies["sessionid"].value != "fixed-by-somebody-else"


def test_signing_out_needs_a_post_and_ends_the_session(web: Client) -> None:
    assert web.get("/logout/").status_code == 405 and _is_in(web)
    web.post("/logout/")
    assert not _is_in(web)


def test_wrong_unknown_switched_off_and_locked_get_the_same_answer(owner: User, colleague: User) -> None:
    disable_user(user=colleague, reason="离职", actor=None, at=NOW)
    wrong, unknown, off = (
        _sign_in(Client(), "wrong"),
        _sign_in(Client(), name="nobody"),
        _sign_in(Client(), name="colleague"),
    )
    for _ in range(6):
        locked = _sign_in(Client(), "wrong")
    for answer in (wrong, unknown, off, locked):
        assert answer.status_code == 200 and FAILED in answer.content.decode()
    assert wrong.content.decode().count("owner") == locked.content.decode().count("owner")


def test_five_failures_on_any_path_lock_every_path_for_half_an_hour(owner: User, clock: Any) -> None:
    for attempt in range(5):
        name = ("owner", "OWNER", " Owner")[attempt % 3]
        assert _ask_token("wrong", name).status_code == 401 if attempt % 2 else _sign_in(Client(), "wrong", name)
    assert _ask_token(PASSWORD).status_code == 401
    browser = Client()
    assert FAILED in _sign_in(browser).content.decode() and not _is_in(browser)
    clock.shift(timedelta(minutes=31))
    assert _sign_in(browser).status_code == 302


def test_a_lock_holds_for_one_name_only(owner: User, colleague: User) -> None:
    for _ in range(6):
        _sign_in(Client(), "wrong")
    assert _sign_in(Client(), name="colleague").status_code == 302


def test_a_forged_forwarding_header_gives_no_fresh_counter(owner: User) -> None:
    for number in range(6):
        _sign_in(Client(), "wrong", **{"X-Forwarded-For": f"10.0.0.{number}"})
    assert FAILED in _sign_in(Client(), **{"X-Forwarded-For": "10.9.9.9"}).content.decode()


def test_coming_in_forgets_earlier_failures(owner: User) -> None:
    for _ in range(3):
        for _ in range(4):
            _sign_in(Client(), "wrong")
        assert _sign_in(Client()).status_code == 302


@pytest.mark.parametrize(("agent", "minutes"), [("Mozilla/5.0 (Windows NT 10.0)", 15), (PHONE, 30)])
def test_a_session_that_lies_idle_ends(owner: User, clock: Any, agent: str, minutes: int) -> None:
    browser = Client(headers={"User-Agent": agent})
    _sign_in(browser)
    assert _is_in(browser)
    for _ in range(3):
        clock.shift(timedelta(minutes=minutes))
        assert _is_in(browser)
    clock.shift(timedelta(minutes=minutes, seconds=1))
    assert not _is_in(browser)


def test_a_session_in_use_ends_after_twelve_hours(web: Client, clock: Any) -> None:
    for _ in range(12 * 6):
        assert _is_in(web)
        clock.shift(timedelta(minutes=10))
    clock.shift(timedelta(seconds=1))
    assert not _is_in(web)


def test_switching_off_ends_sessions_and_tokens_and_switching_on_does_not_bring_them_back(
    web: Client, owner: User
) -> None:
    key, _ = issue_token(actor=owner, at=NOW)
    disable_user(user=owner, reason="离职", actor=None, at=NOW)
    assert not _is_in(web) and find_token(key=key, at=NOW) is None
    enable_user(user=owner, reason="返岗", actor=None, at=NOW)
    assert not _is_in(web) and not ApiToken.objects.exists()


def test_a_new_password_keeps_this_session_and_ends_the_others(web: Client, owner: User) -> None:
    other = Client()
    _sign_in(other)
    key, _ = issue_token(actor=owner, at=NOW)
    answer = web.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302 and _is_in(web)
    assert not _is_in(other) and find_token(key=key, at=NOW) is None
    assert _sign_in(Client(), NEW).status_code == 302


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "密码不对"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "两次输入的新密码不同"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "密码至少10位"),
        ({}, "请填写。"),
    ],
)
def test_a_password_that_will_not_do_is_refused_on_the_page(
    web: Client, owner: User, given: dict[str, str], says: str
) -> None:
    assert says in web.post("/password/", given).content.decode()
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


def test_the_old_password_cannot_be_guessed_from_inside(web: Client, owner: User) -> None:
    for _ in range(5):
        web.post("/password/", {"old": "wrong", "new": NEW, "again": NEW})
    assert "锁住了" in web.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW}).content.decode()
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


def test_a_first_password_opens_nothing_but_its_own_change(owner: User) -> None:
    password = reset_password(user=owner, actor=None, at=NOW)
    browser = Client()
    _sign_in(browser, password)
    assert browser.get("/staff/").headers["Location"] == "/password/"
    assert _ask_token(password).status_code == 403
    browser.post("/password/", {"old": password, "new": NEW, "again": NEW})
    assert browser.get("/staff/").status_code == 200 and _ask_token(NEW).status_code == 201


def test_a_password_is_renewed_after_ninety_days(web: Client, clock: Any) -> None:
    web.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    clock.shift(timedelta(days=90))
    browser = Client()
    _sign_in(browser, NEW)
    assert browser.get("/staff/").status_code == 200
    assert _ask_token(NEW).status_code == 201
    clock.shift(timedelta(minutes=1))
    assert browser.get("/staff/").headers["Location"] == "/password/" and _ask_token(NEW).status_code == 403


def test_every_coming_going_and_failing_is_in_the_audit_without_what_was_typed(web: Client) -> None:
    _sign_in(Client(), "wrong-secret")
    _sign_in(Client(), name="My-password-typed-as-name")
    web.post("/logout/")
    kept = list(AuditEvent.objects.filter(action__startswith="session.").order_by("id").values_list("action", "detail"))
    assert kept == [
        ("session.started", {}),
        ("session.refused", {"known_user": True, "locked": False}),
        ("session.refused", {"known_user": False, "locked": False}),
        ("session.ended", {}),
    ]


@pytest.mark.parametrize("page", ["/login/", "/password/"])
def test_the_pages_at_the_door_have_no_script_of_their_own_and_are_not_kept(web: Client, page: str) -> None:
    answer = (Client() if page == "/login/" else web).get(page)
    body = answer.content.decode()
    assert "<script>" not in body and " onclick=" not in body and " style=" not in body
    assert (
        "no-store" in answer.headers["Cache-Control"]
        and "default-src 'self'" in answer.headers["Content-Security-Policy"]
    )
