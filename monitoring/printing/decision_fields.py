"""What stands in the papers that go up: the report of the vote, the approval of a rollback or new identification."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from households.models import BEGINNING
from monitoring.desk.dossier import Dossier
from monitoring.models import Case, Episode
from monitoring.policy import PolicyBook
from monitoring.printing.fields import ITEMS, Fields, day_words, minutes_fields, opinions, place_fields

_BLANK_DAY = "　　　　年　　月　　日"


def report_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """民主评议结果报告: what the village tells the township after the vote and the notice."""
    case, vote, notice = dossier.case, dossier.appraisal, dossier.notice
    minutes = minutes_fields(dossier, today, book)
    taken = (
        "议题",
        "类别",
        "会议日期",
        "会议地点",
        "主持人",
        "应到",
        "实到",
        "回避",
        "同意",
        "不同意",
        "弃权",
        "结果",
        "评议意见",
    )
    return {
        **place_fields(dossier, today),
        **{word: minutes[word] for word in taken},
        "办件编号": case.number,
        "张贴日期": day_words(notice.hung_on) if notice else _BLANK_DAY,
        "期满日期": day_words(notice.ends_on) if notice else _BLANK_DAY,
        "公示天数": notice.days if notice else "　　",
        "异议情况": _objected(dossier, today),
        "材料份数": len(vote.papers.all()) if vote else 0,
        "落款单位": f"{case.village.name}村民委员会",
        "落款日期": day_words(_sent_up_on(dossier) or today),
    }


def _sent_up_on(dossier: Dossier) -> date | None:
    """The day on which the village last handed the case up; the report is of that day whenever it is printed."""
    steps = (step for step in dossier.transitions if step.target == Case.State.AT_TOWNSHIP)
    last = next(steps, None)
    return timezone.localdate(last.recorded_at) if last else None


def _objected(dossier: Dossier, today: date) -> str:
    if dossier.notice is None:
        return "（公示期满后填写）"
    # Until the term is over the paper may say no more than what is known.
    so_far = f"截至{day_words(today)}" if today <= dossier.notice.ends_on else ""
    if not dossier.objections:
        return f"{so_far}没有收到异议"
    upheld = sum(row.upheld is True for row in dossier.objections)
    return f"{so_far}收到异议 {len(dossier.objections)} 件，经调查成立 {upheld} 件，都已登记在异议登记与处理表中"


def approval_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """F11: which episode it is about, why, on what evidence, and what the three levels say."""
    case, episode = dossier.case, former_episode(dossier)
    return {
        **place_fields(dossier, today),
        "户编号": case.household.number,
        "办件编号": case.number,
        "情形": ITEMS[Case.Kind(case.kind)],
        "原周期": f"第 {episode.serial} 周期" if episode else "",
        "原类别": episode.monitored_type if episode else "",
        "原风险": "、".join(episode.risks) if episode else "",
        "原识别月": _month(episode.identified_on) if episode else "",
        "原消除月": _month(episode.cleared_on) if episode and episode.cleared_on else "",
        "新类别": case.monitored_type if case.kind == Case.Kind.REIDENTIFY else "",
        "新风险": "、".join(case.risks) if case.kind == Case.Kind.REIDENTIFY else "",
        "理由": case.reason or (dossier.visit.difficulties if dossier.visit else ""),
        "证据": _evidence(dossier),
        **opinions(dossier),
    }


def former_episode(dossier: Dossier) -> Episode | None:
    """The episode that is rolled back, or that ended before the new risk."""
    case = dossier.case
    if case.kind == Case.Kind.ROLL_BACK:
        return case.episode
    ended = Q(cleared_on__isnull=False) | Q(state=Episode.State.CLEARED)
    cleared = Episode.objects.filter(ended, household_id=case.household_id)
    if case.episode_id:
        cleared = cleared.exclude(pk=case.episode_id)
    return cleared.order_by("serial").last()


def _evidence(dossier: Dossier) -> str:
    said = [f"{day_words(visit.visited_on)}{visit.get_kind_display()}" for visit in dossier.visits]
    if dossier.comparisons:
        said.append(f"信息比对 {len(dossier.comparisons)} 项，触碰 {len(dossier.hits)} 项")
    if dossier.appraisal:
        said.append(f"{day_words(dossier.appraisal.held_on)}民主评议")
    if dossier.papers:
        said.append(f"照片和扫描件 {len(dossier.papers)} 份")
    return "；".join(said)


def _month(day: date) -> str:
    return "" if day <= BEGINNING else f"{day.year}年{day.month}月"
