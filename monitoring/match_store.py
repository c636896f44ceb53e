"""How the findings of a match are stored: batch by batch, each one transaction that holds only under the run's fence.

A batch reads again under lock what people may have changed since, decides (`monitoring.matching`), and writes hits,
clues and their history together; a household is never split between two. So a run that is killed between batches
goes on where it stopped, and what a batch has done already comes out of `decide` as nothing to do.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.bulk import insert
from households.models import Household
from monitoring.match_clues import Draft, Evidence, extend_clues, open_clues, reconsider_clues
from monitoring.match_explain import Library, Row, Story
from monitoring.match_frames import REOPEN, County
from monitoring.matching import ATTACHED, Closed, Fired, Outcome, Placement, Situation, Standing, decide, gone
from monitoring.models import Clue, Hit
from monitoring.rules import REGISTER, RULES_BY_NAME
from monitoring.rules.income import low_income

Pair = tuple[int, str]
Told = tuple[Placement, Story]
# Closed in a way that keeps the same evidence from coming back (contract section 5).
SETTLED = (Clue.State.UNFOUNDED, Clue.State.SOLVED)


@dataclass(frozen=True)
class Findings:
    """What a match found in a county and period: what fires, and what stands already, each by household.

    `rows` are those behind what fires, `poor` are the households with an income under the line, whether monitored or not.
    """

    county: County
    fired: Mapping[int, Sequence[Fired]]
    standing: Mapping[int, Sequence[Standing]]
    rows: Mapping[int, Row]
    poor: frozenset[int]

    def unsettled(self) -> list[int]:
        """Households with something to write or to weigh again, in order."""
        return sorted(
            household for household in self.fired.keys() | self.standing.keys() if not self._is_settled(household)
        )

    def _is_settled(self, household: int) -> bool:
        there = {standing.rule: standing for standing in self.standing.get(household, ())}
        fired = self.fired.get(household, ())
        return len(fired) == len(there) and all(
            (found := there.get(one.rule)) is not None
            and found.outcome in ATTACHED
            and (found.keys, found.figure) == (one.keys, one.figure)
            for one in fired
        )

    def new_evidence(self) -> list[Fired]:
        """Firings whose evidence no standing hit explains yet."""
        known = {
            (household, hit.rule, hit.keys, hit.figure) for household, hits in self.standing.items() for hit in hits
        }
        every = (one for found in self.fired.values() for one in found)
        return [one for one in every if (one.household, one.rule, one.keys, one.figure) not in known]


def standing_hits(county: County) -> dict[int, list[Standing]]:
    """Hits of the county and period that stand, by household."""
    found: dict[int, list[Standing]] = defaultdict(list)
    fields = ("household_id", "id", "rule", "figure", "evidence_keys", "outcome", "clue_id", "episode_id")
    hits = Hit.objects.standing().within(county.division).filter(period=county.period)
    for household, pk, rule, figure, keys, outcome, clue, episode in hits.values_list(*fields):
        found[household].append(Standing(pk, rule, figure, tuple(keys), Outcome(outcome), clue, False, episode))
    return found


def last_incomes(county: County) -> dict[int, Standing]:
    """The latest standing low_income hit of each household, of whatever period."""
    hits = Hit.objects.standing().within(county.division).filter(rule=low_income.name)
    fields = ("household_id", "id", "figure", "evidence_keys", "outcome")
    return {
        household: Standing(pk, low_income.name, figure, tuple(keys), Outcome(outcome))
        for household, pk, figure, keys, outcome in hits.order_by("recorded_at", "id").values_list(*fields)
    }


def store_batch(*, findings: Findings, households: Sequence[int], library: Library, run_id: int, at: datetime) -> None:
    """Decide about these households and write what follows; inside the caller's transaction."""
    # As opening a clue by hand does, so that neither meets the other's half-done work.
    list(Household.objects.select_for_update(no_key=True).filter(pk__in=households).order_by("pk").values_list("pk"))
    situations = list(_situations(findings, households))
    placements = [placement for situation in situations for placement in decide(situation)]
    lost = [hit for situation in situations for hit in gone(situation) if not _still_poor(situation, hit, findings)]
    library.gather(placement.fired for placement in placements)
    writer = _Writer(findings, library, run_id, at)
    writer.write(placements)
    _withdraw([hit.id for hit in lost], at)
    reconsider_clues({hit.clue for hit in lost if hit.outcome in ATTACHED and hit.clue is not None}, at=at)


