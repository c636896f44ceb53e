"""The second factor: asked on every way in, opens once, locks, is given back by an administrator."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import totp
from accounts.models import ApiToken, AuditEvent, Department, Role, SecondFactor, User
from accounts.permissions import PERMISSIONS
from accounts.services.second_factor import GUARDED, begin, confirm
from accounts.services.tokens import issue_token
from accounts.services.users import disable_user
from tests.conftest import NOW, PASSWORD

pytestmark = pytest.mark.usefixtures("clock")
SETUP, DOOR = "/second-factor/setup/", "/second-factor/"


class Telephone:
    """An authenticator with a secret in it, and the paper with the recovery codes."""

    def __init__(self, secret: str, paper: list[str], clock: Any) -> None:
        self.secret, self.paper, self.clock = secret, paper, clock

    def code(self) -> str:
        return _code(self.secret)

    def next_code(self) -> str:
        self.clock.shift(timedelta(seconds=30))
        return self.code()

    def wrong(self) -> str:
        """Six digits that are no code of this minute."""
        step = int(datetime.now(UTC).timestamp()) // 30
        near = {totp.code_at(self.secret, step + away) for away in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def _code(secret: str) -> str:
    return totp.code_at(secret, int(datetime.now(UTC).timestamp()) // 30)


@pytest.fixture
def telephone(owner: User, clock: Any) -> Telephone:
    """The owner's, set up a minute ago."""
    secret = begin(actor=owner, at=NOW).secret
    paper = confirm(actor=owner, code=_code(secret), at=NOW)
    clock.shift(timedelta(minutes=1))
    return Telephone(secret, paper, clock)


def _password(browser: Client, name: str = "owner", **more: str) -> Any:
    return browser.post("/login/", {"username": name, "password": PASSWORD, **more})


def _signed_in(user: User) -> Client:
    browser = Client()
    assert _password(browser, user.username)["Location"] == "/"
    return browser


def _is_in(browser: Client) -> bool:
    return bool(browser.get("/password/").status_code == 200)


def _token(name: str = "owner", **more: str) -> Any:
    given = {"username": name, "password": PASSWORD, **more}
    return Client().post("/api/v1/token/", given, content_type="application/json")


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    at = datetime.fromtimestamp(moment, UTC)
    assert totp.step_of(secret, code, at) == moment // 30
    assert totp.step_of(secret, code, at + timedelta(seconds=30)) == moment // 30
    assert totp.step_of(secret, code, at + timedelta(seconds=90)) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "２８７０８２", "abcdef", "\ud800"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert totp.step_of(totp.new_secret(), code, NOW) is None


def test_it_is_set_up_on_its_page_with_a_first_code(owner: User) -> None:
    browser, other = _signed_in(owner), _signed_in(owner)
    issue_token(actor=owner, at=NOW)
    assert "未启用" in browser.get("/password/").content.decode()
    assert "开始设置" in browser.get(SETUP).content.decode() and not SecondFactor.objects.exists()
    browser.post(SETUP, {"act": "begin"})
    page = browser.get(SETUP).content.decode()
    assert "<svg" in page and " style=" not in page
    secret = "".join(re.search(r"sf-secret[^>]*>([A-Z2-7 ]+)<", page)[1].split())  # type: ignore[index]
    assert "验证码不对" in browser.post(SETUP, {"act": "confirm", "code": "12"}).content.decode()
    answer = browser.post(SETUP, {"act": "confirm", "code": _code(secret)})
    codes = re.findall(r"<li>([a-z2-9]{4}-[a-z2-9]{4})</li>", answer.content.decode())
    assert len(set(codes)) == 10 and "no-store" in answer["Cache-Control"]
    assert _is_in(browser) and not _is_in(other) and not ApiToken.objects.exists()
    again = browser.get(SETUP).content.decode()
    assert "已启用" in again and codes[0] not in again and secret not in again
    assert "已经启用" in browser.post(SETUP, {"act": "begin"}).content.decode()


def test_the_secret_and_the_paper_are_not_in_the_database(owner: User, telephone: Telephone) -> None:
    factor = SecondFactor.objects.get(user=owner)
    assert telephone.secret.encode() not in bytes(factor.secret_sealed)
    assert all(len(bytes(each.digest)) == 16 for each in factor.recovery_codes.all())


