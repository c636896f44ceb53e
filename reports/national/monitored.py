"""（自定义）监测对象信息: the headings of domain.md 4.1 C, group by group. One row a person of a monitored household.

What this program keeps nothing for goes up empty; the pre-check says which columns those are. The sheet of the source
is wider, and only the headings named there are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from households.models import SupportClass
from monitoring.risks import Risk
from records.models import Schooling, WelfarePost
from reports.national import codes
from reports.national import persons as p
from reports.national.field import (
    Field,
    cleared,
    everybody,
    missing,
    money,
    of_household,
    plain,
    turned,
)
from reports.national.narrow import Job, School
from reports.national.places import county, township, village
from reports.national.reading import Row

_MOST_RISKS = 5
_POSTS = dict(WelfarePost.Kind.choices)
_NO_SCHOOL = (Schooling.State.SUSPENDED, Schooling.State.DEFERRED)
_BY_VISIT = "下次入户时核实填写"
_AMOUNT = "不小于 0 的金额"


def _risk(place: int) -> Field:
    def read(row: Row) -> str:
        risks = row.family.risks
        return risks[place - 1] if len(risks) >= place else ""

    return Field(f"致贫/返贫风险{place}", read, needed=everybody if place == 1 else None, codes=codes.RISKS)


def _income(heading: str, name: str, *, needed: bool = True) -> Field:
    def read(row: Row) -> str:
        income = row.family.income()
        return money(getattr(income, name)) if income else ""

    return Field(
        heading, read, needed=everybody if needed else None, pattern=codes.AMOUNT, form=_AMOUNT, mend="走访时采集收入"
    )


def _destitute_pay(row: Row) -> str:
    """The part of the transfers that is 特困供养金, where it was written down by itself."""
    income = row.family.income()
    items = (income.transfers if income else None) or {}
    paid = [Decimal(str(amount)) for title, amount in items.items() if "特困" in title]
    return money(sum(paid, Decimal(0))) if paid else ""


def _flag(heading: str, name: str, *, of: Callable[[bool | None], str] = turned) -> Field:
    return Field(heading, lambda row: of(row.family.seen(name)), needed=everybody, codes=codes.YES_NO, mend=_BY_VISIT)


def _after(heading: str, name: str) -> Field:
    """A guarantee as it was found after the clearing."""

    def read(row: Row) -> str:
        return turned(row.family.seen(name, since=row.family.cleared_on)) if row.family.cleared_on else ""

    return Field(heading, read, needed=cleared, codes=codes.YES_NO, mend="消除后走访时核实填写")


def _paid_after(row: Row) -> str:
    income = row.family.income(since=row.family.cleared_on) if row.family.cleared_on else None
    return money(income.own_payments) if income else ""


def _measures(category: str, heading: str = "") -> Field:
    return Field(heading or category, lambda row: ",".join(row.family.help.items.get(category, ())), 16)


def _developed(row: Row) -> str:
    return "已实施" if row.family.help.developed else "尚未实施"


def _without_labour(row: Row) -> str:
    standing = row.family.standing
    if row.home.whole_without_labour or (standing and standing.secured):
        return "是"
    # 否 only where the register shows somebody who can work; otherwise nobody has said.
    return "否" if row.family.has_workers else ""


def _medical_relief(row: Row) -> str:
    return "是" if any("医疗救助" in item for items in row.family.help.items.values() for item in items) else ""


def _subsistence(row: Row) -> str:
    return "农村低保" if row.supported(SupportClass.SUBSISTENCE) else ""


def _destitute(row: Row) -> str:
    return "农村特困" if row.supported(SupportClass.DESTITUTE) else ""


def _birthday(row: Row) -> str:
    return row.id_number[6:14]


def _school(row: Row) -> School | None:
    return next(iter(row.kept(row.chunk.schooling)), None)


def _not_at_school(row: Row) -> str:
    found = _school(row)
    return str(Schooling.State(found.state).label) if found and found.state in _NO_SCHOOL else ""


def _left_school(row: Row) -> str:
    found = _school(row)
    return found.leaving_reason if found and found.state in Schooling.OUT_OF_SCHOOL else ""


def _job(row: Row) -> Job | None:
    return next((job for job in row.kept(row.chunk.jobs) if job.working), None)


def _work_place(row: Row) -> str:
    job = _job(row)
    return job.where if job else ""


def _channel(row: Row) -> str:
    job = _job(row)
    return job.channel if job else ""


def _post(row: Row) -> str:
    return ",".join(dict.fromkeys(str(_POSTS.get(post.kind, post.kind)) for post in row.kept(row.chunk.posts)))


def _post_months(row: Row) -> str:
    """Whole and begun months of this year in posts."""
    posts, on = row.kept(row.chunk.posts), row.chunk.on
    if not posts:
        return ""
    begun = max(min(post.from_on for post in posts), date(on.year, 1, 1))
    return str(on.month - begun.month + 1)


def _house_area(row: Row) -> str:
    houses = row.chunk.houses.get(row.home.id, ())
    return plain(next((house.area for house in houses if house.area), None) or row.family.seen("house_area"))


def _collector(row: Row) -> str:
    return row.family.collector.name if row.family.collector else ""


def _collector_phone(row: Row) -> str:
    return row.family.collector.phone if row.family.collector else ""


def _has(risk: str) -> Callable[[Row], bool]:
    return lambda row: risk in row.family.risks


_PLACE = (county("县"), township("乡"), village("村"), p.HOUSEHOLD)
_PERSON = (
    Field("证件类型", lambda row: "居民身份证", needed=everybody, codes=codes.CARDS),
    p.ID_NUMBER,
    Field("性别", lambda row: row.member.sex, 6, needed=everybody, codes=codes.SEX),
    Field("出生日期", _birthday, 10, needed=everybody),
    p.NATION,
    p.RELATION,
    p.EDUCATION,
    p.SCHOOLING,
    Field("义务教育阶段未上学原因", _not_at_school),
    Field("失学或辍学原因", _left_school, mend="在就学底册里改"),
    p.HEALTH,
    p.SKILL,
    replace(p.PERSON_PHONE, heading="家庭成员联系电话"),
    p.HOUSEHOLD_PHONE,
)
_STATUS = (
    p.CATEGORY,
    replace(p.TYPE, heading="监测对象类别"),
    Field("整户无劳动能力兜底保障户", _without_labour, needed=everybody, codes=codes.YES_NO),
    Field("是否兜底保障户", _without_labour, needed=everybody, codes=codes.YES_NO),
)
_RISK = (
    *(_risk(place) for place in range(1, _MOST_RISKS + 1)),
    missing("因自然灾害子项", needed=_has(Risk.DISASTER)),
    missing("其他备注", needed=_has(Risk.OTHER)),
    replace(p.IDENTIFIED_ON, heading="识别监测时间"),
    replace(p.CLEARED, heading="风险是否已消除"),
    replace(p.CLEARED_ON, heading="消除监测时间"),
    Field(
        "风险消除方式",
        lambda row: row.family.standing.method if row.family.standing else "",
        needed=cleared,
        codes=codes.CLEARED_BY,
        mend="档案导入的消除没有方式，上传前在工作簿里补填",
    ),
)
_WELFARE = (
    missing("是否参加城乡居民基本医疗保险"),
    missing("是否参加城镇职工基本医疗保险"),
    p.INSURANCE,
    missing("是否参加城乡居民基本养老保险"),
    missing("是否参加城镇职工基本养老保险"),
    Field("是否接受医疗救助", _medical_relief, codes=codes.YES_NO, shared=True),
    Field("享受低保政策情况", _subsistence, codes=codes.SUBSISTENCE),
    Field("享受特困供养政策情况", _destitute, codes=codes.DESTITUTE),
)
_WORK = (
    Field("务工所在地", _work_place, 16),
    Field("就业渠道（易地搬迁后扶使用）", _channel, 14),
    Field("公益性岗位", _post),
    Field("公益性岗位(月数)", _post_months, 8),
)
_LIVING = (
    replace(p.UNSAFE_HOUSE, heading="是否危房户"),
    Field("住房面积", _house_area, needed=everybody, pattern=codes.AMOUNT, form="平方米数", mend=_BY_VISIT),
    p.SAFE_WATER,
    missing("是否通生活用电"),
    missing("是否有卫生厕所"),
    missing("入户道路是否硬化"),
    Field("与村主干路距离", lambda row: plain(row.family.seen("road_km")), pattern=codes.AMOUNT, form="公里数"),
    Field("耕地面积（亩）", lambda row: plain(row.family.seen("farmland")), pattern=codes.AMOUNT, form="亩数"),
    *map(missing, ("林地面积（亩）", "退耕还林面积（亩）", "林果面积（亩）", "牧草地面积", "水面面积")),
)
_GUARANTEES = (
    _flag("是否义务教育阶段适龄儿童少年失学辍学", "schooling_ok"),
    _flag("是否有家庭成员未参加城乡居民（职工）基本医疗保险", "insurance_ok"),
    _flag("是否住房出现安全问题", "housing_ok"),
    _flag("是否饮水出现安全问题", "water_ok"),
)
_MONEY = (
    _income("工资性收入", "wage"),
    _income("生产经营性收入", "business"),
    _income("转移性收入", "transfer"),
    Field("特困人员救助供养金", _destitute_pay, pattern=codes.AMOUNT, form=_AMOUNT),
    replace(p.INCOME, heading="人均纯收入（元）"),
    _income("合规自付支出", "own_payments"),
)
_MEASURES = (
    Field("实施开发式帮扶措施情况", _developed, needed=everybody, codes=codes.DONE),
    _measures("产业帮扶"),
    _measures("就业帮扶"),
    _measures("金融帮扶"),
    _measures("公益岗位帮扶", "公益性岗位帮扶"),
    missing("公益性岗位帮扶其他备注"),
    _measures("住房安全保障"),
    _measures("饮水安全保障"),
    _measures("健康帮扶"),
    _measures("义务教育保障"),
    _measures("教育帮扶"),
    _measures("综合保障"),
    _measures("社会帮扶"),
    _measures("搬迁"),
    _measures("生产生活条件改善"),
    _measures("基础设施建设"),
)
_AFTER = (
    _after("风险消除后是否义务教育阶段适龄儿童少年失学辍学", "schooling_ok"),
    _after("风险消除后是否住房损毁", "housing_ok"),
    _after("风险消除后是否饮水设施损毁", "water_ok"),
    Field("风险消除后合规自付支出", _paid_after, needed=cleared, mend="消除后走访时采集收入和支出"),
)
_COLLECTOR = (
    Field("信息采集人", _collector, needed=everybody, mend="入户走访后由记录人带出"),
    Field(
        "信息采集人联系电话",
        _collector_phone,
        14,
        "phone",
        needed=everybody,
        pattern=codes.MOBILE,
        form="11 位手机号",
        mend="在人员管理里补填干部电话",
    ),
)
MONITORED: tuple[Field, ...] = (
    *_PLACE,
    *_PERSON,
    *of_household(*_STATUS, *_RISK),
    *_WELFARE,
    *_WORK,
    *of_household(*_LIVING, *_GUARANTEES, *_MONEY, *_MEASURES, *_AFTER, *_COLLECTOR),
)
