"""What a monitored household gets: a plan, measures, deliveries, visits, and in the end a clearing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from assistance.models import Measure, MeasureType, Plan
from assistance.services.deliveries import deliver
from assistance.services.measures import MeasureDraft, confirm_by_household
from assistance.services.plans import adopt_plan, begin_plan
from demo.deeds import Deeds
from demo.stage import CHINA, Story
from households.models import Household
from monitoring.models import Episode

HELP = {
    "因病": ("健康帮扶", "医疗救助"),
    "因残": ("综合保障", "残疾人补贴"),
    "因学": ("教育帮扶", "雨露计划"),
    "缺劳动力": ("综合保障", "低保"),
    "因务工就业不稳": ("公益岗位帮扶", "保洁"),
    "因自然灾害": ("综合保障", "临时救助"),
    "因意外事故": ("综合保障", "临时救助"),
    "因产业项目失败": ("产业帮扶", "产业奖补"),
    "因安全住房": ("住房安全保障", "危房改造"),
    "因安全饮水": ("饮水安全保障", "集中供水"),
}
EXTRA = [
    ("就业帮扶", "外出务工补贴"),
    ("产业帮扶", "物资（种苗化肥）"),
    ("金融帮扶", "小额信贷"),
    ("公益岗位帮扶", "护林"),
]
# Six months of income above the line have to be on record.
CLEARS_AFTER_DAYS = 190


def monitored(deeds: Deeds, episode: Episode, at: datetime, clear: Callable[[datetime], None]) -> Story:
    """Plan, deliveries and visits of one episode; `clear` is called when a clearing may begin."""
    stage = deeds.stage
    household = Household.objects.get(pk=episode.household_id)
    clears = stage.chance(0.45)
    at = yield stage.later(at, 3, 9)
    plan = _adopt(deeds, episode, household, at)
    household.refresh_from_db()
    at = yield stage.later(at, 4, 15)
    for measure in plan.measures.order_by("id"):
        _deliver(deeds, measure, at)
        at = yield stage.later(at, 1, 6)
    income = stage.random.randint(9000, 10500)
    visited_since = at
    while True:
        household.refresh_from_db()  # they may live in another village by now
        by = deeds.cadre(household) if stage.chance(0.6) else plan.responsible or deeds.cadre(household)
        deeds.call_on(household, at, income, by)
        income += stage.random.randint(100, 700)
        if clears and at - visited_since > timedelta(days=CLEARS_AFTER_DAYS) and stage.chance(0.6):
            clear(at)
            return
        at = yield stage.later(at, 25, 42)
        episode.refresh_from_db()
        if episode.state != Episode.State.MONITORED:
            return


def looked_after(deeds: Deeds, episode: Episode, at: datetime) -> Story:
    """After clearing, one visit a quarter."""
    household = Household.objects.get(pk=episode.household_id)
    while True:
        at = yield deeds.stage.later(at, 75, 92)
        household.refresh_from_db()
        deeds.call_on(household, at, deeds.stage.random.randint(10500, 16000), deeds.cadre(household))


def _adopt(deeds: Deeds, episode: Episode, household: Household, at: datetime) -> Plan:
    plan = Plan.objects.filter(episode=episode).first() or begin_plan(
        episode=episode, actor=deeds.cadre(household), at=at
    )
    responsible = deeds.helper(household) if deeds.stage.chance(0.5) else deeds.clerk(household)
    usual = ("综合保障", "临时救助")
    drafts = [_draft(deeds, risk, HELP.get(risk, usual), responsible, at) for risk in episode.risks]
    if deeds.stage.chance(0.7):
        first = episode.risks[0]
        drafts.append(_draft(deeds, first, _fitting(deeds, first), responsible, at))
    return adopt_plan(
        plan=plan,
        version=plan.version,
        responsible=responsible,
        unit=responsible.unit,
        goal="稳定增收，消除返贫风险",
        measures=drafts,
        signed_on=at.astimezone(CHINA).date(),
        actor=deeds.cadre(household),
        at=at,
    )


def _fitting(deeds: Deeds, risk: str) -> tuple[str, str]:
    """One more kind of help; for risks that only some categories meet, the usual one again."""
    narrow = ("因病", "因残", "因学", "因安全住房", "因安全饮水")
    return HELP[risk] if risk in narrow else deeds.stage.random.choice(EXTRA)


def _draft(deeds: Deeds, risk: str, help_: tuple[str, str], responsible: User, at: datetime) -> MeasureDraft:
    day = at.astimezone(CHINA).date()
    category, item = help_
    return MeasureDraft(
        type=MeasureType.objects.get(category=category, item=item),
        risk=risk,
        content=f"按政策给予{item}",
        unit="乡镇人民政府",
        responsible=responsible.name,
        starts_on=day,
        planned_end_on=day + timedelta(days=365),
        planned_amount=Decimal(deeds.stage.random.randint(4, 40) * 100),
        uid=deeds.uid(),
    )


def _deliver(deeds: Deeds, measure: Measure, at: datetime) -> None:
    household = measure.plan.episode.household
    day = at.astimezone(CHINA).date()
    amount = measure.planned_amount / 2
    deliver(
        measure=measure, on=day, amount=amount, note="首次落实", uid=deeds.uid(), actor=deeds.cadre(household), at=at
    )
    measure.refresh_from_db()
    if deeds.stage.chance(0.8):
        confirm_by_household(
            measure=measure, on=day, version=measure.version, actor=deeds.cadre(household), at=at + timedelta(minutes=5)
        )
