"""Forms F1 to F11 field by field (domain.md 5.2), forms to fill by hand, the sheets on which township and county decide."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from builders import make_episode, make_household, make_person
from django.test import Client
from django.urls import reverse
from journeys import HIT, Office

from accounts.models import User
from assistance.models import Measure, MeasureType, Plan
from households.models import Household
from monitoring.models import Case, Comparison, Episode, Visit
from monitoring.policy import PARAMETERS
from monitoring.printing.blanks import BLANKS
from monitoring.services.policy import set_value
from monitoring.services.visits import record_visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def _get(user: User, name: str, *keys: Any, **query: Any) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse(name, args=keys), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return str(answer.content.decode())


def _status(user: User, name: str, *keys: Any, **query: Any) -> int:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse(name, args=keys), query).status_code


def _sheet(page: str) -> str:
    """The words on the paper, without markup."""
    return re.sub(r"<[^>]+>|\s+", "", page[page.index("<article") : page.rindex("</article>")])


def _prepared(office: Office, **more: Any) -> Case:
    return office.prepared(office.case_of(office.verified(make_household(office.village, **more))))


def test_the_application_has_three_parts_and_room_for_who_lives_elsewhere(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village, group_name="三组")))
    signing = {
        "signed_on": office.today.isoformat(),
        "signatories": ["张三", "张大姐"],
        "witnesses": ["李主任", "王干事"],
    }
    office.do(case, "authorise", office.owner, data=signing, with_file=True)
    sheet = _sheet(_get(office.owner, "case-paper", case.uid, "application"))
    for label in (
        "户主姓名", "证件号码", "联系电话", "住址（村、组）", "是否脱贫户", "家庭人口", "劳动力", "在校生", "慢性病患者", "重症患者",
        "残疾人", "享受津贴", "家庭年收入", "自家无力解决的问题", "其他困难", "申请方式", "代办人", "与申请人关系", "是否共同生活",
        "签字（手印）", "见证人一", "见证人二",
    ):  # fmt: skip
        assert label in sheet, label
    assert "石桥镇东沟村三组" in sheet and "张大姐否" in sheet
    for part in ("1.以上情况", "2.本户全体成员同意", "3.如有虚报"):
        assert part in sheet


def test_the_comparison_shows_every_item_of_every_member_and_what_was_found(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    signing = {"signed_on": office.today.isoformat(), "signatories": ["张三"], "witnesses": ["李主任"]}
    office.do(case, "authorise", office.owner, data=signing, with_file=True)
    office.do(case, "compare", office.bureau, data={"results": office.results(case, hit=HIT)})
    page = _get(office.owner, "case-paper", case.uid, "comparison")
    sheet = _sheet(page)
    for label in (*Comparison.Item.labels, "与户主关系", "是否触碰", "户说明", "村核实意见", "乡镇审核意见"):
        assert label in sheet
    assert "小型轿车一辆" in sheet and "张小明" in sheet
    assert case.household.memberships.first().person.id_number not in page


def test_the_report_of_the_vote_goes_to_the_township_with_its_figures(office: Office, clock: Any) -> None:
    case = office.posted(_prepared(office))
    sheet = _sheet(_get(office.owner, "case-paper", case.uid, "report"))
    assert "石桥镇人民政府：" in sheet
    assert "应到30人，实到24人" in sheet and "同意20票，不同意4票" in sheet
    # The term is not over yet, and the paper says no more than what is known.
    assert "期满，截至2026年11月" in sheet and "没有收到异议" in sheet
    clock.shift(timedelta(days=30))
    assert "期满，没有收到异议" in _sheet(_get(office.owner, "case-paper", case.uid, "report"))


def test_a_notice_without_objections_has_an_empty_register_and_an_objection_fills_it(office: Office) -> None:
    case = office.posted(_prepared(office))
    empty = _sheet(_get(office.owner, "case-paper", case.uid, "objections"))
    assert "□继续办理□终止□重新核实" in empty
    office.do(case, "object", office.owner, data={"content": "他家有车"})
    filled = _sheet(_get(office.owner, "case-paper", case.uid, "objections"))
    assert "他家有车" in filled and f"{case.number}-1" in filled and "匿名" in filled


def test_the_risk_is_posted_only_where_the_county_says_so(office: Office) -> None:
    case = office.posted(_prepared(office))
    assert PARAMETERS["notice_risk"].default(office.today) is False
    assert "因病" not in _sheet(_get(office.owner, "case-paper", case.uid, "notice"))
    county = office.village.parent.parent
    set_value(
        key="notice_risk", division=county, value=True, valid_from=office.today, source="县文件", actor=office.bureau,
        at=office.at,
    )  # fmt: skip
    assert "因病" in _sheet(_get(office.owner, "case-paper", case.uid, "notice"))


def test_an_exit_lists_the_help_and_its_notice_the_categories_alone(office: Office) -> None:
    episode = _household_with_help(office).episodes.get()
    plan = episode.plan
    case = office.assessed(episode.household)
    sheet = _sheet(_get(office.owner, "case-paper", case.uid, "exit"))
    for label in ("消除方式", "整户无劳动能力", "间隔10个月", "帮扶措施落实情况", "住院费用救助", "未落实", "县级意见"):
        assert label in sheet, label
    plan_sheet = _sheet(_get(office.owner, "plan-sheet", plan.pk))
    for label in (
        "针对风险", "措施大类", "措施小类", "内容", "目标", "责任单位", "责任人", "计划开始", "计划完成", "落实状态", "落实日期",
        "农户签字", "医疗救助",
    ):  # fmt: skip
        assert label in plan_sheet, label
    assert "还没有对得上的措施" not in plan_sheet


def test_papers_leave_open_the_day_that_the_register_does_not_have(office: Office) -> None:
    episode = _household_with_help(office).episodes.get()
    case = office.assessed(episode.household)
    Episode.objects.filter(pk=episode.pk).update(identified_on=date(1900, 1, 1))
    for paper in (("case-paper", case.uid, "exit"), ("plan-card", episode.plan.pk)):
        assert "1900" not in _get(office.owner, *paper), paper
    exit_sheet = _sheet(_get(office.owner, "case-paper", case.uid, "exit"))
    assert "间隔10个月" not in exit_sheet
    assert "档案没有识别日期" in exit_sheet


def test_a_rollback_is_approved_on_a_sheet_of_its_own(office: Office) -> None:
    episode = make_episode(
        make_household(office.village), identified_on=date(2025, 1, 5), cleared_on=date(2026, 3, 9), risks=["因残"]
    )
    case = office.assessed(episode.household, kind="roll_back", reason="收入不稳")
    sheet = _sheet(_get(office.owner, "case-paper", case.uid, "approval"))
    for words in (
        "风险消除回退审批表",
        "第1周期",
        "2025年1月",
        "2026年3月",
        "因残",
        "收入不稳",
        "消除核查",
        "村意见",
        "县级意见",
    ):
        assert words in sheet, words


def test_a_follow_up_says_what_has_changed_and_what_was_not_looked_at(office: Office) -> None:
    household = make_episode(make_household(office.village), identified_on=date(2026, 1, 5)).household
    record_visit(
        household=household, kind="follow_up", visited_on=office.today, visitors=office.visitors(),
        photos=[office.photo(office.owner)], content={"signed": True}, actor=office.owner, at=office.at,
    )  # fmt: skip
    visit = Visit.objects.get(household=household)
    sheet = _sheet(_get(office.owner, "visit-print", visit.uid))
    for label in (
        "走访日期",
        "方式",
        "走访人",
        "收入变化",
        "支出变化",
        "务工状态",
        "享受政策和措施落实",
        "新的风险和诉求",
        "没看",
    ):
        assert label in sheet, label


def test_the_check_has_the_people_who_made_it_and_the_four_sides_of_water(office: Office) -> None:
    clue = office.verified(make_household(office.village))
    visit = clue.visits.get()
    sheet = _sheet(_get(office.owner, "visit-print", visit.uid))
    for label in (
        "网格", "线索来源", "线索编号", "核实人1", "核实人2", "单位", "电话", "劳动力", "务工人数", "财产性", "医疗自付", "教育自付",
        "唯一住房", "□水量□水质□方便程度□保证率", "主要困难", "自身应对能力", "现享受政策", "是否存在返贫风险", "风险类型", "核实结论",
        "建议", "照片",
    ):  # fmt: skip
        assert label in sheet, label
    assert clue.number in sheet


@pytest.mark.parametrize("name", BLANKS)
def test_a_form_to_fill_by_hand_is_empty_or_knows_the_household(name: str, office: Office, colleague: User) -> None:
    household = make_household(office.village, group_name="二组")
    empty = _get(office.owner, "blank-form", name)
    assert "张三" not in empty and "签字" in empty
    page = _get(office.owner, "household-blank", household.uid, name)
    assert "张三" in page and household.number in page and "二组" in page
    assert household.memberships.first().person.id_number not in page
    assert _status(colleague, "household-blank", household.uid, name) == 404
    assert _status(office.owner, "blank-form", "nothing") == 404
    assert BLANKS[name].title in _get(office.owner, "blank-list")


def test_the_sheet_of_a_review_has_all_that_waits_and_what_was_said_today(office: Office, outsider: User) -> None:
    first, second = (_prepared(office) for _ in range(2))
    for case in (first, second):
        office.do(case, "appraise", office.owner, data={"place": "村委会", "chair": "王", "recorder": "赵", "entitled": 30,
                  "present": 24, "agree": 20, "disagree": 4}, with_file=True)  # fmt: skip
        office.do(case, "hang_notice", office.owner, data={"place": "村务公开栏"}, with_file=True)
    office.wait(6)
    for case in (first, second):
        office.do(case, "take_down", office.owner, with_file=True)
        office.do(case, "submit", office.owner)
    code = office.village.code
    sheet = _sheet(_get(office.leader, "review-sheet", "township", village=code))
    assert "石桥镇审核表" in sheet and "2户" in sheet and "6人" in sheet
    for label in ("批次号", "抽查户数", "抽查方式", "抽查发现", "审核结论", "逐户意见", "分管领导签字", "（盖章）"):
        assert label in sheet, label
    office.do(first, "review_pass", office.leader, note="材料齐")
    sheet = _sheet(_get(office.leader, "review-sheet", "township", village=code))
    assert "通过材料齐" in sheet and "□通过□退回□不通过" in sheet
    assert "守望县审定表" in _sheet(_get(office.bureau, "review-sheet", "county", village=code))
    assert _status(outsider, "review-sheet", "township", village=code) == 404
    assert _status(office.leader, "review-sheet", "province", village=code) == 404
    assert _status(office.leader, "review-sheet", "township", village="x") == 404


def test_the_collection_form_has_its_nine_parts(office: Office, colleague: User) -> None:
    household = _household_with_help(office)
    sheet = _sheet(_get(office.owner, "household-collection", household.uid))
    for part in (
        "一、户基本信息", "二、家庭成员", "三、“三保障”和饮水安全", "四、收支情况", "五、致贫返贫风险", "六、帮扶措施", "七、帮扶责任人",
        "八、生产生活条件", "九、风险消除", "实施开发式帮扶措施情况", "基础设施建设",
    ):  # fmt: skip
        assert part in sheet, part
    for known in ("张小明", "1.因病", "医疗救助", "尚未实施"):
        assert known in sheet, known
    assert household.memberships.first().person.id_number not in _get(
        office.owner, "household-collection", household.uid
    )
    assert _status(colleague, "household-collection", household.uid) == 404


def _household_with_help(office: Office) -> Household:
    episode = office.ready_to_clear()
    plan = Plan.objects.create(episode=episode, due_on=date(2026, 1, 15), recorded_at=office.at)
    Measure.objects.create(
        plan=plan, type=MeasureType.objects.get(category="健康帮扶", item="医疗救助"), risk="因病", content="住院费用救助",
        unit="医保局", responsible="李", starts_on=date(2026, 2, 1), recorded_by=office.owner, recorded_at=office.at,
    )  # fmt: skip
    make_person(episode.household, name="张奶奶", relation="之母", birth=date(1950, 1, 1))
    return episode.household


def test_a_household_opens_every_form_in_one_tap(office: Office) -> None:
    household = _household_with_help(office)
    page = _get(office.owner, "household-detail", household.uid)
    for name in BLANKS:
        assert reverse("household-blank", args=[household.uid, name]) in page
    assert reverse("household-collection", args=[household.uid]) in page
    assert reverse("plan-sheet", args=[household.episodes.get().plan.pk]) in page


def test_the_posters_of_a_township_are_printed_together(office: Office, places: Any, owner: User) -> None:
    page = _get(office.township, "application-posters", "990101100000")
    assert page.count("fv-poster__qr") == 2 and "东沟村" in page and "西岭村" in page
    assert _get(owner, "application-posters", "990101100000").count("fv-poster__qr") == 1
    assert _status(office.township, "application-posters", "990101101000") == 404
    listed = _get(office.township, "application-list")
    assert reverse("application-posters", args=["990101100000"]) in listed
