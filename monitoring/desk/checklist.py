"""What a case has and what it still lacks before the township looks at it, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from monitoring.desk.dossier import Dossier
from monitoring.desk.progress import CLEARINGS
from monitoring.policy import PolicyBook
from monitoring.services.comparison import REQUIRED
from monitoring.submission_checks import judge_data
from monitoring.workflow.visit_rules import facts_of, visit_faults

OK, IDLE, BAD, LOOK = "ok", "idle", "over", "soon"


@dataclass(frozen=True)
class Line:
    """One paper: `state` ok, idle (not yet), soon (look) or over (against the rule), and what is there or missing."""

    title: str
    state: str
    words: str


def checklist_of(dossier: Dossier, book: PolicyBook, today: date) -> list[Line]:
    """Missing lines first, each group in the order of the procedure."""
    lines = [_visit(dossier, book, today)]
    if dossier.case.kind not in CLEARINGS:
        lines += [_signing(dossier), _comparison(dossier), *_hits(dossier), _proposal(dossier)]
    lines += [_vote(dossier), *_notice(dossier, today), *_data(dossier, book, today)]
    return sorted(lines, key=lambda line: line.state == OK)


def _visit(dossier: Dossier, book: PolicyBook, today: date) -> Line:
    title = "消除核查，双方签字" if dossier.case.kind in CLEARINGS else "入户核实，双方签字"
    visit = dossier.visit
    if visit is None:
        return Line(title, IDLE, "没有走访记录")
    code = dossier.case.village_id
    faults = list(visit_faults(facts_of(visit), lambda key: book.value(key, on=today, code=code)))
    if faults:
        return Line(title, BAD, "；".join(faults))
    return Line(
        title, OK, f"{_day(visit.visited_on)}，{len(visit.visitors.all())} 人，照片 {len(visit.photos.all())} 张"
    )


def _signing(dossier: Dossier) -> Line:
    signed = dossier.authorisation
    if signed is None:
        return Line("承诺授权书", IDLE, "没有登记")
    if not signed.granted:
        return Line("承诺授权书", BAD, "农户不同意查询")
    names = set(signed.signatories)
    absent = [member.person.name for member in dossier.members if member.person.name not in names]
    if names and absent:
        return Line("承诺授权书", LOOK, f"没有签字：{'、'.join(absent)}")
    return Line("承诺授权书", OK, f"{_day(signed.signed_on)}，{len(names)} 人签字" if names else _day(signed.signed_on))


def _comparison(dossier: Dossier) -> Line:
    done = {(row.person_id, row.item) for row in dossier.comparisons}
    wanted = [(member.person_id, item.value) for member in dossier.members for item in REQUIRED]
    missing = sum(pair not in done for pair in wanted)
    if not done:
        return Line("比对结果", IDLE, f"{len(dossier.members)} 人 {len(wanted)} 项还没有登记")
    if missing:
        return Line("比对结果", LOOK, f"{missing} 项沿用以前的结果或还没有")
    last = max(row.compared_on for row in dossier.comparisons)
    return Line("比对结果", OK, f"{_day(last)}，{len(done)} 项")


def _hits(dossier: Dossier) -> Iterator[Line]:
    for hit in dossier.hits:
        title = f"{hit.person.name if hit.person else '成员'}的{hit.get_item_display()}触碰"
        if hit.decision:
            yield Line(title, OK if hit.decision == "accepted" else BAD, hit.get_decision_display())
        else:
            yield Line(title, IDLE, "已说明，待处理" if hit.explanation else "待农户说明")


def _proposal(dossier: Dossier) -> Line:
    case = dossier.case
    if not case.monitored_type or not case.risks:
        return Line("拟定类别和风险", IDLE, "没有拟定")
    return Line("拟定类别和风险", OK, f"{case.monitored_type}，{'、'.join(case.risks)}")


def _vote(dossier: Dossier) -> Line:
    vote = dossier.appraisal
    if vote is None:
        return Line("评议纪要和签到", IDLE, "还没有评议")
    words = f"{_day(vote.held_on)}，同意 {vote.agree}/{vote.present}"
    return Line("评议纪要和签到", OK if vote.passed else BAD, words if vote.passed else f"{words}，未过半")


def _notice(dossier: Dossier, today: date) -> Iterator[Line]:
    notice = dossier.notice
    if notice is None:
        yield Line("公示首日照片", IDLE, "还没有张贴")
        return
    first = _day(notice.hung_on)
    yield Line(
        "公示首日照片", OK if notice.first_photo else BAD, first if notice.first_photo else f"{first}张贴，没有照片"
    )
    for objection in notice.objections.all():
        if objection.answered_on:
            yield Line("异议答复", OK, f"{_day(objection.answered_on)}，{'成立' if objection.upheld else '不成立'}")
        else:
            late = objection.due_on < today
            yield Line("异议答复", BAD if late else IDLE, f"{_day(objection.due_on)}前答复")
    if notice.taken_down_on:
        yield Line("公示末日照片", OK if notice.last_photo else BAD, _day(notice.taken_down_on))
    else:
        yield Line("公示末日照片", IDLE, f"{_day(notice.ends_on)}期满")


def _data(dossier: Dossier, book: PolicyBook, today: date) -> Iterator[Line]:
    """What the checks of data say, while it can still be mended before the township looks; nothing where all is well."""
    if dossier.case.reviewed_on or dossier.case.closed_on:
        return
    verdict = judge_data(dossier.case.household, on=today, policy=book)
    said = [*verdict.blocking, *verdict.warning]
    if said:
        more = f"；还有 {len(said) - 3} 处" if len(said) > 3 else ""
        yield Line("登记数据", BAD if verdict.blocking else LOOK, "；".join(said[:3]) + more)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
