"""What stands in the papers of a case. The keys are the words that a county writes into its own Word templates.

Every paper has its own set, so that a public notice can never hold what only the application may: no number, telephone,
account, health or risk.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

from households.history import ABLE, wholly_without_labour
from households.models import BEGINNING, Category, Income
from monitoring.clock import add_days
from monitoring.desk.basis import latest_income
from monitoring.desk.dossier import Dossier
from monitoring.exit_checks import check_exit
from monitoring.models import Appraisal, Case, Comparison, Notice, Objection, Transition
from monitoring.policy import PolicyBook
from monitoring.printing.help import categories_of, help_of
from monitoring.services.notices import result_of
from sheets.clean import mask_id, mask_phone

HOTLINE = "12317"
# Empty rows of a sign-in sheet that is printed before the meeting.
SIGN_IN_ROWS = 30
Fields = dict[str, Any]
ITEMS = {
    Case.Kind.ENROL: "纳入监测对象",
    Case.Kind.REIDENTIFY: "重新识别为监测对象",
    Case.Kind.CLEAR: "风险消除",
    Case.Kind.ROLL_BACK: "风险消除回退",
}


def place_fields(dossier: Dossier, today: date) -> Fields:
    """Where, and about which household, without anything that may not be posted."""
    village = dossier.case.village
    township = village.parent
    county = township.parent if township else None
    return {
        "县名": county.name if county else "",
        "乡镇名": township.name if township else "",
        "村名": village.name,
        "村组": dossier.case.household.group_name or village.name,
        "户主": dossier.head_name,
        "家庭人口": len(dossier.members),
        "打印日期": day_words(today),
    }


def application_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """F1: the household's application, promise and permission. Numbers are masked; the signer writes his own."""
    case, signed = dossier.case, dossier.authorisation
    people = [member.person for member in dossier.members]
    head = dossier.head.person if dossier.head else None
    income = _income(dossier, today)
    return {
        **place_fields(dossier, today),
        "户编号": case.household.number,
        "户类型": case.household.category,
        "证件号码": mask_id(head.id_number) if head else "",
        "联系电话": mask_phone(case.household.phone) if case.household.phone else "",
        "劳动力数": sum(person.labour_skill in ABLE for person in people),
        "在校生数": sum(bool(person.schooling) for person in people),
        "残疾人数": sum("残疾" in person.health for person in people),
        "大病慢病人数": sum("大病" in person.health or "慢性病" in person.health for person in people),
        "大病人数": sum("大病" in person.health for person in people),
        "慢性病人数": sum("慢性病" in person.health for person in people),
        "是否脱贫户": "是" if case.household.category == Category.LIFTED else "否",
        **_agent(case),
        "家庭年收入": f"{income.net:,.2f}" if income else "",
        "困难情况": (dossier.visit.difficulties if dossier.visit else "") or case.reason,
        "申请方式": case.clue.get_channel_display() if case.clue else "",
        "主管部门": book.value("office_name", on=today, code=case.village_id),
        "签署日期": day_words(signed.signed_on) if signed else "",
        "见证人": "、".join(signed.witnesses) if signed else "",
        "成员": _signers(dossier),
    }


def _agent(case: Case) -> Fields:
    """Who filed the application for the household, where somebody did."""
    filed = case.clue.applications.order_by("id").first() if case.clue else None
    told = json.loads(filed.content) if filed and filed.content else {}
    return {"代办人": told.get("agent") or "", "代办人关系": told.get("agent_relation") or ""}


def _signers(dossier: Dossier) -> list[Fields]:
    """The members, then others who signed: children, their spouses and supporters who live elsewhere."""
    rows = [_member(i, member) for i, member in enumerate(dossier.members, start=1)]
    names = {row["姓名"] for row in rows}
    others = [
        name for name in (dossier.authorisation.signatories if dossier.authorisation else []) if name not in names
    ]
    return rows + [
        {"序号": serial, "姓名": name, "证件号码": "", "与户主关系": "", "共同生活": "否"}
        for serial, name in enumerate(others, start=len(rows) + 1)
    ]


