"""What stands in 防止返贫监测对象信息采集表 (domain.md 5.2 F3): nine sections, filled from every floor."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F

from assistance import catalogue
from households.models import Household, Income, SupportClass
from monitoring.models import Episode
from reports.asof.problems import HOUSING
from reports.household.guarantees import Guarantee, Records, guarantees
from reports.national.field import month, plain, yes_no
from reports.national.narrow import Home, narrow
from reports.national.reading import Chunk, Row
from sheets.clean import mask_id, mask_phone

_MONEY = (
    ("工资性收入", "wage"),
    ("生产经营性收入", "business"),
    ("财产性收入", "property_income"),
    ("转移性收入", "transfer"),
    ("生产经营性支出", "business_cost"),
    ("家庭纯收入", "net"),
    ("家庭人均纯收入", "net_per_capita"),
    ("家庭理赔收入", "claims"),
    ("合规自付支出", "own_payments"),
    ("参考人均纯收入", "reference_per_capita"),
)
_LAND = ("牧草地", "水面", "林地", "退耕还林", "林果")
MOST_RISKS, MOST_FAULTS = 5, 2
# Lines for members whom the register does not know yet.
BLANK_ROWS, LEAST_ROWS = 2, 4


def collection(household: Household, on: date) -> dict[str, Any]:
    """The nine sections as they stand on a day. What nobody has recorded is empty, to be written in."""
    rows = _members(household, on)
    found = guarantees(household, Records.of(household), on)
    episode = household.episodes.order_by("-serial").first()
    return {
        "household": household,
        "head": next((row for row in rows if row.member.is_head), None),
        "phone": mask_phone(household.phone) if household.phone else "",
        "relocated": SupportClass.RELOCATED in household.support_classes,
        "episode": episode,
        "risks": _risks(episode),
        "members": [_member(row) for row in rows],
        "blank_rows": range(max(BLANK_ROWS, LEAST_ROWS - len(rows))),
        "guarantees": [_told(one) for one in found],
        "money": _money(list(household.incomes.as_of(on).order_by("-ends_on", "-id"))),
        "measures": _measures(rows),
        "helper": household.helper,
        "living": _living(rows, next(one for one in found if one.topic is HOUSING)),
        "cleared": _cleared(episode),
        "collector": rows[0].family.collector if rows else None,
    }


def _members(household: Household, on: date) -> list[Row]:
    """Those of the day, the householder first."""
    homes = Household.objects.filter(pk=household.pk).annotate(place=F("village_id"))
    families = Chunk(list(narrow(homes, Home)), on).families()
    return [row for family in families for row in family.rows()]


def _risks(episode: Episode | None) -> list[str]:
    risks = list(episode.risks) if episode else []
    return (risks + [""] * MOST_RISKS)[:MOST_RISKS]


def _member(row: Row) -> dict[str, Any]:
    person = row.member
    job = next((job for job in row.kept(row.chunk.jobs) if job.working), None)
    return {
        "姓名": person.name,
        "性别": person.sex,
        "证件号码": mask_id(row.id_number),
        "与户主关系": person.relation,
        "民族": person.nation,
        "文化程度": person.education,
        "在校生情况": person.schooling,
        "健康状况": person.health,
        "劳动技能": person.labour_skill,
        "务工地点": job.where if job else "",
        "务工月数": plain(person.work_months),
        "大病保险": person.serious_illness_insurance,
        "低保": "是" if row.supported(SupportClass.SUBSISTENCE) else "",
        "特困": "是" if row.supported(SupportClass.DESTITUTE) else "",
    }


def _told(guarantee: Guarantee) -> tuple[str, str, date | None, str]:
    """项目, 结论, 核实日期 and 问题: as the household page judges, but for a person to write where records disagree."""
    by = guarantee.verdict
    faults = [one.words for one in guarantee.said if not one.ok] if guarantee.state != "ok" else []
    wants = "要核对：" if faults and by is None else ""
    return (
        guarantee.title,
        guarantee.words if by else "",
        by.on if by else None,
        wants + "；".join(faults[:MOST_FAULTS]),
    )


def _money(incomes: list[Income]) -> dict[str, Any]:
    """Amounts at identification, at clearing and as last recorded; newest first is how they come."""
    of_basis = {basis: next((one for one in incomes if one.basis == basis), None) for basis in Income.Basis.values}
    shown = [of_basis[Income.Basis.IDENTIFY], of_basis[Income.Basis.CLEAR], incomes[0] if incomes else None]
    return {
        "ends": [one.ends_on if one else None for one in shown],
        "rows": [(title, [f"{getattr(one, name):,.2f}" if one else "" for one in shown]) for title, name in _MONEY],
    }


def _measures(rows: list[Row]) -> list[tuple[str, str]]:
    """All fifteen categories of the national file, the sum of the others first."""
    if not rows:
        return [(category, "") for category in (catalogue.DEVELOPMENT_DONE, *catalogue.CATEGORIES)]
    given = rows[0].family.help
    done = "" if rows[0].family.standing is None else "已实施" if given.developed else "尚未实施"
    each = [(category, "、".join(given.items.get(category, ()))) for category in catalogue.CATEGORIES]
    return [(catalogue.DEVELOPMENT_DONE, done), *each]


def _living(rows: list[Row], housing: Guarantee) -> list[tuple[str, str]]:
    """Those that are kept, then those to be written in."""
    if not rows:
        return []
    family = rows[0].family
    houses = family.chunk.houses.get(family.home.id, ())
    area = next((house.area for house in houses if house.area), None) or family.seen("house_area")
    grade = next((house.grade for house in houses if house.grade), "") or family.seen("house_grade") or ""
    kept = [
        ("耕地（亩）", plain(family.seen("farmland"))),
        ("与村主干路距离（公里）", plain(family.seen("road_km"))),
        ("住房面积（平方米）", plain(area)),
        ("房屋等级", grade),
        ("危房户", yes_no(None if housing.verdict is None else not housing.verdict.ok)),
    ]
    written = [(f"{land}（亩）", "") for land in _LAND]
    return [
        *kept,
        *written,
        *((title, "") for title in ("入户路类型", "主要燃料", "生活用电", "广播电视", "合作组织", "带头人带动")),
    ]


def _cleared(episode: Episode | None) -> dict[str, str]:
    if episode is None or episode.state != Episode.State.CLEARED:
        return {"方式": "", "时间": ""}
    return {"方式": episode.clear_method, "时间": month(episode.cleared_on)}
