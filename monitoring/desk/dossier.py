"""A case with all its papers, read once in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Q

from accounts.models import StoredFile
from households.models import Membership
from monitoring.models import Appraisal, Authorisation, Case, Comparison, Notice, Objection, Transition, Visit


@dataclass(frozen=True)
class Paper:
    """One kept photo or scan of a case, under the words that name it."""

    title: str
    on: date
    file: StoredFile


@dataclass
class Dossier:
    """The rows of one case. Lists are in the order in which the rows came, but for `transitions`: newest first."""

    case: Case
    members: list[Membership]
    authorisation: Authorisation | None
    comparisons: list[Comparison]
    appraisals: list[Appraisal]
    notices: list[Notice]
    visits: list[Visit]
    transitions: list[Transition] = field(default_factory=list)

    @cached_property
    def head(self) -> Membership | None:
        return next((member for member in self.members if member.relation == "户主"), None)

    @property
    def head_name(self) -> str:
        return self.head.person.name if self.head else self.case.household.number

    @cached_property
    def visit(self) -> Visit | None:
        """The home check that the case rests on: of the clue, or the assessment before clearing."""
        return next(iter(self.visits), None)

    @cached_property
    def appraisal(self) -> Appraisal | None:
        return self.appraisals[-1] if self.appraisals else None

    @cached_property
    def notice(self) -> Notice | None:
        """The notice of the last vote; one that was hung before a renewed vote does not count."""
        hung = [step for step in self.transitions if step.action in ("appraise", "hang_notice")]
        if not hung or hung[0].action == "appraise":
            return None
        return next((row for row in self.notices if row.pk == hung[0].data["notice"]), None)

    @cached_property
    def announcement(self) -> Notice | None:
        found = [row for row in self.notices if row.kind == Notice.Kind.ANNOUNCEMENT]
        return found[-1] if found else None

    @cached_property
    def objections(self) -> list[Objection]:
        return [objection for notice in self.notices for objection in notice.objections.all()]

    @property
    def open_objections(self) -> list[Objection]:
        return [objection for objection in self.objections if objection.answered_on is None]

    @property
    def hits(self) -> list[Comparison]:
        return [row for row in self.comparisons if row.hit]

    @property
    def open_hits(self) -> list[Comparison]:
        return [row for row in self.hits if row.decision != Comparison.Decision.ACCEPTED]

    def last(self, *actions: str) -> Transition | None:
        """The latest step of these."""
        return next((step for step in self.transitions if step.action in actions), None)

    @cached_property
    def papers(self) -> list[Paper]:
        """Every photo and scan, each once, in the order of the procedure."""
        found: dict[int, Paper] = {}
        for paper in self._papers():
            found.setdefault(paper.file.pk, paper)
        return list(found.values())

    def _papers(self) -> list[Paper]:
        papers = [Paper("入户照片", visit.visited_on, file) for visit in self.visits for file in visit.photos.all()]
        if self.authorisation and self.authorisation.paper:
            papers.append(Paper("授权书", self.authorisation.signed_on, self.authorisation.paper))
        papers += [Paper("评议材料", row.held_on, file) for row in self.appraisals for file in row.papers.all()]
        for notice in self.notices:
            kind = notice.get_kind_display()
            if notice.first_photo:
                papers.append(Paper(f"{kind}首日", notice.hung_on, notice.first_photo))
            if notice.last_photo:
                papers.append(Paper(f"{kind}末日", notice.taken_down_on or notice.ends_on, notice.last_photo))
        steps = reversed(self.transitions)
        return papers + [Paper("附件", step.happened_on, file) for step in steps for file in step.files.all()]


def dossier_of(case: Case) -> Dossier:
    """Read the case's papers; `case` has its household, village and clue selected."""
    members = Membership.objects.filter(household_id=case.household_id).current().select_related("person")
    checks = Q(case=case) | (Q(clue_id=case.clue_id, kind=Visit.Kind.CHECK) if case.clue_id else Q(pk__in=[]))
    visits = Visit.objects.filter(checks).select_related("income", "condition")
    notices = case.notices.select_related("first_photo", "last_photo").prefetch_related("objections")
    steps = case.transitions.select_related("actor", "post__division").prefetch_related("files").order_by("-id")
    return Dossier(
        case=case,
        members=list(members.order_by("id")),
        authorisation=Authorisation.objects.filter(case=case).select_related("paper").first(),
        comparisons=list(case.comparisons.select_related("person")),
        appraisals=list(case.appraisals.prefetch_related("papers")),
        notices=list(notices),
        visits=list(visits.prefetch_related("visitors", "photos").order_by("-visited_on", "-id")),
        transitions=list(steps),
    )
