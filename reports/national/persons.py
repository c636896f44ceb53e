"""已脱贫人口名单 and 边缘易致贫人口名单: the same 32 columns (domain.md 4.1 A). One row a person, household values
repeated on each, 人数 on the householder's alone."""

from __future__ import annotations

from datetime import date

from households import register as r
from households.models import Income
from households.models.income import net_per_capita_of
from monitoring.services import register_episodes as e
from reports.national import codes
from reports.national.field import (
    Field,
    cleared,
    everybody,
    listed,
    money,
    monitored,
    month,
    plain,
    the_head,
    turned,
    yes_no,
)
from reports.national.places import county, group, township, village
from reports.national.reading import Row

_BY_VISIT = "下次入户时核实填写"


def one_of_two(row: Row) -> str:
    """Exactly one of 文化程度 and 在校生状况 is filled."""
    if row.member.education and row.member.schooling:
        return "文化程度和在校生状况只能填一个，现在两个都有"
    return "" if row.member.education or row.member.schooling else "文化程度和在校生状况要填一个，现在两个都空"


def one_head(row: Row) -> str:
    """Said once a household, on the row of its first member."""
    family = row.family
    if family.heads == 1 or row.member.membership != family.first:
        return ""
    return "这一户没有户主" if not family.heads else f"这一户有 {family.heads} 名户主"


def sound_number(row: Row) -> str:
    if row.id_number.startswith("999999"):
        return "证件号码以 999999 开头，是还没有号码的人的代号"
    return row.chunk.unsound.get(row.member.person_id, "")


def declared_size(row: Row) -> str:
    declared, there = row.home.declared_size, len(row.family.members)
    if not row.member.is_head or declared is None or declared == there:
        return ""
    return f"登记人数 {declared} 与现有成员 {there} 人不一致"


def per_capita(row: Row) -> str:
    """The last year's, else what the register has."""
    year = row.family.income(Income.Basis.ANNUAL)
    return money(net_per_capita_of(year) if year else row.home.per_capita_income)


def _risk(row: Row) -> str:
    return row.family.risks[0] if row.family.risks else ""


def _identified(row: Row) -> date | None:
    standing = row.family.standing
    return standing.identified_on if standing else None


RELATION = Field(
    r.RELATION,
    lambda row: row.member.relation,
    needed=everybody,
    codes=codes.RELATIONS,
    also=one_head,
    mend="在农户页“家庭变动”里改",
)
NAME = Field(r.NAME, lambda row: row.member.name, needed=everybody)
ID_NUMBER = Field(
    r.ID_NUMBER,
    lambda row: row.id_number,
    22,
    "id",
    needed=everybody,
    also=sound_number,
    mend="在农户页“证件号码更正”里改",
)
NATION = Field(
    r.NATION, lambda row: row.member.nation, 8, needed=everybody, pattern=codes.NATION, form="民族全称，如 汉族"
)
EDUCATION = Field(r.EDUCATION, lambda row: row.member.education, codes=codes.EDUCATION, also=one_of_two)
SCHOOLING = Field(r.SCHOOLING, lambda row: row.member.schooling, codes=codes.SCHOOLING)
HEALTH = Field(r.HEALTH, lambda row: listed(row.member.health), needed=everybody, codes=codes.HEALTH, listed=True)
SKILL = Field(r.SKILL, lambda row: row.member.labour_skill, 14, needed=everybody, codes=codes.SKILLS)
INSURANCE = Field(
    r.INSURANCE, lambda row: row.member.serious_illness_insurance, 10, needed=everybody, codes=codes.YES_NO
)
UNSAFE_HOUSE = Field(
    r.UNSAFE_HOUSE, lambda row: turned(row.family.seen("housing_ok")), 8, needed=everybody, mend=_BY_VISIT, shared=True
)
SAFE_WATER = Field(
    r.SAFE_WATER, lambda row: yes_no(row.family.seen("water_ok")), 10, needed=everybody, mend=_BY_VISIT, shared=True
)
HOUSEHOLD = Field(r.HOUSEHOLD, lambda row: row.home.number, 18, needed=everybody, shared=True)
HOUSEHOLD_PHONE = Field(
    r.HOUSEHOLD_PHONE,
    lambda row: row.home.phone,
    14,
    "phone",
    pattern=codes.MOBILE,
    form="11 位手机号",
    shared=True,
)
PERSON_PHONE = Field(
    r.PERSON_PHONE, lambda row: row.member.phone, 14, "phone", pattern=codes.MOBILE, form="11 位手机号"
)
CATEGORY = Field(r.CATEGORY, lambda row: row.home.category, needed=everybody, codes=codes.CATEGORIES, shared=True)
TYPE = Field(
    e.TYPE,
    lambda row: row.family.standing.turn.monitored_type if row.family.standing else "",
    14,
    needed=monitored,
    codes=codes.TYPES,
    shared=True,
)
CLEARED = Field(
    e.CLEARED,
    lambda row: yes_no(cleared(row)) if row.family.standing else "",
    8,
    needed=monitored,
    codes=codes.YES_NO,
    shared=True,
)
IDENTIFIED_ON = Field(e.IDENTIFIED_ON, lambda row: month(_identified(row)), 10, needed=monitored, shared=True)
CLEARED_ON = Field(
    e.CLEARED_ON,
    lambda row: month(row.family.standing.known_cleared_on) if row.family.standing else "",
    10,
    needed=cleared,
    shared=True,
)
INCOME = Field(
    r.INCOME,
    per_capita,
    needed=everybody,
    pattern=codes.AMOUNT,
    form="不小于 0 的金额",
    mend="补录年度收入后再导",
    shared=True,
)

PERSONS: tuple[Field, ...] = (
    # 序号 is the sheet's running number.
    Field("数据日期", lambda row: f"{row.chunk.on:%Y%m%d}", 10, shared=True),
    county(r.COUNTY),
    township(r.TOWNSHIP),
    village(r.VILLAGE),
    group(r.GROUP),
    HOUSEHOLD,
    Field(r.PERSON_NUMBER, lambda row: row.member.number, 18),
    NAME,
    ID_NUMBER,
    Field(
        r.SIZE,
        lambda row: str(len(row.family.members)) if row.member.is_head else "",
        6,
        needed=the_head,
        also=declared_size,
    ),
    RELATION,
    NATION,
    EDUCATION,
    SCHOOLING,
    HEALTH,
    SKILL,
    Field(
        r.WORK_MONTHS,
        lambda row: plain(row.member.work_months),
        10,
        pattern=codes.MONTHS_A_YEAR,
        form="0 到 12 的月数",
    ),
    INSURANCE,
    Field(e.RISK, _risk, needed=monitored, codes=codes.RISKS, mend="在监测档案里改主要风险", shared=True),
    UNSAFE_HOUSE,
    SAFE_WATER,
    INCOME,
    HOUSEHOLD_PHONE,
    PERSON_PHONE,
    Field(r.FIRST_IDENTIFIED, lambda row: month(row.home.first_identified_on), 10, shared=True),
    Field(r.PERSON_IDENTIFIED, lambda row: month(row.member.identified_on), 10),
    CATEGORY,
    TYPE,
    CLEARED,
    IDENTIFIED_ON,
    CLEARED_ON,
)
