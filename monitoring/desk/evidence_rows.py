"""The sheet that a reviewer reads: item by item what the village handed in, what the program knows, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from households.models import ChangeProposal, Income
from monitoring.clock import add_months
from monitoring.desk.dossier import Dossier
from monitoring.desk.progress import CLEARINGS
from monitoring.desk.queue import FALLEN, fallen
from monitoring.exit_checks import check_exit
from monitoring.models import Comparison, Hit
from monitoring.policy import PolicyBook
from monitoring.risks import MonitoredType
from monitoring.services.comparison import REQUIRED
from monitoring.workflow.visit_rules import facts_of, visit_faults

OK, LOOK, IDLE, BAD = "ok", "soon", "idle", "over"
# Which rules speak of which guarantee, by the field in which a visit writes what it saw.
GUARANTEES = (
    ("义务教育", "schooling_ok", ("school_dropout",)),
    ("基本医疗", "insurance_ok", ("uninsured",)),
    ("住房安全", "housing_ok", ("dangerous_house",)),
    ("饮水安全", "water_ok", ("unsafe_water",)),
)
# Departments' words of the last so many months are held against the visit.
MONTHS = 12
# A difference of so many percent between two figures for the same payments is worth a look.
APART = 10


@dataclass(frozen=True)
class Row:
    """One item. `state`: ok agrees, soon look, idle nothing to compare with, over against the rule."""

    item: str
    reported: str
    known: str
    state: str
    result: str


def evidence_of(dossier: Dossier, book: PolicyBook, today: date) -> list[Row]:
    """All rows of a case, in the order in which a reviewer reads them."""
    if dossier.case.kind in CLEARINGS:
        rows = [*_exit_rows(dossier, book, today)]
    else:
        hits = _hits(dossier, today)
        rows = [
            _people(dossier),
            *_money(dossier, book, today),
            _payments(dossier, hits),
            *_guarantees(dossier, hits),
            *_assets(dossier),
            _signing(dossier, today),
        ]
    return [*rows, _visit(dossier, book, today), _vote(dossier), _notice(dossier)]


def summary_of(rows: list[Row]) -> str:
    """12 项核对：10 项对得上，2 项要看."""
    good = sum(row.state == OK for row in rows)
    look = sum(row.state in (LOOK, BAD) for row in rows)
    unknown = len(rows) - good - look
    words = [f"{good} 项对得上"] + ([f"{look} 项要看"] if look else []) + ([f"{unknown} 项没有对照"] if unknown else [])
    return f"{len(rows)} 项核对：{'，'.join(words)}"


def _hits(dossier: Dossier, today: date) -> dict[str, Hit]:
    """The newest standing hit of each rule about the household within MONTHS."""
    since = add_months(today.replace(day=1), -MONTHS)
    hits = Hit.objects.standing().filter(household_id=dossier.case.household_id, period__gte=since)
    return {hit.rule: hit for hit in hits.order_by("period", "id")}


def _people(dossier: Dossier) -> Row:
    open_changes = ChangeProposal.objects.open().filter(household_id=dossier.case.household_id).count()
    number = f"{len(dossier.members)} 人"
    if open_changes:
        return Row("人口", number, f"部门报来 {open_changes} 条变动没有确认", LOOK, "先确认变动")
    return Row("人口", number, f"户籍档案 {number}，没有待确认的变动", OK, "一致")


def _money(dossier: Dossier, book: PolicyBook, today: date) -> Iterator[Row]:
    household = dossier.case.household_id
    incomes = list(Income.objects.filter(household_id=household).as_of(today).order_by("-ends_on", "-id")[:2])
    if not incomes:
        yield Row("人均纯收入", "没有采集", "没有收入记录", LOOK, "没有依据")
        return
    line = book.value("income_line", on=today, code=dossier.case.village_id)
    now = f"{incomes[0].net_per_capita:,.0f} 元"
    above = incomes[0].net_per_capita >= line and dossier.case.monitored_type != MonitoredType.SUDDEN
    state, words = (
        (LOOK, "不低于监测线") if above else (OK, "在监测线内" if incomes[0].net_per_capita < line else "线上，看支出")
    )
    yield Row("人均纯收入", now, f"监测线 {line:,.0f} 元", state, words)
    if len(incomes) > 1:
        before, fall = incomes[1], fallen(incomes)
        known = f"{before.ends_on:%Y-%m}：{before.net_per_capita:,.0f} 元" + (f"，少 {fall}%" if fall else "")
        yield Row("和上次比", now, known, LOOK if fall >= FALLEN else OK, "降幅大" if fall >= FALLEN else "变化不大")


def _payments(dossier: Dossier, hits: dict[str, Hit]) -> Row:
    income = dossier.visit.income if dossier.visit else None
    reported = f"{income.own_payments:,.2f} 元" if income else "没有采集"
    hit = hits.get("medical_burden")
    if hit is None or hit.figure is None:
        return Row("合规自付", reported, "医保没有推送大额自付", IDLE, "没有对照")
    known = f"医保 {hit.period.month}月文件累计 {hit.figure:,.2f} 元"
    apart = income is None or abs(income.own_payments - hit.figure) * 100 > hit.figure * APART
    return Row("合规自付", reported, known, LOOK if apart else OK, "差得多" if apart else "对得上")


def _guarantees(dossier: Dossier, hits: dict[str, Hit]) -> Iterator[Row]:
    condition = dossier.visit.condition if dossier.visit else None
    for title, name, rules in GUARANTEES:
        value = getattr(condition, name) if condition else None
        reported = {True: "有保障", False: "没有保障", None: "没有看"}[value]
        hit = next((hits[rule] for rule in rules if rule in hits), None)
        if hit is None:
            state = IDLE if value is None else OK
            yield Row(title, reported, f"近 {MONTHS} 个月部门没有预警", state, "没有对照" if value is None else "一致")
            continue
        agrees = value is False
        known = f"{hit.period.month}月部门预警：{hit.arithmetic[:60]}"
        yield Row(title, reported, known, OK if agrees else LOOK, "一致" if agrees else "和部门数据不同")


def _assets(dossier: Dossier) -> Iterator[Row]:
    extra = {row.item for row in dossier.comparisons} - {item.value for item in REQUIRED}
    for item in [item for item in Comparison.Item if item in REQUIRED or item.value in extra]:
        rows = [row for row in dossier.comparisons if row.item == item.value]
        found = [row for row in rows if row.hit]
        if not rows:
            yield Row(item.label, "沿用以前的结果", "本件没有比对", IDLE, "没有对照")
            continue
        if not found:
            yield Row(item.label, "无", f"{rows[0].unit or '部门'}：无", OK, "一致")
            continue
        reported = "；".join(row.explanation or "没有说明" for row in found)
        known = "；".join(f"{row.unit} {row.person.name if row.person else ''}：{row.found}" for row in found)
        open_ones = [row for row in found if row.decision != Comparison.Decision.ACCEPTED]
        yield Row(item.label, reported, known, LOOK, "没有处理" if open_ones else "触碰，说明成立")


def _signing(dossier: Dossier, today: date) -> Row:
    signed = dossier.authorisation
    if signed is None:
        return Row("承诺授权", "没有", "", BAD, "没有授权")
    adults = [m.person.name for m in dossier.members if today.year - m.person.birth_year >= 18]
    missing = [name for name in adults if signed.signatories and name not in signed.signatories]
    reported = f"{_day(signed.signed_on)}，{'、'.join(signed.signatories) or '没有录入签字人'}"
    if missing:
        return Row("承诺授权", reported, f"成年成员 {len(adults)} 人", LOOK, f"没有{'、'.join(missing)}")
    return Row("承诺授权", reported, f"成年成员 {len(adults)} 人", OK, "齐全")


def _visit(dossier: Dossier, book: PolicyBook, today: date) -> Row:
    visit = dossier.visit
    if visit is None:
        return Row("入户核查", "没有", "没有走访记录", BAD, "没有核实")
    code = dossier.case.village_id
    faults = list(visit_faults(facts_of(visit), lambda key: book.value(key, on=today, code=code)))
    who = "、".join(visitor.name for visitor in visit.visitors.all())
    reported = f"{_day(visit.visited_on)}，{who}"
    signed = "双方签字" if visit.signed else f"农户没有签字：{visit.unsigned_reason or '没有写原因'}"
    known = f"照片 {len(visit.photos.all())} 张，{signed}"
    if faults or not visit.signed:
        return Row("入户核查", reported, known, LOOK, "；".join(faults) or "没有签字")
    return Row("入户核查", reported, known, OK, "齐全")


def _vote(dossier: Dossier) -> Row:
    vote = dossier.appraisal
    if vote is None:
        return Row("民主评议", "没有", "", BAD, "没有评议")
    reported = f"应到 {vote.entitled}，实到 {vote.present}，同意 {vote.agree}"
    share = f"到会 {vote.present * 100 / vote.entitled:.0f}%" if vote.entitled else ""
    known = f"{share}，材料 {len(vote.papers.all())} 份" + (
        f"，签到 {len(vote.attendance)} 人" if vote.attendance else ""
    )
    return Row("民主评议", reported, known, OK if vote.passed else BAD, "有效" if vote.passed else "未通过")


def _notice(dossier: Dossier) -> Row:
    notice = dossier.notice
    if notice is None:
        return Row("村级公示", "没有", "", BAD, "没有公示")
    photos = [words for words, file in (("首日", notice.first_photo), ("末日", notice.last_photo)) if file]
    objections = list(notice.objections.all())
    reported = f"{_day(notice.hung_on)}到 {_day(notice.ends_on)}"
    known = f"{'、'.join(photos) or '没有'}照片；" + (f"{len(objections)} 条异议，都已答复" if objections else "无异议")
    whole = len(photos) == 2 and not objections
    return Row("村级公示", reported, known, OK if whole else LOOK, f"满 {notice.days} 天" if whole else "看照片和异议")


def _exit_rows(dossier: Dossier, book: PolicyBook, today: date) -> Iterator[Row]:
    case = dossier.case
    if case.episode is None or case.kind != case.Kind.CLEAR:
        yield Row("回退理由", case.reason or "没有写", "", IDLE if case.reason else LOOK, "看理由")
        return
    results: list[Any] = check_exit(episode=case.episode, on=today, securing=case.secure_only, policy=book)
    for check in results:
        yield Row(check.title, "", check.evidence, OK if check.ok else BAD, "通过" if check.ok else "未通过")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
