"""Lines written by hand: the two clocks against a slow obvious model, rights, and who comes second."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from builders import make_household
from cast import NOW
from races import at_once

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, Role
from households.models import Household
from records.books import BOOKS
from records.models import Job, KeyVillage, Record
from records.services.lines import add_line, change_line, correct_line, end_line, withdraw_line

pytestmark = pytest.mark.usefixtures("clock")
JOBS = BOOKS["jobs"]
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(0, 61, 3)]


@pytest.fixture
def family(village: Division) -> Household:
    return make_household(village)


def add(family: Household, actor: Any, at: datetime = NOW, **options: Any) -> Record:
    given = {"values": {"working": True, "monthly_wage": "3000"}, "from_on": FIRST, **options}
    person = family.memberships.order_by("id").first().person
    return add_line(book=JOBS, household=family, person=person, actor=actor, at=at, **given)


# --- the property ---


class Slow:
    """What the book is to say: for every moment a picture of every day, made anew with each act."""

    def __init__(self) -> None:
        self.pictures: list[tuple[datetime, dict[date, int]]] = []

    def now(self) -> dict[date, int]:
        return dict(self.pictures[-1][1]) if self.pictures else {}

    def keep(self, at: datetime, picture: dict[date, int]) -> None:
        self.pictures.append((at, picture))

    def said(self, on: date, known_at: datetime) -> int | None:
        known = [picture for at, picture in self.pictures if at <= known_at]
        return known[-1].get(on) if known else None


@contextmanager
def allowed() -> Iterator[list[bool]]:
    """Whether the act went through."""
    went = [False]
    try:
        yield went
        went[0] = True
    except Refused:
        pass


@pytest.mark.parametrize("seed", range(12))
def test_the_two_clocks_agree_with_a_slow_model(family: Household, seed: int) -> None:
    chance, slow, moment = random.Random(seed), Slow(), NOW
    every = [FIRST + timedelta(days=n) for n in range(400)]
    line = None
    for step in range(14):
        moment += timedelta(minutes=1)
        picture, wage = slow.now(), 1000 + step
        standing = list(Job.objects.standing().order_by("from_on"))
        act = chance.choice(["change", "change", "correct", "end", "add"]) if standing else "add"
        day, end = sorted(chance.sample(DAYS, 2))
        with allowed() as went:
            if act == "add":
                line = add(family, None, moment, values={"working": True, "monthly_wage": wage}, from_on=day, to_on=end)
                picture |= {one: wage for one in every if day <= one < end}
            elif act == "change":
                there = next(
                    (row for row in standing if row.from_on <= day and (not row.to_on or day < row.to_on)), None
                )
                change_line(
                    book=JOBS,
                    line=line.line,
                    values={"monthly_wage": wage},
                    on=day,
                    seen=standing[-1].uid,
                    actor=None,
                    at=moment,
                )
                assert there is not None
                picture |= {one: wage for one in picture if one >= day and (not there.to_on or one < there.to_on)}
            elif act == "correct":
                wrong = chance.choice(standing)
                correct_line(
                    book=JOBS, line=line.line, values={"monthly_wage": wage}, reason="写错", seen=wrong.uid,
                    from_on=day, to_on=end, actor=None, at=moment,
                )  # fmt: skip
                picture = {one: had for one, had in picture.items() if not (wrong.from_on <= one < wrong.to_on)}
                picture |= {one: wage for one in every if day <= one < end}
            else:
                end_line(book=JOBS, line=line.line, on=day, seen=standing[-1].uid, actor=None, at=moment)
                picture = {one: had for one, had in picture.items() if one < day}
        if went[0]:
            slow.keep(moment, picture)
    assert len(slow.pictures) > 3
    moments = [at + timedelta(seconds=shift) for at, _ in slow.pictures for shift in (-1, 0, 1)]
    for known_at in moments:
        for on in every[:70:4]:
            rows = list(Job.objects.as_of(on, known_at))
            assert len(rows) <= 1
            found = int(rows[0].monthly_wage) if rows else None
            assert found == slow.said(on, known_at), (on, known_at)


# --- one act each ---


def test_what_changes_leaves_the_past_as_it_was(family: Household, bureau: Any) -> None:
    row = add(family, bureau)
    later = NOW + timedelta(minutes=5)
    change_line(
        book=JOBS, line=row.line, values={"firm": "新厂"}, on=date(2026, 6, 1), seen=row.uid, actor=bureau, at=later
    )
    old, new = Job.objects.standing().order_by("from_on")
    assert (old.to_on, new.from_on, new.firm, new.monthly_wage) == (
        date(2026, 6, 1),
        date(2026, 6, 1),
        "新厂",
        Decimal(3000),
    )
    assert Job.objects.as_of(date(2026, 7, 1), NOW).get().firm == ""


def test_what_was_wrong_is_withdrawn_and_written_anew(family: Household, bureau: Any) -> None:
    row = add(family, bureau)
    right = correct_line(
        book=JOBS, line=row.line, values={"monthly_wage": "2800"}, reason="看错一行", seen=row.uid, actor=bureau, at=NOW
    )
    row.refresh_from_db()
    assert (row.withdrawn_by, row.monthly_wage, right.reason) == (bureau, Decimal(3000), "看错一行")
    with pytest.raises(Refused, match="理由"):
        correct_line(book=JOBS, line=row.line, values={"firm": "x"}, reason=" ", seen=right.uid, actor=bureau, at=NOW)


def test_a_line_taken_back_is_gone_today_but_was_known(family: Household, bureau: Any) -> None:
    row = add(family, bureau)
    later = NOW + timedelta(minutes=5)
    withdraw_line(book=JOBS, line=row.line, reason="不是本人", seen=row.uid, actor=bureau, at=later)
    assert not Job.objects.as_of(date(2026, 6, 1)).exists()
    assert Job.objects.as_of(date(2026, 6, 1), NOW).exists()


def test_whoever_saw_an_older_version_is_told(family: Household, bureau: Any, township: Any) -> None:
    row = add(family, bureau)
    end_line(book=JOBS, line=row.line, on=date(2026, 9, 1), seen=row.uid, actor=bureau, at=NOW)
    with pytest.raises(Conflict, match="刚被别人改过"):
        change_line(
            book=JOBS, line=row.line, values={"firm": "x"}, on=date(2026, 6, 1), seen=row.uid, actor=township, at=NOW
        )


def test_an_ended_line_goes_on_under_the_same_line(family: Household, bureau: Any) -> None:
    row = add(family, bureau, to_on=date(2026, 5, 1))
    again = add(family, bureau, from_on=date(2026, 8, 1))
    assert again.line == row.line and not Job.objects.as_of(date(2026, 6, 1)).exists()
    with pytest.raises(Refused, match="重叠"):
        add(family, bureau, from_on=date(2026, 9, 1))


def test_a_death_or_striking_off_leaves_the_lines(family: Household, bureau: Any) -> None:
    add(family, bureau)
    Household.objects.filter(pk=family.pk).update(cancelled_on=date(2026, 9, 1))
    family.memberships.update(left_on=date(2026, 9, 1), left_reason="death")
    assert Job.objects.as_of(date(2026, 10, 1)).count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"monthly_wage": "很多"}, "monthly_wage"),
        ({"monthly_wage": -1}, "monthly_wage"),
        ({"area": "月球"}, "area"),
        ({"nothing": "x"}, "nothing"),
        ({"working": ""}, "working"),
        ({"firm": ["x"]}, "firm"),
        ({"trained_on": "上月"}, "trained_on"),
    ],
)
def test_a_value_that_is_none_is_named(family: Household, bureau: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        add(family, bureau, values={"working": True, **values})
    assert refusal.value.field == field and not Job.objects.exists()


def test_a_line_does_not_begin_in_the_future(family: Household, bureau: Any) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        add(family, bureau, from_on=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("role", "place", "department", "wanted"),
    [
        (Role.VILLAGE_CADRE, "990101100201", "", None),
        (Role.VILLAGE_CADRE, "990101100202", "", OutOfScope),
        (Role.TOWNSHIP_STAFF, "990101100000", "", None),
        (Role.TOWNSHIP_LEADER, "990101100000", "", None),
        (Role.COUNTY_BUREAU, "990101000000", "", None),
        (Role.COUNTY_BUREAU, "990102000000", "", OutOfScope),
        (Role.LIAISON, "990101000000", "human_resources", None),
        (Role.LIAISON, "990101000000", "education", OutOfScope),
        (Role.AUDITOR, "990101000000", "", Forbidden),
        (Role.ADMINISTRATOR, "990101000000", "", OutOfScope),
        (Role.HELPER, "990101000000", "", OutOfScope),
    ],
)
def test_who_may_write_a_line(
    family: Household, hire: Any, role: str, place: str, department: str, wanted: Any
) -> None:
    actor = hire("writer", role, place, department=department)
    if wanted is None:
        assert add(family, actor).recorded_by == actor
        return
    with pytest.raises(wanted):
        add(family, actor)


def test_a_helper_sees_the_lines_of_his_households_and_writes_none(family: Household, hire: Any, bureau: Any) -> None:
    helper = hire("helper", Role.HELPER, "990101000000")
    Household.objects.filter(pk=family.pk).update(helper=helper)
    family.refresh_from_db()
    add(family, bureau)
    assert Job.objects.visible_to(helper).count() == 1
    with pytest.raises(Forbidden):
        add(family, helper)


def test_a_place_of_the_wrong_level_is_refused(county: Division, bureau: Any) -> None:
    with pytest.raises(Refused, match="只记到村"):
        add_line(
            book=BOOKS["key_villages"], values={"tracker": "某"}, from_on=FIRST, division=county, actor=bureau, at=NOW
        )
    assert not KeyVillage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_one_line_the_second_is_told(family: Household, bureau: Any) -> None:
    row = add(family, bureau)

    def change(number: int) -> None:
        values, on = {"firm": ("甲", "乙")[number]}, date(2026, 6, 1)
        change_line(book=JOBS, line=row.line, values=values, on=on, seen=row.uid, actor=None, at=NOW)

    assert sorted(at_once(change, 2)) == ["conflict", "done"]
    assert Job.objects.standing().count() == 2
