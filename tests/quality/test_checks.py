"""Every check by itself: a household in order, and one that fails just this."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import make_number
from django.utils import timezone
from quality_world import TODAY, SoundHome

from accounts.crypto import blind_index
from accounts.models import Division, User
from households.models import FormerNumber, Membership
from monitoring.policy import PARAMETERS, PolicyBook
from monitoring.services.policy import set_value
from quality.checks import CHECKS, GROUPS, NOT_COVERED, Ask
from quality.facts import home_of
from records.models import Job, LabourLoss, WelfarePost

pytestmark = pytest.mark.django_db
Spoil = Callable[[SoundHome], Any]


def _another_had_the_number(home: SoundHome) -> None:
    former = FormerNumber(
        person=home.child, id_index=blind_index("id_number", home.head.id_number), changed_on=date(2020, 1, 1)
    )
    former.id_number = home.head.id_number
    former.save()


def _numbered(home: SoundHome, number: str) -> None:
    home.head.id_number = number
    home.head.id_index = blind_index("id_number", number)
    home.head.save()


def _other_sex(person: Any) -> str:
    return "女" if person.sex == "男" else "男"


def _couple(home: SoundHome) -> None:
    home.put(home.member(relation="配偶"), sex=home.head.sex)


def _phones(home: SoundHome, phone: str) -> None:
    home.household.phone = phone
    home.household.save()


def _person_phone(home: SoundHome, phone: str) -> None:
    home.head.phone = phone
    home.head.save()


def _unable(home: SoundHome, **household: Any) -> None:
    home.put(home.head, labour_skill="丧失劳动力", work_months=None, health="残疾")
    home.put(home.income, wage=Decimal(0), transfer=Decimal(30000))
    home.put(home.household, **household)


def _labour(home: SoundHome) -> None:
    home.member()
    home.monitored(["缺劳动力"])


def _away_and_near(home: SoundHome) -> None:
    home.monitored()
    home.help("就业帮扶", "劳务输出", beneficiary=home.head)
    home.help("公益岗位帮扶", "保洁", beneficiary=home.head)


def _posts(home: SoundHome) -> None:
    home.monitored()
    for _ in range(3):
        home.help("公益岗位帮扶", "保洁")


def _idle(home: SoundHome) -> None:
    """Nobody works and nobody earns wages."""
    home.put(home.head, work_months=None)
    home.put(home.income, wage=Decimal(0), transfer=Decimal(30000))


def _helped(home: SoundHome, category: str, item: str, *, idle: bool = False, **more: Any) -> None:
    if idle:
        _idle(home)
    home.monitored(more.pop("risks", None))
    home.help(category, item, **more)


def _job(home: SoundHome, person: Any = None, **values: Any) -> Any:
    """A job outside the county that the book has everything of, but for what is said."""
    given = {
        "working": True,
        "area": "outside",
        "firm": "电子厂",
        "industry": "制造业",
        "work_place": "浙江省",
        "monthly_wage": Decimal(4200),
        "travel_subsidy": Decimal(300),
    }
    return home.book(Job, person, **{**given, **values})


def _post(home: SoundHome, person: Any = None) -> Any:
    return home.book(WelfarePost, person, title="护林", kind="ranger", monthly_pay=Decimal(800))


def _lost(home: SoundHome) -> Any:
    return home.book(LabourLoss, degree="part", disability_class="肢体", disability_grade="二级")


def _cleared(
    home: SoundHome, income: dict[str, Any] | None = None, help_: tuple[str, str] | None = None, **more: Any
) -> None:
    home.cleared(**more)
    if help_:
        home.help(*help_)
    if income:
        home.earns("clear", **income)


def _gap(home: SoundHome, column: str) -> None:
    home.put(home.condition, **{column: False})


def _gap_in_monitoring(home: SoundHome, column: str) -> None:
    _gap(home, column)
    home.monitored()


def _gap_after(home: SoundHome, column: str) -> None:
    home.cleared(on=date(2026, 9, 1))
    home.help("产业帮扶", "产业奖补", starts_on=date(2026, 2, 1))
    _gap(home, column)


def _identified(home: SoundHome, risks: list[str], **income: Any) -> None:
    home.monitored(risks)
    if income:
        home.earns("identify", **income)


# What spoils a household in order, so that exactly the named check speaks up (others may too).
SPOILED: dict[str, Spoil] = {
    "identity-used_before": _another_had_the_number,
    "identity-number": lambda h: _numbered(h, h.head.id_number[:17] + ("0" if h.head.id_number[17] != "0" else "1")),
    "identity-no_number_yet": lambda h: _numbered(h, "999999" + h.head.id_number[6:]),
    "identity-sex": lambda h: h.put(h.head, sex=_other_sex(h.head)),
    "identity-birth_year": lambda h: h.put(h.head, birth_year=1974),
    "identity-no_head": lambda h: h.relation(h.head, "其他"),
    "identity-heads": lambda h: h.relation(h.child, "户主"),
    "identity-spouses": lambda h: [h.member(relation="配偶"), h.member(relation="配偶", name="王五")],
    "identity-couple": _couple,
    "identity-relation": lambda h: h.relation(h.child, "之女" if h.child.sex == "男" else "之子"),
    "identity-size": lambda h: h.put(h.household, declared_size=5),
    "blank-nation": lambda h: h.put(h.head, nation=""),
    "blank-health": lambda h: h.put(h.head, health=""),
    "blank-labour_skill": lambda h: h.put(h.child, labour_skill=""),
    "blank-serious_illness_insurance": lambda h: h.put(h.head, serious_illness_insurance=""),
    "blank-insurance_ok": lambda h: h.put(h.condition, insurance_ok=None),
    "blank-water_ok": lambda h: h.put(h.condition, water_ok=None),
    "blank-housing_ok": lambda h: h.put(h.condition, housing_ok=None),
    "blank-schooling_ok": lambda h: h.put(h.condition, schooling_ok=None),
    "blank-house_area": lambda h: h.put(h.condition, house_area=None),
    "blank-farmland": lambda h: h.put(h.condition, farmland=None),
    "blank-relation": lambda h: h.relation(h.child, ""),
    "blank-phone": lambda h: _phones(h, ""),
    "schooling-neither": lambda h: h.put(h.head, education=""),
    "schooling-both": lambda h: h.put(h.child, education="小学"),
    "schooling-not_at_school": lambda h: h.put(h.child, schooling="", education="小学"),
    "schooling-preschool": lambda h: h.put(h.child, schooling="学前教育"),
    "schooling-primary": lambda h: h.member(birth=date(2008, 1, 1), schooling="小学", education=""),
    "schooling-junior": lambda h: h.put(h.child, schooling="七年级"),
    "schooling-senior": lambda h: h.put(h.child, schooling="普通高中一年级"),
    "schooling-college": lambda h: h.put(h.child, schooling="本科一年级"),
    "schooling-master": lambda h: h.put(h.child, schooling="硕士研究生及以上"),
    "schooling-little": lambda h: h.member(birth=date(2007, 1, 1), education="小学"),
    "labour-student": lambda h: h.put(h.child, labour_skill="普通劳动力"),
    "labour-under_age": lambda h: h.put(h.child, labour_skill="普通劳动力", schooling=""),
    "labour-healthy": lambda h: h.put(h.head, labour_skill="弱劳动力或半劳动力"),
    "labour-secured_unflagged": lambda h: _unable(h, support_classes=["低保"]),
    "labour-secured_able": lambda h: h.put(h.household, whole_without_labour=True),
    "labour-secured_without_aid": lambda h: _unable(h, whole_without_labour=True),
    "work-unable": lambda h: h.put(h.head, labour_skill="丧失劳动力", health="残疾"),
    "work-destitute": lambda h: h.put(h.household, support_classes=["特困"]),
    "work-under_age": lambda h: h.put(h.child, work_months=Decimal(2)),
    "work-student": lambda h: h.put(h.child, work_months=Decimal(2)),
    "work-months": lambda h: h.put(h.head, work_months=Decimal("12.5")),
    "work-no_wage": lambda h: h.put(h.income, wage=Decimal(0), transfer=Decimal(30000)),
    "work-no_worker": lambda h: h.put(h.head, work_months=None),
    "work-wage": lambda h: h.put(h.income, wage=Decimal(400000)),
    "work-wage_low": lambda h: h.put(h.income, wage=Decimal(3000), transfer=Decimal(30000)),
    "work-post_age": lambda h: _helped(h, "公益岗位帮扶", "保洁", beneficiary=h.child),
    "work-post_away": _away_and_near,
    "work-posts": _posts,
    "job-firm": lambda h: _job(h, firm=""),
    "job-industry": lambda h: _job(h, industry=""),
    "job-work_place": lambda h: _job(h, work_place=""),
    "job-monthly_wage": lambda h: _job(h, monthly_wage=None),
    "job-wage": lambda h: _job(h, monthly_wage=Decimal(50)),
    "job-unable": lambda h: [h.put(h.head, labour_skill="丧失劳动力"), _job(h)],
    "job-under_age": lambda h: _job(h, h.child),
    "job-travel": lambda h: [_job(h, travel_subsidy=Decimal(0)), _helped(h, "就业帮扶", "外出务工补贴")],
    "post-age": lambda h: _post(h, h.child),
    "post-away": lambda h: [_job(h), _post(h)],
    "post-many": lambda h: [_post(h) for _ in range(3)],
    "disability-ordinary": lambda h: _lost(h),
    "disability-subsidy": lambda h: [_lost(h), h.monitored()],
    "phone-household": lambda h: _phones(h, "0350-1234567"),
    "phone-person": lambda h: _person_phone(h, "12345678"),
    "identified-income_high": lambda h: _identified(h, ["因自然灾害"], per_head=30000),
    "identified-wage": lambda h: _identified(h, ["因自然灾害"], wage=Decimal("1.4")),
    "identified-no_payment": lambda h: _identified(h, ["因病"], per_head=5000),
    "identified-nobody_ill": lambda h: _identified(h, ["因病"]),
    "identified-nobody_disabled": lambda h: _identified(h, ["因残"]),
    "identified-labour": _labour,
    "identified-nobody_works": lambda h: [_idle(h), h.monitored(["因务工就业不稳"])],
    "identified-gap_schooling_ok": lambda h: _gap_in_monitoring(h, "schooling_ok"),
    "identified-gap_insurance_ok": lambda h: _gap_in_monitoring(h, "insurance_ok"),
    "identified-gap_housing_ok": lambda h: _gap_in_monitoring(h, "housing_ok"),
    "identified-gap_water_ok": lambda h: _gap_in_monitoring(h, "water_ok"),
    "outside-income": lambda h: h.put(h.income, wage=Decimal(9000)),
    "outside-schooling_ok": lambda h: _gap(h, "schooling_ok"),
    "outside-insurance_ok": lambda h: _gap(h, "insurance_ok"),
    "outside-housing_ok": lambda h: _gap(h, "housing_ok"),
    "outside-water_ok": lambda h: _gap(h, "water_ok"),
    "help-illness": lambda h: _helped(h, "产业帮扶", "产业奖补", risks=["因病"]),
    "help-schooling_cost": lambda h: _helped(h, "产业帮扶", "产业奖补", risks=["因学"]),
    "help-disability": lambda h: _helped(h, "产业帮扶", "产业奖补", risks=["因残"]),
    "help-housing": lambda h: _helped(h, "产业帮扶", "产业奖补", risks=["因安全住房"]),
    "help-water": lambda h: _helped(h, "产业帮扶", "产业奖补", risks=["因安全饮水"]),
    "help-only_aid": lambda h: _helped(h, "综合保障", "临时救助"),
    "help-no_development": lambda h: [h.monitored(since=date(2026, 3, 1)), h.help("健康帮扶", "医疗救助")],
    "help-not_delivered": lambda h: _helped(h, "产业帮扶", "产业奖补", delivered=False),
    "help-employment": lambda h: _helped(h, "就业帮扶", "技能培训", idle=True),
    "help-labour_export": lambda h: _helped(h, "就业帮扶", "劳务输出", idle=True),
    "help-travel": lambda h: _helped(h, "就业帮扶", "外出务工补贴", idle=True),
    "help-rain_dew_for_none": lambda h: _helped(h, "教育帮扶", "雨露计划"),
    "help-rain_dew_missing": lambda h: [
        h.member(birth=date(2009, 1, 1), schooling="中职一年级", education="", labour_skill="无劳动力"),
        h.monitored(),
    ],
    "welfare-subsistence_unticked": lambda h: [h.put(h.household, support_classes=["低保"]), h.monitored()],
    "welfare-subsistence_unheld": lambda h: _helped(h, "综合保障", "低保"),
    "welfare-destitute_unticked": lambda h: [h.put(h.household, support_classes=["特困"]), h.monitored()],
    "welfare-destitute_unheld": lambda h: _helped(h, "综合保障", "特困供养"),
    "cleared-early": lambda h: _cleared(h, since=date(2026, 8, 1)),
    "cleared-income": lambda h: _cleared(h, {"per_head": 5000}),
    "cleared-without_labour": lambda h: [_unable(h), _cleared(h)],
    "cleared-without_help": _cleared,
    "cleared-method": lambda h: _cleared(h, clear_method=""),
    "cleared-contact": lambda h: [_cleared(h), h.put(h.household, helper=None)],
    "cleared-gap_schooling_ok": lambda h: _gap_after(h, "schooling_ok"),
    "cleared-gap_insurance_ok": lambda h: _gap_after(h, "insurance_ok"),
    "cleared-gap_housing_ok": lambda h: _gap_after(h, "housing_ok"),
    "cleared-gap_water_ok": lambda h: _gap_after(h, "water_ok"),
    "cleared-no_business": lambda h: _cleared(h, {"per_head": 12000}, ("产业帮扶", "产业奖补")),
    "cleared-no_wage": lambda h: _cleared(
        h, {"wage": Decimal(0), "business": Decimal(30000)}, ("就业帮扶", "技能培训")
    ),
    "living-farmland": lambda h: h.put(h.condition, farmland=Decimal(120)),
    "living-road": lambda h: h.put(h.condition, road_km=Decimal(8)),
    "village-population": lambda h: h.put(h.household.village, rural_population=None),
    "village-too_many": lambda h: h.put(h.household.village, rural_population=1),
}
# Needs another household beside the one that is spoiled.
SHARED = "phone-shared"


def faults(home: SoundHome, codes: list[str] | None = None) -> dict[str, list[str]]:
    """The words of each check that speaks up about the household's village."""
    ask = Ask(TODAY, PolicyBook())
    judged = home_of(type(home.household).objects.get(pk=home.household.pk), TODAY)
    said: dict[str, list[str]] = {}
    for check in CHECKS.values():
        found = [*check.find([judged], ask), *(check.across(home.household.village, ask) if check.across else ())]
        if found:
            said[check.code] = [one.words for one in found]
    return said


