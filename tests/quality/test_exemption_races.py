"""The same exemption asked for by many at once is asked for once."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from races import at_once

from accounts.models import Division, User
from quality.models import Exemption
from quality.services.exemptions import request_place_exemption

TIMES = 8


@pytest.mark.django_db(transaction=True)
def test_a_place_is_asked_for_once(clock: None, village: Division, township: User) -> None:
    at, place = timezone.now(), village.parent
    assert place is not None

    def _ask(number: int) -> None:
        request_place_exemption(
            check_code="blank-nation",
            division=place,
            reason="系统升级",
            ends_on=date(2026, 11, 30),
            actor=township,
            at=at,
        )

    assert sorted(at_once(_ask, TIMES)) == ["asked_already"] * (TIMES - 1) + ["done"]
    assert Exemption.objects.count() == 1
