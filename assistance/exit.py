"""The condition that assistance puts to the clearing of a risk: a delivered, fitting measure for every risk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from assistance.coverage import delivered_coverage
from assistance.models import Measure
from monitoring.exit_checks import Answer, ExitCheck, Question, register


def _every_risk_helped(question: Question) -> Answer:
    found = delivered_coverage(question.episode, question.on)
    missing = [risk for risk, measures in found.items() if not measures]
    if missing:
        return False, f"没有已落实且对应的帮扶措施：{'、'.join(missing)}"
    said = (f"{risk}：{_named(measures)}" for risk, measures in found.items())
    return True, "；".join(said)


def _named(measures: Iterable[Measure]) -> str:
    """Each kind of help once, with how often it was arranged: 产业帮扶（种植业）×2、教育帮扶（助学金）."""
    kinds = Counter(str(measure.type) for measure in measures)
    return "、".join(f"{kind} ×{number}" if number > 1 else kind for kind, number in kinds.items())


def register_check() -> None:
    """Enter the check; once, at start-up."""
    register(ExitCheck("measures", "每项风险都有已落实的帮扶措施", _every_risk_helped, for_securing=True))
