"""Resident numbers and phones: sealed for their own row, under keys that can be changed, found by a blind index."""

from __future__ import annotations

import base64
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_household, make_number, make_person
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.crypto import Unreadable, blind_index, blind_indexes, seal, unseal
from accounts.models import Division, User
from accounts.services.files import keep_bytes, open_file
from households.models import Household, Person
from households.services.life import Reported, change_number, decide_proposal, propose_changes, reported_values
from households.services.view_log import find_by_number
from sheets.ids import birth_date, checksum
from tests.conftest import NOW

OLD, NEW = ("k1:" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
PLACE = "households.person|id_number|1"


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_sealed_for_a_place_opens_there_and_never_looks_the_same_twice(data: bytes, place: str) -> None:
    place = place.encode("utf-8", "ignore").decode()
    one, two = seal(data, place), seal(data, place)
    assert unseal(one, place) == unseal(two, place) == data and one != two


@given(st.data())
def test_one_changed_bit_anywhere_is_noticed(data: st.DataObject) -> None:
    blob = bytearray(seal(b"990101199001010012", PLACE))
    position = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[position // 8] ^= 1 << (position % 8)
    with pytest.raises(Unreadable):
        unseal(bytes(blob), PLACE)


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01\x02k1", b"\x02\x02k1" + bytes(40), b"plain text"])
def test_what_was_never_sealed_does_not_open(blob: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(blob, PLACE)


def test_the_wrong_key_does_not_open(settings: Any) -> None:
    blob = seal(b"990101199001010012", PLACE)
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(Unreadable):
        unseal(blob, PLACE)
    settings.FIELD_KEYS = ["other:" + NEW.partition(":")[2]]
    with pytest.raises(Unreadable, match="FIELD_KEYS"):
        unseal(blob, PLACE)


@pytest.mark.django_db
def test_a_number_copied_to_another_row_or_column_does_not_open(village: Division) -> None:
    make_household(village, members=[{"name": "张三", "phone": "13812341234"}, {"name": "李四", "relation": "配偶"}])
    one, two = Person.objects.get(name="张三"), Person.objects.get(name="李四")
    Person.objects.filter(pk=two.pk).update(id_sealed=one.id_sealed, phone_sealed=one.id_sealed)
    two.refresh_from_db()
    for field in ("id_number", "phone"):
        with pytest.raises(Unreadable):
            getattr(two, field)
    assert one.id_number and one.phone == "13812341234"


@pytest.mark.django_db
def test_a_second_key_opens_old_rows_and_seals_new_ones_and_the_index_stays(
    village: Division, settings: Any, owner: User
) -> None:
    second = "k2:" + NEW.partition(":")[2]
    home = make_household(village, members=[{"name": "张三"}])
    old, index = Person.objects.get(), blind_index("id_number", "x")
    stored = keep_bytes(content=b"old file", name="a", content_type="", actor=owner, at=NOW)
    settings.FIELD_KEYS = [second, OLD]
    assert Person.objects.get().id_number == old.id_number and blind_index("id_number", "x") == index
    with open_file(stored) as plain:
        assert plain.read() == b"old file"
    number = old.id_number
    change_number(person=old, version=1, id_number=make_number(77), happened_on=NOW.date(), actor=owner, at=NOW)
    now = Person.objects.get()
    assert bytes(now.id_sealed)[2:4] == b"k2" and bytes(now.former_numbers.get().id_sealed)[2:4] == b"k2"
    assert now.former_numbers.get().id_number == number and home.memberships.get().person == now
    settings.FIELD_KEYS = [OLD]
    with pytest.raises(Unreadable):
        _ = Person.objects.get().id_number


@given(st.lists(st.text(max_size=30), max_size=20))
def test_many_indexes_are_those_of_each(values: list[str]) -> None:
    values = [value.encode("utf-8", "ignore").decode() for value in values]
    assert blind_indexes("id_number", values) == [blind_index("id_number", value) for value in values]


def test_the_index_differs_by_field_and_needs_the_key(settings: Any) -> None:
    of_number, of_phone = blind_index("id_number", "138"), blind_index("phone", "138")
    settings.FIELD_KEYS = [NEW]
    assert len({of_number, of_phone, blind_index("id_number", "138")}) == 3


CANARIES = [make_number(serial) for serial in range(1, 60)]


def _everything_stored(data_dir: Path) -> bytes:
    """Every value of every table as text and as bytes, the database's own files where it has some, and DATA_DIR."""
    parts = [path.read_bytes() for path in data_dir.rglob("*") if path.is_file()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                parts += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                ]
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"])
        parts += [path.read_bytes() for path in place.parent.glob(f"{place.name}*")]
    return b"\0".join(parts)


@pytest.mark.django_db(transaction=True)
def test_no_number_and_no_phone_lies_in_plain_in_the_database_or_the_data_folder(
    village: Division, owner: User, data_dir: Path
) -> None:
    """59 numbers through persons, former numbers, proposals, decisions and a kept file; then all of it is read."""
    home = make_household(village, members=[])
    known, renumbered, reported = CANARIES[:-20], CANARIES[-20:-10], CANARIES[-10:]
    for number in known:
        make_person(home, name="张三", relation="其他", id_number=number, phone=f"139{number[9:17]}")
    people = list(Person.objects.order_by("pk")[:10])
    day = date(2026, 11, 1)
    for person, number in zip(people, renumbered, strict=True):
        change_number(person=person, version=1, id_number=number, happened_on=day, actor=owner, at=NOW)
    reports = [Reported(p.pk, "改号", day, f"k{p.pk}", number=n) for p, n in zip(people, reported, strict=True)]
    propose_changes(reported=reports, at=NOW)
    decide_proposal(proposal=people[0].change_proposals.get(), confirm=True, actor=owner, at=NOW)
    for number in CANARIES:
        find_by_number(id_number=number, actor=owner, at=NOW + timedelta(hours=2 * CANARIES.index(number)))
    keep_bytes(content=",".join(CANARIES).encode(), name="名册.csv", content_type="", actor=owner, at=NOW)
    stored = _everything_stored(data_dir)
    assert "张三".encode() in stored and len(stored) > 10_000
    secrets = [*CANARIES, *(f"139{number[9:17]}" for number in CANARIES)]
    assert not [secret for secret in secrets if secret.encode() in stored or secret.encode("utf-16-le") in stored]


def test_the_builders_numbers_are_true_ones() -> None:
    assert all(checksum(number[:17]) == number[17] and birth_date(number) for number in CANARIES)


@pytest.mark.django_db
def test_the_sealed_columns_are_bytes_of_the_right_kind(village: Division) -> None:
    make_household(village)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_sealed FROM households_person")
        assert all(bytes(blob)[0] == 1 and bytes(blob)[2:4] == b"k1" for (blob,) in cursor.fetchall())


@pytest.mark.django_db
def test_a_proposals_sealed_part_opens_for_itself_only(village: Division) -> None:
    make_household(village)
    people = list(Person.objects.all()[:2])
    propose_changes(
        reported=[Reported(person.pk, "改名", None, str(uuid.uuid4()), name="新名") for person in people], at=NOW
    )
    one, two = (person.change_proposals.get() for person in people)
    one.sealed = two.sealed
    with pytest.raises(Unreadable):
        reported_values(one)
    assert reported_values(two)["name"] == "新名" and Household.objects.count() == 1
