"""Where monitoring and assistance meet: a plan at enrolment, help that is owed at clearing."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from assistance.models import Plan
from assistance.papers import measures_for_paper
from assistance.services.deliveries import deliver
from assistance.services.measures import add_measure
from monitoring.exit_checks import Result, check_exit
from monitoring.models import Episode
from monitoring.signals import episode_enrolled

pytestmark = pytest.mark.usefixtures("clock", "catalogue")
TODAY = date(2026, 11, 10)


def test_an_enrolment_opens_the_plan_in_its_own_transaction(episode: Episode, owner: User) -> None:
    episode_enrolled.send(sender=Episode, episode=episode, actor=owner, at=timezone.now())
    assert Plan.objects.get(episode=episode).due_on == date(2026, 11, 20)


@pytest.mark.parametrize("securing", [False, True])
def test_clearing_asks_for_a_delivered_measure_for_every_risk(
    plan: Plan, owner: User, episode: Episode, drafts: list[Any], securing: bool
) -> None:
    measures = [add_measure(plan=plan, draft=draft, actor=owner, at=timezone.now()) for draft in drafts]
    deliver(measure=measures[0], on=date(2026, 11, 5), uid=uuid4(), actor=owner, at=timezone.now())
    asked = asking(episode, securing)
    assert (asked.ok, asked.evidence) == (False, "没有已落实且对应的帮扶措施：因学")
    deliver(measure=measures[1], on=date(2026, 11, 6), uid=uuid4(), actor=owner, at=timezone.now())
    asked = asking(episode, securing)
    assert (asked.ok, asked.evidence) == (True, "因病：健康帮扶（医疗救助）；因学：教育帮扶（雨露计划）")


def test_help_of_one_name_stands_once_with_how_often(
    plan: Plan, owner: User, episode: Episode, drafts: list[Any]
) -> None:
    given = [drafts[0], drafts[0], drafts[1]]
    measures = [add_measure(plan=plan, draft=draft, actor=owner, at=timezone.now()) for draft in given]
    for measure, day in zip([*measures, measures[2]], (3, 5, 6, 6), strict=True):
        deliver(measure=measure, on=date(2026, 11, day), uid=uuid4(), actor=owner, at=timezone.now())
    assert asking(episode, False).evidence == "因病：健康帮扶（医疗救助） ×2；因学：教育帮扶（雨露计划）"
    lines = measures_for_paper(episode, TODAY)
    said = {(line["序号"], line["措施小类"], line["落实日期"]) for line in lines}
    assert {(name, days) for _, name, days in said} == {
        ("医疗救助 ×2", "2026-11-03、2026-11-05"),
        ("雨露计划", "2026-11-06 ×2"),
    }


def test_what_is_delivered_later_does_not_count_on_an_earlier_day(
    plan: Plan, owner: User, episode: Episode, drafts: list[Any]
) -> None:
    for draft in drafts:
        measure = add_measure(plan=plan, draft=draft, actor=owner, at=timezone.now())
        deliver(measure=measure, on=date(2026, 11, 5), uid=uuid4(), actor=owner, at=timezone.now())
    assert asking(episode, False, on=date(2026, 11, 5)).ok
    assert not asking(episode, False, on=date(2026, 11, 4)).ok


def asking(episode: Episode, securing: bool, on: date = TODAY) -> Result:
    return next(r for r in check_exit(episode=episode, on=on, securing=securing) if r.key == "measures")
