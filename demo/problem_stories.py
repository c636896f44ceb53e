"""Problems of the made-up county: found, assigned, worked, checked, signed off, looked at again, through the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from accounts.models import Division, User
from demo.county import COUNTY
from demo.deeds import Deeds
from demo.papers import keep_photo
from demo.records import LATE_DAYS
from demo.stage import CHINA, Story, moment
from households.models import Household
from records.models import House, Problem
from records.services.problems import perform
from records.services.problems_opening import open_problem
from records.services.problems_raising import raise_problems

# Of a hundred: how far each comes.
ENDS = [("signed_off", 62), ("reopened", 6), ("done", 8), ("assigned", 14), ("found", 6), ("void", 4)]
WATERS = [("水质", "雨后水浑"), ("水量", "枯水期一天只来两小时水"), ("保证率", "冬季管道冻裂停水")]
ITEMS = [
    ("province", "assessment", "政策宣传不到位，抽问农户不知晓帮扶政策", "政策落实"),
    ("city", "secret_visit", "一户一策措施与风险不对应", "精准帮扶"),
    ("county", "supervision", "走访记录不及时，有三户超过一个季度没有走访", "工作责任"),
    ("self", "department", "监测台账与系统数据不一致", "数据质量"),
    ("province", "audit", "项目资产收益没有按时分配到户", "资金项目"),
]


def begin_problems(deeds: Deeds, start: datetime) -> None:
    """Water in villages, houses of households, items fed back; a few a month over the year."""
    villages = list(Division.objects.at_level(Division.Level.VILLAGE).order_by("code"))
    # Those whose house the book knows to be dangerous get their problem from it.
    in_book = House.objects.filter(grade__in=House.DANGEROUS).values("household")
    homes = list(Household.objects.filter(cancelled_on__isnull=True).exclude(pk__in=in_book).order_by("id")[:400])
    # Chances of its own, so that the other stories go as they went without it.
    random = Random("problems")
    for number in range(max(6, min(30, len(homes) // 8))):
        day = start + timedelta(days=random.randrange(10, 355))
        kind = ("water", "rectification", "house")[number % 3]
        values: dict[str, Any] = {"kind": kind}
        if kind == "house":
            values |= {"household": homes.pop(random.randrange(len(homes))), "description": "后墙开裂，雨季渗漏"}
        elif kind == "water":
            category, words = random.choice(WATERS)
            values |= {"division": random.choice(villages), "description": words, "details": {"category": category}}
            values |= {"households_affected": random.randint(5, 60)}
        else:
            level, origin, words, group = ITEMS[number % len(ITEMS)]
            values |= {"division": random.choice(villages), "level": level, "origin": origin, "description": words}
            values |= {"category": group, "grade": "一般"}
        deeds.stage.begin(_worked(deeds, Random(number), values, day))
    deeds.stage.begin(_shown_by_books(deeds, deeds.stage.now - timedelta(days=LATE_DAYS - 1)))


def _shown_by_books(deeds: Deeds, day: datetime) -> Story:
    """What the late lists show is looked up and, for the most part, assigned."""
    at = yield day
    county = Division.objects.get(pk=COUNTY[0])
    raise_problems(division=county, on=at.astimezone(CHINA).date(), actor=deeds.triage, at=at)
    found = list(Problem.objects.filter(origin=Problem.Origin.DEPARTMENT, recorded_at=at).order_by("id"))
    at = yield deeds.stage.later(at, 1, 3)
    for problem in found[: len(found) * 2 // 3]:
        _assign(deeds, problem, at)


def _worked(deeds: Deeds, chance: Random, values: dict[str, Any], day: datetime) -> Story:
    """One problem from the day on which it is found, as far as it comes."""
    at = yield _later(chance, day, 0, 1)
    found_on = at.astimezone(CHINA).date()
    problem = open_problem(**{"origin": "cadre", **values}, found_on=found_on, actor=deeds.triage, at=at)
    ends, weights = zip(*ENDS, strict=True)
    end = chance.choices(ends, weights)[0]
    if end == "found":
        return
    at = yield _later(chance, at, 1, 4)
    if end == "void":
        _take(problem, "void", deeds.triage, at, "到现场看过，情况不属实")
        return
    worker = _assign(deeds, problem, at)
    if end == "assigned":
        return
    at = yield _later(chance, at, 5, 25)
    _take(problem, "report_done", worker, at, "已整改到位", **_done(problem, at.astimezone(CHINA).date()))
    if end == "done":
        return
    yield from _judged(deeds, chance, problem, at, fails=end == "reopened")


def _assign(deeds: Deeds, problem: Problem, at: datetime) -> User:
    """To the cadre of the village, who is given back."""
    place, worker = problem.division, deeds.staff.villages[problem.division_id][0]
    assignment = {"measures": "现场核实，限期整改到位", "unit": place.parent.name if place.parent else place.name}
    _take(problem, "assign", deeds.triage, at, **assignment, person_in_charge=worker.name)
    return worker


def _judged(deeds: Deeds, chance: Random, problem: Problem, at: datetime, *, fails: bool) -> Story:
    at = yield _later(chance, at, 1, 5)
    _take(problem, "accept", deeds.triage, at, "现场验收合格", checked_by=f"{COUNTY[1]}督查组")
    at = yield _later(chance, at, 1, 6)
    said = {"signed_by": "省考核办", "signed_number": "〔演示〕12号"} if problem.kind == "rectification" else {}
    _take(problem, "sign_off", deeds.decider, at, "", **said)
    at = yield _later(chance, at, 30, 80)
    if fails:
        _take(problem, "reopen", deeds.triage, at, "回头看发现又有反弹")
    else:
        _take(problem, "look_back", deeds.triage, at, "没有反弹")


def _later(chance: Random, at: datetime, least: int, most: int) -> datetime:
    """Some office hour `least` to `most` days after `at`."""
    day = at.astimezone(CHINA).date() + timedelta(days=chance.randint(least, most))
    return max(moment(day, chance.randint(8, 17), chance.randrange(60)), at + timedelta(minutes=5))


def _done(problem: Problem, on: date) -> dict[str, Any]:
    if problem.kind == "house":
        return {"handling": "repair", "subsidy": "12000.00", "ended_on": on}
    return {"done": "已修好，连续一周正常"} if problem.kind == "water" else {"evidence": "整改前后照片和签收单"}


def _take(problem: Problem, action: str, actor: User, at: datetime, note: str = "", **data: Any) -> None:
    problem.refresh_from_db()
    files = [keep_photo(f"问题{problem.pk}", actor=actor, at=at)] if action == "report_done" else []
    perform(
        problem=problem, action=action, actor=actor, at=at, version=problem.version, note=note, data=data, files=files
    )
