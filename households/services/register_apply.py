"""Writing judged households into the register: what differs is changed, nobody is deleted (contract section 2).

Works on some hundred households at a time, inside the import's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from accounts.bulk import create
from accounts.crypto import blind_indexes
from accounts.models import User
from households import register
from households.models import (
    BEGINNING,
    FormerNumber,
    Household,
    LifeEvent,
    LivingCondition,
    Membership,
    Person,
    RegisterBatch,
)
from households.models.person import HEAD
from households.services.register_rows import Group, Member
from households.services.register_undo import Changes
from households.services.register_values import (
    condition_values,
    household_values,
    identity_values,
    person_values,
)

MOVED = "moved"
_NOTE_LENGTH = 200


@dataclass
class Tally:
    """Persons by what became of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass
class _Seen:
    """What is already in the database about the persons and households of a chunk; `indexes` of all their numbers."""

    households: dict[str, Household]
    indexes: dict[str, bytes]
    persons: dict[str, Person]
    current: dict[int, Membership]
    left: set[int]
    conditions: dict[int, LivingCondition]


@dataclass
class Applier:
    """Applies chunks of households; `found` has the declared columns that each sheet of the file has."""

    found: list[frozenset[str]]
    batch: RegisterBatch | None
    actor: User | None
    at: datetime
    tally: Tally = field(default_factory=Tally)
    changes: Changes = field(default_factory=Changes)
    # Of the chunk in hand: persons just made, their days of identification before it, households just made.
    _new: set[int] = field(default_factory=set)
    _identified: dict[int, date | None] = field(default_factory=dict)
    _made: set[int] = field(default_factory=set)

    def apply(self, groups: Sequence[Group]) -> None:
        seen = _look_up(groups)
        changed = self._households(groups, seen)
        persons = self._persons(groups, seen)
        touched = self._memberships(groups, seen) | persons
        self._conditions(groups, seen, changed)
        notes = self._parts(groups, seen, changed)
        self._flag(groups, seen, notes)
        for group in groups:
            columns = changed.get(seen.households[group.number].pk, set())
            for member in group.members:
                self._count(member, seen, touched, columns)

    def _count(self, member: Member, seen: _Seen, touched: set[int], columns: set[str]) -> None:
        """A row counts as changed if it carries any value that changed, the household's included."""
        person = seen.persons[member.number].pk
        if person in self._new:
            self.tally.created += 1
        elif person in touched or any(member[column] not in (None, "") for column in columns):
            self.tally.updated += 1
        else:
            self.tally.unchanged += 1

    # --- households ---

    def _households(self, groups: Sequence[Group], seen: _Seen) -> dict[int, set[str]]:
        """Create and update; gives the columns that changed by household."""
        made, altered = [], []
        changed: dict[int, set[str]] = {}
        for group in groups:
            household = seen.households.get(group.number)
            values = household_values(group)
            if household is None:
                household = Household(number=group.number, village_id=group.village or "")
                for name, (_, value) in values.items():
                    setattr(household, name, value)
                seen.households[group.number] = household
                made.append(household)
                continue
            if group.village:
                values["village_id"] = register.VILLAGE, group.village
            columns = self._alter("household", household, {name: value for name, (_, value) in values.items()})
            if columns:
                altered.append(household)
                changed[household.pk] = {values[name][0] for name in columns}
        create(Household, made)
        self.changes.made("household", made)
        self._made = {household.pk for household in made}
        _save(Household, altered, HOUSEHOLD_COLUMNS)
        return changed

    def _alter(self, kind: str, row: Any, values: Mapping[str, Any]) -> list[str]:
        """Set what differs, remember what was there; the names of the changed fields."""
        before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
        if not before:
            return []
        for name in before:
            setattr(row, name, values[name])
        if hasattr(row, "version"):
            before["version"] = row.version
            row.version += 1
        self.changes.changed(kind, row.pk, before, {name: getattr(row, name) for name in before})
        return [name for name in before if name != "version"]

    # --- persons ---

    def _persons(self, groups: Sequence[Group], seen: _Seen) -> set[int]:
        made, altered = [], []
        self._identified = {}
        for member in _members(groups):
            values = person_values(member, self.found[member.sheet])
            person = seen.persons.get(member.number)
            if person is None:
                person = _new_person(member.number, seen.indexes[member.number], values)
                seen.persons[member.number] = person
                made.append(person)
                continue
            self._identified[person.pk] = person.identified_on
            if self._alter("person", person, values):
                altered.append(person)
        create(Person, made)
        self.changes.made("person", made)
        self._new = {person.pk for person in made}
        _save(Person, altered, PERSON_COLUMNS)
        return {person.pk for person in altered}

    # --- who belongs where ---

    def _memberships(self, groups: Sequence[Group], seen: _Seen) -> set[int]:
        made: list[Membership] = []
        ended: list[Membership] = []
        altered: list[Membership] = []
        events: list[LifeEvent] = []
        for household, person, member in _once_each(groups, seen):
            current = seen.current.get(person.pk)
            if current is not None and current.household_id == household.pk:
                if self._alter("membership", current, self._kept(current, member, person)):
                    altered.append(current)
                continue
            if current is None and person.pk in seen.left:
                # Dead or gone, as a cadre confirmed; the file is behind.
                continue
            if current is not None:
                self._alter("membership", current, {"left_on": current.joined_on, "left_reason": MOVED})
                ended.append(current)
                events.append(self._move(household, person, current.household))
            made.append(self._joined(household, person, member))
        _save(Membership, [*ended, *altered], ["relation", "joined_on", "left_on", "left_reason"])
        create(Membership, made)
        create(LifeEvent, events)
        self.changes.made("membership", made)
        self.changes.made("event", events)
        return {membership.person_id for membership in [*made, *altered]}

    def _kept(self, current: Membership, member: Member, person: Person) -> dict[str, Any]:
        """The relation as the file has it, and the day of joining where the register had set it."""
        values = {"relation": member[register.RELATION]}
        if current.joined_on in (BEGINNING, self._identified.get(person.pk)):
            values["joined_on"] = person.identified_on or BEGINNING
        return values

    def _joined(self, household: Household, person: Person, member: Member) -> Membership:
        return Membership(
            household=household,
            person=person,
            relation=member[register.RELATION],
            joined_on=person.identified_on or BEGINNING,
            recorded_at=self.at,
        )

    def _move(self, household: Household, person: Person, old: Household) -> LifeEvent:
        return LifeEvent(
            household=household,
            person=person,
            other_household=old,
            kind=LifeEvent.Kind.MOVED_IN,
            happened_on=person.identified_on or BEGINNING,
            recorded_at=self.at,
            actor=self.actor,
            reason="档案导入：户编号变更",
            data={"before": old.number, "after": household.number},
        )

    # --- living conditions, parts, flags ---

    def _conditions(self, groups: Sequence[Group], seen: _Seen, changed: dict[int, set[str]]) -> None:
        made, altered = [], []
        for group in groups:
            household = seen.households[group.number]
            values = condition_values(group)
            condition = seen.conditions.get(household.pk)
            if condition is None and values:
                answers = {name: value for name, (_, value) in values.items()}
                made.append(LivingCondition(household=household, on=BEGINNING, recorded_at=self.at, **answers))
            elif condition is not None:
                names = self._alter("condition", condition, {name: value for name, (_, value) in values.items()})
                if names:
                    altered.append(condition)
                    changed.setdefault(household.pk, set()).update(values[name][0] for name in names)
        create(LivingCondition, made)
        self.changes.made("condition", made)
        _save(LivingCondition, altered, ["housing_ok", "water_ok"])

    def _parts(self, groups: Sequence[Group], seen: _Seen, changed: dict[int, set[str]]) -> dict[int, list[str]]:
        notes: dict[int, list[str]] = {}
        for part in register.PARTS:
            entries = [
                register.Entry(
                    seen.households[group.number],
                    {column.name: group.value(column.name) for column in part.columns},
                    len(group.members),
                )
                for group in groups
            ]
            result = part.apply(entries, batch=self.batch, actor=self.actor, at=self.at)
            self.changes.parts.setdefault(part.name, []).extend(result.undo)
            for household, columns in result.changed.items():
                changed.setdefault(household, set()).update(columns)
            for household, said in result.notes.items():
                notes.setdefault(household, []).extend(said)
        return notes

    def _flag(self, groups: Sequence[Group], seen: _Seen, notes: Mapping[int, list[str]]) -> None:
        """Say what a cadre has to mend, as the register now stands."""
        households = [seen.households[group.number] for group in groups]
        heads = _heads(households)
        altered = []
        for household in households:
            said = [*_shortcomings(household, heads.get(household.pk, 0)), *notes.get(household.pk, [])]
            note = "；".join(said)[:_NOTE_LENGTH]
            if household.pk in self._made:
                if note:
                    household.needs_mending = note
                    altered.append(household)
            elif self._alter("household", household, {"needs_mending": note}):
                altered.append(household)
        _save(Household, altered, ["needs_mending", "version"])


