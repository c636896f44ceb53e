"""What the departments' books say of a household's members against the register: jobs, welfare posts, loss of labour."""

from __future__ import annotations

from assistance import catalogue as c
from households.models import LabourSkill
from quality.checks.base import Ask, Check, of_household, of_person
from quality.checks.work import POST_FROM, POST_TO, POSTS, WAGE_LEAST, WAGE_MOST, WORK_AGE
from quality.facts import Home, Member
from records.models import Job

AWAY = frozenset({Job.Area.PROVINCE, Job.Area.OUTSIDE, Job.Area.ABROAD})
_WHERE = "books"


def _jobs(one: Member, home: Home) -> list[Job]:
    """The jobs that a member has on the day."""
    return [job for job in home.jobs if job.person_id == one.key and job.working]


def _blank(column: str, title: str, *refs: str) -> Check:
    @of_person(f"job-{column}", f"外出务工没有填{title}", 3, _WHERE, *refs)
    def test(one: Member, home: Home, ask: Ask) -> str | None:
        missing = any(job.area in AWAY and not getattr(job, column) for job in _jobs(one, home))
        return f"在县外务工，没有填{title}" if missing else None

    return test


blank_checks = [
    _blank("firm", "务工企业", "3_01_007"),
    _blank("industry", "所属行业", "3_01_008"),
    _blank("work_place", "务工所在省市县", "3_01_009", "2_01_015"),
    _blank("monthly_wage", "务工月收入", "3_01_010"),
]


@of_person(
    "job-wage", "务工底册的月收入过低或过高", 5, _WHERE, "5_01_003", "5_01_004", parameters=(WAGE_LEAST, WAGE_MOST)
)
def wage(one: Member, home: Home, ask: Ask) -> str | None:
    least, most = ask.setting(WAGE_LEAST, home.village), ask.setting(WAGE_MOST, home.village)
    odd = [job.monthly_wage for job in _jobs(one, home) if job.monthly_wage and not least <= job.monthly_wage <= most]
    return f"务工月收入 {odd[0]:,} 元，不在 {least:,} 到 {most:,} 元之间" if odd else None


@of_person("job-unable", "务工底册上有人没有劳动能力", 5, "labour_skill", "5_16_001", "5_16_002")
def unable(one: Member, home: Home, ask: Ask) -> str | None:
    return f"务工底册上在务工，劳动技能是“{one.labour_skill}”" if one.cannot_work and _jobs(one, home) else None


@of_person("job-under_age", "务工底册上有人未满 16 周岁", 1, _WHERE, "1111_12", parameters=(WORK_AGE,))
def under_age(one: Member, home: Home, ask: Ask) -> str | None:
    young = one.age < ask.setting(WORK_AGE, home.village)
    return f"务工底册上在务工，{one.age} 周岁" if young and _jobs(one, home) else None


@of_person("job-travel", "有外出务工补贴，交通费补助为 0", 5, _WHERE, "5_15_012", "1111_10")
def travel(one: Member, home: Home, ask: Ask) -> str | None:
    helped = home.turn is not None and home.turn.has(c.EMPLOYMENT, "外出务工补贴")
    away = [job for job in _jobs(one, home) if job.area in AWAY]
    return (
        "在县外务工，交通费补助没有或为 0" if helped and away and not any(job.travel_subsidy for job in away) else None
    )


@of_person("post-age", "公益岗位底册上年龄不合", 5, _WHERE, "5_12_001", "5_12_002", parameters=(POST_FROM, POST_TO))
def post_age(one: Member, home: Home, ask: Ask) -> str | None:
    begins, ends = ask.setting(POST_FROM, home.village), ask.setting(POST_TO, home.village)
    there = any(post.person_id == one.key for post in home.posts)
    return (
        f"{one.age} 周岁在公益岗位，应为 {begins} 到 {ends - 1} 周岁"
        if there and not begins <= one.age < ends
        else None
    )


@of_person("post-away", "县外务工的人在公益岗位", 5, _WHERE, "5_12_003", "5_12_004")
def post_away(one: Member, home: Home, ask: Ask) -> str | None:
    there = any(post.person_id == one.key for post in home.posts)
    away = any(job.area in AWAY for job in _jobs(one, home))
    return "务工底册上在县外，公益岗位底册上在岗" if there and away else None


@of_household("post-many", "公益岗位底册上一户岗位过多", 5, _WHERE, "5_12_005", "5_12_006", parameters=(POSTS,))
def many(home: Home, ask: Ask) -> str | None:
    return f"一户有 {len(home.posts)} 个公益岗位" if len(home.posts) >= ask.setting(POSTS, home.village) else None


def _grade(one: Member, home: Home) -> tuple[str, bool]:
    """The kind of a member's disability by the book of lost labour, and whether its grade is one or two."""
    row = next((row for row in home.losses if row.person_id == one.key), None)
    return (
        (row.disability_class, row.disability_grade[:1] in tuple("12一二"))
        if row and row.disability_grade
        else ("", False)
    )


@of_person("disability-ordinary", "肢体一、二级残疾登记为普通、技能劳动力", 4, "labour_skill", "4_01_007", "4_01_008")
def ordinary(one: Member, home: Home, ask: Ask) -> str | None:
    kind, severe = _grade(one, home)
    able = one.labour_skill in (LabourSkill.ORDINARY, LabourSkill.SKILLED)
    return f"肢体一、二级残疾，劳动技能是“{one.labour_skill}”" if severe and "肢体" in kind and able else None


@of_person("disability-subsidy", "一、二级残疾没有残疾人补贴措施", 5, "measures", "5_16_008", "4_11_016")
def subsidy(one: Member, home: Home, ask: Ask) -> str | None:
    _, severe = _grade(one, home)
    if home.turn is None or not home.is_monitored or not severe:
        return None
    return "一、二级残疾，措施里没有残疾人补贴" if not home.turn.has(c.COMPREHENSIVE, "残疾人补贴") else None
