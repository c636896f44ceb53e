"""Random lawful walks: whatever the people of an office do, in whatever order, the rows stay consistent."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest
from builders import make_condition, make_household, make_income
from journeys import MARGINAL, VOTE, Office

from accounts.errors import Refused
from accounts.models import Role
from households.models import Household
from monitoring.models import Case, Clue, DutyTaken, Episode, EpisodeEvent, Objection, Transition
from monitoring.services.clues import open_clue
from monitoring.services.episodes import state_after
from monitoring.workflow import TABLE, kind_of

pytestmark = pytest.mark.django_db
STEPS, WALKS = 110, 6
ONE = [{"name": "张三", "labour_skill": "普通劳动力"}]
RISKS = ("因病", "因残", "因学")


def _inputs(office: Office, row: Clue | Case, action: str, rng: random.Random) -> dict[str, Any]:
    """Lawful inputs of a step, most of the time good enough to go on."""
    if action == "appraise":
        return VOTE if rng.random() < 0.9 else {**VOTE, "agree": 4, "disagree": 20}
    if action == "compare":
        return {"results": office.results(row)}
    if action == "answer_objection":
        objection = Objection.objects.filter(notice__case=row, answered_on__isnull=True).first()
        uid = str(objection.uid) if objection else "00000000-0000-0000-0000-000000000000"
        return {"objection": uid, "investigators": ["甲", "乙"], "finding": "已查", "upheld": rng.random() < 0.05}
    fixed: dict[str, dict[str, Any]] = {
        "authorise": {"signed_on": office.today},
        "refuse_authorisation": {"signed_on": office.today},
        "propose": MARGINAL,
        "identify": MARGINAL,
        "hang_notice": {"place": "公开栏"},
        "announce": {"place": "公告栏"},
        "object": {"content": "有异议"},
        "close_watched": {"next_review_on": date(2028, 1, 1)},
        "close_unverifiable": {"next_review_on": date(2028, 1, 1)},
    }
    if action == "to_appraisal" and row.kind == "clear":
        return {"clear_method": "帮扶消除"}
    return fixed.get(action, {})


# How often a step is tried beside the others that the state allows.
OFTEN = {
    "identify": 20,
    "to_appraisal": 6,
    "authorise": 4,
    "compare": 4,
    "hang_notice": 4,
    "take_down": 4,
    "announce": 4,
    "answer_objection": 4,
}
RARELY = {
    "stop": 0.01,
    "refuse_authorisation": 0.02,
    "review_reject": 0.1,
    "decide_reject": 0.1,
    "decide_return": 0.5,
    "review_return": 0.5,
    "object": 0.3,
}
STAFF_OF = {
    Role.VILLAGE_CADRE: "owner",
    Role.TOWNSHIP_STAFF: "township",
    Role.TOWNSHIP_LEADER: "leader",
    Role.COUNTY_BUREAU: "second",
}


def _something(office: Office, rng: random.Random, household: Household) -> None:
    """One act of one person: report, check, assess, or a step that a button offers him."""
    chance = rng.random()
    if chance < 0.06 and not Case.objects.open().filter(household=household).exists():
        open_clue(household=household, risk=rng.choice(RISKS), channel="02", actor=office.owner, at=office.at)
        return
    if chance < 0.12:
        make_income(household, recorded_by=office.owner, ends_on=office.today)
        make_condition(household, on=office.today, recorded_by=office.owner)
        kind = rng.choice(("clear", "roll_back"))
        office.assessed(household, kind, **({"reason": "理由"} if kind == "roll_back" else {}))
        return
    rows = [*Case.objects.open().filter(household=household), *Clue.objects.filter(household=household)]
    if rows:
        _step(office, rng, rows[0] if rng.random() < 0.8 else rng.choice(rows))


def _step(office: Office, rng: random.Random, row: Clue | Case) -> None:
    if isinstance(row, Clue) and row.state == "to_verify":
        office.check(row, rng.choice(("true", "true", "true", "partly", "unfounded", "not_met")))
        return
    steps = [step for step in TABLE[kind_of(row)] if step.right and row.state in step.sources]
    if not steps:
        return
    weights = [{**OFTEN, **RARELY}.get(step.action, 6 if step.targets else 0.5) for step in steps]
    step = rng.choices(steps, weights)[0]
    who = getattr(office, rng.choice([name for role, name in STAFF_OF.items() if role in step.roles]))
    data = _inputs(office, row, step.action, rng)
    office.do(row, step.action, who, data=data, note="理由", with_file=True)


@pytest.mark.slow
def test_any_lawful_walk_leaves_consistent_rows(office: Office) -> None:
    taken: Counter[str] = Counter()
    for seed in range(WALKS):
        rng = random.Random(seed)
        household = (
            office.ready_to_clear(members=ONE).household if seed % 2 else make_household(office.village, members=ONE)
        )
        for _ in range(STEPS):
            try:
                _something(office, rng, household)
                taken["done"] += 1
            except Refused as refusal:
                taken[refusal.code] += 1
                if rng.random() < 0.3:
                    office.wait(rng.choice((1, 6)))
        _check()
    _check_histories()
    assert taken["done"] > STEPS * WALKS / 4
    # The walks are no stroll at the door: they end in episodes, clearings and roll-backs.
    assert set(EpisodeEvent.objects.values_list("kind", flat=True)) >= {"identified", "cleared"}
    reached = set(Transition.objects.values_list("target", flat=True))
    assert reached >= {*Case.OPEN_STATES, "done", "rejected", "enrolled", "not_enrolled", "solved", "watched"}


def _check() -> None:
    open_clues = Counter(Clue.objects.open().values_list("household", "risk"))
    assert all(count == 1 for count in open_clues.values())
    open_cases = Counter(Case.objects.open().values_list("household", flat=True))
    assert all(count == 1 for count in open_cases.values())
    for episode in Episode.objects.all():
        last = episode.events.filter(withdrawn_at__isnull=True).order_by("-happened_on", "-id")[0]
        assert episode.state == state_after(last.kind)
        assert bool(episode.cleared_on) == (episode.state == "cleared")


def _check_histories() -> None:
    for row in [*Clue.objects.all(), *Case.objects.all()]:
        history = list(row.transitions.order_by("id"))
        assert history[0].source == ""
        assert all(later.source == earlier.target for earlier, later in zip(history, history[1:], strict=False))
        assert history[-1].target == row.state
        assert len(history) == row.version
        assert [step.recorded_at for step in history] == sorted(step.recorded_at for step in history)
        closed = row.state not in row.OPEN_STATES
        assert bool(row.closed_on) == closed
        assert not (closed and row.due_on)
    for case in Case.objects.filter(state="done"):
        assert case.episode is not None and case.decided_on is not None
    for step in Transition.objects.exclude(duty=""):
        assert DutyTaken.objects.get(case=step.case, actor=step.actor).duty == step.duty
