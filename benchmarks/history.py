"""Five years of monitoring in the made-up county, put into the tables by the straight way (see `loading`).

For each of `episodes` households: an identification, half of them a clearing, some a roll-back; a clue that was
enrolled and one that was not, with their steps; incomes of three years, two looks at the guarantees, a plan with two
measures and what was delivered; and beside them the lines of the books.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import User
from assistance.models import Delivery, Measure, MeasureType, Plan
from assistance.services.catalogue import install_standard
from benchmarks.county import END, SEED, County
from benchmarks.loading import fill
from households.models import Income, LivingCondition
from monitoring.models import Clue, Episode, EpisodeEvent, Transition, Visit
from records.models import Asset, House, Job, LowIncome, Problem, ProblemStep, Schooling, WelfarePost

YEARS = 5
_RISKS = ("因病", "因残", "因学", "缺劳动力", "因务工就业不稳", "因自然灾害", "因安全住房")
_WEIGHTS = (38, 20, 8, 12, 10, 7, 5)
_GUARANTEES = ("schooling_ok", "insurance_ok", "housing_ok", "water_ok")
_TYPES = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
Row = Sequence[Any]


class History:
    """What happened to the households that were ever monitored, drawn once."""

    def __init__(self, county: County, episodes: int, actor: User) -> None:
        random = Random(SEED)
        self.county, self.actor = county, actor
        step = county.households // episodes
        self.homes = [1 + i * step for i in range(episodes)]
        self.identified = [END - timedelta(days=random.randrange(1, 365 * YEARS)) for _ in range(episodes)]
        lasted = [200 + random.randrange(500) for _ in range(episodes)]
        ends = [day + timedelta(days=n) for day, n in zip(self.identified, lasted, strict=True)]
        self.cleared = [end if end < END and random.random() < 0.7 else None for end in ends]
        backs = [end + timedelta(days=100) if end and random.random() < 0.04 else None for end in self.cleared]
        self.rolled_back = [back if back and back < END else None for back in backs]
        self.risks = [random.choices(_RISKS, _WEIGHTS)[0] for _ in range(episodes)]
        self.types = [_TYPES[random.randrange(3)] for _ in range(episodes)]
        self.random = random

    def uid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def village(self, home: int) -> str:
        return self.county.villages[home - 1]

    def __len__(self) -> int:
        return len(self.homes)


def load_history(county: County, episodes: int, actor: User) -> None:
    """Fill everything; keys are 1, 2, 3 … in the order of the households."""
    past = History(county, episodes, actor)
    install_standard(actor=None, at=_noon(END))
    _load_episodes(past)
    _load_clues(past)
    _load_register(past)
    _load_help(past)
    _load_books(past)
    _load_problems(past)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(4), tzinfo=UTC)


def _load_episodes(past: History) -> None:
    names = (
        *("id", "uid", "household_id", "monitored_type", "risks", "main_risk", "state"),
        *("identified_on", "cleared_on", "clear_method", "size"),
    )
    fill(Episode, names, _episodes(past))
    fill(EpisodeEvent, ("id", "episode_id", "kind", "happened_on", "recorded_at", "household_size"), _events(past))


def _episodes(past: History) -> Iterator[Row]:
    for i, home in enumerate(past.homes):
        ended = past.cleared[i] if not past.rolled_back[i] else None
        state, method = ("cleared", "帮扶消除") if ended else ("monitored", "")
        risks = json.dumps([past.risks[i]])
        yield (
            *(i + 1, past.uid(), home, past.types[i], risks, past.risks[i], state),
            *(past.identified[i], ended, method, 3),
        )


def _events(past: History) -> Iterator[Row]:
    number = 0
    for i in range(len(past)):
        turns = (("identified", past.identified), ("cleared", past.cleared), ("rolled_back", past.rolled_back))
        for kind, days in turns:
            if day := days[i]:
                number += 1
                yield number, i + 1, kind, day, _noon(day), 3


def _load_clues(past: History) -> None:
    names = (
        *("id", "uid", "number", "household_id", "village_id", "risk", "channel", "department", "received_on", "state"),
        *("warning", "decision_due_on", "verified_on", "closed_on", "recorded_at"),
    )
    clues = list(_clues(past))
    fill(Clue, names, clues)
    steps = ("id", "clue_id", "action", "source", "target", "data", "happened_on", "recorded_at")
    fill(Transition, steps, _steps(clues))


def _clues(past: History) -> Iterator[Row]:
    number = 0
    for i, home in enumerate(past.homes):
        for turn in range(2):
            number += 1
            day = past.identified[i] - timedelta(days=12 + 30 * turn)
            state, risk = (("enrolled", past.risks[i]), ("unfounded", "收入"))[turn]
            end = day + timedelta(days=10)
            yield (
                *(number, past.uid(), f"XS990101-{number:08d}", home, past.village(home), risk),
                *("03" if turn else "02", "medical_insurance" if turn else "", day, state),
                *("预警", day + timedelta(days=15), day + timedelta(days=3), end, _noon(day)),
            )


def _steps(clues: Iterable[Row]) -> Iterator[Row]:
    number = 0
    for clue in clues:
        found = json.dumps({"finding": "true" if clue[9] == "enrolled" else "unfounded"})
        course = (
            ("register", "", "at_county", "{}", 0),
            ("dispatch", "at_county", "at_township", "{}", 1),
            ("dispatch", "at_township", "to_verify", "{}", 1),
            ("verify", "to_verify", "verified", found, 3),
            ("close", "verified", clue[9], "{}", 10),
        )
        for action, source, target, data, days in course:
            number += 1
            day = clue[8] + timedelta(days=days)
            yield number, clue[0], action, source, target, data, day, _noon(day)


def _load_register(past: History) -> None:
    names = (
        *("id", "household_id", "basis", "starts_on", "ends_on", "members", "wage", "business", "transfer"),
        *("business_cost", "own_payments", "recorded_by_id", "recorded_at"),
    )
    fill(Income, names, _incomes(past))
    looks = ("id", "household_id", "on", *_GUARANTEES, "house_area", "recorded_at")
    fill(LivingCondition, looks, _conditions(past))
    visits = ("id", "uid", "household_id", "episode_id", "kind", "visited_on", "recorded_by_id", "recorded_at")
    fill(Visit, visits, _visits(past))


def _incomes(past: History) -> Iterator[Row]:
    number = 0
    for i, home in enumerate(past.homes):
        windows = [("annual", date(year, 12, 31)) for year in (2023, 2024, 2025)]
        for basis, end in [*windows, ("identify", past.identified[i])]:
            number += 1
            wage, business = past.random.randrange(10_000, 60_000), past.random.randrange(20_000)
            yield (
                *(number, home, basis, end - timedelta(days=364), end, 3, Decimal(wage), Decimal(business)),
                *(Decimal(2_000), Decimal(business // 2), Decimal(3_000), past.actor.pk, _noon(min(end, END))),
            )


def _conditions(past: History) -> Iterator[Row]:
    """Two looks at every household that was ever monitored, a third after its clearing; one at every lifted one."""
    looks: list[Row] = []
    for i, home in enumerate(past.homes):
        lacking = past.random.random() < 0.05
        housing = past.risks[i] != "因安全住房"
        looks.append((home, past.identified[i], True, not lacking, housing, True))
        later = [past.identified[i] + timedelta(days=180)]
        if cleared := past.cleared[i]:
            later.append(cleared + timedelta(days=30))
        looks += [(home, min(day, END), True, True, True, True) for day in later]
    monitored = set(past.homes)
    lifted = (home for home, is_lifted in enumerate(past.county.lifted.tolist(), 1) if is_lifted)
    looks += [(home, date(2025, 6, 1), True, True, True, True) for home in lifted if home not in monitored]
    for number, look in enumerate(looks, 1):
        yield number, *look, Decimal(90), _noon(look[1])


def _visits(past: History) -> Iterator[Row]:
    for i, home in enumerate(past.homes):
        day = min(past.identified[i] + timedelta(days=180), END)
        yield i + 1, past.uid(), home, i + 1, "follow_up", day, past.actor.pk, _noon(day)


def _load_help(past: History) -> None:
    plans = (
        (i + 1, i + 1, past.identified[i] + timedelta(days=10), _noon(past.identified[i])) for i in range(len(past))
    )
    fill(Plan, ("id", "episode_id", "due_on", "recorded_at"), plans)
    names = (
        *("id", "uid", "plan_id", "type_id", "risk", "content", "unit", "responsible", "starts_on", "state"),
        *("recorded_by_id", "recorded_at"),
    )
    types = list(MeasureType.objects.values_list("pk", flat=True))
    fill(Measure, names, _measures(past, types))
    given = ("id", "uid", "measure_id", "delivered_on", "amount", "recorded_by_id", "recorded_at")
    fill(Delivery, given, _deliveries(past))


def _measures(past: History, types: list[int]) -> Iterator[Row]:
    for number in range(2 * len(past)):
        i, day = number // 2, past.identified[number // 2] + timedelta(days=15)
        yield (
            *(number + 1, past.uid(), i + 1, types[past.random.randrange(len(types))], past.risks[i], "按政策落实"),
            *("乡镇", "王五", day, "delivered", past.actor.pk, _noon(day)),
        )


def _deliveries(past: History) -> Iterator[Row]:
    for number in range(2 * len(past)):
        day = past.identified[number // 2] + timedelta(days=40)
        yield number + 1, past.uid(), number + 1, day, Decimal(800), past.actor.pk, _noon(day)


def _load_books(past: History) -> None:
    people = _people_of(past)
    base = ("id", "uid", "line", "from_on", "recorded_at")
    fill(Job, (*base, "household_id", "person_id", "working", "area", "monthly_wage"), _jobs(past, people))
    fill(
        LowIncome,
        (*base, "household_id", "person_id", "kind", "monthly_amount"),
        ((*_line(past, n), home, person, "低保", Decimal(320)) for n, (home, person) in enumerate(people[::2], 1)),
    )
    fill(
        WelfarePost,
        (*base, "household_id", "person_id", "title", "kind", "monthly_pay"),
        (
            (*_line(past, n), home, person, "保洁员", "cleaner", Decimal(600))
            for n, (home, person) in enumerate(people[::10], 1)
        ),
    )
    fill(
        Schooling,
        (*base, "household_id", "person_id", "state", "school"),
        (
            (*_line(past, n), home, person, "dropped_out" if n % 400 == 0 else "at_school", "中心小学")
            for n, (home, person) in enumerate(people, 1)
        ),
    )
    fill(
        House,
        (*base, "household_id", "grade", "graded_on"),
        ((*_line(past, n), home, "ABCD"[n % 40 == 0 and 3], END) for n, home in enumerate(past.homes, 1)),
    )
    assets = ("number", "name", "kind", "original_value", "income_due", "income_received")
    villages = past.county.villages
    fill(
        Asset,
        (*base, "division_id", *assets),
        (
            (*_line(past, n), villages[n * 7 % len(villages)], f"ZC{n:05d}", "村道", "public", *[Decimal(30)] * 3)
            for n in range(1, len(past) // 5 + 1)
        ),
    )


def _people_of(past: History) -> list[tuple[int, int]]:
    """(household, its first person) of every monitored household."""
    first: dict[int, int] = {}
    for person, home in enumerate(past.county.home.tolist(), 1):
        first.setdefault(home + 1, person)
    return [(home, first[home]) for home in past.homes]


def _line(past: History, number: int) -> Row:
    day = END - timedelta(days=past.random.randrange(1_200))
    return number, past.uid(), past.uid(), day, _noon(day)


def _jobs(past: History, people: list[tuple[int, int]]) -> Iterator[Row]:
    areas = ("county", "province", "outside", "")
    for n, (home, person) in enumerate(people, 1):
        yield *_line(past, n), home, person, bool(n % 7), areas[n % 4], Decimal(4_000)


def _load_problems(past: History) -> None:
    names = (
        *("id", "uid", "number", "kind", "division_id", "household_id", "origin", "description", "found_on"),
        *("due_on", "state", "recorded_at"),
    )
    problems = list(_problems(past))
    fill(Problem, names, problems)
    steps = ("id", "problem_id", "action", "source", "target", "data", "happened_on", "recorded_at")
    fill(ProblemStep, steps, _problem_steps(problems))


def _problems(past: History) -> Iterator[Row]:
    for n, home in enumerate(past.homes[::6], 1):
        found = END - timedelta(days=past.random.randrange(1_500))
        done = found + timedelta(days=60) < END
        yield (
            *(n, past.uid(), f"WT990101-{n:07d}", "rectification", past.village(home), home, "audit", "待整改"),
            *(found, found + timedelta(days=60), "signed_off" if done else "assigned", _noon(found)),
        )


def _problem_steps(problems: Iterable[Row]) -> Iterator[Row]:
    number = 0
    for problem in problems:
        course = [("open", "", "found", 0), ("assign", "found", "assigned", 2)]
        if problem[10] == "signed_off":
            course += [("report_done", "assigned", "done", 30), ("accept", "done", "checked", 40)]
            course += [("sign_off", "checked", "signed_off", 45)]
        for action, source, target, days in course:
            number += 1
            day = problem[8] + timedelta(days=days)
            yield number, problem[0], action, source, target, "{}", day, _noon(day)
