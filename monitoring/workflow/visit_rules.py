"""What makes a home check good enough (contract section 6), judged the same on entry and when a step rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from monitoring.models import Visit


@dataclass(frozen=True)
class VisitFacts:
    """What the rules of a home check look at. A household that cannot sign, with the reason, counts as `signed`."""

    kind: str
    finding: str
    visitors: int
    from_outside: int
    photos: int
    signed: bool
    by_phone: bool


def facts_of(visit: Visit) -> VisitFacts:
    visitors = list(visit.visitors.all())
    return VisitFacts(
        kind=visit.kind,
        finding=visit.finding,
        visitors=len(visitors),
        from_outside=sum(not visitor.from_village for visitor in visitors),
        photos=visit.photos.count(),
        signed=visit.signed or bool(visit.unsigned_reason),
        by_phone=visit.by_phone,
    )


def visit_faults(facts: VisitFacts, setting: Callable[[str], Any]) -> Iterator[str]:
    """What is missing; `setting` gives the policy value of a key.

    A follow-up needs one visitor and may be by telephone; a check or an assessment before clearing needs the whole
    team, photos and the household's signature, unless nobody was met.
    """
    if facts.kind == Visit.Kind.FOLLOW_UP:
        if not facts.visitors:
            yield "没有填写走访人"
        return
    team = setting("visit_team")
    if facts.visitors < team:
        yield f"入户人员至少 {team} 人，现有 {facts.visitors} 人"
    if setting("visit_township_required") and not facts.from_outside:
        yield "入户人员中须有一名不是村两委成员"
    if facts.kind == Visit.Kind.CHECK and not facts.finding:
        yield "没有填写核实结论"
    if facts.finding == Visit.Finding.NOT_MET:
        return
    if facts.by_phone:
        yield "核实须入户进行，不能以电话代替"
    photos = setting("visit_photos")
    if facts.photos < photos:
        yield f"入户照片至少 {photos} 张，现有 {facts.photos} 张"
    if not facts.signed:
        yield "农户没有签字"