def _member(serial: int, member: Any) -> Fields:
    person = member.person
    number = mask_id(person.id_number)
    return {"序号": serial, "姓名": person.name, "证件号码": number, "与户主关系": member.relation, "共同生活": "是"}


def minutes_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """F5: the minutes of the village meeting; before the meeting with places to write."""
    vote, case = dossier.appraisal, dossier.case
    return {
        **place_fields(dossier, today),
        "会议名称": f"{case.village.name}防止返贫监测民主评议会",
        "议题": ITEMS[Case.Kind(case.kind)],
        "类别": case.monitored_type,
        "风险": "、".join(case.risks),
        "会议日期": day_words(vote.held_on) if vote else "",
        "会议地点": vote.place if vote else "",
        "主持人": vote.chair if vote else "",
        "记录人": vote.recorder if vote else "",
        "应到": vote.entitled if vote else "",
        "实到": vote.present if vote else "",
        "回避": vote.barred if vote else "",
        "同意": vote.agree if vote else "",
        "不同意": vote.disagree if vote else "",
        "弃权": vote.abstain if vote else "",
        "结果": ("通过" if vote.passed else "未通过") if vote else "",
        "评议意见": vote.opinion if vote else "",
        "参会类别": _capacities(vote),
        "签到": _attendance(vote),
    }


def _capacities(vote: Appraisal | None) -> str:
    """'村民代表 20 人，两委 3 人', as they signed in."""
    rows = vote.attendance if vote else []
    counted = Counter(row.get("capacity") or "其他" for row in rows)
    return "，".join(f"{capacity} {number} 人" for capacity, number in counted.items())


def _attendance(vote: Appraisal | None) -> list[Fields]:
    rows = vote.attendance if vote and vote.attendance else [{} for _ in range(SIGN_IN_ROWS)]
    return [
        {
            "序号": serial,
            "姓名": row.get("name", ""),
            "身份": row.get("capacity", ""),
            "备注": "回避" if row.get("barred") else "",
        }
        for serial, row in enumerate(rows, start=1)
    ]


def notice_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """The notice in the village; before it is hung with the days that it would have if hung today."""
    case, vote = dossier.case, dossier.appraisal
    key = "notice_days_clear" if case.kind in (Case.Kind.CLEAR, Case.Kind.ROLL_BACK) else "notice_days"
    return {
        **_posted(dossier, dossier.notice, key, today, book),
        "标题": f"{case.village.name}防止返贫监测民主评议结果公示",
        "前言": "经农户申请并授权，" if case.kind in (Case.Kind.ENROL, Case.Kind.REIDENTIFY) else "",
        "办理结果": result_of(case),
        "评议日期": day_words(vote.held_on) if vote else "　　年　　月　　日",
        "落款单位": f"{case.village.name}村民委员会",
    }


def announcement_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """The announcement of what the county has decided, in the township's name."""
    case = dossier.case
    township = case.village.parent.name if case.village.parent else ""
    return {
        **_posted(dossier, dossier.announcement, "announcement_days", today, book),
        "标题": f"{township}防止返贫监测结果公告",
        "办理结果": result_of(case).removeprefix("拟"),
        "审定日期": day_words(case.decided_on) if case.decided_on else "　　年　　月　　日",
        "落款单位": f"{township}人民政府",
    }


