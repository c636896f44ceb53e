"""Sums that must hold in every row of a summary, said in words with their figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Term:
    """Figures (by key) that an equation adds or takes away, under one name."""

    words: str
    keys: tuple[str, ...]
    sign: int = 1

    def of(self, figures: Mapping[str, Any]) -> int:
        return sum(figures[key] for key in self.keys)


@dataclass(frozen=True)
class Proof:
    """An equation with the figures of 合计, and in how many rows it does not hold."""

    words: str
    rows: int
    broken: int


@dataclass(frozen=True)
class Equation:
    """`terms` together are `result`, counted in `unit`."""

    terms: tuple[Term, ...]
    result: Term
    unit: str

    @classmethod
    def of(cls, terms: Iterable[tuple[str, str, int]], result: tuple[str, str], unit: str) -> Equation:
        """An equation of single figures: (words, key, sign) each."""
        return cls(tuple(Term(words, (key,), sign) for words, key, sign in terms), Term(result[0], (result[1],)), unit)

    def left(self, figures: Mapping[str, Any]) -> int:
        return sum(term.sign * term.of(figures) for term in self.terms)

    def proof(self, total: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Proof:
        broken = sum(self.left(row) != self.result.of(row) for row in [total, *rows])
        return Proof(self._words(total), len(rows), broken)

    def holds(self, figures: Mapping[str, Any]) -> bool:
        return self.left(figures) == self.result.of(figures)

    def fault(self, figures: Mapping[str, Any]) -> str:
        """The sum of a row that does not hold, with what it comes to: '… ＝ 802，表上风险未消除是 803 户'."""
        words, _, _ = self._words(figures).rpartition(" ＝ ")
        return f"{words} ＝ {self.left(figures):,}，表上{self.result.words}是 {self.result.of(figures):,} {self.unit}"

    def _words(self, total: Mapping[str, Any]) -> str:
        """'上月末未消除 811 ＋ 本月新增 14 － 本月消除 22 ＝ 风险未消除 803 户'; terms of nothing but the first are left out."""
        said = f"{self.terms[0].words} {self.terms[0].of(total):,}"
        for term in self.terms[1:]:
            if number := term.of(total):
                said += f" {'＋' if term.sign > 0 else '－'} {term.words} {number:,}"
        return f"{said} ＝ {self.result.words} {self.result.of(total):,} {self.unit}"
