"""L7 民主评议/公示公告/异议台账: every vote of a village, with the notices that followed and the objections to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.knowledge import day_of, recorded_by
from households.models import Household
from monitoring.models import Appraisal, Notice, Objection
from monitoring.models import Case as CaseFile
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

TOPICS = {
    CaseFile.Kind.ENROL: "纳入",
    CaseFile.Kind.REIDENTIFY: "重新识别",
    CaseFile.Kind.CLEAR: "风险消除",
    CaseFile.Kind.ROLL_BACK: "回退",
}
_NOBODY = "匿名"


class PublicStepLedger(DetailLedger):
    """One row a vote, so that what a village files of one meeting lies in one line: the record of the meeting (F5), the
    notice record (5.3), the objections (F6; several in one cell, in the order of their coming), the announcement.

    A case that was sent back and voted on anew has a row for each vote. The row stands in the village of the case.
    """

    code = "L7"
    title = "民主评议/公示公告/异议台账"
    unit = "次、人"
    freeze = 7
    # `place` of a vote is where people met.
    lies_in = "case__village_id"
    counter = ("户主", "次")
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("办件编号",), 21),
        Column(("户主",), 9),
        Column(("人口",), 5, "int"),
        Column(("类别",), 13),
        Column(("风险",), 11),
        Column(("议题",), 8),
        Column(("民主评议", "日期"), 11, "date"),
        Column(("民主评议", "地点"), 10, secret="text"),
        Column(("民主评议", "主持人"), 8),
        Column(("民主评议", "记录人"), 8),
        Column(("民主评议", "应到"), 5, "int"),
        Column(("民主评议", "实到"), 5, "int"),
        Column(("民主评议", "同意"), 5, "int"),
        Column(("民主评议", "不同意"), 5, "int"),
        Column(("民主评议", "弃权"), 5, "int"),
        Column(("民主评议", "结果"), 7),
        Column(("民主评议", "评议意见"), 14, secret="text"),
        Column(("公示", "张贴地点"), 10, secret="text"),
        Column(("公示", "开始日"), 11, "date"),
        Column(("公示", "结束日"), 11, "date"),
        Column(("公示", "天数"), 8),
        Column(("公示", "照片"), 11),
        Column(("公示", "结果"), 8),
        Column(("异议", "异议数"), 5, "int"),
        Column(("异议", "异议人"), 8),
        Column(("异议", "异议内容"), 14, secret="text"),
        Column(("异议", "接收日期"), 11),
        Column(("异议", "调查人"), 9),
        Column(("异议", "调查结果"), 14, secret="text"),
        Column(("异议", "是否成立"), 6),
        Column(("异议", "答复日期"), 11),
        Column(("异议", "答复方式"), 8),
        Column(("异议", "处理去向"), 7),
        Column(("公告", "张贴地点"), 10, secret="text"),
        Column(("公告", "开始日"), 11, "date"),
        Column(("公告", "结束日"), 11, "date"),
    )

    def items(self, reading: Reading) -> QuerySet[Any]:
        low, high = reading.division.code_range
        votes = Appraisal.objects.filter(recorded_by(reading.known_at), held_on__lte=reading.on)
        rows = votes.filter(case__village__gte=low, case__village__lt=high)
        return rows.select_related("case__household", "case__episode").order_by("case__village", "held_on", "id")

    def household(self, item: Any) -> Household:
        found: Household = item.case.household
        return found

    def village(self, item: Any) -> str:
        code: str = item.case.village_id
        return code

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        homes = {vote.case.household_id for vote in items}
        heads = facts.heads(homes, reading.on, reading.known_at)
        sizes = facts.sizes(homes, reading.on, reading.known_at)
        followed = sequels({vote.case_id for vote in items}, reading)
        for vote in items:
            home = vote.case.household
            head = heads.get(home.pk)
            yield [
                *places.cells(vote.case.village_id, home.group_name),
                *(vote.case.number, head.name if head else "", sizes.get(home.pk, facts.Size()).members),
                *_subject(vote.case),
                *_meeting(vote),
                *followed[vote.pk].cells(),
            ]


@dataclass
class Sequel:
    """What followed a vote by the day: its notice, the objections to it, the announcement of the decision."""

    last: date
    notice: Notice | None = None
    announcement: Notice | None = None
    objections: list[Objection] = field(default_factory=list)

    def cells(self) -> Iterator[Cell]:
        yield from self._notice()
        yield from self._objections()
        hung = self.announcement
        yield from (hung.place, hung.hung_on, hung.ends_on) if hung else ("", None, None)

    def _notice(self) -> Iterator[Cell]:
        hung = self.notice
        if hung is None:
            yield from ("", None, None, "", "", "")
            return
        yield from (hung.place, hung.hung_on, hung.ends_on)
        yield f"{hung.days}{'工作日' if hung.working_days else '自然日'}"
        photos = (("首日", hung.first_photo_id), ("末日", hung.last_photo_id if self._is_down() else None))
        yield "、".join(name for name, photo in photos if photo)
        yield self._outcome()

    def _outcome(self) -> str:
        if any(one.upheld for one in self.objections if self._answered(one)):
            return "异议成立"
        if not self._is_down():
            return "公示中"
        return "异议不成立" if self.objections else "无异议"

    def _objections(self) -> Iterator[Cell]:
        told = self.objections
        yield len(told) if self.notice else None
        yield _lines(one.objector or _NOBODY for one in told)
        yield _lines(one.content for one in told)
        yield _lines(f"{one.received_on}" for one in told)
        answered = [one if self._answered(one) else None for one in told]
        yield _lines("、".join(one.investigators) if one else "" for one in answered)
        yield _lines(one.finding if one else "" for one in answered)
        yield _lines(facts.yes_no(one.upheld) if one else "" for one in answered)
        yield _lines(f"{one.answered_on}" if one else "" for one in answered)
        yield _lines(one.answered_how if one else "" for one in answered)
        yield _lines(("终止" if one.upheld else "继续") if one else "办理中" for one in answered)

    def _answered(self, objection: Objection) -> bool:
        """Answering is dated by its own day."""
        return objection.answered_on is not None and objection.answered_on <= self.last

    def _is_down(self) -> bool:
        down = self.notice.taken_down_on if self.notice else None
        return down is not None and down <= self.last


def _subject(case: CaseFile) -> Iterator[Cell]:
    episode = case.episode
    yield case.monitored_type or (episode.monitored_type if episode else "")
    yield "、".join(case.risks or (episode.risks if episode else []))
    yield TOPICS[CaseFile.Kind(case.kind)]


def _meeting(vote: Appraisal) -> Iterator[Cell]:
    yield from (vote.held_on, vote.place, vote.chair, vote.recorder, vote.entitled, vote.present)
    yield from (vote.agree, vote.disagree, vote.abstain, "通过" if vote.passed else "未通过", vote.opinion)


def _lines(words: Iterable[str]) -> str:
    """The words of several objections, one a line; nothing where there are none."""
    said = list(words)
    return "；".join(said) if any(said) else ""


def sequels(cases: Iterable[int], reading: Reading) -> defaultdict[int, Sequel]:
    """What followed each vote (by key) of some cases: papers belong to the last vote recorded before them."""
    last = min(reading.on, day_of(reading.known_at))
    found: defaultdict[int, Sequel] = defaultdict(lambda: Sequel(last))
    votes: defaultdict[int, list[Appraisal]] = defaultdict(list)
    for vote in Appraisal.objects.filter(case__in=cases).order_by("recorded_at", "id"):
        votes[vote.case_id].append(vote)
    notices = Notice.objects.as_of(reading.on, reading.known_at).filter(case__in=cases).order_by("recorded_at", "id")
    of_notice: dict[int, Sequel] = {}
    for notice in notices.defer("text"):
        before = [vote for vote in votes[notice.case_id] if vote.recorded_at <= notice.recorded_at]
        if not before:
            continue
        sequel = of_notice[notice.pk] = found[before[-1].pk]
        if notice.kind == Notice.Kind.NOTICE:
            sequel.notice = notice
        else:
            sequel.announcement = notice
    told = Objection.objects.filter(recorded_by(reading.known_at), notice__in=of_notice, received_on__lte=reading.on)
    for objection in told.order_by("received_on", "id"):
        of_notice[objection.notice_id].objections.append(objection)
    return found
