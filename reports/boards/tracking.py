"""Villages held against the thresholds of key tracking (重点跟踪监测村) that are in force there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Division
from monitoring.policy import PolicyBook
from reports.boards.villages import VillageBoard
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figures

BOARD = VillageBoard()
_KEYS = ("watch_share", "watch_joint_share", "watch_joint_persons", "watch_reading")


@dataclass(frozen=True)
class Watched:
    """A village: monitored persons, those and 脱贫人口 together, shares in percent (None without a population), and which
    threshold it passed ('' for none)."""

    village: Division
    monitored: int
    joint: int
    share: Decimal | None
    joint_share: Decimal | None
    why: str


def tracked_villages(reading: Reading, book: PolicyBook | None = None) -> list[Watched]:
    """Every village of a place."""
    known = book or PolicyBook()
    return [watched(village, figures, known, reading.on) for village, figures in BOARD.table(reading)]


def watched(village: Division, figures: Figures, book: PolicyBook, on: date) -> Watched:
    monitored, joint, people = figures["monitored"], figures["joint"], village.rural_population
    if not people:
        return Watched(village, monitored, joint, None, None, "")
    line, joint_line, persons, reading = (book.value(key, on=on, code=village.code) for key in _KEYS)
    share, joint_share = Decimal(monitored) * 100 / people, Decimal(joint) * 100 / people
    both = [joint_share >= joint_line, joint >= persons]
    by_share, by_joint = share > line, all(both) if reading == "and" else any(both)
    why = (
        "两条都触发"
        if by_share and by_joint
        else f"占比超过 {line:f}%"
        if by_share
        else "脱贫加监测"
        if by_joint
        else ""
    )
    return Watched(village, monitored, joint, share, joint_share, why)


def rule_words(book: PolicyBook, on: date, code: str) -> str:
    """The thresholds in force in a place, in a sentence."""
    share, joint, persons, reading = (book.value(key, on=on, code=code) for key in _KEYS)
    link = "且满" if reading == "and" else "或满"
    return f"监测人口超过 {share:f}%，或脱贫加监测达到 {joint:f}% {link} {persons} 人"
