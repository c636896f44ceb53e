"""Which risks of an episode its measures meet: planned (for adopting a plan) and delivered (for clearing a risk)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assistance.fit import fits
from assistance.models import Measure, Plan
from monitoring.models import Episode


def coverage(episode: Episode, on: date) -> dict[str, list[Measure]]:
    """Each risk of the episode, in order, with the measures against it that fit and are not cancelled on a day."""
    return _by_risk(episode, Measure.objects.standing(on).filter(plan__episode=episode).select_related("type"))


def delivered_coverage(episode: Episode, on: date) -> dict[str, list[Measure]]:
    """The same for measures of which something was delivered by the day."""
    return _by_risk(episode, Measure.objects.delivered(on).filter(plan__episode=episode).select_related("type"))


def uncovered(plan: Plan, *, without: Measure | None = None) -> list[str]:
    """Risks that no standing measure of the plan meets; `without` leaves one measure out of the account."""
    measures = plan.measures.filter(cancelled_on__isnull=True).select_related("type")
    left = [measure for measure in measures if without is None or measure.pk != without.pk]
    return [risk for risk, found in _by_risk(plan.episode, left).items() if not found]


def _by_risk(episode: Episode, measures: Iterable[Measure]) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {risk: [] for risk in episode.risks}
    for measure in measures:
        if measure.risk in found and fits(measure.risk, measure.type.category):
            found[measure.risk].append(measure)
    return found
