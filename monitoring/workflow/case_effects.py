"""What the steps of cases change beside the state, but for those of votes and notices."""

from __future__ import annotations

import json
from collections.abc import Sequence

from households.models import Income, LivingCondition, Membership
from monitoring.exit_checks import secures_only
from monitoring.models import Authorisation, Case, Clue, Comparison
from monitoring.services import episodes
from monitoring.services.comparison import members_of
from monitoring.workflow.case_guards import comparison_named, exit_results
from monitoring.workflow.history import act_of, carry_out, locked
from monitoring.workflow.opening import ENROLMENTS
from monitoring.workflow.own_steps import CASE_ENDED, CASE_ENROLLED
from monitoring.workflow.step import Act, Step

_SETTLERS = {
    Case.Kind.ENROL: episodes.enrol_household,
    Case.Kind.REIDENTIFY: episodes.enrol_household,
    Case.Kind.ROLL_BACK: episodes.roll_back_episode,
}


# --- preparing ---


def authorised(act: Act) -> None:
    _sign(act, granted=True)


def authorisation_refused(act: Act) -> None:
    _sign(act, granted=False)
    ended(act)


def _sign(act: Act, *, granted: bool) -> None:
    values = {
        "granted": granted,
        "signed_on": act.data["signed_on"],
        "signatories": act.data["signatories"],
        "witnesses": act.data["witnesses"],
        "paper": act.files[0] if act.files else None,
        "recorded_by": act.person,
        "recorded_at": act.at,
    }
    Authorisation.objects.update_or_create(case=act.subject, defaults=values)


def compared(act: Act) -> None:
    """Store the results; a result that changes takes its explanation and decision with it."""
    people = {person.uid: person for person in members_of(act.subject, act.on)}
    for row in act.data["results"]:
        values = {name: row[name] for name in ("hit", "found", "unit", "compared_on")}
        Comparison.objects.update_or_create(
            case=act.subject,
            person=people[row["person"]],
            item=row["item"],
            defaults={
                **values,
                "hit": bool(row["hit"]),
                "explanation": "",
                "decision": Comparison.Decision.OPEN,
                "decided_by": None,
                "decision_note": "",
                "recorded_by": act.person,
                "recorded_at": act.at,
            },
        )
    act.record["compared"] = len(act.data["results"])
    act.record["hits"] = sum(bool(row["hit"]) for row in act.data["results"])


def hit_explained(act: Act) -> None:
    comparison = comparison_named(act)
    if comparison is not None:
        changes = {"explanation": act.data["explanation"], "decision": "", "decided_by": None, "decision_note": ""}
        Comparison.objects.filter(pk=comparison.pk).update(**changes)


def hit_decided(act: Act) -> None:
    comparison = comparison_named(act)
    if comparison is not None:
        changes = {"decision": act.data["decision"], "decided_by": act.person, "decision_note": act.note[:500]}
        Comparison.objects.filter(pk=comparison.pk).update(**changes)


def proposed(act: Act) -> None:
    act.subject.monitored_type = act.data["monitored_type"]
    act.subject.risks = list(dict.fromkeys(act.data["risks"]))


def exit_proposed(act: Act) -> None:
    """Settle what the case asks for: clearing by a method, or 兜底保障 for a household wholly without labour."""
    case: Case = act.subject
    case.secure_only = secures_only(case.household, act.on, act.policy)
    case.clear_method = "" if case.secure_only else act.data["clear_method"]
    act.record["checks"] = _checks(act)


def _checks(act: Act) -> list[dict[str, str | bool]]:
    results = exit_results(act, securing=act.subject.secure_only)
    return [{"key": result.key, "ok": result.ok, "evidence": result.evidence} for result in results]


# --- township and county ---


def submitted(act: Act) -> None:
    act.subject.returned = False
    act.subject.return_reason = ""


def reviewed(act: Act) -> None:
    act.subject.reviewed_on = act.on
    act.subject.returned = False
    act.subject.return_reason = ""


def returned(act: Act) -> None:
    """Back to the step that is named, the nearest when none is; what was found good there stays."""
    act.target = act.data.get("to") or act.step.targets[0]
    act.subject.returned = True
    act.subject.return_reason = act.note[:500]


def decided(act: Act) -> None:
    """The county has decided; the household as it then stood is sealed into the case."""
    case: Case = act.subject
    case.decided_on = act.on
    case.returned = False
    case.return_reason = ""
    if case.kind == Case.Kind.CLEAR:
        act.record["checks"] = _checks(act)
    case.snapshot = json.dumps(_snapshot(act), ensure_ascii=False, sort_keys=True)


def _snapshot(act: Act) -> dict[str, object]:
    case: Case = act.subject
    household = case.household
    income = Income.objects.filter(household=household).as_of(act.on).order_by("-ends_on", "-id").first()
    condition = LivingCondition.objects.filter(household=household).as_of(act.on).order_by("-on", "-id").first()
    members = Membership.objects.filter(household=household).as_of(act.on).select_related("person").order_by("id")
    guarantees = ("on", "schooling_ok", "insurance_ok", "housing_ok", "water_ok", "spending_controlled")
    return {
        "on": act.on.isoformat(),
        "household": household.number,
        "village": household.village_id,
        "category": household.category,
        "type": case.monitored_type,
        "risks": case.risks,
        "members": [_member(membership) for membership in members],
        "income": income and {"ends_on": str(income.ends_on), "per_capita": str(income.net_per_capita)},
        "condition": condition and {name: str(getattr(condition, name)) for name in guarantees},
    }


def _member(membership: Membership) -> dict[str, str]:
    person = membership.person
    return {
        "relation": membership.relation,
        "name": person.name,
        "id_number": person.id_number,
        "sex": person.sex,
        "health": person.health,
        "labour_skill": person.labour_skill,
        "schooling": person.schooling,
    }


# --- the ends ---


def recorded(act: Act) -> None:
    """The episode takes its turn, as of the day of the county's decision."""
    case: Case = act.subject
    on = case.decided_on or act.on
    settle = _SETTLERS.get(Case.Kind(case.kind))
    if settle is None:
        settle = episodes.secure_episode if case.secure_only else episodes.clear_episode
    episode = settle(case=case, on=on, actor=act.actor, at=act.at, policy=act.policy)
    case.episode = episode
    case.closed_on = act.on
    act.record["episode"] = str(episode.uid)
    if case.kind in ENROLMENTS:
        _close_clues(act, CASE_ENROLLED, risks=case.risks)


def ended(act: Act) -> None:
    """The case ends without effect; its clues are closed as not enrolled."""
    act.subject.closed_on = act.on
    act.subject.paused_on = None
    if act.subject.kind in ENROLMENTS:
        _close_clues(act, CASE_ENDED)


def _close_clues(act: Act, step: Step, *, risks: Sequence[str] = ()) -> None:
    """Close the clues that the case came from, and other open ones of the household about the same risks."""
    found = Clue.objects.filter(household_id=act.subject.household_id, state=Clue.State.IDENTIFYING)
    if risks:
        found |= Clue.objects.open().filter(household_id=act.subject.household_id, risk__in=risks)
    for clue in found.order_by("id"):
        row = locked(clue)
        record = {"case": act.subject.number}
        closing = act_of(
            step, row, actor=act.actor, post=act.post, at=act.at, note=act.note, record=record, policy=act.policy
        )
        carry_out(closing, closed_on=act.on, close_reason=f"{step.title}（{act.subject.number}）{act.note}"[:500])


def household_told(act: Act) -> None:
    act.subject.told_household_on = act.happened_on
