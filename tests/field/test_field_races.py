"""The same visit, the same answers and the same application from many hands at once: one effect, with controls."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from builders import make_household, make_number
from django.utils import timezone
from races import at_once
from visit_world import Hand, hand_of, known_household

from accounts.models import Division, User
from monitoring.models import Application, Clue, Transition, Visit, VisitDraft
from monitoring.services.applications import link_application, submit_application
from monitoring.services.visit_drafts import VisitSubject, save_section
from monitoring.services.visit_submit import submit_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]
TIMES = 20


def content() -> dict[str, Any]:
    return {
        "name": "张三", "id_number": make_number(900), "phone": "10000002761", "difficulty": "因病", "consent": True,
    }  # fmt: skip


def test_a_visit_handed_in_by_many_taps_is_one(owner: User, township: User, village: Division) -> None:
    hand: Hand = hand_of(owner, village, timezone.now())
    hand.everything(township)
    subject = VisitSubject(hand.clue.household, Clue.objects.get())
    kept: list[UUID] = []
    answers = at_once(
        lambda _: kept.append(
            submit_draft(subject=subject, uid=hand.uid, version=hand.clue.version, actor=owner, at=timezone.now()).uid
        ),
        TIMES,
    )
    assert set(answers) == {"done"}
    assert set(kept) == {hand.uid}
    assert (Visit.objects.count(), VisitDraft.objects.count()) == (1, 0)
    assert Transition.objects.filter(action="verify").count() == 1


def test_answers_of_many_tabs_go_into_one_draft(owner: User, village: Division) -> None:
    subject = VisitSubject(known_household(village, owner))
    sections = [("people", {"size": "3", "labour": "1"}), ("work", {"workers": "1"})]

    def _save(number: int) -> None:
        section, values = sections[number % 2]
        save_section(
            subject=subject, uid=uuid4(), section=section, state="changed", values=values, actor=owner,
            at=timezone.now(),
        )  # fmt: skip

    assert set(at_once(_save, TIMES)) == {"done"}
    draft = VisitDraft.objects.get()
    assert '"people"' in draft.answers
    assert '"work"' in draft.answers


def test_an_application_sent_many_times_at_once_is_one(village: Division) -> None:
    uid, numbers = uuid4(), []
    answers = at_once(
        lambda _: numbers.append(
            submit_application(
                village=village, uid=uid, content=content(), at=timezone.now(), address="10.0.0.9"
            ).number
        ),
        TIMES,
    )
    assert set(answers) == {"done"}
    assert len(set(numbers)) == Application.objects.count() == 1


def test_the_control_forms_of_their_own_are_as_many_as_they_are(village: Division) -> None:
    at_once(lambda _: submit_application(village=village, uid=uuid4(), content=content(), at=timezone.now()), TIMES)
    assert Application.objects.count() > 1


def test_an_application_linked_by_many_at_once_is_one_clue(owner: User, village: Division) -> None:
    household = make_household(village)
    application = submit_application(village=village, uid=uuid4(), content=content(), at=timezone.now()).application
    answers = at_once(
        lambda _: link_application(application=application, household=household, actor=owner, at=timezone.now()), TIMES
    )
    assert answers.count("done") == 1
    assert answers.count("stale") == TIMES - 1
    assert Transition.objects.count() == Clue.objects.count() == 1