def _still_poor(situation: Situation, hit: Standing, findings: Findings) -> bool:
    """A household that came under monitoring after its income had been noticed has not become richer by that."""
    return hit.rule == low_income.name and situation.household in findings.poor


def _withdraw(hits: Sequence[int], at: datetime) -> None:
    if hits:
        Hit.objects.filter(pk__in=hits).update(withdrawn_at=at)


# --- reading again under lock ---


def _situations(findings: Findings, households: Sequence[int]) -> Iterable[Situation]:
    county = findings.county
    open_clues = _open_clues(households)
    settled = _settled_clues(households)
    for household in households:
        fired = _by_risk(findings.fired.get(household, ()))
        standing = _by_risk(findings.standing.get(household, ()))
        for risk in sorted(fired.keys() | standing.keys()):
            pair = household, risk
            clue = open_clues.get(pair)
            yield Situation(
                household=household,
                risk=risk,
                fired=fired.get(risk, ()),
                standing={
                    hit.rule: replace(hit, clue_is_open=clue is not None and hit.clue == clue)
                    for hit in standing.get(risk, ())
                },
                open_clue=clue,
                closed=settled.get(pair, ()),
                episode=_covering_episode(county, household, risk),
                worse_percent=_worse_percent(county, household),
            )


def _by_risk(found: Iterable[Any]) -> dict[str, list[Any]]:
    risks: dict[str, list[Any]] = defaultdict(list)
    for one in found:
        risks[RULES_BY_NAME[one.rule].risk.value].append(one)
    return risks


def _open_clues(households: Sequence[int]) -> dict[Pair, int]:
    clues = Clue.objects.open().filter(household__in=households).order_by("pk")
    return {(clue.household_id, clue.risk): clue.pk for clue in clues.select_for_update().only("household_id", "risk")}


def _settled_clues(households: Sequence[int]) -> dict[Pair, list[Closed]]:
    """Clues closed as unfounded or solved, oldest first, with the figures that they were closed on."""
    closed = Clue.objects.filter(household__in=households, state__in=SETTLED).order_by("pk")
    clues = {clue.pk: clue for clue in closed.only("household_id", "risk", "closed_on")}
    figures: dict[int, dict[str, Decimal]] = defaultdict(dict)
    keys: dict[int, set[str]] = defaultdict(set)
    hits = Hit.objects.filter(clue__in=clues.keys(), outcome__in=[outcome.value for outcome in ATTACHED])
    for hit in hits.order_by("period", "id").defer("evidence_sealed", "arithmetic"):
        clue = clues[hit.clue_id or 0]
        keys[clue.pk].update(hit.evidence_keys)
        if hit.figure is not None and not _withdrawn_before(hit, clue):
            figures[clue.pk][hit.rule] = hit.figure
    found: dict[Pair, list[Closed]] = defaultdict(list)
    for clue in clues.values():
        found[clue.household_id, clue.risk].append(Closed(clue.pk, figures[clue.pk], frozenset(keys[clue.pk])))
    return found


def _withdrawn_before(hit: Hit, clue: Clue) -> bool:
    """Whether the evidence was gone already when the clue was closed."""
    if hit.withdrawn_at is None or clue.closed_on is None:
        return False
    return timezone.localdate(hit.withdrawn_at) < clue.closed_on


def _covering_episode(county: County, household: int, risk: str) -> int | None:
    if household not in county.episodes.index or county.episodes.at[household, "main_risk"] != risk:
        return None
    return int(county.episodes.at[household, "episode"])  # type: ignore[arg-type]


def _worse_percent(county: County, household: int) -> Decimal:
    if household not in county.roll:
        return Decimal(0)  # a household that is no longer judged has nothing that could reopen
    return Decimal(county.settings_of(household)[REOPEN].value)


def _needs_story(placement: Placement, findings: Findings) -> bool:
    """Whether the evidence differs from what the hit that is changed explains."""
    if placement.update is None:
        return True
    there = next(hit for hit in findings.standing[placement.fired.household] if hit.id == placement.update)
    return (there.keys, there.figure) != (placement.fired.keys, placement.fired.figure)


# --- writing ---


