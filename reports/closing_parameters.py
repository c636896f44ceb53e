"""By when a month is to be closed: days of the month after it."""

from __future__ import annotations

from datetime import date

from accounts.models import Division
from monitoring.clock import add_months
from monitoring.policy import PolicyBook, fixed

_SOURCE = "产品默认设置（待县级确认；部门数据次月 5 日送齐、8 日比对之后）"
PARAMETERS = (
    fixed("closing_confirm_day", "月度结账：村确认（次月几日前）", "number", 10, _SOURCE, least=1, largest=28),
    fixed("closing_submit_day", "月度结账：乡镇上报（次月几日前）", "number", 12, _SOURCE, least=1, largest=28),
    fixed("closing_accept_day", "月度结账：县接收结账（次月几日前）", "number", 15, _SOURCE, least=1, largest=28),
)
_KEYS = {
    Division.Level.VILLAGE: "closing_confirm_day",
    Division.Level.TOWNSHIP: "closing_submit_day",
    Division.Level.COUNTY: "closing_accept_day",
}


def due_on(month: date, division: Division, policy: PolicyBook) -> date:
    """The last day for a place's own step."""
    after = add_months(month, 1)
    return after.replace(day=policy.value(_KEYS[Division.Level(division.level)], on=after, code=division.code))
