"""Before a case is handed to the township: nothing blocks until the county says so, exempt faults never do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from quality_world import SoundHome

from accounts.models import Division, User
from monitoring.models import Case
from monitoring.policy import PolicyBook
from monitoring.services.policy import set_value
from monitoring.submission_checks import Verdict, judge_data
from monitoring.workflow.engine import conditions
from quality.models import Fault
from quality.services.exemptions import decide_exemption, request_exemption
from quality.services.runs import check_now

pytestmark = pytest.mark.django_db
TITLE = "登记数据没有要先改的问题"
GRAVE = "张小明：10 周岁，在校生状况是“空”，请核对是否失学并写明原因"


@pytest.fixture
def case(home: SoundHome, owner: User) -> Case:
    """A case at the step before the township, of a household with a grave fault, a lesser one and a hint."""
    home.put(home.child, schooling="", education="小学")
    home.put(home.head, nation="")
    home.put(home.condition, road_km=8)
    return Case.objects.create(
        number="BJ1",
        kind="enrol",
        household=home.household,
        village=home.household.village,
        state="notice",
        risks=["因病"],
        monitored_type="脱贫不稳定户",
        opened_by=owner,
        opened_on=date(2026, 11, 1),
        recorded_at=timezone.now(),
    )


def _blocked(case: Case) -> list[str]:
    return dict(conditions(case, "submit", timezone.now()))[TITLE]


def _verdict(case: Case) -> Verdict:
    return judge_data(case.household, on=timezone.localdate(), policy=PolicyBook())


def _set(county: Division, bureau: User, key: str, value: Any) -> None:
    set_value(
        division=county, key=key, value=value, valid_from=date(2026, 11, 10), source="县里文件", actor=bureau,
        at=timezone.now(),
    )  # fmt: skip


def test_nothing_blocks_until_the_county_says_so_and_the_graver_ones_are_said(case: Case) -> None:
    assert _blocked(case) == []
    assert _verdict(case) == Verdict([], [GRAVE, "张三：没有填民族"])


def test_what_the_county_blocks_is_refused_by_name_and_others_are_said(
    case: Case, county: Division, bureau: User
) -> None:
    _set(county, bureau, "quality_block_level", 1)
    assert _blocked(case) == [GRAVE]
    assert _verdict(case).warning == ["张三：没有填民族"]


def test_a_county_may_have_nothing_said(case: Case, county: Division, bureau: User) -> None:
    _set(county, bureau, "quality_warn_level", 0)
    assert _verdict(case) == Verdict()


def test_an_exempt_fault_does_not_block(
    case: Case, county: Division, bureau: User, township_leader: User, owner: User
) -> None:
    _set(county, bureau, "quality_block_level", 1)
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    fault = Fault.objects.get(check_code="schooling-not_at_school")
    exemption = request_exemption(
        fault=fault, reason="送教上门", ends_on=date(2026, 12, 31), actor=owner, at=timezone.now()
    )
    assert _blocked(case) == [GRAVE]
    decide_exemption(exemption=exemption, grant=True, actor=township_leader, at=timezone.now())
    assert _blocked(case) == []


def test_the_workbench_says_what_is_to_be_mended_and_granted(
    case: Case, county: Division, owner: User, township_leader: User
) -> None:
    check_now(division=county, as_of=None, actor=None, at=timezone.now())
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert "登记的数据有 3 条要改，其中严重的 1 条" in client.get(reverse("home")).content.decode()
    fault = Fault.objects.get(check_code="blank-nation")
    request_exemption(fault=fault, reason="查不到", ends_on=date(2026, 12, 31), actor=owner, at=timezone.now())
    client.force_login(township_leader, backend="django.contrib.auth.backends.ModelBackend")
    assert "有 1 条豁免申请等着审批" in client.get(reverse("home")).content.decode()
