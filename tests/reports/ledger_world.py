"""A county in which something happened that every ledger shows: random lives, with incomes, clues, help, votes, changes
and lines of books laid over them in turns, so that no ledger of it is empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

from builders import make_number
from ledger_histories import AT, Life, day, settle, store

from accounts.crypto import blind_index
from accounts.models import User
from assistance.models import Delivery, Measure, MeasureType, Plan
from assistance.services.catalogue import install_standard
from households.models import Household, Income, LifeEvent, LivingCondition, Membership, Person
from monitoring.models import Appraisal, Case, Clue, Episode, EpisodeEvent, Notice, Objection, Transition
from records.models import Asset, HotlineCase, IncomeFile, Job, LabourLoss, LowIncome, WelfarePost

RISKS = ("因病", "因学", "因残", "缺劳动力", "因安全住房", "因疫", "因自然灾害")
SKILLS = ("普通劳动力", "无劳动力", "弱劳动力或半劳动力", "")
CLUE_RISKS = ("因病", "义务教育", "因安全住房", "因安全饮水", "基本医疗")
STATES = ("at_county", "to_verify", "solved", "enrolled", "unfounded", "watched")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def build(living: list[Life], user: User) -> None:
    """Write it all. Everything was recorded at AT, when nothing but the lives' own days tells one day from another."""
    settle()
    store(living)
    homes = list(Household.objects.order_by("number"))
    _name_persons()
    _vary_homes(homes)
    _earn(homes, user)
    _look(homes)
    _suspect(homes)
    _help(user)
    _vote(homes, user)
    _turn_back(homes, user)
    _change(homes)
    _fill_books(homes)


def _name_persons() -> None:
    """Numbers, names and skills for the persons, and a householder for each household."""
    persons = list(Person.objects.order_by("id"))
    for serial, (person, skill) in enumerate(zip(persons, cycle(SKILLS), strict=False), 1):
        number = make_number(serial, date(1950 + serial % 60, 1 + serial % 12, 1 + serial % 28))
        person.id_number, person.id_index = number, blind_index("id_number", number)
        person.name, person.labour_skill = f"人{serial}", skill
    Person.objects.bulk_update(persons, ["id_sealed", "id_index", "name", "labour_skill"])
    firsts: dict[int, int] = {}
    for pk, home in Membership.objects.order_by("-id").values_list("pk", "household_id"):
        firsts[home] = pk
    Membership.objects.filter(pk__in=firsts.values()).update(relation="户主")


def _vary_homes(homes: list[Household]) -> None:
    for i, home in enumerate(homes):
        home.category = "脱贫户" if i % 3 else "一般农户"
        home.group_name = f"{i % 4 + 1}组"
    Household.objects.bulk_update(homes, ["category", "group_name"])
    episodes = list(Episode.objects.order_by("id"))
    for episode, first, second in zip(episodes, cycle(RISKS), cycle(RISKS[2:]), strict=False):
        episode.risks = [first] if first == second else [first, second]
        episode.main_risk = first
    Episode.objects.bulk_update(episodes, ["risks", "main_risk"])


def _earn(homes: list[Household], user: User) -> None:
    """Years and visits: some fell, some grew, of some one year alone is known, of some nothing."""
    rows = []
    for i, home in enumerate(homes):
        for end, basis, per_head in (
            (date(2024, 12, 31), "annual", 9000 if i % 4 else 0),
            (date(2025, 12, 31), "annual", 6000 + 700 * (i % 9) if i % 5 else 0),
            (date(2026, 3, 31), "visit", 8000 + 500 * (i % 8) if i % 2 else 0),
        ):
            if per_head:
                rows.append(
                    Income(
                        household=home,
                        basis=basis,
                        starts_on=date(end.year - 1, end.month, 1),
                        ends_on=end,
                        members=1 + i % 3,
                        wage=Decimal(per_head) * (1 + i % 3),
                        transfer=Decimal(100 * (i % 7)),
                        business_cost=Decimal(50 * (i % 3)),
                        own_payments=Decimal(400 * (i % 6)),
                        recorded_by=user,
                        recorded_at=LONG_AGO,
                    )
                )
    Income.objects.bulk_create(rows)


def _look(homes: list[Household]) -> None:
    LivingCondition.objects.bulk_create(
        LivingCondition(
            household=home,
            on=day(10 + i),
            schooling_ok=i % 5 != 0,
            insurance_ok=i % 4 != 0,
            housing_ok=i % 3 != 0,
            water_ok=i % 7 != 0,
            recorded_at=AT,
        )
        for i, home in enumerate(homes)
    )


def _suspect(homes: list[Household]) -> None:
    """A clue in every second household, received and moved on to a state, some checked on the way."""
    chosen = list(zip(homes[::2], cycle(CLUE_RISKS), cycle(STATES), strict=False))
    clues = Clue.objects.bulk_create(
        Clue(
            number=f"XS{i:04d}",
            household=home,
            village_id=home.village_id,
            risk=risk,
            channel=f"0{i % 6 + 1}",
            received_on=day(i),
            state=state,
            decision_due_on=day(i + 15),
            recorded_at=AT,
        )
        for i, (home, risk, state) in enumerate(chosen)
    )
    Transition.objects.bulk_create(step for i, clue in enumerate(clues) for step in _moves(i, clue))