def _posted(dossier: Dossier, notice: Notice | None, key: str, today: date, book: PolicyBook) -> Fields:
    """What a posted paper may show of the household: group, householder, number of people, type. Nothing else."""
    case = dossier.case
    hung = notice.hung_on if notice else today
    days = notice.days if notice else book.value(key, on=today, code=case.village_id)
    kind = book.value("notice_kind", on=today, code=case.village_id)
    working = notice.working_days if notice else kind == "working"
    ends = notice.ends_on if notice else add_days(hung, days, kind)
    return {
        **place_fields(dossier, today),
        "类别": case.monitored_type or (case.episode.monitored_type if case.episode else ""),
        "张贴日期": day_words(hung),
        "期满日期": day_words(ends),
        "公示天数": days,
        "天数口径": "工作日" if working else "自然日",
        "监督电话": HOTLINE,
        "落款日期": day_words(hung),
        "名单": [
            {
                "序号": 1,
                "村组": case.household.group_name or case.village.name,
                "户主": dossier.head_name,
                "家庭人口": len(dossier.members),
                "类别": case.monitored_type or (case.episode.monitored_type if case.episode else ""),
                "风险": "、".join(case.risks) if book.value("notice_risk", on=today, code=case.village_id) else "",
                "帮扶措施": categories_of(case.episode, today) if case.episode and case.kind == Case.Kind.CLEAR else "",
            }
        ],
    }


def comparison_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """F4: every member with the result of every item, and what was found."""
    relations = {member.person_id: member.relation for member in dossier.members}
    persons: dict[int, dict[str, Comparison]] = {}
    for row in dossier.comparisons:
        persons.setdefault(row.person_id or 0, {})[row.item] = row
    return {
        **place_fields(dossier, today),
        "户编号": dossier.case.household.number,
        "比对项": Comparison.Item.labels,
        "比对单位": "、".join(dict.fromkeys(row.unit for row in dossier.comparisons if row.unit)),
        "比对日期": "、".join(dict.fromkeys(f"{row.compared_on:%Y-%m-%d}" for row in dossier.comparisons)),
        "成员": [_compared(serial, items, relations) for serial, items in enumerate(persons.values(), start=1)],
        "触碰": [_hit(serial, row) for serial, row in enumerate(dossier.hits, start=1)],
    }


def _compared(serial: int, items: dict[str, Comparison], relations: dict[int, str]) -> Fields:
    person = next(iter(items.values())).person
    return {
        "序号": serial,
        "姓名": person.name if person else "全户",
        "证件号码": mask_id(person.id_number) if person else "",
        "与户主关系": relations.get(person.pk, "") if person else "",
        # Three answers: hit, none, not compared.
        "结果": [("是" if items[item].hit else "否") if item in items else "—" for item in Comparison.Item.values],
        "是否触碰": "是" if any(row.hit for row in items.values()) else "否",
    }


def _hit(serial: int, row: Comparison) -> Fields:
    return {
        "序号": serial,
        "姓名": row.person.name if row.person else "全户",
        "比对项": row.get_item_display(),
        "触碰情况": row.found,
        "户说明": row.explanation,
        "处理": f"{row.get_decision_display()} {row.decision_note}".strip(),
    }


def objection_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """F6: the objections to the notice and what came of them; a notice without any has one empty form."""
    rows = [_objection(dossier.case, serial, row) for serial, row in enumerate(dossier.objections, start=1)]
    return {**place_fields(dossier, today), "办件编号": dossier.case.number, "异议": rows or [{}]}


def _objection(case: Case, serial: int, row: Objection) -> Fields:
    return {
        "序号": f"{case.number}-{serial}",
        "公示批次": f"{day_words(row.notice.hung_on)}{row.notice.get_kind_display()}",
        "异议人": row.objector or "匿名",
        "异议内容": row.content,
        "接收日期": day_words(row.received_on),
        "调查人": "、".join(row.investigators),
        "调查结果": row.finding,
        "是否成立": "" if row.upheld is None else "成立" if row.upheld else "不成立",
        "答复日期": day_words(row.answered_on) if row.answered_on else "",
        "答复方式": row.answered_how,
        "处理去向": "" if row.upheld is None else "终止" if row.upheld else "继续办理",
    }


