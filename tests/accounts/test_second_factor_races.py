"""One code in many hands at the same moment opens once, and wrong ones do not slip past the count."""

from __future__ import annotations

import pytest
from races import at_once

from accounts import totp
from accounts.models import AuditEvent, SecondFactor, User
from accounts.services.second_factor import begin, check_code, confirm
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 12


def _together(user: User, code: str) -> list[str]:
    return at_once(lambda number: check_code(user=user, code=code, at=NOW), HANDS)


@pytest.fixture
def paper(owner: User) -> list[str]:
    secret = begin(actor=owner, at=NOW).secret
    return confirm(actor=owner, code=totp.code_at(secret, int(NOW.timestamp()) // 30), at=NOW)


def test_a_code_in_many_hands_opens_once(owner: User, paper: list[str]) -> None:
    secret = SecondFactor.objects.get(user=owner).secret
    for code in (totp.code_at(secret, int(NOW.timestamp()) // 30 + 1), paper[0]):
        assert _together(owner, code).count("done") == 1
        SecondFactor.objects.update(failures=0, locked_until=None)


def test_of_many_wrong_codes_at_once_five_are_looked_at(owner: User, paper: list[str]) -> None:
    ends = _together(owner, "no code")
    assert ends.count("wrong_code") == 5 and ends.count("second_factor_locked") == HANDS - 5
    assert AuditEvent.objects.filter(action="session.refused").count() == HANDS
