"""What ledgers and to-do lists count: coverage, kinds of help, dates to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from builders import make_episode, make_household
from django.utils import timezone

from accounts.errors import Forbidden, Refused
from accounts.models import User
from assistance import querysets
from assistance.agenda import due_between
from assistance.catalogue import CATEGORIES, STANDARD
from assistance.coverage import coverage, delivered_coverage
from assistance.fit import fits, wanted
from assistance.models import Measure, MeasureType, Plan
from assistance.services.catalogue import add_type, install_standard, retire_type
from assistance.services.deliveries import deliver
from assistance.services.measures import add_measure
from assistance.services.plans import open_plan
from monitoring.models import Episode
from monitoring.risks import Risk

pytestmark = pytest.mark.usefixtures("clock", "catalogue")
TODAY = date(2026, 11, 10)
LABOUR = {"labour_skill": "普通劳动力", "relation": "户主"}
NO_LABOUR = {"labour_skill": "无劳动力", "relation": "户主"}


@pytest.fixture
def helped(village: Any, owner: User, draft: Callable[..., Any]) -> Callable[..., Episode]:
    """`helped([LABOUR], ("产业帮扶", "入股分红"))` is an episode with these measures delivered on 5 November."""

    def _helped(members: list[Any], *kinds: tuple[str, str], risk: str = "其他") -> Episode:
        episode = make_episode(make_household(village, members=members), risks=[risk])
        plan = open_plan(episode=episode, actor=owner, at=timezone.now())
        for category, item in kinds:
            wish = draft(risk, category, item)
            measure = add_measure(plan=plan, draft=wish, actor=owner, at=timezone.now())
            deliver(measure=measure, on=date(2026, 11, 5), uid=uuid4(), actor=owner, at=timezone.now())
        return episode

    return _helped


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


def test_the_three_groups_of_the_measures_table(helped: Callable[..., Episode]) -> None:
    nothing = helped([LABOUR])
    only_relief = helped([NO_LABOUR], ("综合保障", "低保"))
    trained = helped([LABOUR], ("就业帮扶", "技能培训"), ("综合保障", "低保"))
    developed = helped([LABOUR], ("产业帮扶", "入股分红"))
    every = Episode.objects.order_by("id")

    assert list(querysets.without_delivered(every, TODAY)) == [nothing]
    assert list(querysets.only_comprehensive(every, TODAY)) == [only_relief]
    assert list(querysets.with_development(every, TODAY)) == [developed]
    assert list(querysets.labour_without_development(every, TODAY)) == [nothing, trained]
    assert list(querysets.with_delivered(every, TODAY, "综合保障")) == [only_relief, trained]
    assert list(querysets.without_delivered(every, date(2026, 11, 4))) == [nothing, only_relief, trained, developed]


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
