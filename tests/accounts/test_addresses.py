"""Behind proxies the caller's address counts, and nobody chooses his own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.addresses import forwarded_for
from accounts.models import AuditEvent, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("clock")
PROXY = "127.0.0.1"


def _sign_in(password: str, forwarded: str | None, name: str = "owner") -> bool:
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    answer = Client().post("/login/", {"username": name, "password": password}, headers=headers, REMOTE_ADDR=PROXY)
    return bool(answer.status_code == 302)


def _noted() -> str | None:
    return AuditEvent.objects.order_by("-id").values_list("address", flat=True).first()


@pytest.mark.parametrize(
    ("header", "proxies", "address"),
    [
        ("10.1.2.3", 1, "10.1.2.3"),
        ("6.6.6.6, 10.1.2.3", 1, "10.1.2.3"),
        ("6.6.6.6,10.1.2.3 , 172.16.0.2", 2, "10.1.2.3"),
        ("2001:db8::7", 1, "2001:db8::7"),
        ("::ffff:10.1.2.3", 1, "10.1.2.3"),
        ("10.1.2.3", 2, ""),
        ("", 1, ""),
        ("10.1.2.3,", 1, ""),
        ("unknown", 1, ""),
        ("10.1.2.3.4", 1, ""),
        ("010.1.2.3", 1, ""),
        ("10.1.2.3; DROP", 1, ""),
        ("fe80::1%eth0", 1, ""),
        ("１０.1.2.3", 1, ""),
        ("10.1.2.3, unknown", 1, ""),
    ],
)
def test_the_caller_is_counted_from_the_right(header: str, proxies: int, address: str) -> None:
    assert forwarded_for(header, proxies) == address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "10.1.2.3", PROXY),
        (1, "10.1.2.3", "10.1.2.3"),
        (1, "6.6.6.6, 10.1.2.3", "10.1.2.3"),
        (2, "6.6.6.6, 10.1.2.3, 10.0.0.1", "10.1.2.3"),
        (2, "10.1.2.3", PROXY),
        (1, "nonsense", PROXY),
        (1, None, PROXY),
    ],
)
def test_the_record_holds_the_address_of_the_person(
    owner: User, settings: Any, proxies: int, forwarded: str | None, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert _sign_in(PASSWORD, forwarded) and _noted() == address


def test_who_tries_passwords_locks_himself_out_and_not_those_behind_the_same_proxy(owner: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for _ in range(5):
        assert not _sign_in("wrong", "10.6.6.6")
    assert not _sign_in(PASSWORD, "10.6.6.6")
    assert _sign_in(PASSWORD, "10.1.2.3")


def test_an_invented_entry_gives_no_fresh_counter_behind_a_proxy_either(owner: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        assert not _sign_in("wrong", f"10.0.0.{number}, 10.6.6.6")
    assert not _sign_in(PASSWORD, "10.0.0.99, 10.6.6.6")


def test_a_token_is_noted_under_the_address_of_its_owner(owner: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    given = {"username": "owner", "password": PASSWORD}
    headers = {"X-Forwarded-For": "10.1.2.3"}
    assert Client().post("/api/v1/token/", given, "application/json", headers=headers).status_code == 201
    assert _noted() == "10.1.2.3"
