"""The books that departments keep, filled by the real importer: lists of the year's beginning, and for the books that
live from month to month a second list of late, in which jobs ended, wages rose and houses were mended.

What a person is comes from the county; what a list adds (firms, wages, schools) from a seed of its own, so that the
same county has the same books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from accounts.models import Division
from demo import names
from demo.books import PLAIN, Style, write_rows
from demo.county import COUNTY, County, House, everybody
from demo.family import Someone
from records.services.books import BookReport, import_book

Line = dict[str, Any]
# A second list comes so many days before today.
LATE_DAYS = 40
_CSV = Style("csv", "utf-8-sig", 0)
_FIRMS = ["示例制衣厂", "示例电子厂", "示例建筑队", "示例食品厂", "示例物流", "示例家政"]
_TRADES = ["制造业", "建筑业", "批发零售", "居民服务", "交通运输"]
_CHANNELS = ["外出务工", "帮扶车间", "自主创业", "亲友介绍"]
_POSTS = ["保洁员", "护林员", "护路员", "管水员", "护理照料", "协管员"]
_AREAS = [("县内", 50), ("省内县外", 25), ("省外", 25)]


def fill_books(county: County, folder: Path, start: datetime, now: datetime) -> list[BookReport]:
    """Write every book's lists and take them in, each as of its day."""
    place = Division.objects.get(pk=COUNTY[0])
    late = now - timedelta(days=LATE_DAYS)
    reports = [_deliver(code, county, folder, start, place) for code in MAKERS]
    return reports + [_deliver(code, county, folder, late, place, late=True) for code in LIVING]


def _deliver(
    code: str, county: County, folder: Path, at: datetime, place: Division, *, late: bool = False
) -> BookReport:
    rows = list(MAKERS[code](county, Random(f"book {code}"), at.date(), late))
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells: Sequence[Any] = [[_written(row.get(heading, "")) for heading in headings] for row in rows]
    path = folder / "books" / f"{code}-{at:%Y-%m}"
    path = write_rows(path, f"{COUNTY[1]}{at.year}年底册", headings, cells, _CSV if len(rows) > 500 else PLAIN)
    return import_book(book=code, path=path, name=path.name, division=place, actor=None, at=at, listed_on=at.date())


def _written(value: Any) -> Any:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


def _about(person: Someone) -> Line:
    return {"姓名": person.name, "证件号码": person.number}


def _of_house(house: House) -> Line:
    return {"户编号": house.number, "户主姓名": house.head.name, "证件号码": house.head.number}


def _at(house: House) -> Line:
    return {"乡镇": house.village.township, "行政村": house.village.name}


def _some_day(random: Random, before: date, days: int) -> date:
    return before - timedelta(days=random.randint(1, days))


