"""Conditions of the steps of cases, but for those of votes and notices."""

from __future__ import annotations

from collections.abc import Iterator

from households.models import Category
from monitoring.clock import NotYet, add_months
from monitoring.exit_checks import Result, check_exit, secures_only
from monitoring.models import Authorisation, Case, Comparison, Episode, Visit
from monitoring.risks import MonitoredType
from monitoring.services.comparison import members_of, missing_comparisons
from monitoring.submission_checks import judge_data
from monitoring.workflow.opening import MOST_RISKS, latest_episode
from monitoring.workflow.step import Act, guard
from monitoring.workflow.visit_rules import facts_of, visit_faults

Decision = Comparison.Decision


def comparison_named(act: Act) -> Comparison | None:
    """The comparison of the member and item that the input names."""
    return Comparison.objects.filter(case=act.subject, person__uid=act.data["person"], item=act.data["item"]).first()


@guard("农户没有注销")
def household_stands(act: Act) -> Iterator[str]:
    cancelled = act.subject.household.cancelled_on
    if cancelled and cancelled <= act.on:
        yield "该户已注销，应终止办件"


@guard("日期不晚于今天", upfront=False)
def signed_by_now(act: Act) -> Iterator[str]:
    if act.data["signed_on"] > act.on:
        yield "签署日期不能晚于今天"


@guard("比对的是户内成员，日期有效", upfront=False)
def members_compared(act: Act) -> Iterator[str]:
    known = {person.uid for person in members_of(act.subject, act.on)}
    oldest = add_months(act.on, -act.setting("comparison_valid_months"))
    for position, row in enumerate(act.data["results"], start=1):
        if row["person"] not in known:
            yield f"第 {position} 项不是该户现有成员"
        if not oldest < row["compared_on"] <= act.on:
            yield f"第 {position} 项的比对日期不在 {oldest:%Y-%m-%d} 至今天之间"
        if row["hit"] and not row["found"]:
            yield f"第 {position} 项触碰，须写明触碰情况"


@guard("该成员该项有触碰记录", upfront=False)
def is_a_hit(act: Act) -> Iterator[str]:
    comparison = comparison_named(act)
    if comparison is None or not comparison.hit:
        yield "没有这一成员这一项的触碰记录"


@guard("农户已作说明，且处理人不是比对登记人", upfront=False)
def explained_to_another(act: Act) -> Iterator[str]:
    comparison = comparison_named(act)
    if comparison is None or not comparison.hit:
        yield "没有这一成员这一项的触碰记录"
        return
    if not comparison.explanation:
        yield "还没有农户的说明"
    if comparison.recorded_by_id == act.person.pk:
        yield "比对结果由你登记，触碰项须由他人处理"


@guard("农户已授权查询")
def authorised(act: Act) -> Iterator[str]:
    if not Authorisation.objects.filter(case=act.subject, granted=True).exists():
        yield "没有登记农户的承诺授权"


@guard("每个成员的必查项都有有效比对结果")
def compared(act: Act) -> Iterator[str]:
    missing = missing_comparisons(act.subject, on=act.on, months=act.setting("comparison_valid_months"))
    for person, item in missing:
        yield f"{person.name}的{Comparison.Item(item).label}没有比对"


@guard("触碰项都已说明并处理")
def hits_settled(act: Act) -> Iterator[str]:
    hits = Comparison.objects.filter(case=act.subject, hit=True).exclude(decision=Decision.ACCEPTED)
    for hit in hits.select_related("person"):
        state = "说明不成立，应终止办件" if hit.decision == Decision.REFUSED else "还没有处理"
        yield f"{hit.person.name if hit.person else '成员'}的{hit.get_item_display()}触碰：{state}"


@guard("比对结果仍在有效期内")
def comparison_in_force(act: Act) -> Iterator[str]:
    oldest = add_months(act.on, -act.setting("comparison_valid_months"))
    stale = Comparison.objects.filter(case=act.subject, compared_on__lte=oldest)
    if stale.exists():
        yield f"有比对结果早于 {oldest:%Y-%m-%d}，已过有效期，须退回重新比对"


@guard("已拟定类别和一至五个风险，类别与户类型相符")
def proposed(act: Act) -> Iterator[str]:
    case: Case = act.subject
    if not case.monitored_type:
        yield "没有拟定监测对象类别"
    if not 1 <= len(case.risks) <= MOST_RISKS:
        yield f"风险应为 1 至 {MOST_RISKS} 个，现为 {len(case.risks)} 个"
    lifted = case.household.category == Category.LIFTED
    if case.monitored_type == MonitoredType.UNSTABLE and not lifted:
        yield "脱贫不稳定户须是脱贫户"
    if case.monitored_type == MonitoredType.MARGINAL and lifted:
        yield "边缘易致贫户须是一般农户"


@guard("风险至多五个", upfront=False)
def few_risks(act: Act) -> Iterator[str]:
    if len(set(act.data["risks"])) > MOST_RISKS:
        yield f"风险至多 {MOST_RISKS} 个"


@guard("该户没有在监测")
def not_monitored(act: Act) -> Iterator[str]:
    last = latest_episode(act.subject.household)
    if last is not None and last.state == Episode.State.MONITORED:
        yield "该户已在监测中，应终止办件"


@guard("有本件的消除核查走访，人数、照片、签字合规")
def assessed(act: Act) -> Iterator[str]:
    visits = Visit.objects.filter(case=act.subject, kind=Visit.Kind.CLEARING)
    visit = visits.order_by("-visited_on", "-id").first()
    if visit is None:
        yield "没有本件的消除核查走访"
        return
    yield from visit_faults(facts_of(visit), act.setting)


@guard("已选定消除方式", upfront=False)
def method_chosen(act: Act) -> Iterator[str]:
    only_secured = secures_only(act.subject.household, act.on, act.policy)
    if not only_secured and not act.data["clear_method"]:
        yield "没有选定消除方式（帮扶消除或自然消除）"


@guard("消除条件全部满足（整户无劳动能力的为兜底保障条件）")
def exit_allowed(act: Act) -> Iterator[str]:
    case: Case = act.subject
    securing = case.secure_only or secures_only(case.household, act.on, act.policy)
    results = exit_results(act, securing=securing)
    for result in results:
        if not result.ok:
            words = f"{result.title}：{result.evidence}"
            yield NotYet(words, result.evidence.since) if isinstance(result.evidence, NotYet) else words


def exit_results(act: Act, *, securing: bool) -> list[Result]:
    """How every condition of the exit stands for the case's episode today."""
    episode = Episode.objects.select_related("household").get(pk=act.subject.episode_id)
    return check_exit(episode=episode, on=act.on, securing=securing, policy=act.policy)


@guard("登记数据没有要先改的问题")
def data_in_order(act: Act) -> Iterator[str]:
    yield from judge_data(act.subject.household, on=act.on, policy=act.policy).blocking


@guard("该监测周期的状态与办件相符")
def episode_fits(act: Act) -> Iterator[str]:
    wanted = Episode.State.MONITORED if act.subject.kind == Case.Kind.CLEAR else Episode.State.CLEARED
    last = latest_episode(act.subject.household)
    if last is None or last.pk != act.subject.episode_id or last.state != wanted:
        yield "该监测周期已有别的变动，应终止办件"


@guard("尚未告知农户")
def not_told(act: Act) -> Iterator[str]:
    if act.subject.told_household_on:
        yield f"已于 {act.subject.told_household_on:%Y-%m-%d} 告知农户"
