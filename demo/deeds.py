"""What the people of the county do, each deed one call of a real service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import StoredFile, User
from demo.papers import keep_photo
from demo.staff import Staff
from demo.stage import CHINA, Stage
from households.models import Household
from monitoring.models import Case, Clue, Visit
from monitoring.services.comparison import comparison_draft, members_of, missing_comparisons
from monitoring.services.visits import check_clue, record_visit
from monitoring.workflow import perform

SAFE = {
    "schooling_ok": True,
    "insurance_ok": True,
    "housing_ok": True,
    "water_ok": True,
    "spending_controlled": True,
    "house_grade": "B",
}


@dataclass
class Deeds:
    """The hands of the played year: stage for chance, staff for who acts where."""

    stage: Stage
    staff: Staff

    def cadres(self, row: Household | Clue | Case) -> list[User]:
        """Of the village where it is now: between two acts a household may have moved."""
        row.refresh_from_db(fields=["village"])
        return self.staff.villages[str(row.village_id)]

    def cadre(self, row: Household | Clue | Case) -> User:
        return self.cadres(row)[0]

    def clerk(self, row: Household | Clue | Case) -> User:
        """Of the township; the second one, so that the first has work of his own left."""
        return self.staff.townships[self._township(row)][1]

    def leader(self, row: Household | Clue | Case) -> User:
        return self.staff.leaders[self._township(row)]

    def leader_of(self, township: str) -> User:
        return self.staff.leaders[township]

    def helper(self, row: Household | Clue | Case) -> User:
        return self.staff.helpers[self._township(row)]

    @property
    def triage(self) -> User:
        return self.staff.bureau[1]

    @property
    def decider(self) -> User:
        return self.staff.bureau[0]

    def _township(self, row: Household | Clue | Case) -> str:
        return str(row.village_id)[:9] + "000"

    def uid(self) -> UUID:
        return UUID(int=self.stage.random.getrandbits(128), version=4)

    def step(self, row: Any, action: str, actor: User, at: datetime, note: str = "", **data: Any) -> Any:
        """Take a step of the table with the row as it now stands."""
        row.refresh_from_db()
        return perform(
            subject=row, action=action, actor=actor, at=at, version=row.version, note=note, data=_given(data)
        )

    def step_with_paper(self, row: Any, action: str, actor: User, at: datetime, paper: str, **data: Any) -> Any:
        row.refresh_from_db()
        files = [self._paper(row, paper, actor, at)]
        return perform(
            subject=row, action=action, actor=actor, at=at, version=row.version, data=_given(data), files=files
        )

    def _paper(self, row: Household | Clue | Case, title: str, actor: User, at: datetime) -> StoredFile:
        return keep_photo(f"{title}{row.pk}", actor=actor, at=at)

    def check(self, clue: Clue, at: datetime, finding: str, income: int) -> None:
        """The home check of a clue, handed in with its result."""
        clue.refresh_from_db()
        met = finding != Visit.Finding.NOT_MET
        truth = finding in (Visit.Finding.TRUE, Visit.Finding.PARTLY)
        check_clue(
            clue=clue,
            version=clue.version,
            actor=self.cadre(clue),
            at=at,
            uid=self.uid(),
            visited_on=_day(at),
            visitors=[{"user": self.cadre(clue)}, {"user": self.clerk(clue)}],
            photos=[self._paper(clue, "入户照片", self.cadre(clue), at)] if met else [],
            content={
                "finding": finding,
                "signed": met,
                "difficulties": f"{clue.get_risk_display()}，近期支出增加" if truth else "",
                "advice": "建议纳入监测" if truth else "",
            },
            income=self.income(clue.household, income) if met else None,
            condition=SAFE if met and not truth else None,
        )

    def call_on(self, household: Household, at: datetime, income: int, by: User, case: Case | None = None) -> None:
        """A follow-up visit, or the assessment of a case before its vote."""
        photos = [self._paper(household, "入户照片", by, at)]
        record_visit(
            household=household,
            kind=Visit.Kind.CLEARING if case else Visit.Kind.FOLLOW_UP,
            case=case,
            visited_on=_day(at),
            visitors=[{"user": by}, {"user": self.clerk(household)}] if case else [{"user": by}],
            actor=by,
            at=at,
            uid=self.uid(),
            photos=photos,
            content={"signed": True, "coping": "家庭收入稳定" if income > 9500 else "靠帮扶和亲友", "by_phone": False},
            income=self.income(household, income),
            condition=SAFE,
        )

    def income(self, household: Household, per_head: int) -> dict[str, Any]:
        """Twelve months of income that come to `per_head` yuan."""
        size = max(household.memberships.current().count(), 1)
        total = Decimal(per_head * size)
        parts = {
            "wage": ("务工收入", 55),
            "business": ("种植", 30),
            "transfer": ("养老保险金", 25),
            "cost": ("种植", -10),
        }
        items = {group: {name: str(total * abs(share) / 100)} for group, (name, share) in parts.items()}
        return {"items": items, "members": size}

    def compare(self, case: Case, at: datetime) -> list[dict[str, Any]]:
        """The clerk enters what the departments' files say, and 无 where a department answered by telephone."""
        day = _day(at)
        rows = comparison_draft(case, on=day)
        told = {(row["person"], row["item"]) for row in rows}
        for person in members_of(case, day):
            for item in _asked(case, day):
                if (str(person.uid), item) not in told:
                    rows.append(
                        {"person": str(person.uid), "item": item, "hit": False, "found": "", "compared_on": str(day)}
                    )
        self.step(case, "compare", self.clerk(case), at, results=rows)
        return [row for row in rows if row["hit"]]


def _asked(case: Case, on: date) -> Iterable[str]:
    return dict.fromkeys(str(item) for _, item in missing_comparisons(case, on=on, months=6))


def _day(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def _given(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
