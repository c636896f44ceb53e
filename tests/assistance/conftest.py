"""A household with two risks, its plan, and drafts of measures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import make_episode, make_household
from django.utils import timezone

from accounts.models import User
from assistance.models import MeasureType, Plan
from assistance.services.measures import MeasureDraft
from assistance.services.plans import open_plan
from monitoring.models import Episode


@pytest.fixture
def episode(village: Any) -> Episode:
    return make_episode(make_household(village), risks=["因病", "因学"])


@pytest.fixture
def plan(clock: Any, catalogue: None, episode: Episode, owner: User) -> Plan:
    return open_plan(episode=episode, actor=owner, at=timezone.now())


@pytest.fixture
def draft(catalogue: None) -> Callable[..., MeasureDraft]:
    """`draft("因病", "健康帮扶", "医疗救助")` is a measure that begins on 1 November."""

    def _draft(risk: str, category: str, item: str, **values: Any) -> MeasureDraft:
        usual: dict[str, Any] = {
            "content": "按政策落实",
            "unit": "医保局",
            "responsible": "王五",
            "starts_on": date(2026, 11, 1),
            "planned_amount": Decimal(1000),
        }
        kind = MeasureType.objects.get(category=category, item=item)
        return MeasureDraft(type=kind, risk=risk, **{**usual, **values})

    return _draft


@pytest.fixture
def drafts(draft: Callable[..., MeasureDraft]) -> list[MeasureDraft]:
    """One measure for each risk of the household."""
    return [draft("因病", "健康帮扶", "医疗救助"), draft("因学", "教育帮扶", "雨露计划")]
