"""What ledgers with one row a person say of him (`…person` of domain.md 5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from households.models import Membership, Person
from reports.ledgers.column import Column
from sheets.clean import birth_date
from sheets.text import Cell

PERSON = (
    Column(("姓名",), 11),
    Column(("证件类型",), 12),
    Column(("证件号码",), 20, secret="id"),
    Column(("性别",), 5),
    Column(("年龄",), 5, "int"),
    Column(("与户主关系",), 9),
)
# What `person_cells` reads of a person, and what an item about a person is told by.
READS = ("uid", "name", "id_sealed", "sex")
# The register takes in resident numbers only, also where a file gives a certificate's twenty digits.
_CERTIFICATE = "居民身份证"


def person_cells(person: Person, relation: str, on: date) -> list[Cell]:
    """The cells of PERSON as of a day."""
    number = person.id_number
    return [person.name, _CERTIFICATE, number, person.sex, age_on(number, on), relation]


def age_on(number: str, on: date) -> int | None:
    """Full years on a day by the resident number; None for the number of nobody yet (999999…) and for none."""
    try:
        born = birth_date(number)
    except ValueError:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def relations(persons: Iterable[int], on: date, known_at: datetime | None = None) -> dict[int, str]:
    """How each person (by key) is related to the head of his household on a day."""
    rows = Membership.objects.filter(person__among=persons).as_of(on, known_at).order_by("joined_on", "id")
    return dict(rows.values_list("person_id", "relation"))
