"""The made-up county's problems are played through the real services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import make_household
from cast import NOW

from accounts.models import Division, Role, User
from demo.deeds import Deeds
from demo.problem_stories import begin_problems
from demo.staff import Staff
from demo.stage import Stage
from records.models import Problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_problems_of_the_year_are_played_without_a_refusal(
    places: dict[str, Division], bureau: User, hire: Callable[..., User]
) -> None:
    for code in ("990102100201", "990102100000", "990102000000"):
        Division.objects.filter(code=code).delete()
    staff = Staff(bureau=[bureau, hire("triage", Role.COUNTY_BUREAU, "990101000000")])
    for village in Division.objects.at_level(Division.Level.VILLAGE):
        staff.villages[village.code] = [hire(f"cadre_{village.code}", Role.VILLAGE_CADRE, village.code)]
        for _ in range(40):
            make_household(village, members=[{"name": "张三"}])
    stage = Stage(NOW, lambda at, acts: None)
    begin_problems(Deeds(stage, staff), NOW - timedelta(days=360))
    stage.play()
    assert stage.refusals == []
    states = Counter(Problem.objects.values_list("state", flat=True))
    assert states["signed_off"] >= 4
    assert len(states) >= 2