def test_after_the_password_the_code_is_asked_and_then_one_is_in(telephone: Telephone) -> None:
    browser = Client()
    assert _password(browser, next="/password/")["Location"] == DOOR
    half = browser.cookies["sessionid"].value
    assert not _is_in(browser)
    answer = browser.post(DOOR, {"code": f"{telephone.code()[:3]} {telephone.code()[3:]}"})
    assert answer["Location"] == "/password/" and _is_in(browser)
    assert browser.cookies["sessionid"].value != half


def test_with_the_password_alone_nothing_opens(telephone: Telephone) -> None:
    browser = Client()
    _password(browser)
    for page in ("/", "/households/", "/password/", SETUP, "/staff/"):
        assert browser.get(page)["Location"].startswith("/login/")
    assert browser.get("/api/v1/me/").status_code == 401
    assert browser.post(SETUP, {"act": "off", "code": telephone.code()})["Location"].startswith("/login/")
    assert SecondFactor.objects.exists()
    assert [event.action for event in AuditEvent.objects.filter(action="session.started")] == []


def test_a_code_opens_once_and_none_before_it_does_any_more(telephone: Telephone) -> None:
    code, browser = telephone.code(), Client()
    _password(browser)
    assert browser.post(DOOR, {"code": code}).status_code == 302
    second = Client()
    _password(second)
    assert "已经用过" in second.post(DOOR, {"code": code}).content.decode() and not _is_in(second)
    assert second.post(DOOR, {"code": telephone.next_code()}).status_code == 302
    third = Client()
    _password(third)
    assert "已经用过" in third.post(DOOR, {"code": code}).content.decode()


def test_a_code_from_paper_opens_once(owner: User, telephone: Telephone) -> None:
    for expected in (302, 200):
        browser = Client()
        _password(browser)
        assert browser.post(DOOR, {"code": telephone.paper[3].upper()}).status_code == expected
    assert AuditEvent.objects.filter(action="user.recovery_code_used", actor=owner).count() == 1
    browser.post(DOOR, {"code": telephone.code()})
    assert "还剩 9 个" in browser.get(SETUP).content.decode()


@pytest.mark.parametrize("way", ["page", "api", "both"])
def test_five_wrong_codes_lock_every_way_in_for_half_an_hour(telephone: Telephone, clock: Any, way: str) -> None:
    browser = Client()
    _password(browser)
    for attempt in range(5):
        if way == "api" or (way == "both" and attempt % 2):
            assert _token(code=telephone.wrong()).status_code == 400
        else:
            assert "验证码不对" in browser.post(DOOR, {"code": telephone.wrong()}).content.decode()
    assert "锁定" in browser.post(DOOR, {"code": telephone.code()}).content.decode() and not _is_in(browser)
    assert "锁定" in browser.post(DOOR, {"code": telephone.paper[0]}).content.decode()
    assert _token(code=telephone.code()).status_code == 429
    assert AuditEvent.objects.filter(action="session.refused", detail__second_factor=True).count() == 8
    clock.shift(timedelta(minutes=31))
    _password(browser)
    assert browser.post(DOOR, {"code": telephone.code()}).status_code == 302


def test_the_way_from_password_to_code_is_five_minutes_long(telephone: Telephone, clock: Any) -> None:
    browser = Client()
    _password(browser)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert browser.get(DOOR)["Location"] == "/login/"
    assert browser.post(DOOR, {"code": telephone.code()})["Location"] == "/login/" and not _is_in(browser)


def test_who_was_switched_off_meanwhile_does_not_come_in(owner: User, telephone: Telephone) -> None:
    browser = Client()
    _password(browser)
    disable_user(user=owner, reason="离职", actor=None, at=NOW)
    assert browser.post(DOOR, {"code": telephone.code()})["Location"] == "/login/" and not _is_in(browser)


def test_nobody_is_asked_for_a_code_who_gave_no_password(owner: User, telephone: Telephone) -> None:
    assert Client().get(DOOR)["Location"] == "/login/"
    assert Client().post(DOOR, {"code": telephone.code()})["Location"] == "/login/"


def test_a_token_needs_the_code_too(telephone: Telephone) -> None:
    without = _token()
    assert (without.status_code, without.json()["code"]) == (403, "second_factor_required")
    assert _token(code=telephone.wrong()).json()["code"] == "wrong_code"
    assert _token(code=telephone.code()).status_code == 201
    assert _token(code=telephone.code()).status_code == 400
    assert _token(code=telephone.paper[0]).status_code == 201


