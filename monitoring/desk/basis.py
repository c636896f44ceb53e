"""What a case rests on: income against the line, own payments, the household's own words; and the comparison as a grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from households.models import Income
from monitoring.desk.dossier import Dossier
from monitoring.models import Comparison
from monitoring.policy import PolicyBook
from monitoring.services.comparison import REQUIRED


@dataclass(frozen=True)
class Fact:
    title: str
    words: str
    state: str = ""


def basis_of(dossier: Dossier, book: PolicyBook, today: date) -> list[Fact]:
    """The facts of the case, in words."""
    case, visit = dossier.case, dossier.visit
    found = [
        Fact("类别", case.monitored_type),
        Fact("风险", "、".join(case.risks)),
        Fact("消除方式", case.clear_method),
    ]
    income = visit.income if visit and visit.income else latest_income(case.household_id, today)
    if income:
        line = book.value("income_line", on=today, code=case.village_id)
        found += [
            Fact("人均纯收入", f"{income.net_per_capita:,.0f} 元，线 {line:,.0f} 元（截至 {_day(income.ends_on)}）"),
            Fact("合规自付", f"{income.own_payments:,.2f} 元"),
        ]
    if visit:
        found += [Fact("主要困难", visit.difficulties), Fact("自身应对", visit.coping), Fact("建议", visit.advice)]
    return [fact for fact in [*found, Fact("事由", case.reason)] if fact.words]


def latest_income(household_id: int, on: date) -> Income | None:
    return Income.objects.filter(household_id=household_id).as_of(on).order_by("-ends_on", "-id").first()


@dataclass(frozen=True)
class GridRow:
    """One member with his result for every item; None where nothing was compared in this case."""

    name: str
    relation: str
    cells: list[Comparison | None]


def grid_of(dossier: Dossier) -> tuple[list[str], list[GridRow]]:
    """Headings and rows of the comparison: members down, items across."""
    extra = {row.item for row in dossier.comparisons} - {item.value for item in REQUIRED}
    items = [item for item in Comparison.Item if item in REQUIRED or item.value in extra]
    by_pair = {(row.person_id, row.item): row for row in dossier.comparisons}
    relations = {member.person_id: member.relation for member in dossier.members}
    people = {member.person_id: member.person.name for member in dossier.members}
    people |= {row.person_id: row.person.name for row in dossier.comparisons if row.person and row.person_id}
    rows = [
        GridRow(name, relations.get(pk, "已不在户"), [by_pair.get((pk, item.value)) for item in items])
        for pk, name in people.items()
    ]
    return [item.label for item in items], rows


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月"
