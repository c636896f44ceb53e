"""Words and marks of monitoring for pages."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Department
from monitoring.models import Transition
from monitoring.workflow.step import CLUE
from monitoring.workflow.table import TABLE

register = template.Library()


@register.filter
def step_title(transition: Transition) -> str:
    """The words of the table for a step that was taken."""
    kind = transition.case.kind if transition.case else CLUE
    steps = [step for step in TABLE[kind] if step.action == transition.action]
    exact = (step.title for step in steps if transition.source in step.sources)
    return next(exact, steps[0].title if steps else transition.action)


@register.filter
def department_title(value: str) -> str:
    """医保局 for medical_insurance; what was written by hand as it is."""
    return str(dict(Department.choices).get(value, value))


@register.simple_tag
def pair_bar(now: int, before: int, most: int) -> SafeString:
    """This month's number (dark) over last month's (light), for the eye only: the numbers stand beside it."""
    return format_html(
        '<svg class="sw-bar" viewBox="0 0 100 13" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="b2" width="{}" height="6"/><rect class="b1" y="7" width="{}" height="5"/></svg>',
        round(now * 100 / most, 1),
        round(before * 100 / most, 1),
    )
