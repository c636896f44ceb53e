"""The register of the made-up county as the national system exports it: one row per person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from demo.county import COUNTY, County, House
from demo.family import Someone
from demo.quirks import Cell, written_number
from sheets.write import SheetColumn, SheetLayout, write_sheet

HEADINGS = (
    "序号", "县(市、区、旗)", "乡(镇)", "行政村", "自然村", "户编号", "人编号", "姓名", "证件号码", "人数", "与户主关系", "民族",
    "文化程度", "在校生状况", "健康状况", "劳动技能", "务工时间（月）", "是否参加大病保险", "致贫原因1", "危房户", "是否解决安全饮用水",
    "人均纯收入", "户联系电话", "人联系电话", "首次识别时间", "人员识别时间", "户类型", "易返贫致贫户(监测对象)类型", "风险是否消除",
    "风险识别时间", "风险消除时间",
)  # fmt: skip
# The same risks in the spellings of other years' files.
SPELLINGS = {"因务工就业不稳": "务工就业不稳", "缺劳动力": "因缺劳动力", "因产业项目失败": "因产业失败"}
BROKEN_SHARE = 0.004


def write_register(county: County, path: Path, today: date) -> int:
    """Write the register; the number of rows."""
    columns = tuple(SheetColumn((heading,), 14) for heading in HEADINGS)
    layout = SheetLayout(
        f"{COUNTY[1]}防止返贫监测基础信息（演示数据）",
        columns,
        info=("填报单位：演示", f"填报日期：{today}"),
        footer=(),
    )
    return write_sheet(path, layout, _rows(county))


def _rows(county: County) -> Iterator[list[Cell]]:
    random = Random("register")
    serial = 0
    for house in county.houses:
        shared = _of_household(random, house)
        for place, person in enumerate(house.people, start=1):
            serial += 1
            yield [str(cell) for cell in _row(random, serial, house, place, person, shared)]


def _of_household(random: Random, house: House) -> dict[str, Cell]:
    watched = house.watched
    values: dict[str, Cell] = {
        "危房户": "是" if house.unsafe else "否",
        "是否解决安全饮用水": "是",
        "人均纯收入": house.income,
        "户联系电话": house.head.phone,
        "首次识别时间": f"{random.randint(2013, 2017)}{random.randint(1, 12):02d}" if house.lifted else "",
        "户类型": "脱贫户" if house.lifted else "一般农户",
    }
    if watched:
        spelling = SPELLINGS.get(watched.risk, watched.risk) if random.random() < 0.3 else watched.risk
        values |= {
            "致贫原因1": spelling,
            "易返贫致贫户(监测对象)类型": watched.monitored_type,
            "风险是否消除": "是" if watched.cleared_on else "否",
            "风险识别时间": f"{watched.identified_on:%Y%m}",
            "风险消除时间": f"{watched.cleared_on:%Y%m}" if watched.cleared_on else "",
        }
    return values


def _row(random: Random, serial: int, house: House, place: int, person: Someone, shared: dict[str, Cell]) -> list[Cell]:
    cells: dict[str, Cell] = shared | {
        "序号": serial,
        "县(市、区、旗)": COUNTY[1],
        "乡(镇)": house.village.township,
        "行政村": house.village.name,
        "自然村": house.group,
        "户编号": house.number,
        "人编号": f"{house.number}{place:02d}",
        "姓名": person.name,
        "证件号码": written_number(random, person.number, broken=BROKEN_SHARE),
        "人数": len(house.people) if place == 1 else "",
        "与户主关系": person.relation,
        "民族": person.nation,
        "文化程度": person.education,
        "在校生状况": person.schooling,
        "健康状况": person.health,
        "劳动技能": person.skill,
        "务工时间（月）": person.work_months or "",
        "是否参加大病保险": "是",
        "人联系电话": person.phone,
    }
    return [cells.get(heading, "") for heading in HEADINGS]
