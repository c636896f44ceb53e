"""Terms of notices in working days, over a holiday and a pause; the docs say what the table says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import make_household
from journeys import MORNING, VOTE, Office

from accounts.errors import Refused
from monitoring.models import Case, Notice, Objection, PolicyValue
from monitoring.workflow.describe import describe

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).parents[2] / "docs" / "workflow.md"


def _set(office: Office, **values: object) -> None:
    for key, value in values.items():
        PolicyValue.objects.create(
            key=key,
            division_id="990101000000",
            value=value,
            valid_from=date(2026, 1, 1),
            source="县办〔2026〕1号",
            set_by=office.bureau,
            recorded_at=office.at,
        )


def _voted(office: Office) -> Case:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    return office.do(case, "appraise", office.owner, data=VOTE, with_file=True)


def _hang(office: Office, case: Case) -> Notice:
    office.do(case, "hang_notice", office.owner, data={"place": "公开栏"}, with_file=True)
    return Notice.objects.get(case=case)


def test_a_notice_in_working_days_spans_the_national_holiday(office: Office) -> None:
    _set(office, notice_kind="working")
    office.clock.move_to(MORNING)  # Wednesday 30 September 2026
    notice = _hang(office, _voted(office))
    # 8, 9, the make-up Saturday 10, 12 and 13 October.
    assert (notice.ends_on, notice.days, notice.working_days) == (date(2026, 10, 13), 5, True)


def test_a_county_may_ask_for_seven_days(office: Office) -> None:
    _set(office, notice_days=7)
    notice = _hang(office, _voted(office))
    assert (notice.ends_on, notice.days) == (date(2026, 11, 17), 7)


def test_a_pause_moves_a_notice_in_working_days_by_working_days(office: Office) -> None:
    _set(office, notice_kind="working")
    office.clock.move_to(MORNING)
    case = _voted(office)
    _hang(office, case)
    office.do(case, "object", office.owner, data={"content": "有异议"})
    office.wait(12)  # Monday 12 October: four working days later
    answer = {"objection": str(Objection.objects.get().uid), "finding": "查否", "upheld": False}
    office.do(case, "answer_objection", office.owner, data={**answer, "investigators": ["甲", "乙"]})
    # Four working days after 13 October.
    assert Notice.objects.get().ends_on == date(2026, 10, 19)


def test_back_dating_the_vote_does_not_shorten_the_notice(office: Office) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    office.wait(10)
    office.do(case, "appraise", office.owner, data=VOTE, with_file=True, happened_on=date(2026, 11, 12))
    assert _hang(office, case).hung_on == date(2026, 11, 20)
    with pytest.raises(Refused, match="到 2026-11-25 满 5 天"):
        office.do(case, "take_down", office.owner, with_file=True)


def test_the_docs_are_the_table() -> None:
    assert DOCS.read_text(encoding="utf-8") == describe(), "run manage.py describe_workflow > docs/workflow.md"
