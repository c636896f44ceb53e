"""The register file: its columns (contract section 2), and what other floors read from it.

Columns that belong to another floor (the monitoring episode) are declared by a `Part`, which that floor registers at
start-up; the file is read once and every part gets its values by household.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from accounts.models import User
from households.models import Category, Household, LabourSkill, RegisterBatch
from households.models.person import RELATIONS
from sheets.clean import code_table
from sheets.table import Column, Kind

NAME, ID_NUMBER = "姓名", "证件号码"
HOUSEHOLD, RELATION, CATEGORY, SKILL = "户编号", "与户主关系", "户类型", "劳动技能"
COUNTY, TOWNSHIP, VILLAGE, GROUP = "县(市、区、旗)", "乡(镇)", "行政村", "自然村"
SIZE, INCOME, WORK_MONTHS = "人数", "人均纯收入", "务工时间（月）"
PERSON_NUMBER, NATION, EDUCATION, SCHOOLING, HEALTH = "人编号", "民族", "文化程度", "在校生状况", "健康状况"
INSURANCE, UNSAFE_HOUSE, SAFE_WATER = "是否参加大病保险", "危房户", "是否解决安全饮用水"
HOUSEHOLD_PHONE, PERSON_PHONE = "户联系电话", "人联系电话"
FIRST_IDENTIFIED, PERSON_IDENTIFIED = "首次识别时间", "人员识别时间"

ID_ALIASES = (
    "身份证号",
    "身份证号码",
    "公民身份号码",
    "公民身份证号码",
    "居民身份证号码",
    "居民身份证号",
    "身份证",
    "身份证件号码",
    "证件号",
    "有效身份证件号码",
    "人员证件号码",
    "个人证件号码",
)
NAME_ALIASES = ("人员姓名", "名字", "个人姓名")


# What the national list says of the second value stands in some files with it (domain.md 4.4).
CATEGORIES: Final = {Category.LIFTED.value: (), Category.ORDINARY.value: ("一般农户(边缘/突发)",)}


def _listed(
    name: str, words: Mapping[str, Iterable[str]] | Iterable[str], *aliases: str, needed: bool = False
) -> Column:
    return Column(name, aliases, needed=needed, kind="code", codes=code_table(words))


COLUMNS: tuple[Column, ...] = (
    Column("序号", ("编号", "序列")),
    Column(COUNTY, ("县", "县(市、区)", "县(市/区)", "县(区)", "区县", "县区", "县市区", "县名称", "县(市区)")),
    Column(TOWNSHIP, ("乡", "乡镇", "镇", "乡(镇、街道)", "乡镇(街道)", "乡镇名称"), needed=True),
    Column(VILLAGE, ("村", "行政村名称", "村(社区)", "行政村(社区)", "村(居)"), needed=True),
    Column(GROUP, ("自然村(组)", "村民小组", "组", "自然村(小组)", "村组")),
    Column(HOUSEHOLD, ("家庭编号", "户编码"), needed=True),
    Column(PERSON_NUMBER, ("人口编号", "人员编号", "成员编号")),
    Column(NAME, NAME_ALIASES, needed=True),
    Column(ID_NUMBER, ID_ALIASES, needed=True, kind="id"),
    Column(SIZE, ("家庭人口数", "家庭人口", "户人数", "家庭人数"), kind="number"),
    _listed(RELATION, RELATIONS, "与户主的关系", "户主关系", needed=True),
    Column(NATION),
    Column(EDUCATION, ("学历",)),
    Column(SCHOOLING, ("在校生情况", "在校状况")),
    Column(HEALTH, ("健康情况",)),
    _listed(SKILL, LabourSkill.values),
    Column(WORK_MONTHS, ("务工时间", "务工时长(月)", "务工月数"), kind="number"),
    Column(INSURANCE, ("大病保险",)),
    Column(UNSAFE_HOUSE, ("是否危房户", "是否危房")),
    Column(SAFE_WATER, ("是否解决安全饮水", "安全饮水", "是否解决饮水安全")),
    Column(INCOME, ("家庭人均纯收入", "年人均纯收入", "人均年纯收入"), kind="number"),
    Column(HOUSEHOLD_PHONE, ("农户联系电话", "户电话", "家庭联系电话")),
    Column(PERSON_PHONE, ("成员联系电话", "家庭成员联系电话", "人员联系电话", "联系电话")),
    Column(FIRST_IDENTIFIED, ("户首次识别时间", "首次识别日期"), kind="month"),
    Column(PERSON_IDENTIFIED, ("人员识别日期", "成员识别时间"), kind="month"),
    _listed(CATEGORY, CATEGORIES, "农户类型", needed=True),
)


@dataclass(frozen=True)
class Entry:
    """One household of the file as a part sees it: the values of the part's columns, and how many members it has."""

    household: Household
    values: Mapping[str, Any]
    size: int


@dataclass
class PartResult:
    """What a part did: changed columns by household, notes for mending, and what undoing takes (JSON)."""

    changed: dict[int, set[str]] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)
    undo: list[Any] = field(default_factory=list)


class Part(Protocol):
    """Columns of the register that another floor owns."""

    name: str
    columns: tuple[Column, ...]

    def apply(
        self, entries: Sequence[Entry], *, batch: RegisterBatch | None, actor: User | None, at: datetime
    ) -> PartResult:
        """Take over the values of some households, inside the import's transaction."""
        ...

    def undo(self, records: Sequence[Any], *, at: datetime) -> list[str]:
        """Take back what `apply` did; returns what stands in the way, in Chinese, and then changes nothing."""
        ...


PARTS: list[Part] = []


def add_part(part: Part) -> None:
    """Register a part; once a process."""
    if part.name not in {known.name for known in PARTS}:
        PARTS.append(part)


def columns() -> tuple[Column, ...]:
    """All columns in the order of the contract: the parts' come last, as there."""
    return (*COLUMNS, *(column for part in PARTS for column in part.columns))


def of_kind(*kinds: Kind) -> list[Column]:
    return [column for column in columns() if column.kind in kinds]
