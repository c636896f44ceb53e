"""Where a hit goes, decided on plain values: open, extend, cover, suppress, stay."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from monitoring.matching import (
    Closed,
    Fired,
    Outcome,
    Placement,
    Situation,
    Standing,
    decide,
    gone,
    income_anew,
    income_key,
    is_worse,
)

BURDEN = Fired(1, "medical_burden", Decimal("21000.00"), (1,), ("a",))
DISEASE = Fired(1, "major_disease", None, (2,), ("d",))
EMPTY = Situation(1, "因病", (), {}, None, (), None, Decimal(20))


def situation(*fired: Fired, **more: Any) -> Situation:
    standing = {hit.rule: hit for hit in more.pop("standing", ())}
    return replace(EMPTY, fired=fired, standing=standing, **more)


def standing(fired: Fired, outcome: Outcome = Outcome.OPENED, **more: Any) -> Standing:
    values: dict[str, Any] = {"clue": 7, "clue_is_open": True} | more
    return Standing(50, fired.rule, fired.figure, fired.keys, outcome, **values)


def closed_on(figure: str | None, *keys: str) -> Closed:
    return Closed(3, {} if figure is None else {"medical_burden": Decimal(figure)}, frozenset(keys))


def outcomes(found: list[Placement]) -> dict[str, str]:
    return {placement.fired.rule: placement.outcome.value for placement in found}


def test_rules_of_one_risk_open_one_clue_together() -> None:
    assert outcomes(decide(situation(BURDEN, DISEASE))) == {"medical_burden": "opened", "major_disease": "opened"}


def test_an_open_clue_is_extended() -> None:
    assert decide(situation(BURDEN, open_clue=7)) == [Placement(BURDEN, Outcome.EXTENDED, clue=7)]


def test_a_monitored_household_with_this_main_risk_gets_no_clue_even_beside_an_open_one() -> None:
    assert decide(situation(BURDEN, episode=4)) == [Placement(BURDEN, Outcome.COVERED, episode=4)]
    assert decide(situation(BURDEN, episode=4, open_clue=7)) == [Placement(BURDEN, Outcome.COVERED, episode=4)]


class TestClosedAsUnfoundedOrSolved:
    @pytest.mark.parametrize(
        ("before", "outcome"),
        [("17500", "opened"), ("17500.01", "suppressed"), ("21000", "suppressed"), ("30000", "suppressed")],
    )
    def test_a_figure_must_be_a_fifth_worse(self, before: str, outcome: str) -> None:
        found = decide(situation(BURDEN, closed=[closed_on(before, "z")]))
        assert outcomes(found) == {"medical_burden": outcome}

    def test_the_percentage_is_the_place_s_own(self) -> None:
        case = situation(BURDEN, closed=[closed_on("20000", "z")])
        assert outcomes(decide(case)) == {"medical_burden": "suppressed"}
        assert outcomes(decide(replace(case, worse_percent=Decimal(5)))) == {"medical_burden": "opened"}

    def test_the_figure_it_was_closed_on_last_counts(self) -> None:
        clues = [closed_on("10000", "y"), closed_on("20000", "z")]
        assert outcomes(decide(situation(BURDEN, closed=clues))) == {"medical_burden": "suppressed"}

    def test_without_a_figure_only_new_evidence_reopens(self) -> None:
        assert outcomes(decide(situation(DISEASE, closed=[closed_on(None, "d", "e")]))) == {
            "major_disease": "suppressed"
        }
        assert outcomes(decide(situation(DISEASE, closed=[closed_on(None, "e")]))) == {"major_disease": "opened"}

    def test_a_figure_that_the_closed_clue_did_not_have_needs_new_evidence(self) -> None:
        assert outcomes(decide(situation(BURDEN, closed=[closed_on(None, "a")]))) == {"medical_burden": "suppressed"}
        assert outcomes(decide(situation(BURDEN, closed=[closed_on(None, "d")]))) == {"medical_burden": "opened"}

    def test_any_one_rule_that_justifies_it_reopens_for_all(self) -> None:
        found = decide(situation(BURDEN, DISEASE, closed=[closed_on("21000", "a")]))
        assert outcomes(found) == {"medical_burden": "opened", "major_disease": "opened"}

    def test_a_suppressed_hit_names_the_clue_that_it_was_held_against(self) -> None:
        assert decide(situation(BURDEN, closed=[closed_on("21000", "a")]))[0].clue == 3


@pytest.mark.parametrize(
    ("figure", "before", "lower", "worse"),
    [
        ("6400", "8000", True, True),
        ("6400.01", "8000", True, False),
        ("8000", "6400", True, False),
        ("-120", "-100", True, True),
        ("-119.99", "-100", True, False),
        ("120", "100", False, True),
        ("0", "0", False, False),
    ],
)
def test_worse_by_a_fifth(figure: str, before: str, lower: bool, worse: bool) -> None:
    assert is_worse(Decimal(figure), Decimal(before), Decimal(20), lower) is worse


class TestHitsThatStand:
    def test_the_same_evidence_stays_on_its_clue_whatever_became_of_that(self) -> None:
        for is_open in (True, False):
            there = standing(BURDEN, clue_is_open=is_open)
            assert decide(situation(BURDEN, standing=[there], closed=[closed_on("21000", "a")])) == []

    def test_changed_evidence_on_an_open_clue_is_written_there(self) -> None:
        there = standing(replace(BURDEN, figure=Decimal(20500), keys=("b",)))
        found = decide(situation(BURDEN, standing=[there], open_clue=7))
        assert found == [Placement(BURDEN, Outcome.EXTENDED, clue=7, update=50)]

    def test_changed_evidence_of_a_closed_clue_leaves_that_its_explanation(self) -> None:
        there = standing(replace(BURDEN, figure=Decimal(20500), keys=("b",)), clue_is_open=False)
        found = decide(situation(BURDEN, standing=[there], closed=[closed_on("20500", "b")]))
        assert found == [Placement(BURDEN, Outcome.SUPPRESSED, clue=3, replace=50)]

    def test_what_was_covered_becomes_a_clue_once_the_episode_proves_cleared(self) -> None:
        there = standing(BURDEN, Outcome.COVERED, clue=None, clue_is_open=False, episode=4)
        assert decide(situation(BURDEN, standing=[there], episode=4)) == []
        assert decide(situation(BURDEN, standing=[there])) == [Placement(BURDEN, Outcome.OPENED, update=50)]

    def test_what_was_suppressed_stays_so_until_something_new_reopens(self) -> None:
        closed = [closed_on("21000", "a")]
        there = standing(BURDEN, Outcome.SUPPRESSED, clue=3, clue_is_open=False)
        assert decide(situation(BURDEN, standing=[there], closed=closed)) == []
        found = decide(situation(BURDEN, DISEASE, standing=[there], closed=closed))
        assert outcomes(found) == {"medical_burden": "opened", "major_disease": "opened"}

    def test_what_was_suppressed_joins_a_clue_of_another_month_only_with_something_new(self) -> None:
        there = standing(BURDEN, Outcome.SUPPRESSED, clue=3, clue_is_open=False)
        case = situation(BURDEN, standing=[there], closed=[closed_on("21000", "a")], open_clue=8)
        assert decide(case) == []
        assert outcomes(decide(replace(case, closed=[]))) == {"medical_burden": "extended"}
        found = decide(replace(case, fired=(BURDEN, DISEASE)))
        assert outcomes(found) == {"medical_burden": "extended", "major_disease": "extended"}

    def test_a_rule_that_no_longer_fires_is_gone(self) -> None:
        there = standing(BURDEN)
        assert gone(situation(DISEASE, standing=[there])) == [there]


class TestIncomes:
    NOW = Fired(1, "low_income", Decimal("7000.00"), (), (income_key(Decimal("7000.00")),))

    def hit(self, income: str) -> Standing:
        return Standing(9, "low_income", Decimal(income), (income_key(Decimal(income)),), Outcome.OPENED, 7)

    def test_an_income_seen_for_the_first_time_fires(self) -> None:
        assert income_anew(self.NOW, None, None) == self.NOW

    def test_an_income_that_has_fired_in_another_month_does_not_fire_again(self) -> None:
        assert income_anew(self.NOW, None, self.hit("7000.00")) is None

    def test_an_income_that_has_changed_fires(self) -> None:
        assert income_anew(self.NOW, None, self.hit("7500.00")) == self.NOW

    def test_the_month_that_fired_keeps_it_when_it_is_run_again(self) -> None:
        own = self.hit("7000.00")
        assert income_anew(self.NOW, own, own) == self.NOW

    def test_the_month_that_fired_keeps_it_when_a_later_one_has_noticed_the_change(self) -> None:
        own = self.hit("7500.00")
        kept = income_anew(self.NOW, own, self.hit("7000.00"))
        assert kept is not None
        assert (kept.figure, kept.keys) == (Decimal("7500.00"), own.keys)