def _jobs(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for _, person in everybody(county.houses):
        draws = [random.random() for _ in range(4)]
        area = random.choices([word for word, _ in _AREAS], [weight for _, weight in _AREAS])[0]
        firm, trade, channel = random.choice(_FIRMS), random.choice(_TRADES), random.choice(_CHANNELS)
        begun, wage = random.randint(200, 900), random.randint(22, 60) * 100
        if not person.able or not 18 <= person.age(on) <= 59:
            continue
        if person.work_months == 0:
            yield {
                **_about(person),
                "是否已务工": "否",
                "就业意愿": "是" if draws[0] < 0.4 else "否",
                "岗位推送次数": int(draws[1] * 4),
            }
            continue
        line = {
            **_about(person), "是否已务工": "是", "务工范围": area, "务工所在省市县": COUNTY[1] if area == "县内" else "示例省",
            "务工企业名称": firm, "所属行业": trade, "就业渠道": channel, "务工月收入": wage,
            "是否点对点输送": "是" if draws[2] < 0.1 else "否",
        }  # fmt: skip
        if not late:
            yield {**line, "开始时间": on - timedelta(days=begun)}
        elif draws[3] < 0.05:
            yield {**line, "结束时间": _some_day(random, on, 30), "返乡日期": on, "返乡原因": "企业停工"}
        elif draws[3] < 0.2:
            yield {**line, "务工月收入": wage + 300}


def _schooling(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    # Of late one child at least does not come to school, and one is said not to.
    lost = ["疑似辍学", "辍学"] if late else []
    for house, person in everybody(county.houses):
        draw = random.random()
        if not 6 <= person.age(on) <= 15:
            continue
        stage = "小学" if person.age(on) < 12 else "初中"
        usual = "送教上门" if draw < 0.01 else "疑似辍学" if late and draw < 0.016 else "在校"
        state = lost.pop() if lost and stage == "初中" else usual
        yield {
            **_about(person), "学校": f"{house.village.township}{stage}", "年级班级": f"{stage}{person.age(on) % 6 + 1}班",
            "学籍号": f"G{person.number}", "在校状态": state, "家长姓名": house.head.name,
            "辍学原因": "厌学" if state in ("疑似辍学", "辍学") else "", "师长": random.choice(names.SURNAMES) + "老师",
        }  # fmt: skip


def _welfare_posts(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for house, person in everybody(county.houses):
        chosen, kind = random.random() < 0.15, random.choice(_POSTS)
        if chosen and house.lifted and 40 <= person.age(on) <= 64:
            yield {
                **_about(person), "岗位名称": f"{house.village.name}{kind}", "岗位类型": kind, "聘用单位": f"{house.village.name}村委会",
                "起": date(on.year, 1, 1), "月补贴": 600, "考勤": "全勤",
            }  # fmt: skip


def _labour_losses(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for _, person in everybody(county.houses):
        grade = random.choice(["一级", "二级", "三级", "四级"])
        if "残疾" in person.health:
            yield {
                **_about(person), "劳动能力": "完全丧失" if grade in ("一级", "二级") else "部分丧失", "原因": "残疾",
                "残疾证号": f"{person.number}4{grade[0].translate(str.maketrans('一二三四', '1234'))}",
                "残疾类别": "肢体", "残疾等级": grade, "现享受": "两项补贴", "核查日期": on,
            }  # fmt: skip


def _low_incomes(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for house in county.houses:
        draw, began = random.random(), _some_day(random, on, 1200)
        poor = house.open or house.income < 9500
        kind = "低保" if draw < 0.3 else "特困" if draw < 0.33 else "低保边缘" if draw < 0.45 else ""
        if not poor or not kind:
            continue
        for person in house.people:
            paid = {"低保": 420, "特困": 780, "低保边缘": 0}[kind] + (30 if late else 0)
            yield {**_about(person), "类别": kind, "起始月": f"{began:%Y%m}", "月保障金": paid, "渐退": "否"}


def _houses(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for house in county.houses:
        draw, graded, built = random.random(), _some_day(random, on, 300), random.randint(1985, 2018)
        structure, area = random.choice(["砖混", "砖木", "土木"]), random.randint(60, 160)
        bad = house.unsafe or draw < 0.004
        line = {
            **_of_house(house), "房屋编号": "1", "建造时间": built, "结构": structure, "层数": 1 + (built > 2005), "面积": area,
            "是否唯一住房": "是", "鉴定机构": "示例房屋鉴定所", "隐患来源": "常规",
        }  # fmt: skip
        if not late:
            yield {
                **line,
                "安全等级": ("C" if draw < 0.002 else "D") if bad else "A" if draw < 0.6 else "B",
                "鉴定日期": graded,
            }
        elif bad and draw < 0.7:
            yield {**line, "安全等级": "A", "鉴定日期": on}


def _relocations(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for house in county.houses:
        draw, moved = random.random(), date(random.randint(2017, 2019), random.randint(1, 12), 1)
        if house.lifted and draw < 0.12:
            yield {
                **_of_house(house), "安置区": f"{house.village.township}安置区", "分散安置": "是" if draw < 0.02 else "否",
                "原住址": f"{house.village.name}{house.group}", "搬迁时间": moved, "旧房拆除": "是", "产业项目": "光伏",
            }  # fmt: skip


def _income_files(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for house in county.houses:
        draw, lost = random.random(), random.randint(5, 40) * 100
        if house.lifted and draw < 0.08:
            yield {
                **_of_house(house), "年度": on.year, "务工减少": lost, "分析": "务工时间减少", "措施": "推荐县内岗位",
                "完成时限": on + timedelta(days=90), "核实人": "乡镇工作人员",
            }  # fmt: skip


def _water_works(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for village in county.villages:
        count = sum(house.village == village for house in county.houses)
        yield {
            "乡镇": village.township, "行政村": village.name, "供水工程": f"{village.name}供水站", "供水方式": random.choice(["集中", "集中", "分散"]),
            "供水户数": count, "水质达标": "否" if random.random() < 0.05 else "是", "年供水保证天数": random.randint(340, 365),
            "管护责任人": random.choice(names.SURNAMES) + "师傅",
        }  # fmt: skip


def _assets(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for number, village in enumerate(county.villages * 2, start=1):
        kind, value = random.choice(["经营性", "公益性"]), random.randint(8, 120)
        due = value * 600 if kind == "经营性" else ""
        yield {
            "乡镇": village.township, "行政村": village.name, "资产编号": f"ZC{number:05d}", "资产名称": f"{village.name}{'大棚' if due else '道路'}",
            "资产类别": kind, "项目名称": "产业发展项目", "年度": 2019 + number % 5, "资金来源": "衔接资金", "投入（万元）": value,
            "购建日期": date(2019 + number % 5, 6, 1), "原值（万元）": value, "现值（万元）": round(value * 0.8, 2), "所有权": village.name,
            "确权日期": date(2019 + number % 5, 12, 1) if random.random() < 0.9 else "", "应收收益（元）": due,
            "已收收益（元）": due if random.random() < 0.85 or not due else 0, "管护人": random.choice(names.SURNAMES) + "会计",
            "资产状况": random.choices(["良好", "低效", "闲置"], [88, 7, 5])[0],
        }  # fmt: skip


def _consultations(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for number in range(1, 4):
        held = on - timedelta(days=30 * number)
        yield {
            "会议日期": held, "主持人": "分管副县长", "参会部门": "医保、民政、教体、住建、人社", "议题": f"{held:%Y年%m月}信息比对结果",
            "议定事项": "预警户按期核实，核实结果反馈部门", "责任单位": "县级主管部门", "时限": held + timedelta(days=20),
            "完成日期": held + timedelta(days=18), "完成情况": "已完成", "纪要文号": f"会商〔{held.year}〕{held.month}号",
        }  # fmt: skip


def _hotline_cases(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for number, house in enumerate(random.sample(county.houses, max(3, len(county.houses) // 300)), start=1):
        came = _some_day(random, on, 90)
        yield {
            **_at(house), "受理编号": f"SL{on:%Y%m}{number:04d}", "受理日期": came, "渠道": random.choice(["信访", "12345", "12317"]),
            "诉求人": house.head.name, "诉求": random.choice(["反映看病花费大", "反映住房漏雨", "咨询低保申请"]), "涉及户": house.number,
            "承办": house.village.township, "时限": came + timedelta(days=15), "结果": "已入户核实并答复", "答复日期": came + timedelta(days=9),
        }  # fmt: skip


def _key_villages(county: County, random: Random, on: date, late: bool) -> Iterator[Line]:
    for village in random.sample(county.villages, max(1, len(county.villages) // 10)):
        yield {
            "乡镇": village.township, "行政村": village.name, "跟踪责任人": "县级包联领导", "措施": "每月调度一次", "起始日期": date(on.year, 1, 1),
        }  # fmt: skip


MAKERS: dict[str, Callable[[County, Random, date, bool], Iterator[Line]]] = {
    "schooling": _schooling,
    "jobs": _jobs,
    "welfare_posts": _welfare_posts,
    "labour_losses": _labour_losses,
    "low_incomes": _low_incomes,
    "income_files": _income_files,
    "houses": _houses,
    "relocations": _relocations,
    "water_works": _water_works,
    "assets": _assets,
    "consultations": _consultations,
    "hotline_cases": _hotline_cases,
    "key_villages": _key_villages,
}
LIVING = ("schooling", "jobs", "low_incomes", "houses", "consultations", "hotline_cases")