def exit_fields(dossier: Dossier, today: date, book: PolicyBook) -> Fields:
    """F10: the conditions of clearing, one by one with their basis. A decided case shows them as they then were."""
    case, episode = dossier.case, dossier.case.episode
    income = _income(dossier, today)
    return {
        **place_fields(dossier, today),
        "户编号": case.household.number,
        "类别": case.monitored_type,
        "风险": "、".join(case.risks),
        "识别日期": day_words(episode.identified_on) if episode else "",
        "拟消除日期": day_words(case.decided_on or today),
        "间隔月数": _months(episode.identified_on, case.decided_on or today) if episode else "",
        "消除方式": case.clear_method or ("兜底保障，暂不标注消除" if case.secure_only else ""),
        "整户无劳动能力": "是" if wholly_without_labour(case.household, case.decided_on or today) else "否",
        "条件": _exit_rows(dossier, today, book),
        "措施": help_of(episode, case.decided_on or today) if episode else [],
        "收入": _income_rows(income),
        "人均纯收入": f"{income.net_per_capita:,.2f}" if income else "",
        "收入截至": day_words(income.ends_on) if income else "",
        "监测线": f"{book.value('income_line', on=case.decided_on or today, code=case.village_id):,.0f}",
        **opinions(dossier),
    }


def opinions(dossier: Dossier) -> Fields:
    """What village, township and county have said, each empty until it has been."""
    said = {
        "村意见": dossier.last("submit"),
        "乡意见": dossier.last("review_pass", "review_reject"),
        "县意见": dossier.last("decide_pass", "decide_reject"),
    }
    return {level: _opinion(step) for level, step in said.items()}


def _opinion(step: Transition | None) -> str:
    if step is None:
        return ""
    verdict = "不同意" if step.action.endswith("reject") else "同意"
    who = step.actor.name if step.actor else ""
    note = step.note.strip()
    # Most write 同意 themselves; said twice it looks like a slip on a signed form.
    said = note if note.startswith(verdict) else f"{verdict}。{note}"
    return f"{said.rstrip('。')}。　{who}　{day_words(step.happened_on)}"


def _exit_rows(dossier: Dossier, today: date, book: PolicyBook) -> list[Fields]:
    case = dossier.case
    if case.episode is None:
        return []
    on = case.decided_on or today
    results = check_exit(episode=case.episode, on=on, securing=case.secure_only, policy=book)
    kept = dossier.last("decide_pass", "to_appraisal")
    stored = {row["key"]: row for row in (kept.data.get("checks") or [])} if kept and case.closed_on else {}
    rows = []
    for serial, result in enumerate(results, start=1):
        row = stored.get(result.key, {"ok": result.ok, "evidence": result.evidence})
        rows.append(
            {"序号": serial, "条件": result.title, "结论": "是" if row["ok"] else "否", "依据": row["evidence"]}
        )
    return rows


def _income_rows(income: Income | None) -> list[Fields]:
    if income is None:
        return []
    names = ("wage", "business", "property_income", "transfer", "business_cost", "claims", "own_payments")
    titles = {name: str(Income._meta.get_field(name).verbose_name) for name in names}  # type: ignore[union-attr]
    return [{"项目": titles[name], "金额": f"{getattr(income, name):,.2f}"} for name in names]


def _income(dossier: Dossier, today: date) -> Income | None:
    visit = dossier.visit
    return visit.income if visit and visit.income else latest_income(dossier.case.household_id, today)


def _months(start: date, end: date) -> int | str:
    """Whole months; nothing where the register does not say the beginning."""
    if start <= BEGINNING:
        return ""
    whole = (end.year - start.year) * 12 + end.month - start.month
    return whole - (end.day < start.day and (end + timedelta(days=1)).day != 1)


def day_words(day: date) -> str:
    """'2026年11月20日'; nothing for a day that the register does not have."""
    return "" if day <= BEGINNING else f"{day.year}年{day.month}月{day.day}日"
