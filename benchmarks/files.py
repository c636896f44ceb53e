"""The twelve departments' files of a month: six CSV and six xlsx, 40 % of the rows in xlsx, as departments make them.

80 % of the rows name somebody registered; about 3 in 100 numbers are written badly (small x, a blank inside, full
width, an apostrophe, 15 digits) and every seventh of those is wrong; 3 rows in 1,000 stand there twice. The rows as a
careful person would key them (cleaned, sound, once each) go beside them as tab-separated text for the floor.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.county import END, SEED, County
from benchmarks.workbook import write_workbook

CSV_ROWS, XLSX_ROWS = 200_000, 800_000 // 6
# Changes whenever the content of the files does.
EDITION = 2
_REGISTERED, _BADLY_WRITTEN, _TWICE = 0.8, 0.03, 0.003
_TOWNS = [f"第{t + 1}镇{v + 1}村" for t in range(15) for v in range(14)]
_HOSPITALS = ["县人民医院", "县中医院", "市第一人民医院", "石桥镇卫生院", "青杨乡卫生院"]
_DISEASES = ["高血压", "糖尿病", "肺炎", "骨折", "脑梗死", "冠心病", "阑尾炎", "肿瘤"]
_SCHOOLS = ["守望县第一小学", "守望县第二小学", "石桥镇中心小学", "县第一中学", "县职业中学"]

Cell = str | float | int | date
Make = Callable[[Random, str], Cell]


@dataclass(frozen=True)
class File:
    """One department's file: its feed, its form, its rows at SCALE 1, its own columns."""

    feed: str
    form: str  # utf-8-sig, gb18030 or xlsx
    columns: tuple[tuple[str, Make], ...]
    id_heading: str = "证件号码"

    @property
    def name(self) -> str:
        return f"{self.feed}.{'xlsx' if self.form == 'xlsx' else 'csv'}"

    @property
    def headings(self) -> list[str]:
        return ["序号", "姓名", self.id_heading, "乡镇/村", *(heading for heading, _ in self.columns)]

    def rows(self, scale: float) -> int:
        return max(40, int((XLSX_ROWS if self.form == "xlsx" else CSV_ROWS) * scale))


def words(*choices: str) -> Make:
    return lambda random, number: choices[int(random.random() * len(choices))]


def rarely(share: float, rare: Make, usual: Make) -> Make:
    """`rare` in `share` of the rows."""
    return lambda random, number: (rare if random.random() < share else usual)(random, number)


def money(middle: float, spread: float) -> Make:
    """Log-normal amounts in yuan with cents; `middle` is the median."""
    from math import log

    return lambda random, number: round(random.lognormvariate(log(middle), spread), 2)


def number(low: int, high: int) -> Make:
    return lambda random, _: random.randint(low, high)


def days_back(least: int, most: int) -> Make:
    return lambda random, _: END - timedelta(days=random.randint(least, most))


def says(word: str) -> Make:
    return lambda random, _: word


