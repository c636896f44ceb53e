"""A household that moves takes its open clues and cases along."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import make_household
from django.db.models import F
from journeys import Office

from accounts.models import Division, User
from households.services.life import move_household
from households.services.register import import_register
from monitoring.models import Case, Clue

pytestmark = pytest.mark.django_db
HEAD = "乡(镇),行政村,户编号,姓名,证件号码,与户主关系,户类型"


@pytest.fixture
def neighbour(places: dict[str, Division]) -> Division:
    return places["990101100202"]


def test_open_work_follows_a_household_that_moves(office: Office, colleague: User, neighbour: Division) -> None:
    household = make_household(office.village)
    closed = office.clue(household, risk="因学", who=office.township)
    office.do(closed, "close_solved", office.township, note="已资助")
    case = office.case_of(office.verified(household))
    clue = office.clue(household, risk="因残")
    move_household(
        household=household,
        version=household.version,
        village=neighbour,
        happened_on=office.today,
        actor=office.township,
        at=office.at,
    )
    for row in (case, clue, closed):
        row.refresh_from_db()
    assert (case.village, clue.village, closed.village) == (neighbour, neighbour, office.village)
    step = clue.transitions.order_by("-id")[0]
    assert (step.action, step.data) == ("follow", {"village": ["990101100201", "990101100202"]})
    assert list(Clue.objects.waiting_for(colleague)) == [clue]
    assert office.do(case, "propose", colleague, data={"monitored_type": "边缘易致贫户", "risks": ["因病"]}).version


def test_open_work_follows_a_household_that_the_register_moves(
    office: Office, neighbour: Division, tmp_path: Path
) -> None:
    household = make_household(office.village, members=[{"name": "张三"}], number="H1")
    clue = office.clue(household)
    number = household.memberships.get().person.id_number
    path = tmp_path / "register.csv"
    path.write_text(f"{HEAD}\n石桥镇,西岭村,H1,张三,{number},户主,一般农户\n", encoding="utf-8")
    import_register(path=path, name=path.name, actor=None, at=office.at)
    clue.refresh_from_db()
    assert clue.village == neighbour
    misplaced = Case.objects.exclude(village_id=F("household__village_id"))
    assert not misplaced.exists()
