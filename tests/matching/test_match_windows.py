"""Windows across months: what is summed, what makes a rule fire, in whatever order the files come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from builders import AT, make_number, make_person
from match_place import NOVEMBER, OCTOBER, SEPTEMBER, Place, bill, rules

from monitoring.models import Clue, Hit

pytestmark = pytest.mark.django_db
ILL = "因病"


def test_all_members_and_all_months_are_summed(place: Place, family: Callable[..., Any]) -> None:
    home, (father, mother, son) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, "12,000.50"), bill(mother, 5000))
    assert rules(place.match(SEPTEMBER)) == {}
    place.send("medical_costs", OCTOBER, bill(son, "2999.50元", "2026-10-02"))
    result = place.match(OCTOBER)
    assert rules(result) == {(home.number, ILL): {"medical_burden": 20000.0}}
    assert (result.opened, result.extended) == (1, 0)


def test_more_bills_extend_the_open_clue_and_its_figure_is_the_latest(place: Place, family: Callable[..., Any]) -> None:
    home, (father, *_) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 21000))
    place.match(SEPTEMBER)
    place.send("medical_costs", OCTOBER, bill(father, 500, "2026-10-02"))
    result = place.match(OCTOBER)
    assert (result.opened, result.extended) == (0, 1)
    assert rules(result) == {(home.number, ILL): {"medical_burden": 21500.0}}
    assert place.clue(home, ILL).figure == 21500
    assert Clue.objects.count() == 1


def test_a_month_without_a_new_bill_of_the_household_does_not_fire_again(
    place: Place, family: Callable[..., Any]
) -> None:
    home, (father, *_) = family()
    other, (stranger, *_) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 21000))
    place.match(SEPTEMBER)
    place.send("medical_costs", OCTOBER, bill(stranger, 100, "2026-10-02"))
    assert rules(place.match(OCTOBER)) == {}


def test_a_bill_sent_again_next_month_is_counted_once_and_does_not_fire(
    place: Place, family: Callable[..., Any]
) -> None:
    home, (father, *_) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 21000))
    place.match(SEPTEMBER)
    report = place.send("medical_costs", OCTOBER, bill(father, 21000))
    assert report.counts.duplicates == 1
    assert rules(place.match(OCTOBER)) == {}


def test_a_refund_can_take_the_sum_under_the_line_and_one_that_leaves_it_over_fires(
    place: Place, family: Callable[..., Any]
) -> None:
    home, (father, *_) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 30000))
    place.match(SEPTEMBER)
    place.send("medical_costs", OCTOBER, bill(father, "-2,000", "2026-10-20"))
    assert rules(place.match(OCTOBER)) == {(home.number, ILL): {"medical_burden": 28000.0}}
    place.send("medical_costs", NOVEMBER, bill(father, "-9000", "2026-11-20"))
    assert rules(place.match(NOVEMBER)) == {}


def test_a_bill_dated_after_e_counts_later_but_does_not_itself_fire(place: Place, family: Callable[..., Any]) -> None:
    home, (father, mother, _) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 25000, "2026-10-03"))
    assert rules(place.match(SEPTEMBER)) == {}
    assert rules(place.match(OCTOBER)) == {}
    place.send("medical_costs", OCTOBER, bill(mother, 10, "2026-10-04"))
    assert rules(place.match(OCTOBER)) == {(home.number, ILL): {"medical_burden": 25010.0}}


def test_the_sum_begins_anew_in_january(place: Place, family: Callable[..., Any]) -> None:
    home, (father, *_) = family()
    december, january = date(2026, 12, 1), date(2027, 1, 1)
    place.send("medical_costs", december, bill(father, 15000, "2026-12-30"), bill(father, 6000, "2027-01-02"))
    assert rules(place.match(december)) == {}
    place.send("medical_costs", january, bill(father, 13999, "2027-01-10"))
    assert rules(place.match(january)) == {}
    place.send("medical_costs", january, bill(father, 14000, "2027-01-10"))
    assert rules(place.match(january)) == {(home.number, ILL): {"medical_burden": 20000.0}}


def test_a_bill_that_came_early_with_last_years_file_fires_when_it_comes_again(
    place: Place, family: Callable[..., Any]
) -> None:
    home, (father, *_) = family()
    december, january = date(2026, 12, 1), date(2027, 1, 1)
    place.send("medical_costs", december, bill(father, 20000, "2027-01-02"))
    assert rules(place.match(december)) == {}
    report = place.send("medical_costs", january, bill(father, 20000, "2027-01-02"))
    assert (report.counts.duplicates, report.counts.accepted) == (0, 1)
    assert rules(place.match(january)) == {(home.number, ILL): {"medical_burden": 20000.0}}
    february = date(2027, 2, 1)
    place.send("medical_costs", february, bill(father, 20000, "2027-01-02"))
    assert rules(place.match(february)) == {}


def test_school_costs_sent_in_august_and_again_in_september_fire_in_september(
    place: Place, family: Callable[..., Any]
) -> None:
    home, (_, _, son) = family()
    cost = {"who": son, "学年": "2026-2027", "自付金额": "10000", "学校": "一中"}
    place.send("education_costs", date(2026, 8, 1), cost)
    assert rules(place.match(date(2026, 8, 1))) == {}
    assert place.send("education_costs", SEPTEMBER, cost).counts.duplicates == 0
    assert rules(place.match(SEPTEMBER)) == {(home.number, "因学"): {"education_cost": 10000.0}}


@pytest.mark.parametrize("first", [SEPTEMBER, OCTOBER])
def test_the_order_in_which_files_come_does_not_matter(place: Place, family: Callable[..., Any], first: date) -> None:
    home, (father, mother, _) = family()
    files = {
        SEPTEMBER: [bill(father, 15000), bill(mother, 3000)],
        OCTOBER: [bill(father, 15000), bill(mother, 4000, "2026-10-05")],
    }
    for period in sorted(files, reverse=first == OCTOBER):
        place.send("medical_costs", period, *files[period])
    assert rules(place.match(SEPTEMBER)) == {}
    assert rules(place.match(OCTOBER)) == {(home.number, ILL): {"medical_burden": 22000.0}}


def test_months_matched_backwards_end_with_the_figure_of_the_latest_month(
    place: Place, family: Callable[..., Any]
) -> None:
    home, (father, *_) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 21000))
    place.send("medical_costs", OCTOBER, bill(father, 1000, "2026-10-05"))
    assert rules(place.match(OCTOBER)) == {(home.number, ILL): {"medical_burden": 22000.0}}
    assert rules(place.match(SEPTEMBER)) == {(home.number, ILL): {"medical_burden": 21000.0}}
    clue = place.clue(home, ILL)
    assert (clue.figure, Clue.objects.count()) == (22000, 1)
    assert "22,000.00" in clue.warning


def test_school_costs_are_summed_over_the_school_year(place: Place, family: Callable[..., Any]) -> None:
    home, (_, _, son) = family()

    def cost(amount: str, year: str, school: str = "一中") -> dict[str, Any]:
        return {"who": son, "学年": year, "自付金额": amount, "学校": school}

    place.send("education_costs", date(2026, 8, 1), cost("20000", "2026-2027"))
    assert rules(place.match(date(2026, 8, 1))) == {}
    place.send("education_costs", SEPTEMBER, cost("9000", "2025—2026学年"))
    assert rules(place.match(SEPTEMBER)) == {}
    place.send("education_costs", OCTOBER, cost("0.01", "2026－2027", "二中"))
    assert rules(place.match(OCTOBER)) == {(home.number, "因学"): {"education_cost": 20000.01}}


def test_somebody_registered_after_his_file_came_is_not_missed(place: Place, family: Callable[..., Any]) -> None:
    home, (father, *_) = family()
    late = ("王五", make_number(77))
    place.send("medical_costs", SEPTEMBER, bill(late, 21000))
    assert rules(place.match(SEPTEMBER)) == {}
    make_person(home, name="王五", relation="其他", id_number=late[1])
    place.send("medical_costs", OCTOBER, bill(father, 10, "2026-10-02"))
    assert rules(place.match(OCTOBER, AT + timedelta(days=1))) == {(home.number, ILL): {"medical_burden": 21010.0}}
    assert rules(place.match(SEPTEMBER)) == {(home.number, ILL): {"medical_burden": 21000.0}}


def test_a_corrected_file_changes_the_figure_of_its_month(place: Place, family: Callable[..., Any]) -> None:
    home, (father, *_) = family()
    place.send("medical_costs", SEPTEMBER, bill(father, 21000))
    place.match(SEPTEMBER)
    place.send("medical_costs", SEPTEMBER, bill(father, 26000))
    result = place.match(SEPTEMBER)
    assert (result.opened, result.extended) == (0, 1)
    assert rules(result) == {(home.number, ILL): {"medical_burden": 26000.0}}
    assert place.clue(home, ILL).figure == 26000
    assert Hit.objects.count() == 1
    again = place.match(SEPTEMBER)
    assert (again.opened, again.extended, again.clues) == (0, 0, result.clues)


def test_rows_of_another_county_stay_out_of_it(place: Place, places: Any, family: Callable[..., Any]) -> None:
    away, (stranger, *_) = family(village=places["990102100201"])
    place.send("medical_costs", SEPTEMBER, bill(stranger, 90000))
    result = place.match(SEPTEMBER)
    assert (rules(result), result.households) == ({}, 0)
