"""The made-up county: nobody real in it, the same every time, in the proportions of the domain study."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from demo.county import County, build_county, everybody
from demo.departments import MAKERS
from demo.family import PHONE_PREFIX
from demo.feeds import write_month
from demo.register import write_register
from monitoring.feeds import FEEDS
from sheets.ids import clean_id
from sheets.read import open_book

DAY = date(2025, 11, 26)
HOUSEHOLDS = 1200


@pytest.fixture(scope="module")
def county() -> County:
    return build_county(HOUSEHOLDS, DAY)


def test_nobody_in_it_can_be_real(county: County) -> None:
    assert all(code.startswith("99") for code, *_ in county.divisions())
    numbers = [person.number for _, person in everybody(county.houses)]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("99") and clean_id(number, DAY) == number for number in numbers)
    phones = {person.phone for _, person in everybody(county.houses) if person.phone}
    assert phones
    assert all(phone.startswith(PHONE_PREFIX) and len(phone) == 11 for phone in phones)


def test_the_same_size_and_day_make_the_same_county(county: County) -> None:
    again = build_county(HOUSEHOLDS, DAY)
    assert again.houses == county.houses
    assert again.villages == county.villages
    assert build_county(HOUSEHOLDS + 1, DAY).houses != county.houses


def test_its_proportions_are_those_of_the_domain_study(county: County) -> None:
    people = sum(len(house.people) for house in county.houses)
    assert 3.1 < people / HOUSEHOLDS < 3.7
    assert 0.11 < sum(house.lifted for house in county.houses) / HOUSEHOLDS < 0.19
    watched = [house for house in county.houses if house.watched]
    assert len(watched) == 30
    assert 0.2 < sum(house.open for house in watched) / len(watched) < 0.8
    assert all(house.head.relation == "户主" for house in county.houses)


def test_full_size_has_12_townships_and_150_villages() -> None:
    from random import Random

    from demo.county import FULL_SIZE, _villages

    villages = _villages(Random(1), FULL_SIZE)
    assert (len(villages), len({village.township for village in villages})) == (150, 12)
    assert len({village.code for village in villages}) == 150


def test_every_feed_is_made_and_its_file_can_be_read(county: County, tmp_path: Path) -> None:
    assert set(MAKERS) == set(FEEDS)
    files = write_month(county, date(2026, 9, 1), tmp_path)
    assert {path.suffix for path in files.values()} == {".xlsx", ".csv"}
    for name, path in files.items():
        tables = open_book(path).tables(list(FEEDS[name].layout()))
        assert len(tables) == 1, name
        assert set(tables[0].found) == {column.name for column in FEEDS[name].layout()}, name


def test_months_differ_and_are_the_same_every_time(county: County, tmp_path: Path) -> None:
    def content(month: int, folder: str) -> list[list[str]]:
        files = write_month(county, date(2026, month, 1), tmp_path / folder)
        path = next(path for path in files.values() if path.suffix == ".csv")
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return list(csv.reader(path.read_text(encoding).splitlines()))
            except UnicodeDecodeError:
                continue
        raise AssertionError(path)

    assert content(9, "a") == content(9, "b")
    assert content(9, "a") != content(10, "c")


def test_the_register_has_a_row_for_everybody(county: County, tmp_path: Path) -> None:
    rows = write_register(county, tmp_path / "register.xlsx", DAY)
    assert rows == sum(len(house.people) for house in county.houses)
