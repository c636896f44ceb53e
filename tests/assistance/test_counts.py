"""What ledgers and to-do lists count: coverage, kinds of help, dates to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.errors import Forbidden, Refused
from accounts.models import User
from assistance.agenda import due_between
from assistance.catalogue import CATEGORIES, STANDARD
from assistance.coverage import coverage, delivered_coverage
from assistance.fit import fits, wanted
from assistance.models import Measure, MeasureType, Plan
from assistance.services.catalogue import add_type, install_standard, retire_type
from assistance.services.deliveries import deliver
from assistance.services.measures import add_measure
from monitoring.models import Episode
from monitoring.risks import Risk

pytestmark = pytest.mark.usefixtures("clock", "catalogue")
TODAY = date(2026, 11, 10)


def test_the_catalogue_ships_with_every_category_and_installing_again_adds_nothing() -> None:
    assert len(CATEGORIES) == 14
    assert set(MeasureType.objects.values_list("category", "item", "developmental")) >= set(STANDARD)
    assert install_standard(actor=None, at=timezone.now()) == 0


@pytest.mark.parametrize(
    ("category", "item", "counts"),
    [
        ("产业帮扶", "产业奖补", True),
        ("产业帮扶", "其他", False),
        ("就业帮扶", "技能培训", False),
        ("就业帮扶", "其他", False),
        ("就业帮扶", "劳务输出", True),
        ("金融帮扶", "小额信贷", True),
        ("金融帮扶", "其他", False),
        ("公益岗位帮扶", "护林", True),
        ("健康帮扶", "医疗救助", False),
    ],
)
def test_what_counts_as_development_help(category: str, item: str, counts: bool) -> None:
    assert MeasureType.objects.get(category=category, item=item).developmental is counts


def test_the_county_adds_and_retires_sub_items(bureau: User, township: User) -> None:
    new = {"category": "金融帮扶", "item": "富民卡", "developmental": True, "at": timezone.now()}
    kind = add_type(actor=bureau, **new)
    with pytest.raises(Refused, match="目录中已有"):
        add_type(actor=bureau, **new)
    retire_type(kind=kind, actor=bureau, at=timezone.now())
    assert add_type(actor=bureau, **new).active
    with pytest.raises(Refused, match="措施大类只能是"):
        add_type(actor=bureau, **{**new, "category": "别的"})
    with pytest.raises(Forbidden):
        add_type(actor=township, **new)


def test_which_categories_meet_which_risk() -> None:
    assert wanted(Risk.ILLNESS) == ["健康帮扶", "综合保障", "社会帮扶"]
    assert wanted(Risk.HOUSING) == ["住房安全保障", "搬迁"]
    assert wanted(Risk.WATER) == ["饮水安全保障"]
    assert not fits(Risk.DISABILITY, "健康帮扶")
    assert wanted(Risk.EMPLOYMENT) == list(CATEGORIES)


def test_coverage_tells_planned_from_delivered(plan: Plan, owner: User, drafts: list[Any], episode: Episode) -> None:
    illness, schooling = (add_measure(plan=plan, draft=draft, actor=owner, at=timezone.now()) for draft in drafts)
    deliver(measure=illness, on=date(2026, 11, 5), uid=uuid4(), actor=owner, at=timezone.now())
    assert coverage(episode, TODAY) == {"因病": [illness], "因学": [schooling]}
    assert delivered_coverage(episode, TODAY) == {"因病": [illness], "因学": []}
    assert delivered_coverage(episode, date(2026, 11, 4)) == {"因病": [], "因学": []}
    assert list(Measure.objects.undelivered(TODAY)) == [schooling]


def test_the_agenda_holds_plans_visits_and_ends_of_measures_in_scope(
    plan: Plan, owner: User, colleague: User, draft: Callable[..., Any]
) -> None:
    ending = draft("因病", "健康帮扶", "医疗救助", planned_end_on=date(2026, 11, 30))
    add_measure(plan=plan, draft=ending, actor=owner, at=timezone.now())
    Episode.objects.update(next_follow_up_on=date(2026, 11, 25))
    november = {"start": date(2026, 11, 1), "end": date(2026, 11, 30)}
    assert [(due.on.day, due.kind, due.title) for due in due_between(user=owner, **november)] == [
        (20, "plan", "制定一户一策"),
        (25, "visit", "跟踪走访"),
        (30, "measure_end", "措施到期：健康帮扶（医疗救助）"),
    ]
    assert due_between(user=colleague, **november) == []
