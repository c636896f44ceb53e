"""T11 整改销号进度: items fed back up to the day, by the level that fed them back; a row a place."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q

from accounts.models import Division
from records.models import Problem
from reports.asof.kept import kept
from reports.ledgers.clearing import with_late
from reports.ledgers.equation import Equation
from reports.ledgers.own_level import OwnLevelSummary
from reports.ledgers.summary import Figure, Figures, Shown, Source
from reports.ledgers.telling import of_kept

_ALL = "all"
_LEVELS = (_ALL, *Problem.Level.values)
_STATES = (
    ("found", "问题数", Q()),
    ("cleared", "已销号", Q(solved=1)),
    ("left", "整改中", Q(solved=0)),
    ("late", "超期", Q(late=1)),
)


def _title(level: str) -> str:
    return "合计" if level == _ALL else f"{Problem.Level(level).label}{'' if level == 'self' else '级'}"


def _figures(level: str) -> list[Figure]:
    own = Q() if level == _ALL else Q(level=level)
    return [Figure(f"{level}_{state}", "items", own & where) for state, _, where in _STATES]


def _shown(level: str) -> list[Shown]:
    title = _title(level)
    return [
        *(Shown((title, words), f"{level}_{state}", 6) for state, words, _ in _STATES),
        Shown((title, "完成率%"), lambda unit, f: _share(unit, f, level), 8, "percent"),
    ]


def _share(unit: Division, figures: Figures, level: str) -> Decimal | None:
    found = figures[f"{level}_found"]
    return round(Decimal(figures[f"{level}_cleared"]) / found, 6) if found else None


def _equation(level: str) -> Equation:
    """问题数 = 已销号 + 整改中."""
    title = _title(level)
    terms = ((f"{title}已销号", f"{level}_cleared", 1), (f"{title}整改中", f"{level}_left", 1))
    return Equation.of(terms, (f"{title}问题数", f"{level}_found"), "条")


class RectificationStatement(OwnLevelSummary):
    """The levels (层级) stand side by side, so that a row is a place and every number opens its items (L20)."""

    code = "T11"
    title = "整改销号进度"
    unit = "条、%"
    sources = {
        "items": Source(
            lambda r: with_late(kept(Problem.Kind.RECTIFICATION, r.division, r.on, r.known_at), r.on),
            "household",
            of_kept,
            counted="条",
        )
    }
    equations = tuple(_equation(level) for level in _LEVELS)
    figures = tuple(figure for level in _LEVELS for figure in _figures(level))
    shown = tuple(shown for level in _LEVELS for shown in _shown(level))
