"""T8 三保障及饮水动态清零汇总: problems found up to the day, those cleared, those in hand."""

from __future__ import annotations

from django.db.models import Q

from reports.asof.problems import TOPICS, Topic, covered, kept, reported, witnessed
from reports.ledgers.equation import Equation, Term
from reports.ledgers.summary import Figure, Shown, Source, SummaryLedger
from reports.ledgers.telling import of_evidence, of_finding, of_kept, of_problem_clue

_STATES = (("found", "发现", Q()), ("solved", "已清", Q(solved=1)), ("left", "在办", Q(solved=0)))


def _sources(topic: Topic) -> dict[str, Source]:
    return {
        f"{topic.key}_kept": Source(
            lambda r: kept(topic, r.division, r.on, r.known_at), "household", of_kept, counted="件"
        ),
        f"{topic.key}_reported": Source(
            lambda r: reported(topic, r.division, r.on, r.known_at), "clue__household", of_problem_clue, counted="件"
        ),
        f"{topic.key}_covered": Source(
            lambda r: covered(topic, r.division, r.on, r.known_at), "household", of_evidence, counted="件"
        ),
        f"{topic.key}_witnessed": Source(
            lambda r: witnessed(topic, r.division, r.on, r.known_at), "household", of_finding, counted="件"
        ),
    }


def _figures(topic: Topic) -> list[Figure]:
    return [Figure(f"{source}_{state}", source, where) for source in _sources(topic) for state, _, where in _STATES]


def _shown(topic: Topic) -> list[Shown]:
    return [
        Shown((topic.title, word), tuple(f"{source}_{state}" for source in _sources(topic)), 9)
        for state, word, _ in _STATES
    ]


def _equation(topic: Topic) -> Equation:
    """发现 = 已清 + 在办."""
    keys = {state: tuple(f"{source}_{state}" for source in _sources(topic)) for state, _, _ in _STATES}
    terms = (Term(f"{topic.title}已清", keys["solved"]), Term(f"{topic.title}在办", keys["left"]))
    return Equation(terms, Term(f"{topic.title}发现", keys["found"]), "件")


class GuaranteeStatement(SummaryLedger):
    """发现 = 已清 + 在办, counted in problems of households (L13 to L15 list them): what is kept as a
    problem, else what clues report, what evidence of monitored households shows, what visits alone have found."""

    code = "T8"
    # The columns of each guarantee, in order.
    words = tuple(word for _, word, _ in _STATES)
    title = "三保障及饮水动态清零汇总"
    unit = "件"
    paper = "A4"
    equations = tuple(_equation(topic) for topic in TOPICS)
    sources = {name: source for topic in TOPICS for name, source in _sources(topic).items()}
    figures = tuple(figure for topic in TOPICS for figure in _figures(topic))
    shown = tuple(shown for topic in TOPICS for shown in _shown(topic))