def _shortcomings(household: Household, heads: int) -> list[str]:
    said = []
    if heads != 1:
        said.append("没有户主" if not heads else f"有{heads}名户主")
    if not household.category:
        said.append("没有户类型")
    return said


def _heads(households: Sequence[Household]) -> dict[int, int]:
    """Householders by household, of today's members."""
    found = Membership.objects.current().filter(household__in=households, relation=HEAD)
    return dict(found.order_by().values_list("household_id").annotate(Count("pk")))


HOUSEHOLD_COLUMNS = [
    "village",
    "group_name",
    "category",
    "declared_size",
    "per_capita_income",
    "phone_sealed",
    "first_identified_on",
    "version",
]
PERSON_COLUMNS = [
    "name",
    "number",
    "nation",
    "education",
    "schooling",
    "health",
    "labour_skill",
    "work_months",
    "serious_illness_insurance",
    "phone_sealed",
    "identified_on",
    "version",
]


def _save(model: type[Any], rows: list[Any], fields: Sequence[str]) -> None:
    if rows:
        model.objects.bulk_update(rows, fields, batch_size=200)


def _new_person(number: str, index: bytes, values: Mapping[str, Any]) -> Person:
    person = Person(id_index=index, **identity_values(number))
    person.id_number = number
    for name, value in values.items():
        setattr(person, name, value)
    return person