def test_every_check_has_a_case_here() -> None:
    assert set(CHECKS) == {*SPOILED, SHARED}


def test_a_household_in_order_has_no_fault(home: SoundHome) -> None:
    assert faults(home) == {}


@pytest.mark.parametrize("code", sorted(SPOILED))
def test_the_check_speaks_up_and_says_what_is_wrong(home: SoundHome, code: str) -> None:
    SPOILED[code](home)
    said = faults(home)
    assert code in said, said
    assert all(5 <= len(words) <= 300 for words in said[code])
    assert not re.search(r"[0-9]{11}|[0-9]{17}", "".join(said[code])), "a number is never said whole"


def test_one_telephone_of_two_households_is_said_of_both(home: SoundHome, homes: Any) -> None:
    other = homes()
    assert SHARED not in faults(home)
    _person_phone(other, home.household.phone)
    assert faults(home)[SHARED] == ["联系电话与另外 1 户相同"] * 2


def test_one_telephone_within_a_household_is_no_fault(home: SoundHome) -> None:
    _person_phone(home, home.household.phone)
    assert SHARED not in faults(home)


def test_cleared_with_delivered_help_and_monitored_with_fitting_help_are_in_order(home: SoundHome) -> None:
    home.cleared()
    home.help("产业帮扶", "产业奖补", starts_on=date(2026, 2, 1))
    home.earns("clear", business=Decimal(8000))
    assert faults(home) == {}


