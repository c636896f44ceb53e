"""What was known at a moment stays what it was: no row of any ledger, read with the knowledge of an edition, moves with
what is recorded or taken back later about days that the edition is about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import uuid4

from builders import make_number
from hypothesis import given
from ledger_histories import AT, VILLAGES, Life, day, undone
from ledger_world import build
from test_every_ledger import COUNTY, HARD, lively

from accounts.crypto import blind_index
from accounts.models import Division, User
from assistance.models import Delivery, Measure
from households.models import Household, Income, LifeEvent, LivingCondition, Membership, Person
from monitoring.models import Clue, EpisodeEvent, Transition
from records.models import Asset, HotlineCase, IncomeFile, Job, LabourLoss, LowIncome, WelfarePost
from reports import frozen
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from sheets.text import Cell

CLOSED, LATER = AT + timedelta(hours=1), AT + timedelta(hours=2)
READ_ON = day(100)
# Those that what is learnt late must change, now that it is known: else nothing was looked at.
CHANGED = {"L1", "L2", "L8", "L9", "L10", "T1", "T2", "T7", "I1"}


@HARD
@given(living=lively)
def test_no_ledger_moves_with_what_is_recorded_later(places: Any, owner: User, living: list[Life]) -> None:
    with undone():
        build(living, owner)
        before = told(CLOSED)
        write_late(owner)
        after, now = told(CLOSED), told(None)
    faults = [line for code in before for line in moved(code, before[code], after[code])]
    assert not faults, "\n".join(faults)
    assert {code for code in now if now[code] != after[code]} >= CHANGED


def told(known_at: datetime | None) -> dict[str, list[dict[str, Cell]]]:
    """The rows and 合计 of every ledger of the county, by its code."""
    return {code: rows_of(code, COUNTY, known_at) for code in LEDGERS}


def rows_of(code: str, place: str, known_at: datetime | None) -> list[dict[str, Cell]]:
    ledger = LEDGERS[code]
    content = frozen.live(ledger, Reading(Division.objects.get(pk=place), READ_ON, known_at))
    headings = ["·".join(column.path) for column in ledger.columns]
    rows = [content.totals, *(row.cells for row in content.rows)]
    return [dict(zip(headings, row, strict=False)) for row in rows]


def moved(code: str, before: list[dict[str, Cell]], after: list[dict[str, Cell]]) -> list[str]:
    """In what the two differ, said in a line."""
    if len(before) != len(after):
        return [f"{code}: {len(before)} rows became {len(after)}"]
    headings = {name for old, new in zip(before, after, strict=True) for name in old if old[name] != new[name]}
    return [f"{code}: {sorted(headings)}"] if headings else []


def write_late(user: User) -> None:
    """Everything that somebody may learn late about days before READ_ON."""
    homes = list(Household.objects.filter(cancelled_on__isnull=True).order_by("pk"))
    _move(homes[::4])
    _change_members(homes[1::4])
    _change_heads(homes[2::4])
    _strike_off(homes[3::8])
    _measure_living(homes, user)
    _turn()
    _work_clues(homes)
    _help(user)
    _correct_books(homes)


def _move(homes: list[Household]) -> None:
    for home, village in zip(homes, cycle(VILLAGES), strict=False):
        if home.village_id == village or home.life_events.filter(kind="moved").exists():
            continue
        LifeEvent.objects.create(
            household=home,
            kind="moved",
            happened_on=day(80),
            recorded_at=LATER,
            data={"village": [home.village_id, village]},
        )
        Household.objects.filter(pk=home.pk).update(village_id=village)


def _change_members(homes: list[Household]) -> None:
    """A death and a birth in each."""
    for home in homes:
        gone = home.memberships.filter(left_on__isnull=True, joined_on__lt=day(70)).last()
        if gone:
            Membership.objects.filter(pk=gone.pk).update(left_on=day(70), left_reason="death", left_recorded_at=LATER)
            _tell(home, gone.person, "death")
        number = make_number(Person.objects.count() + 1, day(60))
        child = Person(name="新生", id_index=blind_index("id_number", number), sex="女", birth_year=2026)
        child.id_number = number
        child.save()
        Membership.objects.create(person=child, household=home, relation="之女", joined_on=day(60), recorded_at=LATER)
        _tell(home, child, "birth")


def _tell(home: Household, person: Person, kind: str) -> None:
    LifeEvent.objects.create(household=home, person=person, kind=kind, happened_on=day(70), recorded_at=LATER)


def _change_heads(homes: list[Household]) -> None:
    for home in homes:
        rows = list(home.memberships.filter(left_on__isnull=True, joined_on__lt=day(75)).order_by("pk"))
        for row, relation in zip(rows, ("之父", "户主"), strict=False) if len(rows) > 1 else ():
            Membership.objects.filter(pk=row.pk).update(left_on=day(75), left_reason="relation", left_recorded_at=LATER)
            Membership.objects.create(
                person=row.person, household=home, relation=relation, joined_on=day(75), recorded_at=LATER
            )


def _strike_off(homes: list[Household]) -> None:
    for home in homes:
        Household.objects.filter(pk=home.pk).update(cancelled_on=day(90))
        LifeEvent.objects.create(household=home, kind="cancelled", happened_on=day(90), recorded_at=LATER)
        home.memberships.filter(left_on__isnull=True, joined_on__lte=day(90)).update(
            left_on=day(90), left_reason="cancelled", left_recorded_at=LATER
        )


def _measure_living(homes: list[Household], user: User) -> None:
    for home in homes[::2]:
        for end, basis in ((date(2025, 12, 31), "annual"), (day(95), "visit")):
            Income.objects.create(
                household=home,
                basis=basis,
                starts_on=date(end.year - 1, 1, 1),
                ends_on=end,
                members=2,
                wage=Decimal(777),
                recorded_by=user,
                recorded_at=LATER,
            )
        LivingCondition.objects.create(
            household=home,
            on=day(95),
            schooling_ok=False,
            insurance_ok=True,
            housing_ok=False,
            water_ok=True,
            recorded_at=LATER,
        )


def _turn() -> None:
    """Of every second household the last turn is taken back; of the others those that are open are cleared."""
    turns = EpisodeEvent.objects.filter(withdrawn_at__isnull=True, happened_on__lte=READ_ON)
    last = {event.episode.household_id: event for event in turns.order_by("episode__serial", "happened_on", "id")}
    for i, event in enumerate(last.values()):
        if i % 2:
            EpisodeEvent.objects.filter(pk=event.pk).update(withdrawn_at=LATER)
        elif event.kind in ("identified", "rolled_back"):
            EpisodeEvent.objects.create(episode=event.episode, kind="cleared", happened_on=READ_ON, recorded_at=LATER)


def _work_clues(homes: list[Household]) -> None:
    for clue in Clue.objects.filter(state__in=("at_county", "to_verify")):
        Transition.objects.create(
            clue=clue, action="verify", source=clue.state, target="verified", happened_on=READ_ON,
            recorded_at=LATER, data={"finding": "true"},
        )  # fmt: skip
        Clue.objects.filter(pk=clue.pk).update(state="verified")
    for i, home in enumerate(homes[1::6]):
        clue = Clue.objects.create(
            number=f"晚{i}", household=home, village_id=home.village_id, risk="因安全饮水", channel="01",
            received_on=day(50), state="at_county", decision_due_on=day(65), recorded_at=LATER,
        )  # fmt: skip
        Transition.objects.create(
            clue=clue, action="open", source="", target="at_county", happened_on=day(50), recorded_at=LATER
        )


def _help(user: User) -> None:
    measures = list(Measure.objects.select_related("plan").order_by("pk"))
    for measure in measures[::3]:
        new = Measure.objects.create(
            plan=measure.plan, type=measure.type, risk=measure.risk, content="补录", unit="局", responsible="王五",
            starts_on=day(20), recorded_by=user, recorded_at=LATER,
        )  # fmt: skip
        for one in (measure, new):
            Delivery.objects.create(
                measure=one, delivered_on=day(95), amount=Decimal(9), recorded_by=user, recorded_at=LATER
            )
    Delivery.objects.filter(measure__in=measures[1::3], withdrawn_at__isnull=True).update(withdrawn_at=LATER)


def _correct_books(homes: list[Household]) -> None:
    """Every third line was wrong and is not written anew, and every book gets a line more."""
    for book in (Job, WelfarePost, LabourLoss, LowIncome, IncomeFile, Asset, HotlineCase):
        lines: Any = book._default_manager.all()
        for i, line in enumerate(list(lines.order_by("pk"))):
            if i % 3:
                continue
            lines.filter(pk=line.pk).update(withdrawn_at=LATER)
            line.pk, line.uid, line.line, line.from_on, line.recorded_at = None, uuid4(), uuid4(), day(30), LATER
            if hasattr(line, "number"):
                line.number = f"晚{line.number}"
            line.save()
