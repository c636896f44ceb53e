"""A department's row beside what the register says of the same person, item by item. Nothing is decided here: an item
agrees, is written differently, differs, or one side does not have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from households.models import Household, LivingCondition, Membership, Person
from monitoring.feeds import FEEDS
from sheets.clean import birth_date, fold_heading, fold_name, mask_id, mask_phone, parse_date

Result = Literal["same", "spelt", "differs", "not_theirs", "not_ours"]
NO_COLUMN = "没有这一列"
UNKNOWN = "没有登记"
# Headings that no feed declares and every department sends.
_PLACES = frozenset({"乡镇/村", "乡镇村", "所在乡镇村", "村", "行政村", "家庭住址", "住址"})
_PHONES = frozenset({"联系电话", "电话", "手机号码", "手机"})
_ENDINGS = "镇乡村街道社区"


@dataclass(frozen=True)
class Line:
    """One item: their words as received, ours, and how the two stand to each other."""

    title: str
    theirs: str
    ours: str
    result: Result


@dataclass(frozen=True)
class Known:
    """What the register says of one person and his household."""

    person: Person
    membership: Membership
    household: Household
    head: str
    monitored: bool
    condition: LivingCondition | None

    @property
    def place(self) -> str:
        village = self.household.village
        return f"{village.parent.name if village.parent else ''}{village.name}"


def lines_of(feed: str, received: Mapping[str, str], known: Known) -> list[Line]:
    """The items that both sides can say something about, those of the department's file first, in its order."""
    theirs = _by_column(feed, received)
    lines = [_line(name, heading, value, known) for name, (heading, value) in theirs.items() if name in _ITEMS]
    missing = [name for name in _ALWAYS if name not in theirs]
    return lines + [Line(name, NO_COLUMN, ours, "not_theirs") for name in missing if (ours := _ITEMS[name][0](known))]


def _by_column(feed: str, received: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Declared column → (heading as written, cell); 姓名, places and phones under one name each."""
    spellings = {spelling: column.name for column in _layout(feed) for spelling in column.spellings}
    found: dict[str, tuple[str, str]] = {}
    for heading, value in received.items():
        folded = fold_heading(heading)
        name = spellings.get(folded, folded)
        name = "乡镇/村" if name in _PLACES else "联系电话" if name in _PHONES else name
        found.setdefault("证件号码" if name == "残疾证号" else name, (heading, value))
    return found


def masked(heading: str, value: str) -> str:
    """A cell as received, a telephone number without its middle."""
    return mask_phone(value) if fold_heading(heading) in _PHONES else value


def _layout(feed: str) -> Any:
    return FEEDS[feed].layout() if feed in FEEDS else ()


def _line(name: str, heading: str, value: str, known: Known) -> Line:
    ours_of, judge = _ITEMS[name]
    ours, value = ours_of(known), masked(heading, value)
    if not value:
        return Line(heading, "没有填", ours or UNKNOWN, "not_theirs")
    if not ours:
        return Line(heading, value, UNKNOWN, "not_ours")
    return Line(heading, value, ours, judge(value, ours, known))


def _same_name(theirs: str, ours: str, known: Known) -> Result:
    if theirs == ours:
        return "same"
    return "spelt" if fold_name(theirs) == fold_name(ours) else "differs"


def _by_number(theirs: str, ours: str, known: Known) -> Result:
    """Rows meet persons by the whole cleaned number, so the number agrees; its masked form proves nothing."""
    return "same"


def _place(theirs: str, ours: str, known: Known) -> Result:
    folded, village = fold_heading(theirs), known.household.village.name
    if folded == fold_heading(ours):
        return "same"
    return "spelt" if village.rstrip(_ENDINGS) in folded else "differs"


def _kind(theirs: str, ours: str, known: Known) -> Result:
    """人员类别: whether both call the household a lifted or a monitored one."""
    lifted, monitored = "脱贫" in theirs, any(word in theirs for word in ("监测", "易致贫", "突发"))
    if monitored:
        return "same" if known.monitored else "differs"
    return "same" if lifted == (known.household.category == "脱贫户") else "differs"


def _birth(theirs: str, ours: str, known: Known) -> Result:
    try:
        day = parse_date(theirs)
    except ValueError:
        return "differs"
    return "same" if day == birth_date(known.person.id_number) else "differs"


def _words(theirs: str, ours: str, known: Known) -> Result:
    return "same" if fold_heading(theirs) == fold_heading(ours) else "differs"


def _masked_phone(theirs: str, ours: str, known: Known) -> Result:
    return "same" if theirs[:3] == ours[:3] and theirs[-4:] == ours[-4:] else "differs"


def _insured(theirs: str, ours: str, known: Known) -> Result:
    return "same" if ("未" not in theirs and "中断" not in theirs) == ours.startswith("有") else "differs"


def _grade(theirs: str, ours: str, known: Known) -> Result:
    return "same" if theirs.strip().upper()[:1] == ours[:1] else "differs"


def _dated(words: str, on: date) -> str:
    return words if on.year == 1900 else f"{words}（{on:%Y-%m-%d} 核实）"


def _insurance(known: Known) -> str:
    condition = known.condition
    if condition is None or condition.insurance_ok is None:
        return ""
    return _dated("有保障" if condition.insurance_ok else "没有保障", condition.on)


def _house(known: Known) -> str:
    condition = known.condition
    return _dated(f"{condition.house_grade}级", condition.on) if condition and condition.house_grade else ""


def _category(known: Known) -> str:
    return f"{known.household.category}{'，监测中' if known.monitored else ''}"


Item = tuple[Callable[[Known], str], Callable[[str, str, Known], Result]]
_ITEMS: dict[str, Item] = {
    "姓名": (lambda known: known.person.name, _same_name),
    "证件号码": (lambda known: mask_id(known.person.id_number), _by_number),
    "乡镇/村": (lambda known: known.place, _place),
    "人员类别": (_category, _kind),
    "户主姓名": (lambda known: known.head, _same_name),
    "出生日期": (lambda known: f"{known.person.birth_year}年", _birth),
    "性别": (lambda known: known.person.sex, _words),
    "联系电话": (lambda known: mask_phone(known.person.phone or known.household.phone), _masked_phone),
    "参保状态": (_insurance, _insured),
    "鉴定等级": (_house, _grade),
    "劳动技能": (lambda known: known.person.labour_skill, _words),
    "健康状况": (lambda known: known.person.health, _words),
}
# Said even where the department's file has no such column, so that whoever goes there has it at hand.
_ALWAYS = ("姓名", "乡镇/村", "联系电话", "劳动技能", "健康状况")