def _members(groups: Iterable[Group]) -> Iterable[Member]:
    return (member for group in groups for member in group.members)


def _once_each(groups: Iterable[Group], seen: _Seen) -> Iterable[tuple[Household, Person, Member]]:
    """Households and persons; one who stands in the file under present and former number only once."""
    met: set[int] = set()
    for group in groups:
        for member in group.members:
            person = seen.persons[member.number]
            if person.pk not in met:
                met.add(person.pk)
                yield seen.households[group.number], person, member


def _look_up(groups: Sequence[Group]) -> _Seen:
    """Everything that the database has on a chunk, locked where the database can lock rows."""
    households = {
        household.number: household
        for household in Household.objects.select_for_update().filter(number__in=[group.number for group in groups])
    }
    numbers = [member.number for member in _members(groups)]
    indexes = dict(zip(numbers, blind_indexes("id_number", numbers), strict=True))
    persons = _known_persons(indexes)
    keys = [person.pk for person in persons.values()]
    memberships = list(
        Membership.objects.select_for_update(of=("self",)).select_related("household").filter(person__in=keys)
    )
    current = {membership.person_id: membership for membership in memberships if membership.left_on is None}
    gone = {membership.person_id for membership in memberships if membership.left_reason != MOVED} - set(current)
    conditions = LivingCondition.objects.filter(
        household__in=households.values(), on=BEGINNING, recorded_by__isnull=True
    )
    known = {condition.household_id: condition for condition in conditions}
    return _Seen(households, indexes, persons, current, gone, known)


def _known_persons(indexes: Mapping[str, bytes]) -> dict[str, Person]:
    """Registered persons by the number in the file, which may be a former one of theirs."""
    numbers = {index: number for number, index in indexes.items()}
    found = {
        numbers[bytes(person.id_index)]: person
        for person in Person.objects.select_for_update().filter(id_index__in=list(numbers))
    }
    missing = [index for index, number in numbers.items() if number not in found]
    for former in FormerNumber.objects.filter(Q(id_index__in=missing)).select_related("person"):
        found[numbers[bytes(former.id_index)]] = former.person
    return found
