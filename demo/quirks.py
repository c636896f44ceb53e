"""How offices really write numbers, names, dates and sums: most cells plain, some odd, a few beyond repair."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

Cell = str | int | float | date | datetime | None

ODD_SHARE = 0.04
BROKEN_SHARE = 0.025
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def written_number(random: Random, number: str, *, broken: float = BROKEN_SHARE) -> Cell:
    """A resident number as found in a cell: plain, odd but readable, or so damaged that its row must be refused."""
    chance = random.random()
    if chance < broken:
        return _broken_number(random, number)
    return _odd_number(random, number) if chance < broken + ODD_SHARE else number


def _odd_number(random: Random, number: str) -> str:
    ways = [
        number.lower(),
        f"{number} ",
        f"'{number}",
        f'="{number}"',
        number.translate(FULL_WIDTH),
        f"{number[:6]} {number[6:14]} {number[14:]}",
        f"{number}{random.randint(1, 7)}{random.randint(1, 4)}",
    ]
    if number[6:8] == "19":
        ways.append(number[:6] + number[8:17])
    return random.choice(ways)


def _broken_number(random: Random, number: str) -> Cell:
    wrong_check = str((int(number[17]) + 1) % 10) if number[17] != "X" else "1"
    ways: list[Cell] = [
        "",
        "无",
        "不详",
        float(number[:17] + "0"),
        f"{number[:6]}{number[6]}E+17",
        number[:17],
        number[:17] + wrong_check,
    ]
    return random.choice(ways)


def written_name(random: Random, name: str) -> str:
    """A name with another interpunct, a blank between two characters, or a homophone: matched by number all the same."""
    if "·" in name:
        return name.replace("·", random.choice("·.•・"))
    chance = random.random()
    if chance < 0.02 and len(name) == 2:
        return f"{name[0]}　{name[1]}"
    return f"{name[0]}某{name[-1]}" if chance > 0.99 else name


def written_date(random: Random, day: date | None) -> Cell:
    if day is None:
        return ""
    if random.random() > ODD_SHARE * 3:
        return datetime(day.year, day.month, day.day)
    ways: list[Cell] = [
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        (day - date(1899, 12, 30)).days,
    ]
    return random.choice(ways)


def written_sum(random: Random, amount: float) -> Cell:
    """An amount in yuan as a number, or with separators, 元, full width; rarely as words, which cannot be counted."""
    chance = random.random()
    if chance < 0.004:
        return f"约{amount / 10000:.1f}万"
    if chance < ODD_SHARE:
        return random.choice(
            [f"{amount:,.2f}", f"{amount:.2f}元", f" {amount:.0f} ", f"{amount:.0f}".translate(FULL_WIDTH)]
        )
    return round(amount, 2)
