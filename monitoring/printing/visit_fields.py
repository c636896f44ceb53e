"""What stands in the forms that are taken into a home: the check (F2) and the follow-up (F9), filled or to be filled."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from households.history import ABLE
from households.models import Household, Income, Membership
from households.models.person import HEAD
from monitoring.models import Visit
from monitoring.printing.fields import Fields, day_words
from monitoring.visit_sections import sections_for
from sheets.clean import mask_phone

STOOD = {"same": "与上次相同", "changed": "有变化"}
UNSEEN = "没看"
_TITLES = {
    Visit.Kind.CHECK: "防止返贫动态监测入户核实表",
    Visit.Kind.CLEARING: "风险消除入户核查表",
    Visit.Kind.FOLLOW_UP: "防止返贫监测走访记录",
}
# The rows of F9, and the section of the visit that answers each.
FOLLOW_UP = (
    ("收入变化", "income"),
    ("支出变化", "spending"),
    ("家庭成员变化", "people"),
    ("务工状态", "work"),
    ("住房和饮水", "home"),
    ("上学和医保", "school"),
    ("享受政策和措施落实", "policies"),
    ("新的风险和诉求", "finding"),
)
_CONDITIONS = (
    ("住房安全", "housing_ok"),
    ("饮水安全", "water_ok"),
    ("义务教育", "schooling_ok"),
    ("基本医疗", "insurance_ok"),
)


def home_fields(household: Household | None, members: Iterable[Membership]) -> Fields:
    """Whose home it is; empty for a form that is to be filled anywhere."""
    people = list(members)
    head = next((row.person for row in people if row.relation == HEAD), None)
    village = household.village if household else None
    return {
        "县名": village.parent.parent.name if village and village.parent and village.parent.parent else "",
        "乡镇名": village.parent.name if village and village.parent else "",
        "村名": village.name if village else "",
        "村组": household.group_name if household else "",
        "户编号": household.number if household else "",
        "户类型": household.category if household else "",
        "户主": head.name if head else "",
        "联系电话": mask_phone(household.phone) if household and household.phone else "",
        "家庭人口": len(people) or "",
        "劳动力": sum(row.person.labour_skill in ABLE for row in people) if people else "",
        "成员": [
            {
                "姓名": row.person.name,
                "与户主关系": row.relation,
                "健康状况": row.person.health,
                "劳动技能": row.person.labour_skill,
                "在校生状况": row.person.schooling,
            }
            for row in people
        ],
    }


def blank_visit(kind: str, household: Household | None, members: Iterable[Membership]) -> Fields:
    """The form to fill by hand where there is no signal; of a household, with what the register knows."""
    home = home_fields(household, members)
    return {
        **home,
        "标题": _TITLES[Visit.Kind(kind)],
        "空行": range(max(0, 6 - len(home["成员"]))),
        "核实人": [{}, {}],
        "收支": {},
        "自付": {},
        "三保障": [(title, None) for title, _ in _CONDITIONS],
        "空白": True,
        "情况": [{"项目": title, "结果": "", "内容": ""} for title, _ in FOLLOW_UP],
    }


def visit_fields(visit: Visit, members: Iterable[Membership]) -> Fields:
    """The form as the visit was recorded."""
    answers = json.loads(visit.answers) if visit.answers else {}
    spent = answers.get("spending", {})
    return {
        **home_fields(visit.household, members),
        "标题": _TITLES[Visit.Kind(visit.kind)],
        "核实日期": day_words(visit.visited_on),
        "方式": "电话" if visit.by_phone else "入户",
        "线索来源": visit.clue.get_channel_display() if visit.clue else "",
        "线索编号": visit.clue.number if visit.clue else "",
        "核实人": [_visitor(row) for row in visit.visitors.all()],
        "务工人数": answers.get("work", {}).get("workers", ""),
        "收支": _money(visit.income),
        "自付": {title: spent.get(name, "") for title, name in _SPENT},
        "三保障": [(title, _seen(visit, name)) for title, name in _CONDITIONS],
        "房屋等级": visit.condition.get_house_grade_display() if visit.condition else "",
        "说明": visit.condition.note if visit.condition else "",
        "主要困难": visit.difficulties,
        "自身应对能力": visit.coping,
        "现享受政策": visit.policies,
        "是否有风险": _risky(visit),
        "风险类型": "、".join(visit.risks),
        "核实结论": visit.get_finding_display(),
        "建议": visit.advice,
        "照片": visit.photos.count(),
        "定位": "有" if visit.location.get("latitude") else "",
        "情况": _followed(visit, answers),
        "空白": False,
    }


_SPENT = (("医疗", "medical"), ("教育", "education"), ("住房", "housing"), ("其他", "other"))
_AMOUNTS = (
    ("工资性收入", "wage"),
    ("生产经营性收入", "business"),
    ("财产性收入", "property_income"),
    ("转移性收入", "transfer"),
    ("生产经营性支出", "business_cost"),
    ("合规自付支出", "own_payments"),
    ("家庭纯收入", "net"),
    ("人均纯收入", "net_per_capita"),
)


def _money(income: Income | None) -> Fields:
    return {title: f"{getattr(income, name):,.2f}" for title, name in _AMOUNTS} if income else {}


def _visitor(row: Any) -> Fields:
    return {"姓名": row.name, "单位": row.unit, "电话": row.user.phone if row.user else ""}


def _seen(visit: Visit, name: str) -> bool | None:
    value: bool | None = getattr(visit.condition, name) if visit.condition else None
    return value


def _risky(visit: Visit) -> str:
    if visit.finding in (Visit.Finding.TRUE, Visit.Finding.PARTLY) or visit.risks:
        return "是"
    return "否" if visit.finding == Visit.Finding.UNFOUNDED else ""


def _followed(visit: Visit, answers: dict[str, Any]) -> list[Fields]:
    """The rows of F9: how each section stood and what was answered; what was not looked at says so."""
    sections = {section.key: section for section in sections_for(visit.kind)}
    return [
        {
            "项目": title,
            "结果": STOOD.get(visit.sections.get(key, ""), UNSEEN) if sections[key].compares else "",
            "内容": sections[key].summary(answers.get(key, {})),
        }
        for title, key in FOLLOW_UP
        if key in sections
    ]