class _Writer:
    """Writes the placements of one batch."""

    def __init__(self, findings: Findings, library: Library, run_id: int, at: datetime) -> None:
        self._findings = findings
        self._county = findings.county
        self._library = library
        self._run_id = run_id
        self._at = at

    def write(self, placements: Sequence[Placement]) -> None:
        _withdraw([placement.replace for placement in placements if placement.replace is not None], self._at)
        told = [(placement, self._library.story(placement.fired)) for placement in placements]
        opened = self._open(told)
        common = {"period": self._county.period, "run_id": self._run_id, "recorded_at": self._at}
        insert(Hit, [self._new(one, story, opened) for one, story in told if one.update is None], common)
        self._change([(one, story) for one, story in told if one.update is not None], opened)
        self._extend(told)

    def _new(self, placement: Placement, story: Story, opened: Mapping[Pair, int]) -> dict[str, Any]:
        fired, uid = placement.fired, uuid.uuid4()
        named = {"uid": uid, "household_id": fired.household, "rule": fired.rule, "risk": fired.risk}
        return named | self._placed(placement, opened) | self._told(placement, story, uid)

    def _change(self, told: Sequence[Told], opened: Mapping[Pair, int]) -> None:
        hits = Hit.objects.in_bulk([placement.update for placement, _ in told])
        changed: set[str] = set()
        for placement, story in told:
            hit = hits[placement.update or 0]
            values = self._placed(placement, opened) | {"run_id": self._run_id, "recorded_at": self._at}
            if _needs_story(placement, self._findings):
                values |= self._told(placement, story, hit.uid)
            for name, value in values.items():
                setattr(hit, name, value)
            changed |= values.keys()
        if hits:
            Hit.objects.bulk_update(hits.values(), sorted(changed), batch_size=200)

    def _placed(self, placement: Placement, opened: Mapping[Pair, int]) -> dict[str, Any]:
        pair = placement.fired.household, placement.fired.risk
        return {
            "outcome": placement.outcome.value,
            "clue_id": opened[pair] if placement.outcome is Outcome.OPENED else placement.clue,
            "episode_id": placement.episode,
        }

    def _told(self, placement: Placement, story: Story, uid: uuid.UUID) -> dict[str, Any]:
        fired, evidence, parameters = placement.fired, Hit.evidence, story.parameters
        if placement.outcome is Outcome.SUPPRESSED:
            reopen = self._county.settings_of(fired.household)[REOPEN]
            parameters = {**parameters, REOPEN: reopen.as_json()}
        return {
            "figure": fired.figure,
            "evidence_keys": list(fired.keys),
            "parameters": parameters,
            "arithmetic": story.explanation.arithmetic,
            "evidence_sealed": evidence.sealed(uid, story.evidence),
        }

    def _open(self, told: Sequence[Told]) -> dict[Pair, int]:
        """Open a clue for each pair that needs one; gives its id."""
        wanted: dict[Pair, list[Told]] = defaultdict(list)
        for placement, story in told:
            if placement.outcome is Outcome.OPENED:
                wanted[placement.fired.household, placement.fired.risk].append((placement, story))
        drafts = [self._draft(pair, found) for pair, found in wanted.items()]
        clues = open_clues(drafts, county=self._county.division, period=self._county.period, at=self._at)
        return dict(zip(wanted, clues, strict=True))

    def _draft(self, pair: Pair, found: Sequence[Told]) -> Draft:
        household, risk = pair
        # A department's word before the register's own.
        placement, story = min(found, key=lambda one: RULES_BY_NAME[one[0].fired.rule].feed == REGISTER)
        return Draft(
            household=household,
            village=str(self._county.roll.of(household, "village")),
            risk=risk,
            person=story.person,
            feed=RULES_BY_NAME[placement.fired.rule].feed,
            evidence=_evidence(found),
        )

    def _extend(self, told: Sequence[Told]) -> None:
        found: dict[int, list[Told]] = defaultdict(list)
        for placement, story in told:
            if placement.outcome is Outcome.EXTENDED and placement.clue is not None:
                found[placement.clue].append((placement, story))
        extend_clues({clue: _evidence(more) for clue, more in found.items()}, period=self._county.period, at=self._at)


def _evidence(found: Sequence[Told]) -> Evidence:
    """What the rules that fire together say of the clue."""
    figures = [(placement.fired.figure, story.explanation.threshold) for placement, story in found]
    figure, threshold = next((pair for pair in figures if pair[0] is not None), (None, None))
    return Evidence(
        rules=tuple(placement.fired.rule for placement, _ in found),
        warning="".join(dict.fromkeys(story.explanation.warning for _, story in found)),
        figure=figure,
        threshold=threshold,
    )
