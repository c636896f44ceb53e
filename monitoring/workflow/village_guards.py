"""Conditions of the village's public steps: the vote, the notice, objections."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from monitoring.clock import NotYet
from monitoring.models import Appraisal, Case, Notice, Objection
from monitoring.services.comparison import members_of
from monitoring.services.notices import exposes
from monitoring.workflow.step import Act, guard

INVESTIGATORS = 2


def last_appraisal(case: Case) -> Appraisal | None:
    return case.appraisals.order_by("-id").first()


def current_notice(case: Case) -> Notice | None:
    """The notice hung after the last vote; one from before a renewed vote does not count."""
    last = case.transitions.filter(action__in=("appraise", "hang_notice")).order_by("-id").first()
    return case.notices.filter(pk=last.data["notice"]).first() if last and last.action == "hang_notice" else None


def announcement(case: Case) -> Notice | None:
    return case.notices.filter(kind=Notice.Kind.ANNOUNCEMENT).order_by("-id").first()


def open_objections(case: Case) -> int:
    return Objection.objects.filter(notice__case=case, answered_on__isnull=True).count()


def objection_named(act: Act) -> Objection | None:
    return Objection.objects.filter(notice__case=act.subject, uid=act.data["objection"]).first()


def passed(present: int, agree: int) -> bool:
    """More than half of those present agreed (村民委员会组织法 article 26)."""
    return agree * 2 > present


@guard("到会人数达到法定比例", upfront=False)
def quorate(act: Act) -> Iterator[str]:
    data, wanted = act.data, act.setting("quorum_percent")
    if data["entitled"] < 1 or data["present"] > data["entitled"]:
        yield "实到人数不能多于应到人数"
        return
    # Two decimals, as the parameter has them: 20 of 30 is two thirds.
    share = (Decimal(data["present"] * 100) / data["entitled"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if share < wanted:
        yield f"到会 {share}%，不足 {wanted}%，评议无效，须重新召开"


@guard("票数与到会人数相符", upfront=False)
def votes_add_up(act: Act) -> Iterator[str]:
    data = act.data
    counted = sum(data[name] or 0 for name in ("agree", "disagree", "abstain", "barred"))
    if counted != data["present"]:
        yield f"同意、不同意、弃权、回避合计 {counted} 人，与实到 {data['present']} 人不符"


@guard("户内成员和近亲属回避", upfront=False)
def relatives_barred(act: Act) -> Iterator[str]:
    data = act.data
    rows = data["attendance"]
    if not rows:
        return
    if len(rows) != data["present"]:
        yield f"签到 {len(rows)} 人，与实到 {data['present']} 人不符"
    if sum(bool(row["barred"]) for row in rows) != (data["barred"] or 0):
        yield "签到中的回避人数与填写的不符"
    members = {person.name for person in members_of(act.subject, act.on)}
    for row in rows:
        if (row["name"] in members or row["relative"]) and not row["barred"]:
            yield f"{row['name']}是户内成员或近亲属，须回避"


@guard("本轮评议后还没有张贴公示")
def not_hung_yet(act: Act) -> Iterator[str]:
    notice = current_notice(act.subject)
    if notice is not None:
        yield f"已于 {notice.hung_on:%Y-%m-%d} 张贴"


@guard("张贴内容不含证件号码、电话、账号", upfront=False)
def place_is_clean(act: Act) -> Iterator[str]:
    if exposes(act.data["place"]):
        yield "张贴地点中不能有证件号码、电话或账号"


@guard("公示已经张贴")
def hung(act: Act) -> Iterator[str]:
    if current_notice(act.subject) is None:
        yield "公示还没有张贴"


@guard("异议日期不早于张贴日期", upfront=False)
def objected_after_hanging(act: Act) -> Iterator[str]:
    notice = current_notice(act.subject)
    if notice is not None and act.happened_on < notice.hung_on:
        yield f"异议日期不能早于张贴日期 {notice.hung_on:%Y-%m-%d}"


@guard("至少两人调查，有结论", upfront=False)
def investigated(act: Act) -> Iterator[str]:
    objection = objection_named(act)
    if objection is None:
        yield "没有这条异议"
        return
    if objection.answered_on:
        yield f"这条异议已于 {objection.answered_on:%Y-%m-%d} 答复"
    if act.happened_on < objection.received_on:
        yield "答复日期不能早于接收日期"
    if len(set(act.data["investigators"])) < INVESTIGATORS:
        yield f"调查人至少 {INVESTIGATORS} 人"


@guard("异议都已答复")
def objections_answered(act: Act) -> Iterator[str]:
    waiting = open_objections(act.subject)
    if waiting:
        yield f"还有 {waiting} 条异议没有答复"


@guard("公示已满规定的整天数")
def notice_over(act: Act) -> Iterator[str]:
    notice = current_notice(act.subject)
    if notice is None:
        yield "公示还没有张贴"
    elif notice.taken_down_on:
        yield f"已于 {notice.taken_down_on:%Y-%m-%d} 撤下"
    elif act.on <= notice.ends_on:
        yield NotYet(f"公示到 {notice.ends_on:%Y-%m-%d} 满 {notice.days} 天", notice.over_on)


@guard("公示期满并已撤下")
def notice_done(act: Act) -> Iterator[str]:
    notice = current_notice(act.subject)
    if notice is None:
        yield "公示还没有张贴"
    elif not notice.taken_down_on:
        yield "公示还没有期满撤下"


@guard("还没有发布公告")
def not_announced(act: Act) -> Iterator[str]:
    notice = announcement(act.subject)
    if notice is not None:
        yield f"已于 {notice.hung_on:%Y-%m-%d} 公告"


@guard("公告已满规定天数")
def announcement_over(act: Act) -> Iterator[str]:
    notice = announcement(act.subject)
    if notice is None:
        yield "还没有发布公告"
    elif act.on <= notice.ends_on:
        yield NotYet(f"公告到 {notice.ends_on:%Y-%m-%d} 满 {notice.days} 天", notice.over_on)