def test_without_a_second_factor_all_is_as_before(owner: User) -> None:
    assert _is_in(_signed_in(owner)) and _token().status_code == 201 and _token(code="123456").status_code == 201


def test_it_is_given_up_with_a_last_code(owner: User, telephone: Telephone) -> None:
    browser = Client()
    _password(browser)
    browser.post(DOOR, {"code": telephone.code()})
    assert "已经用过" in browser.post(SETUP, {"act": "off", "code": telephone.code()}).content.decode()
    assert browser.post(SETUP, {"act": "off", "code": telephone.next_code()}).status_code == 302
    assert _is_in(_signed_in(owner)) and AuditEvent.objects.filter(action="user.second_factor_off").exists()


def test_where_it_is_required_nothing_comes_before_it(owner: User, settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    browser = _signed_in(owner)
    for page in ("/", "/households/", "/staff/", "/help/"):
        assert browser.get(page)["Location"] == SETUP
    assert browser.get("/api/v1/me/").json()["code"] == "second_factor_setup_required"
    assert _token().json()["code"] == "second_factor_setup_required"
    assert "须先设置" in browser.get(SETUP).content.decode()
    browser.post(SETUP, {"act": "begin"})
    assert browser.get("/")["Location"] == SETUP
    secret = SecondFactor.objects.get(user=owner).secret
    browser.post(SETUP, {"act": "confirm", "code": _code(secret)})
    assert browser.get("/").status_code == 200 and browser.get("/api/v1/me/").status_code == 200
    assert "必须使用二次验证" in browser.post(SETUP, {"act": "off", "code": _code(secret)}).content.decode()
    assert SecondFactor.objects.filter(user=owner, confirmed_at__isnull=False).exists()


def test_a_token_from_before_it_was_required_opens_nothing(owner: User, settings: Any) -> None:
    key, _ = issue_token(actor=owner, at=NOW)
    settings.SECOND_FACTOR = "required"
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Token {key}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_setup_required")


def test_it_is_required_of_whoever_sees_numbers_approves_or_appoints(hire: Callable[..., User], settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.WATER)
    assert _signed_in(liaison).get("/").status_code == 200
    administrator = hire("administrator", Role.ADMINISTRATOR, "990101000000")
    assert _signed_in(administrator).get("/")["Location"] == SETUP
    guarded = frozenset().union(*(PERMISSIONS[right] for right in GUARDED))
    deciding = [right for right in PERMISSIONS if any(word in right for word in ("review", "decide", "approve"))]
    assert deciding and all(PERMISSIONS[right] <= guarded for right in deciding)


def test_where_it_is_off_nobody_is_asked_and_the_page_is_not_there(
    owner: User, telephone: Telephone, settings: Any
) -> None:
    settings.SECOND_FACTOR = "off"
    browser = _signed_in(owner)
    assert browser.get(SETUP).status_code == 404 and browser.post(SETUP, {"act": "begin"}).status_code == 404
    assert "二次验证" not in browser.get("/password/").content.decode() and _token().status_code == 201


@pytest.mark.parametrize("given", [{}, {"act": "confirm"}, {"act": "confirm", "code": "x" * 40}, {"act": "confirm", "code": "1"},
                                   {"act": "off", "code": "123456"}, {"act": "other"}])  # fmt: skip
def test_bad_input_is_said_on_the_page(owner: User, given: dict[str, str]) -> None:
    answer = _signed_in(owner).post(SETUP, given)
    assert answer.status_code in (200, 404) and not SecondFactor.objects.exists()


def test_an_administrator_gives_it_back_and_all_sessions_end(
    owner: User, telephone: Telephone, administrator: User, bureau: User
) -> None:
    inside = Client()
    _password(inside)
    inside.post(DOOR, {"code": telephone.code()})
    address = "/staff/of/owner/"
    assert _signed_in(bureau).post(address, {"act": "factor"}).status_code == 404
    desk = _signed_in(administrator)
    assert "重置二次验证" in desk.get(address).content.decode()
    assert desk.post(address, {"act": "factor"}).status_code == 302
    assert not _is_in(inside) and _is_in(_signed_in(owner))
    kept = AuditEvent.objects.get(action="user.second_factor_reset")
    assert kept.actor == administrator and kept.target_id == str(owner.pk)
    assert "重置二次验证" not in desk.get(address).content.decode()
