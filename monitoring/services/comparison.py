"""What the asset feeds say about a household's members, ready for the enrolment check (domain.md 3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from households.models import Household, Membership, Person
from monitoring.clock import add_months
from monitoring.evidence import rows_as_received
from monitoring.feeds import FEEDS
from monitoring.models import Case, Comparison, FeedBatch, FeedRow

Item = Comparison.Item
ITEM_OF_FEED = {
    "public_payroll": Item.PUBLIC_PAYROLL,
    "vehicles": Item.VEHICLE,
    "properties": Item.PROPERTY,
    "companies": Item.COMPANY,
}
# What has to be compared for every member; the other items where the county has somebody to ask.
REQUIRED = tuple(ITEM_OF_FEED.values())
_LONGEST = 500


@dataclass(frozen=True)
class AssetRow:
    """One row of an asset feed about one member, in the department's own words."""

    person: Person
    item: str
    found: str
    unit: str
    period: date
    file: str
    row: int


def members_on(household: Household, on: date) -> list[Person]:
    """The household's members on a day, in the order of the register."""
    memberships = Membership.objects.filter(household=household).as_of(on)
    return [membership.person for membership in memberships.select_related("person").order_by("id")]


def members_of(case: Case, on: date) -> list[Person]:
    """The members of the case's household on a day."""
    return members_on(case.household, on)


def comparison_hits(case: Case, *, on: date, months: int = 6) -> list[AssetRow]:
    """The rows of the asset feeds of the last `months` months about the household's members.

    Raises:
        Refused: the kept rows of a file are missing or damaged.
    """
    people = {person.pk: person for person in members_of(case, on)}
    rows = FeedRow.objects.filter(asset=True, batch__in=_batches(on, months), person_id__in=people, duplicate=False)
    by_batch: dict[FeedBatch, list[FeedRow]] = {}
    for row in rows.select_related("batch__file").order_by("batch__period", "position"):
        by_batch.setdefault(row.batch, []).append(row)
    return [hit for batch, found in by_batch.items() for hit in _hits(batch, found, people)]


def comparison_draft(case: Case, *, on: date, months: int = 6) -> list[dict[str, Any]]:
    """Rows for the step `compare`: one for every member and item of which a department's file is there.

    Where files of several months speak of the same member and item their words are joined, the newest first.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for hit in reversed(comparison_hits(case, on=on, months=months)):
        words = found.setdefault((hit.person.pk, hit.item), [])
        if hit.found not in words:
            words.append(hit.found)
    there = {batch.feed for batch in _batches(on, months)}
    return [
        {
            "person": str(person.uid),
            "item": str(item),
            "hit": (person.pk, item) in found,
            "found": "；".join(found.get((person.pk, item), []))[:_LONGEST],
            "unit": FEEDS[feed].department_label,
            "compared_on": on.isoformat(),
        }
        for person in members_of(case, on)
        for feed, item in ITEM_OF_FEED.items()
        if feed in there
    ]


def missing_comparisons(case: Case, *, on: date, months: int) -> list[tuple[Person, str]]:
    """The members and required items without a result in this case or a standing one of an earlier case."""
    people = members_of(case, on)
    settled = Q(case=case) | (Q(hit=False) | Q(decision=Comparison.Decision.ACCEPTED)) & Q(
        compared_on__gt=add_months(on, -months)
    )
    done = set(Comparison.objects.filter(settled, person__in=people).values_list("person_id", "item"))
    return [(person, item) for person in people for item in REQUIRED if (person.pk, item.value) not in done]


def _batches(on: date, months: int) -> list[FeedBatch]:
    since = add_months(on.replace(day=1), -months)
    batches = FeedBatch.objects.current().filter(feed__in=ITEM_OF_FEED, period__gte=since, period__lte=on)
    return list(batches)


def _hits(batch: FeedBatch, rows: Sequence[FeedRow], people: dict[int, Person]) -> Iterable[AssetRow]:
    feed = FEEDS[batch.feed]
    personal = {name for column in feed.common for name in (column.name, *column.aliases)}
    received = rows_as_received(batch, [row.position for row in rows])
    for row in rows:
        cells = received[row.position].items()
        words = "；".join(f"{heading}：{value}" for heading, value in cells if value and heading not in personal)
        yield AssetRow(
            person=people[row.person_id or 0],
            item=ITEM_OF_FEED[batch.feed],
            found=words[:_LONGEST],
            unit=feed.department_label,
            period=batch.period,
            file=batch.file.name,
            row=row.row,
        )
