"""The time line of a household in plain words, newest first: a reading of its events on every floor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.urls import reverse

from assistance.models import Delivery, Measure
from households.models import BEGINNING, Household, LifeEvent
from monitoring.models import Case, Clue, EpisodeEvent, Transition, Visit
from monitoring.workflow.step import CLUE, Step
from monitoring.workflow.table import TABLE
from records.models import ProblemStep
from records.problems.story import step_words
from records.readings import kept_about

Kind = Literal["family", "visit", "data", "procedure", "help"]
KINDS: dict[str, str] = {"visit": "走访", "data": "部门", "procedure": "审批", "help": "帮扶", "family": "家庭"}
PAGE = 30
# A household's whole history is read for a page of it; nobody's is longer.
MOST = 1_000
# Steps that only move paper and say nothing to whoever reads the story.
_SILENT = frozenset({"open", "register", "extend", "follow_clue", "attach_clue"})
_GOOD = frozenset({"done", "enrolled", "solved"})
_BAD = frozenset({"rejected", "stopped", "not_enrolled"})


@dataclass(frozen=True)
class Moment:
    """One thing that happened: when, when it was recorded, in a sentence, by which source; `look` is a signal class."""

    on: date
    recorded_at: datetime
    kind: str
    sentence: str
    source: str = ""
    link: str = ""
    look: str = ""


@dataclass(frozen=True)
class Chapter:
    """A page of the time line: its moments by year, and the number of the next page (0: none)."""

    years: list[tuple[str, list[Moment]]]
    next_page: int
    total: int


def chapter_of(household: Household, *, kind: str = "", page: int = 1, size: int = PAGE) -> Chapter:
    """The page-th part of the time line, of one kind where named. Nine queries at most."""
    moments = [moment for source in _sources(kind) for moment in source(household)]
    moments.sort(key=lambda moment: (moment.on, moment.recorded_at), reverse=True)
    part = moments[(page - 1) * size : page * size]
    return Chapter(_by_year(part), page + 1 if page * size < len(moments) else 0, len(moments))


def _by_year(moments: Iterable[Moment]) -> list[tuple[str, list[Moment]]]:
    years: dict[str, list[Moment]] = {}
    for moment in moments:
        title = "档案里没有日期的" if moment.on == BEGINNING else f"{moment.on.year}年"
        years.setdefault(title, []).append(moment)
    return list(years.items())


def _sources(kind: str) -> list[Callable[[Household], Iterator[Moment]]]:
    return [source for of, source in _SOURCES if kind in ("", of)]


# --- family ---


def _family(household: Household) -> Iterator[Moment]:
    for event in household.life_events.select_related("person", "other_household", "actor")[:MOST]:
        who = f"{event.actor}登记" if event.actor else ""
        source = "，".join(part for part in (who, event.reason) if part)
        yield Moment(event.happened_on, event.recorded_at, "family", _said(event), source, _elsewhere(event))


def _said(event: LifeEvent) -> str:
    name = event.person.name if event.person else ""
    data, other = event.data, event.other_household
    relation = f"（{data['relation']}）" if data.get("relation") else ""
    sentences = {
        "head_changed": f"户主改为{name}",
        "split": f"{_names(data.get('gone') or data.get('came'))}{'分出去，另立一户' if 'gone' in data else '从原户分出，立了本户'}",
        "merged": f"{_names(data.get('gone') or data.get('came'))}{'并入另一户，本户注销' if 'gone' in data else '并入本户'}",
        "birth": f"{name}{relation}出生",
        "married_in": f"{name}{relation}嫁进或入赘本户",
        "married_out": f"{name}{relation}婚出",
        "moved_in": f"{name}{relation}迁入本户",
        "moved_out": f"{name}{relation}迁出{'，转到另一户' if other else ''}",
        "moved": "全家搬到别的村",
        "death": f"{name}{relation}去世",
        "left": f"{name}{relation}长期不在（{data.get('why', '')}），不再算本户人口",
        "cancelled": f"本户注销（{data.get('why', '')}）",
        "name_changed": f"{name}改了姓名",
        "number_changed": f"{name}更正了证件号码",
        "values_changed": f"{name or '本户'}的登记信息更新",
    }
    return sentences.get(event.kind, event.get_kind_display())


def _names(names: list[str] | None) -> str:
    return "、".join(names or [])


def _elsewhere(event: LifeEvent) -> str:
    return reverse("household-detail", args=[event.other_household.uid]) if event.other_household else ""


# --- visits ---


def _visits(household: Household) -> Iterator[Moment]:
    for visit in household.visits.prefetch_related("visitors", "photos")[:MOST]:
        yield _visit(visit)


def _visit(visit: Visit) -> Moment:
    who = "、".join(visitor.name for visitor in visit.visitors.all()) or "没有写走访人"
    how = "打电话走访" if visit.by_phone else "上门"
    found = f"，认为{visit.get_finding_display()}" if visit.finding else ""
    photos = len(visit.photos.all())
    told = [visit.difficulties, f"照片 {photos} 张" if photos else ""]
    sentence = f"{who}{how}，{visit.get_kind_display()}{found}"
    link = reverse("visit-detail", args=[visit.uid])
    return Moment(visit.visited_on, visit.recorded_at, "visit", sentence, "；".join(filter(None, told)), link)


# --- what departments say, and what was done about it ---


def _clues(household: Household) -> Iterator[Moment]:
    for clue in household.clues.all()[:MOST]:
        sentence = clue.warning or f"{clue.get_channel_display()}报来{clue.risk}的情况"
        source = f"{clue.get_channel_display()}，线索 {clue.number}"
        link = reverse("clue-detail", args=[clue.uid])
        yield Moment(clue.received_on, clue.recorded_at, "data", sentence, source, link)


def _proposals(household: Household) -> Iterator[Moment]:
    for row in household.change_proposals.select_related("person")[:MOST]:
        on = row.happened_on or row.proposed_at.date()
        sentence = f"公安报来{row.person.name}{row.kind}，{row.get_state_display()}"
        yield Moment(on, row.proposed_at, "data", sentence, row.note)


def _steps(household: Household) -> Iterator[Moment]:
    for step in _taken(household).select_related("actor", "post__division", "clue", "case").order_by("-id")[:MOST]:
        if step.action not in _SILENT and step.action != "verify":
            yield _step(step)


def _taken(household: Household) -> QuerySet[Transition]:
    ours = {"clue__household": household}, {"case__household": household}
    return Transition.objects.filter(**ours[0]) | Transition.objects.filter(**ours[1])


def _step(step: Transition) -> Moment:
    subject: Any = step.case or step.clue
    name = "case-detail" if step.case else "clue-detail"
    what = subject.get_kind_display() if isinstance(subject, Case) else f"{subject.risk}线索"
    who = f"{step.actor}（{step.post.division.name}）" if step.actor and step.post else "系统"
    source = "，".join(filter(None, [who, step.note]))
    look = "is-ok" if step.target in _GOOD else "is-over" if step.target in _BAD else ""
    sentence = f"{what}：{_step_title(step, subject)}{_numbers(step)}"
    return Moment(
        step.happened_on, step.recorded_at, "procedure", sentence, source, reverse(name, args=[subject.uid]), look
    )


def _step_title(step: Transition, subject: Clue | Case) -> str:
    steps: list[Step] = [
        row for row in TABLE[subject.kind if isinstance(subject, Case) else CLUE] if row.action == step.action
    ]
    exact = (row.title for row in steps if step.source in row.sources)
    return next(exact, steps[0].title if steps else step.action)


def _numbers(step: Transition) -> str:
    """What the history holds of the step in figures: votes, hits of a comparison."""
    data = step.data
    if step.action == "appraise" and "present" in data:
        return f"，应到 {data.get('entitled')} 人，到会 {data['present']} 人，同意 {data.get('agree')} 人"
    if step.action == "compare" and "compared" in data:
        return f"，比对 {data['compared']} 项，触碰 {data.get('hits', 0)} 项"
    return f"，{data['place']}" if step.action in ("hang_notice", "announce") and data.get("place") else ""


def _episodes(household: Household) -> Iterator[Moment]:
    events = EpisodeEvent.objects.standing().filter(episode__household=household)
    for event in events.select_related("episode", "actor", "case").order_by("-id")[:MOST]:
        episode = event.episode
        told = {
            "identified": f"纳入监测：{episode.monitored_type}，{'、'.join(episode.risks)}",
            "cleared": "标注风险消除" + (f"（{episode.clear_method}）" if episode.clear_method else ""),
            "secured": "落实兜底保障，暂不标注消除",
        }
        look = {"cleared": "is-ok", "identified": "is-run"}.get(event.kind, "")
        source = ("" if event.dated else "档案没有日期，") + event.note or (
            f"第 {episode.serial} 个监测周期" + ("，来自档案" if episode.from_register else "")
        )
        sentence = told.get(event.kind, event.get_kind_display())
        link = reverse("case-detail", args=[event.case.uid]) if event.case else ""
        yield Moment(event.happened_on, event.recorded_at, "procedure", sentence, source, link, look)


# --- the books that departments keep ---


def _books(household: Household) -> Iterator[Moment]:
    for kept in kept_about(household)[:MOST]:
        link = reverse("line-detail", args=[kept.book.code, kept.line])
        source = kept.reason or kept.book.department_label
        what = f"{'录入' if kept.begins_line else '变更'}{kept.book.title}"
        sentence = f"{what}：{kept.sentence}" if kept.sentence else what
        yield Moment(kept.from_on, kept.recorded_at, "data", sentence, source, link)
        if kept.last_day is not None and kept.ends_line:
            told = f"{kept.book.title}截止：{kept.sentence}"
            yield Moment(kept.last_day, kept.recorded_at, "data", told, source, link)


# --- problems that are worked and cleared ---


def _problems(household: Household) -> Iterator[Moment]:
    steps = ProblemStep.objects.moves().filter(problem__household=household).select_related("problem", "actor")
    for step in steps.order_by("-id")[:MOST]:
        title, _ = step_words(step.problem, step)
        sentence = f"{step.problem.get_kind_display()}问题：{title}"
        said = step.note or (step.problem.description if step.action == "open" else "")
        source = "，".join(filter(None, [str(step.actor or "系统"), said]))
        look = {"signed_off": "is-ok"}.get(step.target, "")
        link = reverse("problem-detail", args=[step.problem.uid])
        yield Moment(step.happened_on, step.recorded_at, "procedure", sentence, source, link, look)


# --- help ---


def _help(household: Household) -> Iterator[Moment]:
    rows = Measure.objects.filter(plan__episode__household=household).select_related("type", "beneficiary")
    for measure in rows[:MOST]:
        what = f"安排帮扶：{measure.type}，针对{measure.risk}"
        link = reverse("plan-detail", args=[measure.plan_id])
        yield Moment(measure.starts_on, measure.recorded_at, "help", what, measure.unit, link)


def _deliveries(household: Household) -> Iterator[Moment]:
    rows = Delivery.objects.standing().filter(measure__plan__episode__household=household)
    for row in rows.select_related("measure__type")[:MOST]:
        amount = f" {row.amount:,.0f} 元" if row.amount else ""
        link = reverse("plan-detail", args=[row.measure.plan_id])
        sentence = f"落实{row.measure.type}{amount}"
        yield Moment(row.delivered_on, row.recorded_at, "help", sentence, row.note or row.measure.unit, link, "is-ok")


_SOURCES: tuple[tuple[str, Callable[[Household], Iterator[Moment]]], ...] = (
    ("family", _family),
    ("visit", _visits),
    ("data", _clues),
    ("data", _proposals),
    ("data", _books),
    ("procedure", _steps),
    ("procedure", _episodes),
    ("procedure", _problems),
    ("help", _help),
    ("help", _deliveries),
)
