"""What the checks read: households with all that the register, monitoring and help hold of them on a day.

`homes_of` reads a chunk of households with one query a table, whatever their number and whatever the checks; the same
`Home`, with values put in that nobody has saved yet, is what a form asks about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch

from assistance.models import Delivery, Measure
from households.history import ABLE, UNABLE
from households.models import Category, Household, Income, LivingCondition, Membership, Person
from households.models.person import HEAD
from monitoring.models import Episode, EpisodeEvent
from records.models import Job, LabourLoss, WelfarePost
from sheets.ids import birth_date, sex

STUDENT_STAGES = ("小学", "年级", "高中", "中职", "高职", "技师", "本科", "硕士")
GUARANTEES = ("schooling_ok", "insurance_ok", "housing_ok", "water_ok")
LIVING = (*GUARANTEES, "house_area", "farmland", "road_km")
BASIS = Income.Basis
CURRENT = (BASIS.ANNUAL, BASIS.VISIT, BASIS.CLEAR)
TURN = EpisodeEvent.Kind


@dataclass(frozen=True)
class Member:
    """One member of a household on a day."""

    key: int
    uid: UUID
    name: str
    relation: str
    number: str
    sex: str
    birth_year: int
    born: date | None
    on: date
    phone: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """The register's plain columns: nation, education, schooling, health, labour_skill and the like."""
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def age(self) -> int:
        if self.born is None:
            return self.on.year - self.birth_year
        return self.on.year - self.born.year - ((self.on.month, self.on.day) < (self.born.month, self.born.day))

    @property
    def is_head(self) -> bool:
        return self.relation == HEAD

    @cached_property
    def is_student(self) -> bool:
        return any(stage in self.values["schooling"] for stage in STUDENT_STAGES)

    @property
    def works(self) -> bool:
        return bool(self.values["work_months"])

    @property
    def can_work(self) -> bool:
        return self.values["labour_skill"] in ABLE

    @property
    def cannot_work(self) -> bool:
        return self.values["labour_skill"] in UNABLE

    @property
    def is_disabled(self) -> bool:
        return "残疾" in self.values["health"]

    @property
    def is_ill(self) -> bool:
        return any(word in self.values["health"] for word in ("慢性病", "大病"))


@dataclass(frozen=True)
class Help:
    """One measure that was not cancelled."""

    category: str
    item: str
    risk: str
    developmental: bool
    begun: bool
    delivered: bool
    beneficiary: int | None


@dataclass(frozen=True)
class Turn:
    """The last monitoring of a household as it stood on the day."""

    kind: str
    monitored_type: str
    risks: tuple[str, ...]
    identified_on: date
    cleared_on: date | None
    clear_method: str
    help: tuple[Help, ...] = ()
    key: int = 0

    @property
    def is_open(self) -> bool:
        return self.kind not in (TURN.CLEARED, TURN.CANCELLED)

    @property
    def is_cleared(self) -> bool:
        return self.kind == TURN.CLEARED

    def has(self, category: str, item: str = "") -> bool:
        return any(one.category == category and (not item or one.item == item) for one in self.help)