def _moves(i: int, clue: Clue) -> Iterator[Transition]:
    def step(action: str, source: str, target: str, on: date, **data: Any) -> Transition:
        return Transition(
            clue=clue, action=action, source=source, target=target, happened_on=on, recorded_at=AT, data=data
        )

    yield step("open", "", "at_county", clue.received_on)
    if clue.state in ("at_county", "to_verify"):
        yield step("dispatch", "at_county", clue.state, clue.received_on)
        return
    finding = ("true", "partly", "unfounded")[i % 3]
    yield step("dispatch", "at_county", "to_verify", clue.received_on)
    yield step("verify", "to_verify", "verified", clue.received_on + timedelta(days=3), finding=finding)
    yield step("close", "verified", clue.state, clue.received_on + timedelta(days=6))


def _help(user: User) -> None:
    """Measures of different categories; most were delivered, one delivery in five was taken back."""
    install_standard(actor=None, at=AT)
    episodes = list(Episode.objects.order_by("id"))
    plans = Plan.objects.bulk_create(
        Plan(episode=episode, due_on=day(5), adopted_on=day(3), goal="稳定务工", recorded_at=LONG_AGO)
        for episode in episodes[::2]
    )
    types = cycle(MeasureType.objects.order_by("id")[::3])
    measures = Measure.objects.bulk_create(
        Measure(
            plan=plan,
            type=next(types),
            risk=plan.episode.main_risk,
            content="按政策落实",
            unit="县直部门",
            responsible="王五",
            starts_on=day(i % 40),
            recorded_by=user,
            recorded_at=LONG_AGO,
        )
        for i, plan in enumerate([*plans, *plans[::2]])
    )
    Delivery.objects.bulk_create(
        Delivery(
            measure=measure,
            delivered_on=measure.starts_on + timedelta(days=2),
            amount=Decimal(100 + i),
            recorded_by=user,
            recorded_at=LONG_AGO,
            withdrawn_at=AT if i % 5 == 4 else None,
        )
        for i, measure in enumerate(measures[: len(measures) * 3 // 4])
    )


def _vote(homes: list[Household], user: User) -> None:
    for i, home in enumerate(homes[::5]):
        case = _case(home, f"BJ{i}", "enrol", user, opened_on=day(i))
        vote = Appraisal.objects.create(
            case=case,
            held_on=day(i + 4),
            place="村委会",
            chair="甲",
            recorder="乙",
            entitled=30,
            present=24,
            agree=20,
            disagree=4,
            passed=True,
            recorded_by=user,
            recorded_at=AT,
        )
        hung = Notice.objects.create(
            case=case,
            kind="notice",
            place="公开栏",
            hung_on=vote.held_on,
            ends_on=day(i + 9),
            days=5,
            text="",
            recorded_by=user,
            recorded_at=AT,
        )
        if i % 2:
            Objection.objects.create(
                notice=hung, content="有车", received_on=day(i + 5), due_on=day(i + 8), recorded_by=user, recorded_at=AT
            )


def _turn_back(homes: list[Household], user: User) -> None:
    """Turns of the lives that came back get their cases."""
    back = EpisodeEvent.objects.filter(kind="rolled_back", withdrawn_at__isnull=True).select_related(
        "episode__household"
    )
    for i, event in enumerate(back.order_by("id")):
        home = event.episode.household
        case = _case(home, f"HT{i}", "roll_back", user, opened_on=event.happened_on, episode=event.episode)
        Case.objects.filter(pk=case.pk).update(reason="收入测算有误", decided_on=event.happened_on)
        EpisodeEvent.objects.filter(pk=event.pk).update(case=case)


def _case(home: Household, number: str, kind: str, user: User, **values: Any) -> Case:
    return Case.objects.create(
        number=number,
        kind=kind,
        household=home,
        village_id=home.village_id,
        state="done",
        risks=["因病"],
        monitored_type="边缘易致贫户",
        opened_by=user,
        recorded_at=AT,
        **values,
    )


def _change(homes: list[Household]) -> None:
    kinds = cycle(("birth", "death", "married_in", "moved_out", "left"))
    rows = Membership.objects.select_related("household").order_by("id")[::3]
    LifeEvent.objects.bulk_create(
        LifeEvent(
            household=row.household,
            person_id=row.person_id,
            kind=next(kinds),
            happened_on=day(i % 110),
            recorded_at=AT,
            data={"relation": row.relation},
        )
        for i, row in enumerate(rows)
    )


def _fill_books(homes: list[Household]) -> None:
    told = {"from_on": day(5), "recorded_at": LONG_AGO}
    for i, row in enumerate(Membership.objects.filter(left_on__isnull=True).order_by("id")[::4]):
        whose = {"household_id": row.household_id, "person_id": row.person_id, **told}
        Job.objects.create(working=True, area=Job.Area.values[i % len(Job.Area.values)], **whose)
        if not i % 3:
            WelfarePost.objects.create(**whose)
            LabourLoss.objects.create(**whose)
            LowIncome.objects.create(**whose)
    for i, home in enumerate(homes[::6]):
        IncomeFile.objects.create(household=home, year=2025, **told)
        place = {"division_id": home.village_id, **told}
        Asset.objects.create(number=f"A{i}", name="村道", kind=Asset.Kind.values[i % 3], **place)
        HotlineCase.objects.create(number=f"R{i}", appeal="低保", **place)
