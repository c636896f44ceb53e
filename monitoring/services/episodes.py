"""Turns of monitoring episodes: each is an event, and the episode repeats what its standing events say."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, Refused
from accounts.models import User
from accounts.permissions import require
from accounts.services import audit
from households.models import Household, Membership
from monitoring.clock import add_months
from monitoring.models import Case, Episode, EpisodeEvent
from monitoring.policy import PolicyBook
from monitoring.signals import episode_cleared, episode_enrolled

Kind = EpisodeEvent.Kind


def enrol_household(*, case: Case, on: date, actor: User | None, at: datetime, policy: PolicyBook) -> Episode:
    """A new episode of the case's household, identified on the day of the county's decision."""
    household = case.household
    last = household.episodes.order_by("-serial").first()
    episode = Episode.objects.create(
        household=household,
        serial=last.serial + 1 if last else 1,
        monitored_type=case.monitored_type,
        risks=case.risks,
        main_risk=case.risks[0],
        identified_on=on,
        size=size_of(household, on),
        reidentified=case.kind == Case.Kind.REIDENTIFY,
        next_follow_up_on=next_follow_up(on, household.village_id, policy, cleared_on=None),
    )
    _event(episode, Kind.IDENTIFIED, on, actor=actor, at=at, case=case)
    episode_enrolled.send(sender=Episode, episode=episode, actor=actor, at=at)
    return episode


def clear_episode(*, case: Case, on: date, actor: User | None, at: datetime, policy: PolicyBook) -> Episode:
    """Mark the case's episode as cleared on the day of the county's decision."""
    episode = _locked(case)
    episode.state, episode.cleared_on, episode.clear_method = Episode.State.CLEARED, on, case.clear_method
    episode.next_follow_up_on = next_follow_up(on, case.village_id, policy, cleared_on=on)
    _store(episode)
    _event(episode, Kind.CLEARED, on, actor=actor, at=at, case=case)
    episode_cleared.send(sender=Episode, episode=episode, actor=actor, at=at)
    return episode


def secure_episode(*, case: Case, on: date, actor: User | None, at: datetime, policy: PolicyBook) -> Episode:
    """A household wholly without labour: secured, never marked cleared, followed on."""
    episode = _locked(case)
    episode.secured = True
    _store(episode)
    _event(episode, Kind.SECURED, on, actor=actor, at=at, case=case)
    return episode


def roll_back_episode(*, case: Case, on: date, actor: User | None, at: datetime, policy: PolicyBook) -> Episode:
    """Take back a wrong clearing; the original identification stays."""
    episode = _locked(case)
    episode.state, episode.cleared_on, episode.clear_method = Episode.State.MONITORED, None, ""
    episode.next_follow_up_on = next_follow_up(on, case.village_id, policy, cleared_on=None)
    _store(episode)
    _event(episode, Kind.ROLLED_BACK, on, actor=actor, at=at, case=case)
    return episode


def cancel_episode(
    *, episode: Episode, actor: User, at: datetime, reason: str, version: int | None, happened_on: date | None = None
) -> Episode:
    """End the monitoring of a household that died or moved away as a whole.

    Raises:
        OutOfScope, Forbidden: not his to see, or to do. Conflict: it has moved on, or is cancelled already.
        Refused: no version, no reason, a day out of order, or a case of the household is still open.
    """
    household = episode.household
    today = timezone.localdate(at)
    require(actor=actor, right="monitoring.cancel_episode", code=household.village_id, at=at)
    with transaction.atomic():
        row = _checked(episode, version)
        day = _day_of_cancelling(row, reason, happened_on or today, today)
        row.state, row.next_follow_up_on = Episode.State.CANCELLED, None
        _store(row)
        _event(row, Kind.CANCELLED, day, actor=actor, at=at, case=None, note=reason.strip())
        audit.record(actor=actor, at=at, action="episode.cancelled", target=row)
    return row


def _checked(episode: Episode, version: int | None) -> Episode:
    """The episode as it stands, locked after its household, under whose lock cases are opened."""
    Household.objects.select_for_update().get(pk=episode.household_id)
    row = Episode.objects.select_for_update(of=("self",)).select_related("household").get(pk=episode.pk)
    if version is None:
        raise Refused("缺少版本号，请刷新后再办理。", field="version", code="version_missing")
    if version != row.version:
        raise Conflict(f"这个监测周期刚被他人改动过（现为第 {row.version} 版），请刷新后再办理。", code="stale")
    if row.state == Episode.State.CANCELLED:
        raise Conflict("这个监测周期已经注销。", code="wrong_state")
    return row


def _day_of_cancelling(episode: Episode, reason: str, day: date, today: date) -> date:
    last = episode.events.standing().order_by("-happened_on").first()
    if not reason.strip() or len(reason) > 500:
        raise Refused("请填写注销理由（不超过 500 字）。", field="reason", code="note_missing")
    if day > today or (last is not None and day < last.happened_on):
        raise Refused("注销日期不能晚于今天，也不能早于上一次变动。", field="happened_on", code="invalid")
    running = Case.objects.open().filter(household_id=episode.household_id).first()
    if running is not None:
        raise Refused(f"该户还有在办的办件 {running.number}，请先办结或终止。", code="conditions")
    return day


def next_follow_up(day: date, code: str, policy: PolicyBook, *, cleared_on: date | None) -> date | None:
    """When the next visit is due after `day`: monthly while monitored; after clearing quarterly for a year."""
    if cleared_on is None:
        return add_months(day, policy.value("follow_up_months", on=day, code=code))
    following = add_months(day, policy.value("cleared_follow_up_months", on=day, code=code))
    until = add_months(cleared_on, policy.value("cleared_follow_up_for_months", on=day, code=code))
    return following if following <= until else None


def visited(*, episode: Episode, on: date, policy: PolicyBook) -> None:
    """Set the next follow-up after a visit, never back before one that a later visit has set."""
    row = Episode.objects.select_for_update(of=("self",)).select_related("household").get(pk=episode.pk)
    if row.state == Episode.State.CANCELLED:
        return
    # A clearing of which the register has no day: of its days the one of the identification is known.
    cleared = row.cleared_on or (row.identified_on if row.state == Episode.State.CLEARED else None)
    following = next_follow_up(on, row.household.village_id, policy, cleared_on=cleared)
    if following is None or row.next_follow_up_on is None or following > row.next_follow_up_on:
        Episode.objects.filter(pk=row.pk).update(next_follow_up_on=following)


def size_of(household: Household, on: date) -> int:
    """How many members the household has on a day."""
    return Membership.objects.filter(household=household).as_of(on).count()


def state_after(kind: str) -> str:
    """The state of an episode whose latest standing event is of this kind."""
    if kind == Kind.CANCELLED:
        return Episode.State.CANCELLED
    return Episode.State.CLEARED if kind == Kind.CLEARED else Episode.State.MONITORED


def _locked(case: Case) -> Episode:
    return Episode.objects.select_for_update(of=("self",)).get(cases=case)


def _store(episode: Episode) -> None:
    """Write the turn; Conflict when somebody changed the episode in between."""
    fields = ("state", "cleared_on", "clear_method", "secured", "next_follow_up_on")
    changes = {name: getattr(episode, name) for name in fields}
    mine = Episode.objects.filter(pk=episode.pk, version=episode.version)
    if not mine.update(version=episode.version + 1, **changes):
        raise Conflict("这个监测周期刚被他人改动过，请刷新后再办理。", code="stale")
    episode.version += 1


def _event(
    episode: Episode,
    kind: str,
    on: date,
    *,
    actor: User | None,
    at: datetime,
    case: Case | None,
    note: str = "",
) -> EpisodeEvent:
    return EpisodeEvent.objects.create(
        episode=episode,
        kind=kind,
        happened_on=on,
        recorded_at=at,
        actor=actor,
        case=case,
        household_size=size_of(episode.household, on),
        note=note,
    )