@dataclass(frozen=True)
class Home:
    """A household on a day. `condition` has the latest finding of each kind; what was never looked at is None."""

    key: int
    uid: UUID
    number: str
    village: str
    on: date
    row: Mapping[str, Any]
    phone: str = ""
    members: tuple[Member, ...] = ()
    condition: Mapping[str, Any] = field(default_factory=dict)
    incomes: Mapping[str, Income] = field(default_factory=dict)
    turn: Turn | None = None
    jobs: tuple[Job, ...] = ()
    posts: tuple[WelfarePost, ...] = ()
    losses: tuple[LabourLoss, ...] = ()

    def __getattr__(self, name: str) -> Any:
        """The register's plain columns: declared_size, support_classes, whole_without_labour and the like."""
        try:
            return self.row[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def is_lifted(self) -> bool:
        return bool(self.row["category"] == Category.LIFTED)

    @property
    def is_monitored(self) -> bool:
        return self.turn is not None and self.turn.is_open

    @cached_property
    def is_supported(self) -> bool:
        """Whether the national lists have it: lifted households, and those monitored now or before."""
        return self.is_lifted or self.turn is not None

    @cached_property
    def head(self) -> Member | None:
        return next((one for one in self.members if one.is_head), None)

    @cached_property
    def workers(self) -> list[Member]:
        """Members who can work, wholly or in part."""
        return [one for one in self.members if one.can_work]

    @property
    def income(self) -> Income | None:
        """The last income that speaks of now."""
        found = [self.incomes[basis] for basis in CURRENT if basis in self.incomes]
        return max(found, key=lambda one: (one.ends_on, one.pk or 0)) if found else None

    def member(self, key: int | None) -> Member | None:
        return next((one for one in self.members if one.key == key), None)

    def with_values(self, values: Mapping[str, Any]) -> Home:
        """The household as it would be with these values of its own."""
        phone = values.get("phone", self.phone)
        return replace(self, row={**self.row, **values}, phone=phone or "")

    def with_member(self, key: int, values: Mapping[str, Any]) -> Home:
        """The household as it would be with these values of a member (0: somebody who is not in it yet)."""
        known = self.member(key)
        if known is None:
            return replace(self, members=(*self.members, new_member(values, self.on)))
        changed = _changed(known, values)
        return replace(self, members=tuple(changed if one.key == key else one for one in self.members))


_HOME_COLUMNS = (
    "category",
    "support_classes",
    "declared_size",
    "per_capita_income",
    "first_identified_on",
    "whole_without_labour",
    "helper_id",
    "group_name",
)
_MEMBER_COLUMNS = (
    "nation",
    "education",
    "schooling",
    "health",
    "labour_skill",
    "work_months",
    "serious_illness_insurance",
    "identified_on",
)
_PERSON_COLUMNS = tuple(
    f"person__{name}"
    for name in ("pk", "uid", "name", "id_sealed", "phone_sealed", "sex", "birth_year", *_MEMBER_COLUMNS)
)


def homes_of(households: Iterable[Household], on: date) -> Iterator[Home]:
    """The homes of some households on a day, in their order; as many queries for a thousand as for one."""
    rows = list(households)
    keys = [row.pk for row in rows]
    members, conditions = _members(keys, on), _conditions(keys, on)
    incomes, turns = _incomes(keys, on), _turns(keys, on)
    jobs, posts, losses = (_lines(book, keys, on) for book in (Job, WelfarePost, LabourLoss))
    for row in rows:
        yield Home(
            key=row.pk,
            uid=row.uid,
            number=row.number,
            village=row.village_id,
            on=on,
            row={name: getattr(row, name) for name in _HOME_COLUMNS},
            phone=row.phone,
            members=tuple(members[row.pk]),
            condition=conditions[row.pk],
            incomes=incomes[row.pk],
            turn=turns.get(row.pk),
            jobs=tuple(jobs[row.pk]),
            posts=tuple(posts[row.pk]),
            losses=tuple(losses[row.pk]),
        )


def home_of(household: Household, on: date) -> Home:
    return next(homes_of([household], on))


def _members(keys: list[int], on: date) -> defaultdict[int, list[Member]]:
    found: defaultdict[int, list[Member]] = defaultdict(list)
    rows = Membership.objects.as_of(on).filter(household__among=keys).order_by("id")
    for household, *told in rows.values_list("household_id", "relation", *_PERSON_COLUMNS):
        found[household].append(_member(on, *told))
    return found


def _member(
    on: date, relation: str, key: int, uid: UUID, name: str, number: bytes, phone: bytes | None, *plain: Any
) -> Member:
    """A member of the columns of his membership and person."""
    gender, birth_year, *values = plain
    opened = Person.id_number.opened(uid, number)
    return Member(
        key=key,
        uid=uid,
        name=name,
        relation=relation,
        number=opened,
        sex=gender,
        birth_year=birth_year,
        born=_born(opened),
        on=on,
        phone=Person.phone.opened(uid, phone),
        values=dict(zip(_MEMBER_COLUMNS, values, strict=True)),
    )


def new_member(values: Mapping[str, Any], on: date) -> Member:
    """Somebody who is entered: his number says his sex and birth."""
    number = str(values.get("id_number", ""))
    born = _born(number)
    blank = {name: None if name in ("work_months", "identified_on") else "" for name in _MEMBER_COLUMNS}
    return Member(
        key=0,
        uid=UUID(int=0),
        name=str(values.get("name", "")),
        relation=str(values.get("relation", "")),
        number=number,
        sex=sex(number) if born else "",
        birth_year=born.year if born else on.year,
        born=born,
        on=on,
        values={**blank, **{name: values[name] for name in _MEMBER_COLUMNS if name in values}},
    )


def _changed(member: Member, values: Mapping[str, Any]) -> Member:
    own = {name: value for name, value in values.items() if name in _MEMBER_COLUMNS}
    outer = {name: values[name] for name in ("phone", "relation", "name") if name in values}
    return replace(member, values={**member.values, **own}, **outer)


def _born(number: str) -> date | None:
    try:
        return birth_date(number)
    except ValueError:
        return None


def _conditions(keys: list[int], on: date) -> defaultdict[int, dict[str, Any]]:
    found: defaultdict[int, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(LIVING))
    rows = LivingCondition.objects.as_of(on).filter(household__among=keys).order_by("on", "id")
    for household, day, *values in rows.values_list("household_id", "on", *LIVING):
        said = {name: value for name, value in zip(LIVING, values, strict=True) if value is not None}
        found[household].update(said, on=day)
    return found


def _incomes(keys: list[int], on: date) -> defaultdict[int, dict[str, Income]]:
    """The last income of each basis."""
    found: defaultdict[int, dict[str, Income]] = defaultdict(dict)
    for income in Income.objects.as_of(on).filter(household__among=keys).order_by("ends_on", "id"):
        found[income.household_id][income.basis] = income
    return found


def _turns(keys: list[int], on: date) -> dict[int, Turn]:
    delivered = Exists(Delivery.objects.as_of(on).filter(measure=OuterRef("pk")))
    measures = Measure.objects.standing(on).annotate(got=delivered).select_related("type").order_by("id")
    rows = Episode.objects.as_of(on).filter(household__among=keys).order_by("serial")
    found: dict[int, Turn] = {}
    for row in rows.select_related("plan").prefetch_related(Prefetch("plan__measures", measures, to_attr="standing")):
        cleared = row.turn_then == TURN.CLEARED  # type: ignore[attr-defined]
        plan = getattr(row, "plan", None)
        found[row.household_id] = Turn(
            kind=row.turn_then,  # type: ignore[attr-defined]
            monitored_type=row.monitored_type,
            risks=tuple(row.risks),
            identified_on=row.identified_on,
            cleared_on=row.cleared_on if cleared else None,
            clear_method=row.clear_method if cleared else "",
            help=tuple(_help(one, on) for one in plan.standing) if plan else (),
            key=plan.pk if plan else 0,
        )
    return found


def _lines(book: Any, keys: list[int], on: date) -> defaultdict[int, list[Any]]:
    """The lines of a book that were in force on the day."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in book.objects.as_of(on).filter(household__among=keys).order_by("id"):
        found[row.household_id].append(row)
    return found


def _help(row: Measure, on: date) -> Help:
    return Help(
        category=row.type.category,
        item=row.type.item,
        risk=row.risk,
        developmental=row.type.developmental,
        begun=row.starts_on <= on,
        delivered=row.got,  # type: ignore[attr-defined]
        beneficiary=row.beneficiary_id,
    )


def net_per_head(income: Income | None) -> Decimal | None:
    """Reference income a head of a record, where it says how many it is for."""
    return income.reference_per_capita if income is not None and income.members else None
