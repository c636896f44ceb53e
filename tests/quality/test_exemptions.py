"""Exemptions: asked for by one, granted by another, over on their day; and how faults stand on any day, as known then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone
from quality_world import SoundHome

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, User
from quality.models import Exemption, ExemptionStep, Fault
from quality.services.exemptions import decide_exemption, end_exemption, request_exemption, request_place_exemption
from quality.services.runs import check_now

pytestmark = pytest.mark.django_db
ENDS = date(2026, 11, 30)


@pytest.fixture
def fault(home: SoundHome, county: Division) -> Fault:
    home.put(home.head, nation="")
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    return Fault.objects.get()


def _ask(fault: Fault, actor: User, **more: Any) -> Exemption:
    given = {"reason": "户籍资料上没有民族", "ends_on": ENDS, **more}
    return request_exemption(fault=fault, actor=actor, at=timezone.now(), **given)


def _decide(exemption: Exemption, actor: User, *, grant: bool = True, note: str = "") -> ExemptionStep:
    return decide_exemption(exemption=exemption, grant=grant, actor=actor, at=timezone.now(), note=note)


def _stood(on: date, known_at: datetime | None = None) -> list[str]:
    return list(Fault.objects.as_of(on, known_at).values_list("stood", flat=True))


def test_it_counts_only_when_granted(fault: Fault, owner: User, township_leader: User) -> None:
    exemption = _ask(fault, owner)
    today = timezone.localdate()
    assert _stood(today) == ["open"]
    _decide(exemption, township_leader)
    assert _stood(today) == ["exempt"]
    assert not Fault.objects.open(today).exists()


def test_it_ends_on_its_day(fault: Fault, owner: User, bureau: User) -> None:
    _decide(_ask(fault, owner), bureau)
    assert _stood(ENDS) == ["exempt"]
    assert _stood(ENDS + timedelta(days=1)) == ["open"]


def test_it_can_be_ended_before(clock: time_machine.Coordinates, fault: Fault, owner: User, bureau: User) -> None:
    exemption = _ask(fault, owner)
    _decide(exemption, bureau)
    clock.shift(timedelta(days=2))
    with pytest.raises(Refused):
        end_exemption(exemption=exemption, actor=bureau, at=timezone.now(), note=" ")
    end_exemption(exemption=exemption, actor=bureau, at=timezone.now(), note="资料补齐了")
    assert _stood(date(2026, 11, 11)) == ["exempt"]
    assert _stood(date(2026, 11, 12)) == ["open"]


def test_who_asks_does_not_grant(fault: Fault, township_leader: User, bureau: User) -> None:
    exemption = _ask(fault, township_leader)
    with pytest.raises(Forbidden) as refused:
        _decide(exemption, township_leader)
    assert refused.value.code == "duty_barred"
    _decide(exemption, bureau)


def test_a_refusal_needs_a_word_and_leaves_the_fault(fault: Fault, owner: User, bureau: User) -> None:
    exemption = _ask(fault, owner)
    with pytest.raises(Refused):
        _decide(exemption, bureau, grant=False)
    _decide(exemption, bureau, grant=False, note="请到派出所查")
    assert _stood(timezone.localdate()) == ["open"]
    with pytest.raises(Conflict):
        _decide(exemption, bureau)
    assert _ask(fault, owner).pk != exemption.pk, "with better grounds one may ask again"


def test_it_is_asked_for_once(fault: Fault, owner: User, bureau: User) -> None:
    exemption = _ask(fault, owner)
    with pytest.raises(Conflict):
        _ask(fault, owner)
    _decide(exemption, bureau)
    with pytest.raises(Conflict):
        _ask(fault, owner)


@pytest.mark.parametrize(
    ("field", "value"), [("reason", "  "), ("ends_on", date(2026, 11, 9)), ("ends_on", date(2028, 1, 1))]
)
def test_unfit_requests_are_refused(fault: Fault, owner: User, field: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        _ask(fault, owner, **{field: value})
    assert refused.value.field == field
    assert not Exemption.objects.exists()


def test_a_whole_place_is_the_countys_to_exempt(
    fault: Fault, township: User, township_leader: User, bureau: User
) -> None:
    place = fault.village.parent
    exemption = request_place_exemption(
        check_code="blank-nation", division=place, reason="系统升级", ends_on=ENDS, actor=township, at=timezone.now()
    )
    with pytest.raises(Forbidden):
        _decide(exemption, township_leader)
    _decide(exemption, bureau)
    assert _stood(timezone.localdate()) == ["exempt"]


def test_an_exemption_of_another_place_or_check_does_not_count(
    fault: Fault, places: dict[str, Division], bureau: User, township: User
) -> None:
    for code, place in (("blank-health", "990101100000"), ("blank-nation", "990101101000")):
        exemption = Exemption.objects.create(
            check_code=code,
            division=places[place],
            place_low=places[place].code_range[0],
            place_high=places[place].code_range[1],
            reason="别处",
            ends_on=ENDS,
            requested_by=township,
            requested_at=timezone.now(),
        )
        _decide(exemption, bureau)
    assert _stood(timezone.localdate()) == ["open"]


def test_who_may_ask_and_grant(
    fault: Fault, owner: User, colleague: User, auditor: User, township: User, outsider: User
) -> None:
    for actor, error in ((colleague, OutOfScope), (outsider, OutOfScope), (auditor, Forbidden)):
        with pytest.raises(error):
            _ask(fault, actor)
    exemption = _ask(fault, owner)
    for actor, error in ((owner, Forbidden), (township, Forbidden), (auditor, Forbidden), (outsider, OutOfScope)):
        with pytest.raises(error):
            _decide(exemption, actor)


def test_what_was_said_is_never_changed(fault: Fault, owner: User, bureau: User) -> None:
    step = _decide(_ask(fault, owner), bureau)
    for change in (
        lambda: ExemptionStep.objects.filter(pk=step.pk).update(kind="refused"),
        lambda: Exemption.objects.update(ends_on=date(2027, 1, 1)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_past_day_is_told_as_it_was_known(
    clock: time_machine.Coordinates, fault: Fault, home: SoundHome, county: Division
) -> None:
    known = timezone.now() + timedelta(hours=1)
    clock.shift(timedelta(days=5))
    home.put(home.head, nation="汉族")
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    assert _stood(date(2026, 11, 14)) == ["open"]
    assert _stood(date(2026, 11, 15)) == ["mended"]
    assert _stood(date(2026, 11, 15), known_at=known) == ["open"]
    assert _stood(date(2026, 11, 9)) == []
    assert _stood(date(2026, 11, 15), known_at=known - timedelta(days=1)) == []
