"""Each rule of contract section 5 just under, at and over its line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rows import context, fires, low_income, yuan

from monitoring.risks import Risk
from monitoring.rules import RULES

OCTOBER = date(2026, 10, 31)


def bill(amount: str | int, on: str = "2026-10-05", **more: Any) -> dict[str, Any]:
    return {"amount": amount, "on": on, **more}


def test_there_are_the_fifteen_rules_of_the_contract_with_their_risks() -> None:
    assert {rule.name: rule.risk for rule in RULES} == {
        "medical_burden": Risk.ILLNESS,
        "major_disease": Risk.ILLNESS,
        "uninsured": Risk.MEDICAL_GUARANTEE,
        "school_dropout": Risk.COMPULSORY_SCHOOLING,
        "education_cost": Risk.SCHOOLING_COST,
        "welfare_exit": Risk.INCOME,
        "severe_disability": Risk.DISABILITY,
        "dangerous_house": Risk.HOUSING,
        "unsafe_water": Risk.WATER,
        "disaster_loss": Risk.DISASTER,
        "job_loss": Risk.EMPLOYMENT,
        "accident": Risk.ACCIDENT,
        "labour_death": Risk.LABOUR,
        "industry_loss": Risk.INDUSTRY,
        "low_income": Risk.INCOME,
    }
    assert {rule.name for rule in RULES if rule.figure} == {"medical_burden", "education_cost", "low_income"}


class TestMedicalBurden:
    @pytest.mark.parametrize(
        ("amounts", "supported", "figure"),
        [
            (["19999.99"], False, None),
            (["20000"], False, "20000"),
            (["4999.999999"], True, None),
            (["5000"], True, "5000"),
            (["5000"], False, None),
            (["12000", "8000.01"], False, "20000.01"),
            (["25000", "-5000.01"], False, None),
            (["25000", "-5000"], False, "20000"),
        ],
    )
    def test_the_sum_reaches_the_line_of_the_household(
        self, amounts: list[str], supported: bool, figure: str | None
    ) -> None:
        found = fires("medical_burden", *(bill(amount, supported=supported) for amount in amounts))
        assert found == ({} if figure is None else {1: (yuan(figure), list(range(1, len(amounts) + 1)))})

    def test_a_sum_that_only_rounds_up_to_the_line_does_not_reach_it(self) -> None:
        assert fires("medical_burden", bill("19999.995")) == {}

    @pytest.mark.parametrize(
        ("on", "counts"),
        [
            ("2025-12-31", False),
            ("2026-01-01", True),
            ("2026-10-31", True),
            ("2026-11-01", False),
            (None, False),
        ],
    )
    def test_only_the_calendar_year_up_to_e_counts(self, on: str, counts: bool) -> None:
        assert bool(fires("medical_burden", bill(20000, on))) is counts

    def test_without_a_fresh_row_inside_the_window_nothing_fires(self) -> None:
        old = bill(30000, "2026-03-01", fresh=False)
        assert fires("medical_burden", old) == {}
        assert fires("medical_burden", old, bill(1, "2026-11-01")) == {}
        assert fires("medical_burden", old, bill(1)) == {1: (yuan(30001), [1, 2])}

    def test_a_fresh_refund_fires_too(self) -> None:
        assert fires("medical_burden", bill(30000, fresh=False), bill(-1)) == {1: (yuan(29999), [1, 2])}

    def test_members_of_one_household_are_summed_and_of_two_not(self) -> None:
        assert fires("medical_burden", bill(10000), bill(10000)) == {1: (yuan(20000), [1, 2])}
        assert fires("medical_burden", bill(10000), bill(10000, household=2)) == {}


class TestEducationCost:
    def cost(self, amount: str, year: int | None = 2026, **more: Any) -> dict[str, Any]:
        return {"amount": amount, "school_year": year, **more}

    @pytest.mark.parametrize(("amount", "fired"), [("9999.99", False), ("10000", True), ("10000.01", True)])
    def test_line(self, amount: str, fired: bool) -> None:
        assert bool(fires("education_cost", self.cost(amount))) is fired

    @pytest.mark.parametrize(
        ("end", "year"),
        [(date(2026, 8, 31), 2025), (date(2026, 9, 30), 2026), (date(2027, 2, 28), 2026)],
    )
    def test_only_the_school_year_that_holds_e_counts(self, end: date, year: int) -> None:
        assert fires("education_cost", self.cost("10000", year), at=context(end))
        assert not fires("education_cost", self.cost("10000", year + 1), at=context(end))
        assert not fires("education_cost", self.cost("10000", year - 1), at=context(end))

    def test_earlier_months_count_when_a_fresh_row_adds(self) -> None:
        old = self.cost("9000", fresh=False)
        assert fires("education_cost", old, self.cost("1000")) == {1: (yuan(10000), [1, 2])}
        assert fires("education_cost", old, self.cost("1000", fresh=False)) == {}
        assert fires("education_cost", self.cost("10000", fresh=False), self.cost("1", 2025)) == {}


class TestSchoolDropout:
    @pytest.mark.parametrize(
        ("born", "fired"),
        [
            ("2020-11-01", False),  # five years old on E
            ("2020-10-31", True),  # six on E itself
            ("2010-11-01", True),  # the last day of being fifteen
            ("2010-10-31", False),  # sixteen
        ],
    )
    def test_six_to_fifteen_completed_years_on_e(self, born: str, fired: bool) -> None:
        assert bool(fires("school_dropout", {"born": born})) is fired

    def test_a_child_of_29_february_completes_its_year_on_1_march(self) -> None:
        child = {"born": "2020-02-29"}
        assert not fires("school_dropout", child, at=context(date(2026, 2, 28)))
        assert fires("school_dropout", child, at=context(date(2026, 3, 31)))

    def test_one_that_has_returned_does_not_fire(self) -> None:
        assert not fires("school_dropout", {"born": "2014-05-05", "returned": True})


class TestUnsafeWater:
    @pytest.mark.parametrize(
        ("facts", "fired"),
        [
            ({}, False),
            ({"litres": yuan("19.99")}, True),
            ({"litres": yuan(20)}, False),
            ({"litres": 0}, True),
            ({"minutes": yuan(20)}, False),
            ({"minutes": yuan("20.5")}, True),
            ({"shortage_days": yuan(36)}, False),
            ({"shortage_days": yuan(37)}, True),
            ({"quality_fails": True}, True),
            ({"litres": yuan(50), "minutes": yuan(5), "shortage_days": 0}, False),
            ({"litres": 10**30}, False),
        ],
    )
    def test_lines(self, facts: dict[str, Any], fired: bool) -> None:
        assert bool(fires("unsafe_water", facts)) is fired


class TestDisasterLoss:
    @pytest.mark.parametrize(
        ("row", "fired"),
        [
            ({}, False),
            ({"amount": "4999.99"}, False),
            ({"amount": "5000"}, True),
            ({"rooms": yuan("0.5")}, False),
            ({"rooms": yuan(1)}, True),
            ({"casualty": True}, True),
        ],
    )
    def test_lines(self, row: dict[str, Any], fired: bool) -> None:
        assert bool(fires("disaster_loss", row)) is fired


class TestJobLoss:
    LOOKING = {"status": "失业", "wants_work": True}

    @pytest.mark.parametrize(
        ("end", "on", "fired"),
        [
            (date(2026, 10, 31), "2026-07-31", True),
            (date(2026, 10, 31), "2026-08-01", False),
            (date(2026, 5, 31), "2026-02-28", True),  # February has no 31st
            (date(2026, 5, 31), "2026-03-01", False),
            (date(2026, 11, 30), "2026-08-30", True),
            (date(2026, 11, 30), "2026-08-31", False),
            (date(2026, 10, 31), None, False),
        ],
    )
    def test_three_months_before_e(self, end: date, on: str | None, fired: bool) -> None:
        assert bool(fires("job_loss", {**self.LOOKING, "on": on}, at=context(end))) is fired

    def test_one_who_works_or_does_not_look_for_work_does_not_fire(self) -> None:
        assert not fires("job_loss", {"status": "就业", "wants_work": True, "on": "2026-01-01"})
        assert not fires("job_loss", {"status": "失业", "on": "2026-01-01"})


@pytest.mark.parametrize(
    ("rule", "row", "fired"),
    [
        ("major_disease", {}, True),
        ("major_disease", {"cured": True}, False),
        ("uninsured", {"status": "未参保"}, True),
        ("uninsured", {"status": "中断"}, True),
        ("uninsured", {"status": "已参保"}, False),
        ("welfare_exit", {"change": "退出"}, True),
        ("welfare_exit", {"change": "渐退"}, False),
        ("severe_disability", {"change": "新办", "grade": 1}, True),
        ("severe_disability", {"change": "新办", "grade": 2}, True),
        ("severe_disability", {"change": "新办", "grade": 3}, False),
        ("severe_disability", {"change": "换证", "grade": 1}, False),
        ("dangerous_house", {"grade": "B"}, False),
        ("dangerous_house", {"grade": "C"}, True),
        ("dangerous_house", {"grade": "D"}, True),
        ("dangerous_house", {"grade": "D", "finished": True}, False),
        ("accident", {}, True),
        ("labour_death", {"change": "死亡", "skill": "普通劳动力"}, True),
        ("labour_death", {"change": "死亡", "skill": "技能劳动力"}, True),
        ("labour_death", {"change": "死亡", "skill": "弱劳动力或半劳动力"}, False),
        ("labour_death", {"change": "死亡", "skill": None}, False),
        ("labour_death", {"change": "迁出", "skill": "普通劳动力"}, False),
        ("industry_loss", {"amount": "9999.99"}, False),
        ("industry_loss", {"amount": "10000"}, True),
        ("industry_loss", {"amount": None}, False),
    ],
)
def test_rules_of_one_row(rule: str, row: dict[str, Any], fired: bool) -> None:
    assert fires(rule, row) == ({1: (None, [1])} if fired else {})


class TestLowIncome:
    @pytest.mark.parametrize(
        ("income", "fired"),
        [("8799.99", True), ("8799.999999", True), ("8800", False), ("0", True), ("-500", True), (None, False)],
    )
    def test_line(self, income: str | None, fired: bool) -> None:
        assert low_income(income) == ([1] if fired else [])

    def test_a_monitored_household_does_not_fire(self) -> None:
        assert low_income("5000", monitored=True) == []

    @pytest.mark.parametrize(
        ("end", "line"), [(date(2026, 1, 31), 8800), (date(2025, 12, 31), 8700), (date(2023, 6, 30), 7300)]
    )
    def test_a_past_month_is_judged_by_its_own_line(self, end: date, line: int) -> None:
        assert low_income(str(line), at=context(end)) == []
        assert low_income(str(line - 1), at=context(end)) == [1]
