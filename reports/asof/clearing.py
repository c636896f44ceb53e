"""What a month did to the problems that clues, evidence and visits tell of, by comparing how they stood before and after.

The two days are read once each and compared here: letting the database look back at every row costs ten times as much.
A row that stands at the end of the month in the place where it stood before is held against how it stood then. A row in
hand before that is no longer there has gone: found untrue, moved away, or kept as a problem from now on. So opening +
found + returned - cleared - gone = closing in every place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import Case as Choose
from django.db.models import IntegerField, Q, QuerySet, Value, When

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

# How rows stand to which the month did something.
_SO_NOW = {"returned": Q(solved=0), "cleared": Q(solved=1)}


def standing(teller: str, topic: Topic, division: Division, on: date, known_at: Known) -> QuerySet[Any]:
    """The rows of a teller on a day; `late` is 1 where the county's term for its clue is over."""
    over: Any = Value(0, output_field=IntegerField())
    if teller == "reported":
        waits = Q(target__in=OPEN, clue__decision_due_on__lt=on)
        over = Choose(When(waits, then=1), default=0, output_field=IntegerField())
    return TELLERS[teller][0](topic, division, on, known_at).annotate(late=over)


def changed(
    change: str, teller: str, topic: Topic, division: Division, opening: date, on: date, known_at: Known
) -> QuerySet[Any]:
    """The rows of a teller at the end of a month to which the month did one thing: found, returned, cleared."""
    rows, key = standing(teller, topic, division, on, known_at), TELLERS[teller][1]
    so = rows.filter(_SO_NOW.get(change, Q())).order_by()
    now = list(so.values_list("pk", key, "place", "solved"))
    was = _standing_before(teller, topic, division, opening, known_at) if now else {}
    done = [pk for pk, one, place, solved in now if change in _change(was.get((one, place), _NOT_THERE)[1], solved, 0)]
    return rows.filter(pk__among=done) if done else rows.none()


def gone(teller: str, topic: Topic, division: Division, opening: date, on: date, known_at: Known) -> QuerySet[Any]:
    """The rows of a teller in hand at the end of the month before that the month's end has no more."""
    rows, key = TELLERS[teller]
    found = rows(topic, division, opening, known_at)
    was = list(found.filter(solved=0).order_by().values_list("pk", key, "place"))
    there = set(rows(topic, division, on, known_at).order_by().values_list(key, "place")) if was else set()
    left = [pk for pk, one, place in was if (one, place) not in there]
    return found.filter(pk__among=left) if left else found.none()


def counts(
    teller: str, topic: Topic, division: Division, opening: date, on: date, known_at: Known
) -> dict[str, Counter[str]]:
    """What `standing` before and after, `changed` and `gone` come to, by place."""
    was = _standing_before(teller, topic, division, opening, known_at)
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    left = {at for at, (_, solved) in was.items() if not solved}
    for place in (place for _, place in left):
        found[place]["opening"] += 1
    columns = (TELLERS[teller][1], "place", "solved", "late", "found_on", "solved_on")
    for one, place, solved, late, found_on, solved_on in (
        standing(teller, topic, division, on, known_at).order_by().values_list(*columns)
    ):
        left.discard((one, place))
        before = was.get((one, place), _NOT_THERE)[1]
        found[place].update(_change(before, solved, late))
        if solved and before != 1:
            found[place]["days"] += (solved_on - found_on).days
    for _, place in left:
        found[place]["void"] += 1
    return found


_NOT_THERE = (0, None)


def _standing_before(
    teller: str, topic: Topic, division: Division, opening: date, known_at: Known
) -> dict[tuple[int, str], tuple[int, int | None]]:
    """Key and solved (0, 1) of each row of a teller on the last day of the month before, by what makes it the same and
    its place."""
    rows, key = TELLERS[teller]
    stood = rows(topic, division, opening, known_at).order_by().values_list(key, "place", "pk", "solved")
    return {(one, place): (pk, solved) for one, place, pk, solved in stood}


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
