"""What a month did to the problems that clues, evidence and visits tell of, by comparing how they stood before and after.

A row that stands at the end of the month in the place where it stood before says in `was` how it stood then (0 in hand,
1 solved, None not there). A row in hand before that is no longer there has gone: found untrue, moved away, or kept as
a problem from now on. So opening + found + returned - cleared - gone = closing in every place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.models import Division
from reports.asof.clues import OPEN
from reports.asof.problems import Known, Topic, covered, reported, witnessed

Teller = Callable[[Topic, Division, date, Known], QuerySet[Any]]
# Who tells of a problem, and what makes two rows the same one.
TELLERS: dict[str, tuple[Teller, str]] = {
    "reported": (reported, "clue_id"),
    "covered": (covered, "pk"),
    "witnessed": (witnessed, "pk"),
}


def standing(teller: str, topic: Topic, division: Division, opening: date, on: date, known_at: Known) -> QuerySet[Any]:
    """The rows of a teller at the end of a month, with `was`; `late` is 1 where the county's term for its clue is over."""
    rows, key = TELLERS[teller]
    same = {key: OuterRef(key), "place": OuterRef("place")}
    before = rows(topic, division, opening, known_at).filter(**same).order_by()
    was = Subquery(before.values("solved")[:1], output_field=IntegerField())
    return _with_late(teller, topic, division, on, known_at).annotate(was=was)


def _with_late(teller: str, topic: Topic, division: Division, on: date, known_at: Known) -> QuerySet[Any]:
    over: Any = Value(0, output_field=IntegerField())
    if teller == "reported":
        waits = Q(target__in=OPEN, clue__decision_due_on__lt=on)
        over = Choose(When(waits, then=1), default=0, output_field=IntegerField())
    return TELLERS[teller][0](topic, division, on, known_at).annotate(late=over)


def counts(
    teller: str, topic: Topic, division: Division, opening: date, on: date, known_at: Known
) -> dict[str, Counter[str]]:
    """What `standing` and `opening_with_gone` come to, by place: the two days are read once each and compared here,
    which costs a tenth of letting the database look back at every row."""
    rows, key = TELLERS[teller]
    before = rows(topic, division, opening, known_at).order_by().values_list(key, "place", "solved")
    was = {(one, place): solved for one, place, solved in before}
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    gone = {at for at, solved in was.items() if not solved}
    for place in (place for _, place in gone):
        found[place]["opening"] += 1
    columns = (key, "place", "solved", "late", "found_on", "solved_on")
    for one, place, solved, late, found_on, solved_on in (
        _with_late(teller, topic, division, on, known_at).order_by().values_list(*columns)
    ):
        gone.discard((one, place))
        found[place].update(_change(was.get((one, place)), solved, late))
        if solved and was.get((one, place)) != 1:
            found[place]["days"] += (solved_on - found_on).days
    for _, place in gone:
        found[place]["void"] += 1
    return found


def _change(was: int | None, solved: int, late: int) -> Iterator[str]:
    """What a row adds one to: it was in hand (0), solved (1) or not there (None), and is solved or not."""
    if was is None:
        yield "found"
    if solved and was != 1:
        yield from ("cleared", "dated")
    if not solved:
        yield "closing"
        if was == 1:
            yield "returned"
        if late:
            yield "late"


def opening_with_gone(
    teller: str, topic: Topic, division: Division, opening: date, on: date, known_at: Known
) -> QuerySet[Any]:
    """The rows of a teller in hand at the end of the month before; `gone` is 1 where the month's end has them no more."""
    rows, key = TELLERS[teller]
    after = rows(topic, division, on, known_at).filter(**{key: OuterRef(key), "place": OuterRef("place")})
    gone = Choose(When(Exists(after.order_by()), then=0), default=1, output_field=IntegerField())
    return rows(topic, division, opening, known_at).filter(solved=0).annotate(gone=gone)
