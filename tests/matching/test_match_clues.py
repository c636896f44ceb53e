"""What a match does to clues, and what a clue then says for itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from builders import AT, make_episode, make_number
from match_place import NOVEMBER, OCTOBER, SEPTEMBER, Place, bill, rules

from accounts.models import Department, User
from households.models import ChangeProposal, Household, LabourSkill
from monitoring.models import Clue, Hit, PolicyValue, Transition
from monitoring.services.clues import open_clue
from monitoring.services.policy import set_value
from monitoring.workflow import perform

pytestmark = pytest.mark.django_db
ILL = "因病"
LATER = AT + timedelta(days=31)


def disease(who: Any, **more: Any) -> dict[str, Any]:
    return {"who": who, "病种": "肺癌", "确诊日期": "2026-09-05", **more}


def close(clue: Clue, actor: User, action: str = "close_unfounded") -> None:
    perform(subject=clue, action=action, actor=actor, at=AT, version=clue.version, note="电话核实，情况不属实")


class TestANewClue:
    def test_waits_for_the_county_with_its_deadlines_and_its_first_transition(
        self, place: Place, family: Callable[..., Any]
    ) -> None:
        home, (father, mother, _) = family()
        place.send("medical_costs", SEPTEMBER, bill(father, 1000), bill(mother, 20000))
        place.match(SEPTEMBER)
        clue = place.clue(home, ILL)
        assert (clue.state, clue.channel, clue.department) == (
            Clue.State.AT_COUNTY,
            Clue.Channel.DEPARTMENT,
            Department.MEDICAL_INSURANCE,
        )
        assert (clue.person, clue.period, clue.received_on) == (mother, SEPTEMBER, date(2026, 9, 1))
        assert (clue.due_on, clue.decision_due_on) == (date(2026, 9, 2), date(2026, 9, 16))
        assert (clue.figure, clue.threshold) == (Decimal(21000), Decimal(20000))
        assert clue.warning == "2026年1月1日至2026年9月30日全家个人自付合计21,000.00元，达到20,000元。"
        first = Transition.objects.get(clue=clue)
        assert (first.action, first.source, first.target, first.actor) == ("register", "", "at_county", None)

    def test_of_the_register_alone_comes_from_the_platform(self, place: Place) -> None:
        home = place.household(per_capita_income=Decimal("8799.99"))
        result = place.match(SEPTEMBER)
        assert rules(result) == {(home.number, "收入"): {"low_income": 8799.99}}
        clue = place.clue(home, "收入")
        assert (clue.channel, clue.department, clue.person) == (Clue.Channel.PLATFORM, "", None)
        assert place.match(OCTOBER).clues == []

    def test_an_income_a_fraction_of_a_cent_below_the_line_is_below_it(self, place: Place) -> None:
        home = place.household(per_capita_income=Decimal("8799.996"))
        assert rules(place.match(SEPTEMBER)) == {(home.number, "收入"): {"low_income": 8800.0}}

    def test_explains_itself_without_the_program(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, mother, _) = family(category="脱贫户")
        rows = [
            bill(father, "3,000.00", 医疗机构="县医院", 备注="x"),
            bill(("张 三", father.id_number), "2500.50", "2026年9月3日"),
            bill(mother, "-100", "20260907"),
        ]
        report = place.send("medical_costs", SEPTEMBER, *rows)
        place.match(SEPTEMBER)
        hit = Hit.objects.get(household=home)
        assert hit.figure == Decimal("5400.50")
        assert "3笔：2,500.50－100.00＋3,000.00＝5,400.50元" in hit.arithmetic
        assert hit.parameters["medical_burden_supported"] == {
            "value": "5000",
            "valid_from": "1900-01-01",
            "source": "系统默认值（首批规则）",
        }
        pieces = json.loads(hit.evidence)
        assert [piece["row"] for piece in pieces] == [3, 4, 2]
        piece = pieces[-1]
        assert (piece["file"], piece["sha256"]) == (report.batch.file.name, report.batch.file.sha256)
        assert piece["received"]["医疗机构"] == "县医院"
        assert piece["received"]["个人自付"] == "3,000.00"
        assert piece["person"] == {"name": "张三", "number": father.id_number[:6] + "*" * 12, "household": home.number}
        assert not any(piece["name_differs"] for piece in pieces)

    def test_marks_a_name_that_differs(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family()
        place.send("medical_costs", SEPTEMBER, bill(("李三", father.id_number), 20000))
        place.match(SEPTEMBER)
        assert json.loads(Hit.objects.get().evidence)[0]["name_differs"] is True

    def test_shows_no_resident_number_anywhere(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, mother, _) = family()
        row = {"who": father, "救助类别": f"低保（{mother.id_number}）", "变动类型": "退出"}
        place.send("welfare_changes", SEPTEMBER, {**row, "户主证件号码": mother.id_number, "户主姓名": "李四"})
        place.match(SEPTEMBER)
        hit = Hit.objects.get()
        said = json.dumps([hit.evidence, hit.arithmetic, hit.parameters, place.clue(home, "收入").warning])
        assert not any(number[6:] in said for number in (father.id_number, mother.id_number))
        assert hit.evidence.count(father.id_number[:6] + "*" * 12) >= 3


class TestRulesOfOneRisk:
    def test_make_one_clue(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family()
        place.send("medical_costs", SEPTEMBER, bill(father, 20000))
        place.send("major_disease", SEPTEMBER, disease(father), disease(father, 确诊日期="2026-09-06"))
        result = place.match(SEPTEMBER)
        assert rules(result) == {(home.number, ILL): {"medical_burden": 20000.0, "major_disease": None}}
        assert (result.opened, result.extended, Clue.objects.count()) == (1, 0, 1)

    def test_a_death_in_the_labour_force(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, mother, son) = family()
        assert father.labour_skill == LabourSkill.ORDINARY
        dead = {"变动类型": "死亡", "变动日期": "2026-09-08"}
        place.send("population_changes", SEPTEMBER, {"who": father, **dead}, {"who": son, **dead})
        assert rules(place.match(SEPTEMBER)) == {(home.number, "缺劳动力"): {"labour_death": None}}
        assert len(Hit.objects.get().evidence_keys) == 1


class TestAMonitoredHousehold:
    def test_gets_no_clue_for_its_main_risk_but_for_others(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family()
        episode = make_episode(home, risks=[ILL, "因残"])
        place.send("major_disease", SEPTEMBER, disease(father))
        place.send("disability", SEPTEMBER, {"who": father, "残疾等级": "1", "变动类型": "新办"})
        result = place.match(SEPTEMBER)
        assert rules(result) == {(home.number, "因残"): {"severe_disability": None}}
        assert (result.opened, result.covered) == (1, 1)
        hit = Hit.objects.get(rule="major_disease")
        assert (hit.outcome, hit.episode, hit.clue) == (Hit.Outcome.COVERED, episode, None)
        again = place.match(SEPTEMBER)
        assert (again.opened, again.covered, again.clues) == (0, 1, result.clues)

    @pytest.mark.parametrize(
        ("identified", "cleared", "covered"),
        [
            (date(2026, 9, 30), None, 1),
            (date(2026, 10, 1), None, 0),
            (date(2026, 1, 1), date(2026, 9, 30), 0),
            (date(2026, 1, 1), date(2026, 10, 1), 1),
        ],
    )
    def test_counts_as_it_stood_on_e(
        self,
        place: Place,
        family: Callable[..., Any],
        identified: date,
        cleared: date | None,
        covered: int,
    ) -> None:
        home, (father, *_) = family()
        make_episode(home, identified_on=identified, cleared_on=cleared)
        place.send("major_disease", SEPTEMBER, disease(father))
        result = place.match(SEPTEMBER)
        assert (result.covered, result.opened) == (covered, 1 - covered)

    def test_is_held_against_the_lower_line_for_whatever_risk(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family()
        make_episode(home, risks=["因残"])
        place.send("medical_costs", SEPTEMBER, bill(father, 5000))
        assert rules(place.match(SEPTEMBER)) == {(home.number, ILL): {"medical_burden": 5000.0}}

    def test_does_not_lose_the_income_clue_that_led_to_its_monitoring(self, place: Place) -> None:
        home = place.household(per_capita_income=5000)
        first = place.match(SEPTEMBER)
        make_episode(home, identified_on=date(2026, 9, 20))
        again = place.match(SEPTEMBER)
        assert (again.opened, again.extended, again.clues) == (0, 0, first.clues)


class TestAClosedClue:
    def test_stays_closed_for_the_same_evidence_and_stays_where_it_was(
        self, place: Place, family: Callable[..., Any], bureau: User
    ) -> None:
        home, (father, *_) = family()
        place.send("major_disease", SEPTEMBER, disease(father))
        first = place.match(SEPTEMBER)
        close(place.clue(home, ILL), bureau)
        again = place.match(SEPTEMBER)
        assert (again.opened, again.extended, again.suppressed, again.clues) == (0, 0, 0, first.clues)
        place.send("major_disease", OCTOBER, disease(father))
        later = place.match(OCTOBER)
        assert (later.opened, later.suppressed, later.clues) == (0, 1, [])
        assert place.match(OCTOBER).suppressed == 1

    def test_leaves_what_it_held_back_where_it_was_though_a_later_month_has_opened_another(
        self, place: Place, family: Callable[..., Any], bureau: User
    ) -> None:
        home, (father, *_) = family()
        place.send("medical_costs", SEPTEMBER, bill(father, 20000))
        place.match(SEPTEMBER)
        close(place.clue(home, ILL), bureau)
        place.send("medical_costs", OCTOBER, bill(father, 1000, "2026-10-02"))
        first = place.match(OCTOBER)
        place.send("medical_costs", NOVEMBER, bill(father, 3000, "2026-11-02"))
        assert place.match(NOVEMBER).opened == 1
        assert first.suppressed == 1 and place.match(OCTOBER) == first

    @pytest.mark.parametrize(("more", "opened"), [("3999.99", 0), ("4000", 1)])
    @pytest.mark.parametrize("action", ["close_unfounded", "close_solved"])
    def test_comes_back_for_a_figure_a_fifth_worse(
        self, place: Place, family: Callable[..., Any], bureau: User, more: str, opened: int, action: str
    ) -> None:
        home, (father, *_) = family()
        place.send("medical_costs", SEPTEMBER, bill(father, 20000))
        place.match(SEPTEMBER)
        close(place.clue(home, ILL), bureau, action)
        place.send("medical_costs", OCTOBER, bill(father, more, "2026-10-02"))
        result = place.match(OCTOBER, LATER)
        assert (result.opened, result.suppressed) == (opened, 1 - opened)
        assert Clue.objects.count() == 1 + opened

    def test_that_was_not_a_matter_of_truth_does_not_keep_evidence_back(
        self, place: Place, family: Callable[..., Any], bureau: User
    ) -> None:
        home, (father, *_) = family()
        place.send("major_disease", SEPTEMBER, disease(father))
        place.match(SEPTEMBER)
        Clue.objects.update(state=Clue.State.WATCHED)
        place.send("major_disease", OCTOBER, disease(father))
        assert place.match(OCTOBER).opened == 1

    def test_an_income_must_have_fallen_by_a_fifth(self, place: Place, bureau: User) -> None:
        home = place.household(per_capita_income=8000)
        place.match(SEPTEMBER)
        close(place.clue(home, "收入"), bureau)
        Household.objects.update(per_capita_income=6401)
        assert place.match(OCTOBER).suppressed == 1
        Household.objects.update(per_capita_income=6400)
        assert rules(place.match(NOVEMBER)) == {(home.number, "收入"): {"low_income": 6400.0}}


def test_what_a_cadre_has_reported_is_extended(place: Place, family: Callable[..., Any], owner: User) -> None:
    home, (father, *_) = family()
    clue = open_clue(household=home, risk=ILL, channel="02", actor=owner, at=AT)
    place.send("major_disease", SEPTEMBER, disease(father))
    result = place.match(SEPTEMBER)
    assert (result.opened, result.extended, Clue.objects.count()) == (0, 1, 1)
    clue.refresh_from_db()
    assert clue.warning == "家庭成员确诊大病（确诊日期2026-09-05），尚未治愈。"
    assert (clue.state, clue.version) == (Clue.State.TO_VERIFY, 2)
    assert Transition.objects.filter(clue=clue).latest("pk").action == "extend"


class TestEvidenceThatIsCorrectedAway:
    def test_takes_an_untouched_clue_with_it(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, mother, _) = family()
        place.send("major_disease", SEPTEMBER, disease(father))
        place.match(SEPTEMBER)
        place.send("major_disease", SEPTEMBER, disease(father, 治疗状态="治愈"))
        result = place.match(SEPTEMBER)
        assert (result.clues, result.opened, result.extended) == ([], 0, 0)
        clue = place.clue(home, ILL)
        assert (clue.state, clue.due_on) == (Clue.State.WITHDRAWN, None)
        assert Hit.objects.get().withdrawn_at is not None
        assert Transition.objects.filter(clue=clue).latest("pk").action == "withdraw"

    def test_comes_back_with_a_clue_of_its_own(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family()
        for state in ("", "治愈", ""):
            place.send("major_disease", SEPTEMBER, disease(father, 治疗状态=state, 救治医院=str(len(state))))
            result = place.match(SEPTEMBER)
        assert result.opened == 1
        assert [clue.state for clue in Clue.objects.order_by("pk")] == ["withdrawn", "at_county"]

    def test_tells_the_person_who_works_on_the_clue(
        self, place: Place, family: Callable[..., Any], bureau: User
    ) -> None:
        home, (father, *_) = family()
        place.send("major_disease", SEPTEMBER, disease(father))
        place.match(SEPTEMBER)
        clue = place.clue(home, ILL)
        perform(subject=clue, action="dispatch", actor=bureau, at=AT, version=clue.version)
        place.send("major_disease", SEPTEMBER, disease(father, 治疗状态="治愈"))
        place.match(SEPTEMBER)
        clue.refresh_from_db()
        assert clue.state == Clue.State.AT_TOWNSHIP
        assert "原证据不再成立" in Transition.objects.filter(clue=clue).latest("pk").note

    def test_leaves_what_still_stands(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family()
        place.send("medical_costs", SEPTEMBER, bill(father, 20000))
        place.send("major_disease", SEPTEMBER, disease(father))
        place.match(SEPTEMBER)
        place.send("medical_costs", SEPTEMBER, bill(father, 19999))
        assert rules(place.match(SEPTEMBER)) == {(home.number, ILL): {"major_disease": None}}
        clue = place.clue(home, ILL)
        assert (clue.state, clue.figure, clue.threshold) == (Clue.State.AT_COUNTY, None, None)


class TestHomes:
    def test_a_person_counts_where_he_lived_on_e(self, place: Place, family: Callable[..., Any]) -> None:
        old, (father, *_) = family()
        new = place.household(members=[])
        old.memberships.filter(person=father).update(left_on=date(2026, 9, 15), left_reason="moved")
        new.memberships.create(person=father, relation="其他", joined_on=date(2026, 9, 15), recorded_at=AT)
        place.send("medical_costs", SEPTEMBER, bill(father, 20000))
        assert rules(place.match(SEPTEMBER)) == {(new.number, ILL): {"medical_burden": 20000.0}}
        place.send("medical_costs", date(2026, 8, 1), bill(father, 20000, "2026-08-09"))
        assert rules(place.match(date(2026, 8, 1))) == {(old.number, ILL): {"medical_burden": 20000.0}}

    def test_the_dead_still_count_for_their_household(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family()
        home.memberships.filter(person=father).update(left_on=date(2026, 9, 2), left_reason="death")
        place.send("medical_costs", SEPTEMBER, bill(father, 20000))
        assert rules(place.match(SEPTEMBER)) == {(home.number, ILL): {"medical_burden": 20000.0}}

    def test_a_household_cancelled_by_e_is_not_judged(self, place: Place, family: Callable[..., Any]) -> None:
        home, (father, *_) = family(cancelled_on=date(2026, 9, 30))
        place.send("medical_costs", SEPTEMBER, bill(father, 20000))
        result = place.match(SEPTEMBER)
        assert (result.households, result.clues) == (0, [])
        assert place.match(date(2026, 8, 1)).households == 1


class TestParameters:
    def test_of_a_township_hold_in_that_township_from_their_day_on(
        self, place: Place, places: Any, family: Callable[..., Any], bureau: User
    ) -> None:
        there, (father, *_) = family(village=places["990101101201"])
        here, (stranger, *_) = family()
        set_value(
            key="medical_burden_others",
            division=places["990101101000"],
            value="10000",
            valid_from=date(2026, 10, 1),
            source="青杨乡防返贫工作方案",
            actor=bureau,
            at=AT,
        )
        for period, on in ((SEPTEMBER, "2026-09-10"), (OCTOBER, "2026-10-10")):
            place.send("medical_costs", period, bill(father, 5000, on), bill(stranger, 5000, on))
        assert rules(place.match(SEPTEMBER)) == {}
        assert rules(place.match(OCTOBER)) == {(there.number, ILL): {"medical_burden": 10000.0}}
        assert Hit.objects.get().parameters["medical_burden_others"] == {
            "value": "10000",
            "valid_from": "2026-10-01",
            "source": "青杨乡防返贫工作方案",
        }
        assert PolicyValue.objects.count() == 1


def test_reports_of_the_police_become_proposals_and_change_nobody(place: Place, family: Callable[..., Any]) -> None:
    home, (father, mother, son) = family()
    rows = [
        {"who": father, "变动类型": "死亡", "变动日期": "2026-09-03"},
        {"who": ("李小四", mother.id_number), "变动类型": "改名"},
        {"who": ("张小明", make_number(99, date(2014, 9, 19))), "变动类型": "改号", "原证件号码": son.id_number},
        {"who": mother, "变动类型": "改名"},
    ]
    place.send("population_changes", SEPTEMBER, *rows)
    place.match(SEPTEMBER)
    place.match(SEPTEMBER)
    found = set(ChangeProposal.objects.values_list("person__name", "kind", "state"))
    assert found == {("张三", "死亡", "open"), ("李四", "改名", "open"), ("张小明", "改号", "open")}
    place.send("population_changes", SEPTEMBER, rows[0])
    place.match(SEPTEMBER)
    assert [one.kind for one in ChangeProposal.objects.open()] == ["死亡"]


def test_a_certificate_without_an_end_fires_as_any_other(place: Place, family: Callable[..., Any]) -> None:
    home, (father, *_) = family()
    sent = {"who": father, "残疾等级": "1", "变动类型": "新办", "发证日期": "2026-09-02", "有效期": "9999-12-31"}
    assert place.send("disability", SEPTEMBER, sent).counts.rejected == 0
    assert rules(place.match(SEPTEMBER)) == {(home.number, "因残"): {"severe_disability": None}}
    # A bill of that day is of no year that has been: it adds to none.
    place.send("medical_costs", SEPTEMBER, bill(father, 90000, "9999-12-31"))
    assert (home.number, "因病") not in rules(place.match(SEPTEMBER))