def born(random: Random, number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def code(prefix: str) -> Make:
    return lambda random, _: f"{prefix}{random.randint(0, 10**9):09d}"


FILES = (
    File(
        "medical_costs",
        "gb18030",
        (
            ("就医类别", words("住院", "门诊慢特病")),
            ("结算日期", days_back(0, 30)),
            ("医疗机构", words(*_HOSPITALS)),
            ("疾病名称", words(*_DISEASES)),
            ("医疗总费用", money(2600, 0.9)),
            ("基本医保支付", money(1500, 0.9)),
            ("个人自付", money(330, 1.3)),
            ("个人自费", money(90, 1.0)),
        ),
    ),
    File(
        "insurance_status",
        "utf-8-sig",
        (
            ("参保年度", says("2026")),
            ("参保状态", rarely(0.008, words("未参保", "中断"), says("已参保"))),
            ("险种", words("城乡居民", "职工")),
            ("参保地", words("守望县", "邻县")),
            ("缴费日期", days_back(200, 400)),
            ("资助类别", words("", "", "低保", "特困", "监测对象")),
            ("资助金额", number(0, 400)),
            ("备注", code("CB")),
        ),
    ),
    File(
        "education_costs",
        "gb18030",
        (
            ("学段", words("学前", "小学", "初中", "高中", "大学")),
            ("学校", words(*_SCHOOLS)),
            ("学年", says("2026-2027")),
            ("学费", money(1800, 0.8)),
            ("住宿费", number(0, 1200)),
            ("教科书费", number(0, 600)),
            ("资助金额", number(0, 2000)),
            ("自付金额", money(660, 1.1)),
        ),
    ),
    File(
        "water",
        "utf-8-sig",
        (
            ("供水工程名称", words("东沟水厂", "西岭水厂", "石桥供水站")),
            ("供水方式", words("集中供水", "分散供水")),
            ("水量", rarely(0.004, number(5, 19), number(35, 120))),
            ("水质结论", rarely(0.003, says("不合格"), says("合格"))),
            ("取水时间", rarely(0.002, number(21, 60), number(0, 18))),
            ("缺水天数", number(0, 30)),
            ("处理措施", words("", "", "管网维修", "送水")),
            ("完成日期", days_back(0, 90)),
        ),
    ),
    File(
        "employment",
        "gb18030",
        (
            ("就业状态", rarely(0.03, says("失业"), says("就业"))),
            ("务工单位", words("县服装厂", "某建筑公司", "某物流公司", "个体")),
            ("务工所在县", words("守望县", "邻县", "外省")),
            ("月收入", money(3600, 0.4)),
            ("失业日期", days_back(10, 200)),
            ("返乡日期", days_back(0, 200)),
            ("求职意愿", words("是", "否")),
            ("培训需求", words("是", "否")),
        ),
    ),
    File(
        "industry_losses",
        "utf-8-sig",
        (
            ("产业", words("生猪", "柑橘", "茶叶", "水稻")),
            ("规模", number(1, 60)),
            ("损失原因", words("疫病", "滞销", "霜冻", "干旱")),
            ("损失金额", money(900, 1.0)),
            ("滞销数量", number(0, 5000)),
            ("上报日期", days_back(0, 30)),
            ("核实人", words("甲", "乙", "丙")),
            ("备注", code("CY")),
        ),
    ),
    File(
        "major_disease",
        "xlsx",
        (
            ("病种", words(*_DISEASES)),
            ("确诊日期", days_back(0, 30)),
            ("救治医院", words(*_HOSPITALS)),
            ("是否签约家庭医生", words("是", "否")),
            ("治疗状态", rarely(0.01, words("治疗中", "未治疗", ""), says("治愈"))),
            ("住院天数", number(0, 40)),
            ("主治医师", words("甲", "乙", "丙", "丁")),
            ("备注", code("DB")),
        ),
    ),
    File(
        "school_dropout",
        "xlsx",
        (
            ("出生日期", born),
            ("学籍号", code("G9901")),
            ("学校", words(*_SCHOOLS)),
            ("年级班级", words("三年级1班", "五年级2班", "七年级3班")),
            ("离校日期", days_back(0, 60)),
            ("辍学原因", words("厌学", "家庭困难", "疾病")),
            ("去向", words("在家", "外出务工", "不明")),
            ("劝返情况", rarely(0.08, words("未复学", "劝返中", ""), says("已复学"))),
        ),
    ),
    File(
        "welfare_changes",
        "xlsx",
        (
            ("户主姓名", words("王伟", "李娜", "张强")),
            ("救助类别", words("低保", "特困", "低保边缘")),
            ("档次", words("A", "B", "C")),
            ("保障人数", number(1, 6)),
            ("月保障金", number(200, 2400)),
            ("起始月", says("202610")),
            ("变动类型", rarely(0.01, says("退出"), words("新增", "调整"))),
            ("变动原因", words("收入变化", "人员变化", "年度复核")),
        ),
    ),
    File(
        "disability",
        "xlsx",
        (
            ("残疾类别", words("肢体", "视力", "听力", "智力")),
            ("残疾等级", words("一级", "二级", "三级", "四级", "3", "4")),
            ("发证日期", days_back(0, 900)),
            ("有效期", days_back(-3600, -300)),
            ("变动类型", rarely(0.03, says("新办"), words("换证", "换证", "注销"))),
            ("两项补贴", words("护理补贴", "生活补贴", "")),
            ("经办人", words("甲", "乙", "丙")),
            ("备注", code("CJ")),
        ),
        id_heading="残疾证号",
    ),
    File(
        "housing",
        "xlsx",
        (
            ("房屋编号", code("FW")),
            ("结构", words("砖混", "砖木", "土木")),
            ("建造年代", number(1975, 2024)),
            ("面积", money(95, 0.3)),
            ("鉴定等级", rarely(0.012, words("C", "D", "C级"), words("A", "B", "A级"))),
            ("鉴定日期", days_back(0, 60)),
            ("鉴定机构", words("县房屋安全鉴定站", "某检测公司")),
            ("竣工日期", rarely(0.2, days_back(0, 200), says(""))),
        ),
    ),
    File(
        "disasters",
        "xlsx",
        (
            ("灾种", words("洪涝", "干旱", "风雹", "火灾")),
            ("发生日期", days_back(0, 30)),
            ("倒损房屋间数", rarely(0.003, number(1, 4), says("0"))),
            ("农作物受灾面积", number(0, 30)),
            ("牲畜死亡", number(0, 5)),
            ("伤亡", rarely(0.001, says("1人受伤"), words("无", "0", ""))),
            ("直接经济损失", money(420, 0.95)),
            ("救助金额", number(0, 800)),
        ),
    ),
)


# --- rows ---


def _badly(number: str, random: Random) -> tuple[str, bool]:
    """The number as a careless clerk writes it, and whether it can still be read."""
    way = random.randrange(7)
    if way == 0:
        wrong = "0" if number[17] != "0" else "1"
        return number[:17] + wrong, False
    if way == 1 and number[6:8] == "19":
        return number[:6] + number[8:17], True
    if way == 2:
        return number.translate({ord(str(d)): 0xFF10 + d for d in range(10)}), True
    if way == 3:
        return "'" + number, True
    if way == 4:
        return f"{number[:6]} {number[6:14]} {number[14:]}", True
    return number.replace("X", "x"), True


@dataclass(frozen=True)
class Written:
    """A row of a file: its cells after 序号, and the number that it means, '' for one that cannot be read."""

    cells: list[Cell]
    number: str
    again: bool


def rows_of(file: File, county: County, count: int) -> Iterator[Written]:
    """The rows of a file without their 序号."""
    random = Random(f"{SEED}|{file.feed}|{count}")
    ids, names, strangers = county.ids, county.names, county.strangers(1000)
    seen: set[tuple[Any, ...]] = set()
    last: Written | None = None
    for _ in range(count):
        if last is not None and random.random() < _TWICE:
            yield Written(last.cells, last.number, True)
            continue
        place = random.randrange(len(ids)) if random.random() < _REGISTERED else -1
        number = ids[place] if place >= 0 else strangers[random.randrange(len(strangers))]
        shown, legible = _badly(number, random) if random.random() < _BADLY_WRITTEN else (number, True)
        own = [make(random, number) for _, make in file.columns]
        name = names[place] if place >= 0 else "张某"
        key = (number, *own)
        last = Written([name, shown, random.choice(_TOWNS), *own], number if legible else "", key in seen)
        seen.add(key)
        yield last


def write_file(file: File, county: County, folder: Path, scale: float) -> None:
    """The file as the department sends it, and what is sound in it as <feed>.tsv."""
    rows = rows_of(file, county, file.rows(scale))
    with (folder / f"{file.feed}.tsv").open("w", encoding="utf-8") as clean:
        if file.form == "xlsx":
            write_workbook(folder / file.name, file.headings, _noted(rows, clean))
            return
        with (folder / file.name).open("w", encoding=file.form, newline="") as target:
            writer = csv.writer(target)
            writer.writerow([f"{file.feed}（2026年10月）"])
            writer.writerow(file.headings)
            writer.writerows(_noted(rows, clean))


def _noted(rows: Iterator[Written], clean: Any) -> Iterator[list[Cell]]:
    """The rows with 序号; what is sound and new goes to `clean` as number and cells."""
    for i, row in enumerate(rows, 1):
        if row.number and not row.again:
            clean.write("\t".join([row.number, row.cells[0], *map(str, row.cells[2:])]) + "\n")  # type: ignore[list-item]
        yield [i, *row.cells]


def write_register(county: County, path: Path) -> None:
    """What the clerk and the reference know of the register: one line a person."""
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["公民身份号码", "户编号", "户类型", "人均纯收入"])
        for number, home in zip(county.ids, county.home.tolist(), strict=True):
            category = "脱贫户" if county.lifted[home] else "一般农户"
            writer.writerow([number, county.numbers[home], category, f"{county.incomes[home]:.2f}"])


def write_files(county: County, folder: Path, scale: float) -> None:
    """All files of a month, and the register, into `folder`, unless they are there already."""
    done = folder / f"edition-{EDITION}"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    write_register(county, folder / "register.csv")
    jobs = sorted(FILES, key=lambda file: -file.rows(scale))
    if scale < 0.01:
        for file in jobs:
            write_file(file, county, folder, scale)
    else:
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
            list(pool.map(_write_one, [(file.feed, county.scale, folder, scale) for file in jobs]))
    done.touch()


def _write_one(job: tuple[str, float, Path, float]) -> None:
    feed, county_scale, folder, scale = job
    file = next(file for file in FILES if file.feed == feed)
    write_file(file, County(county_scale), folder, scale)
