"""Whom or what place a row is about: persons and households by sets of numbers, divisions by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from accounts.crypto import blind_indexes
from accounts.models import Division
from accounts.models.division import PREFIX_LENGTHS
from households.models import FormerNumber, Household, Membership, Person
from households.services.register_places import DIVISION_UNKNOWN, Places
from records.books.base import (
    COUNTY,
    COUNTY_LEVEL,
    HEAD_NAME,
    HOUSEHOLD,
    ID_NUMBER,
    NAME,
    TOWNSHIP,
    TOWNSHIP_LEVEL,
    VILLAGE,
    VILLAGE_LEVEL,
    Book,
)
from sheets.clean import CellFault, fold_name, quote, squeeze
from sheets.judge import Fault

NOT_REGISTERED, NAME_DIFFERS, HOUSEHOLD_MISSING = "not_registered", "name_differs", "household_missing"
_CHUNK = 500


class Subject(NamedTuple):
    """What a line is about: the key of its person, household or place, and for a person his household."""

    key: int | str
    household: int | None


@dataclass(frozen=True)
class _Known:
    name: str
    person: int
    household: int
    village: str
    current: bool


class Finder:
    """Finds the subjects of a file's rows within one place, a block at a time. What lies elsewhere is not there."""

    def __init__(self, book: Book, division: Division) -> None:
        self._book = book
        self._division = division
        county = division.code[: min(PREFIX_LENGTHS[COUNTY_LEVEL], PREFIX_LENGTHS[division.level])]
        divisions = Division.objects.filter(code__startswith=county).order_by("code")
        self._divisions = list(divisions.values_list("code", "name", "level"))
        self._levels = {code: level for code, _, level in self._divisions}
        self._places = Places(self._divisions)

    def find(self, rows: Sequence[dict[str, str]]) -> list[Subject | Fault]:
        """The subject of each row, or what is wrong with it."""
        if self._book.subject == "place":
            return [self._place(row) for row in rows]
        people = self._people(row[ID_NUMBER] for row in rows if row[ID_NUMBER])
        if self._book.subject == "person":
            return [self._person(row, people.get(row[ID_NUMBER])) for row in rows]
        houses = self._houses(row[HOUSEHOLD] for row in rows if row[HOUSEHOLD])
        return [self._household(row, houses, people) for row in rows]

    def households(self, numbers: Iterable[str]) -> dict[str, int]:
        """Keys of households within the place by their numbers."""
        return {number: key for number, (key, village) in self._houses(numbers).items() if self._inside(village)}

    def _inside(self, code: str) -> bool:
        return self._division.contains(code)

    # --- persons and households ---

    def _person(self, row: dict[str, str], known: _Known | None) -> Subject | Fault:
        if known is None or not self._inside(known.village):
            return _fault(ID_NUMBER, NOT_REGISTERED, f"{self._division.name}的档案里没有这个证件号码，请核对")
        if fold_name(row[NAME]) != fold_name(known.name):
            return _fault(NAME, NAME_DIFFERS, "姓名与档案里这个证件号码的姓名不一致，请核对姓名和号码")
        return Subject(known.person, known.household)

    def _household(
        self, row: dict[str, str], houses: dict[str, tuple[int, str]], people: dict[str, _Known]
    ) -> Subject | Fault:
        number, known = row[HOUSEHOLD], people.get(row[ID_NUMBER])
        if not number and not row[ID_NUMBER]:
            return _fault(HOUSEHOLD, HOUSEHOLD_MISSING, "户编号和证件号码都是空的，请填一样")
        if number:
            key, village = houses.get(number, (0, ""))
            if not key or not self._inside(village):
                return _fault(HOUSEHOLD, NOT_REGISTERED, f"{self._division.name}的档案里没有这个户编号，请核对")
            if row[ID_NUMBER] and (known is None or known.household != key):
                return _fault(ID_NUMBER, NOT_REGISTERED, "这个证件号码不是该户的成员，请核对")
            return self._named(row, known, key)
        if known is None or not self._inside(known.village):
            return _fault(ID_NUMBER, NOT_REGISTERED, f"{self._division.name}的档案里没有这个证件号码，请核对")
        return self._named(row, known, known.household)

    def _named(self, row: dict[str, str], known: _Known | None, key: int) -> Subject | Fault:
        """A name that stands beside a resident number must be that person's."""
        if known and row[HEAD_NAME] and fold_name(row[HEAD_NAME]) != fold_name(known.name):
            return _fault(HEAD_NAME, NAME_DIFFERS, "姓名与档案里这个证件号码的姓名不一致，请核对姓名和号码")
        return Subject(key, key)

    def _houses(self, numbers: Iterable[str]) -> dict[str, tuple[int, str]]:
        wanted, found = sorted(set(numbers)), {}
        for start in range(0, len(wanted), _CHUNK):
            rows = Household.objects.filter(number__in=wanted[start : start + _CHUNK])
            found.update({number: (key, code) for key, number, code in rows.values_list("pk", "number", "village_id")})
        return found

    def _people(self, numbers: Iterable[str]) -> dict[str, _Known]:
        """Registered persons by resident number, one that the police corrected included, each with the household that
        he is in, or last was."""
        wanted = sorted(set(numbers))
        by_index = dict(zip(blind_indexes("id_number", wanted), wanted, strict=True))
        persons: dict[int, tuple[str, list[str]]] = {}
        indexes = list(by_index)
        for start in range(0, len(indexes), _CHUNK):
            chunk = indexes[start : start + _CHUNK]
            now = Person.objects.filter(id_index__in=chunk).values_list("pk", "name", "id_index")
            former = FormerNumber.objects.filter(id_index__in=chunk)
            for key, name, index in [*now, *former.values_list("person_id", "person__name", "id_index")]:
                persons.setdefault(key, (name, []))[1].append(by_index[bytes(index)])
        return self._at_home(persons)

    def _at_home(self, persons: dict[int, tuple[str, list[str]]]) -> dict[str, _Known]:
        found: dict[str, _Known] = {}
        keys = sorted(persons)
        for start in range(0, len(keys), _CHUNK):
            rows = Membership.objects.filter(person_id__in=keys[start : start + _CHUNK]).order_by("joined_on", "id")
            for person, household, village, left in rows.values_list(
                "person_id", "household_id", "household__village_id", "left_on"
            ):
                name, numbers = persons[person]
                for number in numbers:
                    # The membership in force goes before one that is over, a later one before an earlier.
                    if number not in found or left is None or not found[number].current:
                        found[number] = _Known(name, person, household, village, left is None)
        return found

    # --- places ---

    def _place(self, row: dict[str, str]) -> Subject | Fault:
        code = self._code(row)
        if isinstance(code, Fault):
            return code
        level = self._levels[code]
        if level not in self._book.levels:
            column = VILLAGE if level < VILLAGE_LEVEL else TOWNSHIP
            wanted = "、".join(str(Division.Level(one).label) for one in sorted(self._book.levels))
            return _fault(column, DIVISION_UNKNOWN, f"{self._book.title}只记到{wanted}，请补填或改填")
        return Subject(code, None)

    def _code(self, row: dict[str, str]) -> str | Fault:
        """The most exact place that the row names; the place of the import where it names none."""
        if row[VILLAGE] and self._division.level == VILLAGE_LEVEL and not row[TOWNSHIP]:
            same = squeeze(row[VILLAGE]) == squeeze(self._division.name)
            return self._division.code if same else self._elsewhere(VILLAGE, row[VILLAGE])
        township = row[TOWNSHIP] or (self._division.name if self._division.level == TOWNSHIP_LEVEL else "")
        if row[VILLAGE] and township:
            found = self._places.find(row[COUNTY], township, row[VILLAGE])
            if isinstance(found, Fault):
                return found
            return found if self._inside(found) else self._elsewhere(VILLAGE, row[VILLAGE])
        if row[VILLAGE]:
            return _fault(TOWNSHIP, DIVISION_UNKNOWN, "填了村名还要填乡镇，请补填")
        return self._township(township) if row[TOWNSHIP] else self._division.code

    def _township(self, name: str) -> str | Fault:
        width = PREFIX_LENGTHS[TOWNSHIP_LEVEL]
        found = [
            code
            for code, known, level in self._divisions
            if level == TOWNSHIP_LEVEL and squeeze(known) == squeeze(name)
        ]
        inside = [code for code in found if self._inside(code) or self._division.code[:width] == code[:width]]
        return inside[0] if len(inside) == 1 else self._elsewhere(TOWNSHIP, name)

    def _elsewhere(self, column: str, name: str) -> Fault:
        return _fault(column, DIVISION_UNKNOWN, f"{self._division.name}没有{quote(name)}，请核对")


def _fault(column: str, code: str, message: str) -> Fault:
    return Fault(column, CellFault(code, message))
