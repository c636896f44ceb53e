"""The cast at its desks: short verbs for the journeys of households through the workflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from builders import make_condition, make_episode, make_household, make_income
from django.utils import timezone

from accounts.models import Division, Role, StoredFile, User
from households.models import Household
from monitoring.models import Case, Clue, Comparison, Episode
from monitoring.services.cases import start_case
from monitoring.services.clues import open_clue
from monitoring.services.comparison import REQUIRED, members_of
from monitoring.services.visits import check_clue, record_visit
from monitoring.workflow import perform

VOTE = {
    "place": "村委会",
    "chair": "王主任",
    "recorder": "赵文书",
    "entitled": 30,
    "present": 24,
    "agree": 20,
    "disagree": 4,
}
MARGINAL = {"monitored_type": "边缘易致贫户", "risks": ["因病"]}
_files = count(1)


@dataclass
class Office:
    """The people of 守望县 and a clock that they share with the program."""

    clock: Any
    village: Division
    owner: User
    township: User
    leader: User
    bureau: User
    second: User

    @property
    def at(self) -> datetime:
        return timezone.now()

    @property
    def today(self) -> date:
        return timezone.localdate()

    def wait(self, days: int) -> None:
        self.clock.move_to(self.at + timedelta(days=days))

    def photo(self, user: User) -> StoredFile:
        serial = next(_files)
        return StoredFile.objects.create(
            sha256=f"{serial:064x}", name=f"照片{serial}.jpg", size=1, stored_by=user, stored_at=self.at
        )

    def do(self, subject: Any, action: str, who: User, **more: Any) -> Any:
        """Take a step with the row as it is now, with a photo where the step wants one."""
        row = type(subject).objects.get(pk=subject.pk)
        more.setdefault("version", row.version)
        if more.pop("with_file", False):
            more["files"] = [self.photo(who)]
        return perform(subject=row, action=action, actor=who, at=self.at, **more)

    # --- clues ---

    def clue(self, household: Household, who: User | None = None, risk: str = "因病", **more: Any) -> Clue:
        return open_clue(household=household, risk=risk, channel="02", actor=who or self.owner, at=self.at, **more)

    def visitors(self, *users: User) -> list[dict[str, Any]]:
        return [{"user": user} for user in users or (self.owner, self.township)]

    def check(self, clue: Clue, finding: str = "true", *users: User, **more: Any) -> Clue:
        """The home check of a clue that is to be verified, by the village and the township."""
        clue = Clue.objects.get(pk=clue.pk)
        content = {"finding": finding, "signed": True, **more.pop("content", {})}
        _, row = check_clue(
            clue=clue,
            version=clue.version,
            actor=self.owner,
            at=self.at,
            visited_on=self.today,
            visitors=self.visitors(*users),
            photos=[self.photo(self.owner)],
            content=content,
            **more,
        )
        return row

    # --- identification ---

    def case_of(self, clue: Clue, **data: Any) -> Case:
        """The case that a verified clue is turned into."""
        self.do(clue, "identify", self.owner, data={**MARGINAL, **data})
        return Case.objects.open().get(household_id=clue.household_id)

    def results(self, case: Case, hit: str = "") -> list[dict[str, Any]]:
        """Clean results for all members and required items; `hit` is the item that the householder has."""
        rows = []
        for place, person in enumerate(members_of(case, self.today)):
            for item in REQUIRED:
                found = place == 0 and item == hit
                row = {
                    "person": str(person.uid),
                    "item": item.value,
                    "hit": found,
                    "compared_on": self.today.isoformat(),
                }
                rows.append({**row, "found": "小型轿车一辆"} if found else row)
        return rows

    def prepared(self, case: Case) -> Case:
        """Authorised and compared, before the vote."""
        signing = {"signed_on": self.today.isoformat(), "signatories": ["张三"], "witnesses": ["李主任"]}
        self.do(case, "authorise", self.owner, data=signing, with_file=True)
        self.do(case, "compare", self.bureau, data={"results": self.results(case)})
        return self.do(case, "to_appraisal", self.owner)

    def posted(self, case: Case) -> Case:
        """Voted on and hung out."""
        self.do(case, "appraise", self.owner, data=VOTE, with_file=True)
        return self.do(case, "hang_notice", self.owner, data={"place": "村务公开栏"}, with_file=True)

    def submitted(self, case: Case) -> Case:
        """Hung for its days, taken down and handed to the township."""
        self.wait(6)
        self.do(case, "take_down", self.owner, with_file=True)
        return self.do(case, "submit", self.owner)

    def decided(self, case: Case) -> Case:
        self.do(case, "review_pass", self.leader)
        return self.do(case, "decide_pass", self.second)

    def recorded(self, case: Case) -> Case:
        self.do(case, "announce", self.township, data={"place": "镇政府公告栏"})
        self.wait(6)
        self.do(case, "end_announcement", self.township)
        return self.do(case, "record", self.township)

    def verified(self, household: Household, **more: Any) -> Clue:
        return self.check(self.clue(household, **more))

    def enrolled(self, household: Household) -> Episode:
        """From a clue to an episode, all the way."""
        case = self.case_of(self.verified(household))
        for stage in (self.prepared, self.posted, self.submitted, self.decided, self.recorded):
            case = stage(case)
        return Episode.objects.get(pk=case.episode_id)

    # --- clearing ---

    def ready_to_clear(self, **household: Any) -> Episode:
        """A household that meets every condition of this floor."""
        made = make_household(self.village, **household)
        episode = make_episode(made, identified_on=date(2026, 1, 5))
        make_income(made, recorded_by=self.owner, ends_on=date(2026, 4, 30))
        make_income(made, recorded_by=self.owner, ends_on=date(2026, 10, 31))
        make_condition(made, on=date(2026, 10, 31), recorded_by=self.owner)
        return episode

    def assessed(self, household: Household, kind: str = "clear", **more: Any) -> Case:
        """A case with its visit before clearing."""
        case = start_case(household=household, kind=kind, actor=self.owner, at=self.at, **more)
        record_visit(
            household=household,
            kind="clearing",
            case=case,
            visited_on=self.today,
            visitors=self.visitors(),
            photos=[self.photo(self.owner)],
            content={"signed": True},
            actor=self.owner,
            at=self.at,
        )
        return Case.objects.get(pk=case.pk)


def make_office(clock: Any, village: Division, hire: Callable[..., User]) -> Office:
    return Office(
        clock=clock,
        village=village,
        owner=hire("owner", Role.VILLAGE_CADRE, "990101100201"),
        township=hire("township", Role.TOWNSHIP_STAFF, "990101100000"),
        leader=hire("township_leader", Role.TOWNSHIP_LEADER, "990101100000"),
        bureau=hire("bureau", Role.COUNTY_BUREAU, "990101000000"),
        second=hire("second", Role.COUNTY_BUREAU, "990101000000"),
    )


HIT = Comparison.Item.VEHICLE
MORNING = datetime(2026, 9, 30, 1, 0, tzinfo=UTC)
