"""One of everything in four places, each with a canary in its names: what a caller must not see is told at once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from builders import make_condition, make_episode, make_household, make_income

from accounts.models import Division, StoredFile, User
from accounts.services.files import keep_file
from assistance.models import Delivery, Measure, MeasureType, Plan
from assistance.services.catalogue import install_standard
from households.models import ChangeProposal, LifeEvent, RegisterBatch
from monitoring.models import Case, Clue, FeedBatch, Hit, MatchRun, Visit, Visitor
from quality.models import Exemption, Fault, QualityRun
from records.models import Job, Problem, RecordBatch
from reports.layouts.declared import standard
from reports.ledgers import LEDGERS
from reports.models import ExportRun, LedgerLayout

AT = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
ON = date(2026, 11, 1)
VILLAGES = {
    "own": "990101100201",
    "sibling": "990101100202",
    "other_township": "990101101201",
    "other_county": "990102100201",
}
NONE = UUID("00000000-0000-4000-8000-000000000000")
_serial = itertools.count(1)


@dataclass
class Place:
    """What stands in one village, by the name that addresses have for it."""

    canary: str
    uids: dict[str, UUID] = field(default_factory=dict)


@dataclass
class World:
    places: dict[str, Place]
    feed_batch: UUID

    def uid(self, kind: str, where: str) -> UUID:
        if where == "none":
            return NONE
        return self.feed_batch if kind == "feed_batch" else self.places[where].uids[kind]


def make_world(divisions: dict[str, Division], people: dict[str, User]) -> World:
    """The world; `people` are authors for the rows: `own` a user of the county, `other_county` one of the other."""
    install_standard(actor=None, at=AT)
    made = {}
    for where, code in VILLAGES.items():
        author = people["other_county" if where == "other_county" else "own"]
        made[where] = _place(where, divisions[code], divisions[f"{code[:6]}000000"], author)
    batch = FeedBatch.objects.create(
        feed="medical_costs",
        period=date(2026, 9, 1),
        file=_file(people["own"]),
        imported_by=people["own"],
        imported_at=AT,
        **dict.fromkeys(("rows", "accepted", "rejected", "duplicates", "matched", "name_differs", "not_registered"), 0),
    )
    return World(made, batch.uid)


def _place(where: str, village: Division, county: Division, author: User) -> Place:
    canary = f"金丝雀{next(_serial)}号"
    members = [
        {"name": f"{canary}户主", "relation": "户主", "labour_skill": "普通劳动力", "phone": "13812345678"},
        {"name": f"{canary}之子", "relation": "之子", "birth": date(2014, 9, 9)},
    ]
    household = make_household(village, members=members, number=f"{canary}户号", group_name=f"{canary}组")
    person = household.memberships.first().person
    make_income(household, recorded_by=author)
    make_condition(household, recorded_by=author, note=canary)
    episode = make_episode(household, risks=["因病"])
    plan = Plan.objects.create(episode=episode, due_on=ON, recorded_at=AT, goal=canary, unit=canary)
    measure = Measure.objects.create(
        plan=plan,
        type=MeasureType.objects.get(category="健康帮扶", item="医疗救助"),
        risk="因病",
        content=canary,
        planned_amount=Decimal(100),
        unit=canary,
        responsible=canary,
        starts_on=ON,
        recorded_by=author,
        recorded_at=AT,
    )
    delivery = Delivery.objects.create(
        measure=measure, delivered_on=ON, note=canary, recorded_by=author, recorded_at=AT
    )
    clue = _clue(household, canary)
    case = _case(household, canary, author, episode)
    visit = Visit.objects.create(
        household=household, kind="follow_up", visited_on=ON, difficulties=canary, recorded_by=author, recorded_at=AT
    )
    Visitor.objects.create(visit=visit, name=canary)
    LifeEvent.objects.create(
        household=household, person=person, kind="values_changed", happened_on=ON, recorded_at=AT, reason=canary
    )
    proposal = ChangeProposal.objects.create(
        person=person, household=household, kind="死亡", happened_on=ON, source_key=canary, proposed_at=AT, note=canary
    )
    run, _ = MatchRun.objects.get_or_create(
        county=county, period=date(2026, 9, 1), defaults={"state": "done", "queued_at": AT}
    )
    Hit.objects.create(
        household=household,
        rule="major_disease",
        risk="因病",
        period=date(2026, 9, 1),
        outcome="opened",
        clue=clue,
        run=run,
        arithmetic=canary,
        recorded_at=AT,
    )
    imported = RegisterBatch.objects.create(
        file=_file(author, canary),
        imported_by=author,
        imported_at=AT,
        **dict.fromkeys(("rows", "households", "persons", "created", "updated", "unchanged", "rejected"), 0),
    )
    rows = {
        "household": household,
        "neighbour": make_household(village, members=members[:1], number=f"{canary}邻户"),
        "person": person,
        "episode": episode,
        "measure": measure,
        "delivery": delivery,
        "clue": clue,
        "case": case,
        "visit": visit,
        "proposal": proposal,
        "run": run,
        "import": imported,
        **_quality(person, household, canary),
        "problem": _problem(household, canary),
        "layout": _layout(village, canary, author),
        "export": _export(village, canary, author),
    }
    uids = {kind: row.uid for kind, row in rows.items()}
    line, delivery_of_book = _book(household, person, canary, author)
    return Place(canary, {**uids, "line": line.line, "book_batch": delivery_of_book.uid})


def _book(household, person, canary: str, author: User) -> tuple[Job, RecordBatch]:
    """A line of the book of jobs, from a delivery of the village."""
    batch = RecordBatch.objects.create(
        book="jobs",
        department="human_resources",
        division=household.village,
        file=_file(author, canary),
        imported_by=author,
        imported_at=AT,
        listed_on=ON,
        **dict.fromkeys(("rows", "created", "changed", "unchanged", "rejected"), 0),
    )
    line = Job.objects.create(
        household=household,
        person=person,
        working=True,
        firm=canary,
        from_on=ON,
        recorded_by=author,
        recorded_at=AT,
        batch=batch,
    )
    return line, batch


def _quality(person, household, canary: str) -> dict:
    """A fault, an exemption of it that somebody else asked for, and a run over the village."""
    village = household.village
    asker, _ = User.objects.get_or_create(username="asker", defaults={"name": "申请人"})
    fault = Fault.objects.create(
        check_code="blank-nation", level=2, subject=f"p{person.pk}", village=village, household=household,
        person=person, words=canary, owner="village", found_on=ON, recorded_at=AT, due_on=ON,
    )  # fmt: skip
    low, high = village.code_range
    exemption = Exemption.objects.create(
        check_code="blank-health", subject=f"p{person.pk}", division=village, place_low=low, place_high=high,
        reason=canary, ends_on=date(2027, 1, 1), requested_by=asker, requested_at=AT,
    )  # fmt: skip
    run = QualityRun.objects.create(division=village, as_of=ON, state="done", queued_at=AT, error=canary)
    return {"fault": fault, "exemption": exemption, "quality_run": run}


def _problem(household, canary: str) -> Problem:
    """A dangerous house that is being worked."""
    return Problem.objects.create(
        number=f"{canary}问题", kind="house", division=household.village, household=household, origin="cadre",
        description=canary, found_on=ON, due_on=ON, state="assigned", recorded_at=AT,
    )  # fmt: skip


def _export(village: Division, canary: str, author: User) -> ExportRun:
    """An export that failed, saying why; it is his who asked."""
    run = ExportRun(ledger="L1", division=village, as_of=ON, started_by=author, queued_at=AT)
    run.state, run.error = ExportRun.State.FAILED, canary
    run.save()
    return run


def _layout(village: Division, canary: str, author: User) -> LedgerLayout:
    """A layout that was sent; real ones belong to counties and townships, here every place has its own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layout.xlsx"
        path.write_text(canary)
        kept = keep_file(path=path, name=f"{canary}.xlsx", actor=author, at=AT)
    declared = {**standard(LEDGERS["L1"]).as_json(), "title": canary}
    return LedgerLayout.objects.create(
        ledger="L1", division=village, declared=declared, file=kept, uploaded_by=author, uploaded_at=AT
    )


def _clue(household, canary: str) -> Clue:
    clue = Clue.objects.create(
        number=f"{canary}线索",
        household=household,
        village=household.village,
        risk="因学",
        channel="02",
        received_on=ON,
        state="to_verify",
        warning=canary,
        recorded_at=AT,
        due_on=ON,
    )
    clue.content = canary
    clue.save()
    return clue


def _case(household, canary: str, author: User, episode) -> Case:
    return Case.objects.create(
        number=f"{canary}办件",
        kind="clear",
        household=household,
        village=household.village,
        episode=episode,
        state="assessing",
        reason=canary,
        risks=["因病"],
        opened_by=author,
        opened_on=ON,
        recorded_at=AT,
    )


def _file(author: User, name: str = "上传") -> StoredFile:
    return StoredFile.objects.create(
        sha256=uuid4().hex * 2, name=f"{name}.xlsx", size=1, stored_by=author, stored_at=AT
    )
