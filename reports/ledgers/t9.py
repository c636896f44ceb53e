"""T9 就业汇总: who can work in the households that are followed, and who works where."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from records.models import Job, WelfarePost
from records.work import able_members
from reports.asof import records as q
from reports.asof.episodes import near
from reports.ledgers.base import Reading
from reports.ledgers.equation import Equation, Term
from reports.ledgers.summary import Figure, Shown, Source, SummaryLedger
from reports.ledgers.telling import Told

AREA = Job.Area


_AREAS = (("县内", "in_county"), ("省内县外", "in_province"), ("省外", "outside"), ("地点未填", "untold"))


def _able(reading: Reading) -> Any:
    return q.able_members(reading.division, reading.on, reading.known_at)


def _jobs(reading: Reading) -> Any:
    """The jobs on the day of those who can work."""
    return _in_force(Job, reading)


def _posts(reading: Reading) -> Any:
    return _in_force(WelfarePost, reading)


def _in_force(model: type[Job | WelfarePost], reading: Reading) -> Any:
    where = reading.division, reading.on, reading.known_at
    # Whoever has a line near by: exactly where it counts has to be asked once, of the lines.
    lines = model.objects.as_of(reading.on, reading.known_at).filter(near(reading.division, "household"))
    return _of_able(q.of_homes(model, *where), reading, lines)


def _returned(reading: Reading) -> Any:
    """Who came home in the month, by the last word about his job."""
    first = reading.on.replace(day=1)
    rows = q.of_homes_since(Job, reading.division, date(reading.on.year, 1, 1), reading.on, reading.known_at)
    return _of_able(rows.filter(returned_on__gte=first, returned_on__lte=reading.on), reading)


def _trained(reading: Reading) -> Any:
    """Who was trained in the year."""
    first = date(reading.on.year, 1, 1)
    rows = q.of_homes_since(Job, reading.division, first, reading.on, reading.known_at)
    return _of_able(rows.filter(trained_on__gte=first, trained_on__lte=reading.on), reading)


def _of_able(rows: Any, reading: Reading, lines: Any = None) -> Any:
    """The rows about somebody able to work in a household that is followed; `lines` are all that may be among them."""
    # In the county: his line may stand with a household that he has left.
    where = reading.division.county, reading.on, reading.known_at
    # Of the few persons of the rows: everybody able in a county would have to be found first.
    people = (rows if lines is None else lines).order_by().values("person_id")
    told = able_members(reading.on, reading.known_at).filter(person__in=people)
    return rows.filter(person__in=told.filter(q.followed(*where)).values("person_id"))


def _of_member(row: Any) -> Told:
    return Told(None, f"{row.person.name}（{row.relation}）：{row.person.labour_skill}")


def _of_job(row: Any) -> Told:
    where = "，".join(filter(None, (row.work_place or row.get_area_display(), row.firm)))
    return Told(row.from_on, f"{row.person.name}：{where or '务工'}")


def _of_post(row: Any) -> Told:
    return Told(row.from_on, f"{row.person.name}：{row.title}")


def _of_return(row: Any) -> Told:
    return Told(row.returned_on, f"{row.person.name} 返乡{f'：{row.return_reason}' if row.return_reason else ''}")


def _of_training(row: Any) -> Told:
    return Told(row.trained_on, f"{row.person.name} 参加培训{f'：{row.training}' if row.training else ''}")


def _of_zero(row: Any) -> Told:
    return Told(None, "有劳动力，无人就业")


def _source(rows: Any, tell: Any, counted: str = "人", *related: str) -> Source:
    return Source(rows, "household", tell, related=related, counted=counted)


class WorkStatement(SummaryLedger):
    """县内 + 省内县外 + 省外 + 地点未填 = 已务工.

    Figures are of 脱贫户 and monitored households. 返乡 is of the month, 培训 of the year; 零就业户 are those of all of
    whose able members it is told that they do not work.
    """

    code = "T9"
    title = "就业汇总表"
    unit = "人、户"
    paper = "A4"
    remarks = ("只算脱贫户和监测户。零就业户按当天的底册数；全部农户里立为问题的在 L11。",)
    equations = (Equation(tuple(Term(words, (key,)) for words, key in _AREAS), Term("已务工", ("working",)), "人次"),)
    sources = {
        "able": _source(_able, _of_member, "人", "person"),
        "jobs": _source(_jobs, _of_job, "人次", "person"),
        "posts": _source(_posts, _of_post, "人次", "person"),
        "returned": _source(_returned, _of_return, "人次", "person"),
        "zero": _source(lambda r: q.zero_job_households(r.division, r.on, r.known_at), _of_zero, "户"),
        "trained": _source(_trained, _of_training, "人次", "person"),
    }
    figures = (
        Figure("able", "able"),
        Figure("in_county", "jobs", Q(working=True, area=AREA.COUNTY)),
        Figure("in_province", "jobs", Q(working=True, area=AREA.PROVINCE)),
        Figure("outside", "jobs", Q(working=True, area__in=(AREA.OUTSIDE, AREA.ABROAD))),
        Figure("untold", "jobs", Q(working=True, area="")),
        Figure("working", "jobs", Q(working=True)),
        Figure("posts", "posts"),
        Figure("returned", "returned"),
        Figure("zero", "zero"),
        Figure("trained", "trained"),
    )
    shown = (
        Shown(("劳动力",), "able", 9),
        *(Shown(("已务工", words), key, 8) for words, key in _AREAS),
        Shown(("已务工", "合计"), "working", 8),
        Shown(("公益岗",), "posts", 8),
        Shown(("返乡",), "returned", 8),
        Shown(("零就业户",), "zero", 8),
        Shown(("培训",), "trained", 8),
    )