def test_monitored_with_fitting_help_is_in_order(home: SoundHome) -> None:
    home.put(home.head, health="患有大病")
    home.monitored(["因病"])
    home.help("健康帮扶", "医疗救助", risk="因病")
    home.help("产业帮扶", "产业奖补")
    home.earns("identify", own_payments=Decimal(9000))
    assert faults(home) == {}


def test_an_ordinary_household_is_not_asked_for_what_only_the_national_lists_want(home: SoundHome) -> None:
    home.put(home.household, category="一般农户")
    home.put(home.head, nation="", health="")
    home.put(home.condition, water_ok=None)
    assert faults(home) == {}


def test_a_parameter_of_the_place_moves_the_line(home: SoundHome, bureau: User, county: Division) -> None:
    home.put(home.condition, farmland=Decimal(120))
    assert "living-farmland" in faults(home)
    set_value(
        division=county,
        key="quality_farmland_most",
        value="150",
        valid_from=date(2026, 11, 10),
        source="县里文件",
        actor=bureau,
        at=timezone.now(),
    )
    assert "living-farmland" not in faults(home)


def test_books_that_agree_with_the_register_raise_nothing(home: SoundHome) -> None:
    _job(home)
    home.put(home.head, labour_skill="弱劳动力或半劳动力", health="残疾")
    _lost(home)
    assert faults(home) == {}


def test_a_line_of_a_book_that_is_over_does_not_count(home: SoundHome) -> None:
    line = _job(home, firm="")
    assert "job-firm" in faults(home)
    type(line).objects.filter(pk=line.pk).update(to_on=date(2026, 11, 1))
    assert "job-firm" not in faults(home)


def test_members_who_have_left_are_no_longer_asked_about(home: SoundHome) -> None:
    home.put(home.child, nation="")
    Membership.objects.filter(person=home.child).update(left_on=date(2026, 11, 1), left_reason="moved_out")
    home.put(home.household, declared_size=1)
    assert "blank-nation" not in faults(home)


def test_declarations_are_whole() -> None:
    for check in CHECKS.values():
        assert check.group in GROUPS, check.code
        assert 1 <= check.level <= 5
        assert (check.judge is None) != (check.across is None), check.code
        assert all(key in PARAMETERS for key in check.parameters), check.code
        assert check.title and not check.title.endswith("。")
    assert all(one.reason and one.refs for one in NOT_COVERED)
    covered = {ref for check in CHECKS.values() for ref in check.refs}
    assert not covered & {ref for one in NOT_COVERED for ref in one.refs}


def test_numbers_of_tests_begin_with_99() -> None:
    assert make_number(1).startswith("99")
