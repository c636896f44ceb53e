"""The departments' files of one month: mostly ordinary rows, some that a rule will warn about.

Counts are written for a county of 3,000 households and grow with it; together they give some forty warnings a month
there, 600 to 1,000 at full size (domain study 6.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random

from demo.books import STYLES, write_rows
from demo.county import COUNTY, County, House, everybody
from demo.departments import MAKERS
from demo.family import Families, Someone
from demo.month import Month, Values
from demo.quirks import Cell, written_date, written_name, written_number, written_sum
from monitoring.feeds import FEEDS
from monitoring.feeds.base import NAME, SEQUENCE, Feed

PLACE = "乡镇/村"
# Persons of whom a department knows and the register does not: people of the town.
STRANGER_SHARE = 0.05
REPEATED_SHARE = 0.015


def write_month(county: County, first: date, folder: Path, without: Iterable[str] = ()) -> dict[str, Path]:
    """Write every department's file for the month that begins on `first`; feed name -> file."""
    people = list(everybody(county.houses))
    written = {}
    for serial, (name, feed) in enumerate(FEEDS.items()):
        if name in without:
            continue
        random = Random(f"{name} {first}")
        month = Month(county, first, random, people)
        MAKERS[name](month)
        style = STYLES[(serial + first.month) % len(STYLES)]
        headings = [SEQUENCE, NAME, feed.id_column, PLACE, *(column.name for column in feed.columns)]
        title = f"{COUNTY[1]}{first.year}年{first.month}月{feed.title}"
        written[name] = write_rows(folder / f"{first:%Y-%m}" / name, title, headings, _cells(month, feed), style)
    return written


def _cells(month: Month, feed: Feed) -> list[list[Cell]]:
    random = month.random
    strangers = round(len(month.rows) * STRANGER_SHARE)
    townspeople = Families(random, month.first, area="9902")
    for house, _, values in random.sample(month.rows, strangers):
        stranger = townspeople.make()[0]
        month.rows.append((house, stranger, values))
    random.shuffle(month.rows)
    cells = [_row(random, feed, serial, *row) for serial, row in enumerate(month.rows, start=1)]
    # The same line copied twice, as happens.
    return cells + [row for row in cells if random.random() < REPEATED_SHARE]


def _row(random: Random, feed: Feed, serial: int, house: House, person: Someone, values: Values) -> list[Cell]:
    place = f"{house.village.township}{house.village.name}"
    row: list[Cell] = [serial, written_name(random, person.name), written_number(random, person.number), place]
    for column in feed.columns:
        value = values.get(column.name, "")
        if isinstance(value, date):
            row.append(written_date(random, value))
        elif isinstance(value, float):
            row.append(written_sum(random, value))
        else:
            row.append(value)
    return row
