"""Work: who says that he works and cannot, posts and ages, wages that cannot be."""

from __future__ import annotations

from decimal import Decimal

from assistance import catalogue as c
from households.models import SupportClass
from quality.checks.base import Ask, of_household, of_person, parameter
from quality.facts import Home, Member

WORK_AGE = parameter("quality_work_from", "务工最小周岁", "number", 16)
POST_FROM = parameter("quality_post_from", "公益岗位最小周岁", "number", 16)
POST_TO = parameter("quality_post_to", "公益岗位最大周岁（不含）", "number", 70)
WAGE_LEAST = parameter("quality_wage_least", "月工资过低（元）", "money", Decimal(100))
WAGE_LOW = parameter("quality_wage_low", "月工资偏低提示（元）", "money", Decimal(400))
WAGE_MOST = parameter("quality_wage_most", "月工资过高（元）", "money", Decimal(30_000))
POSTS = parameter("quality_posts_most", "一户公益岗位上限（个，不含）", "number", 3)


@of_person("work-unable", "无劳动力、丧失劳动力的人在务工", 5, "labour_skill", "5_16_001", "5_16_002")
def unable(one: Member, home: Home, ask: Ask) -> str | None:
    return f"劳动技能是“{one.labour_skill}”，务工 {one.work_months} 个月" if one.works and one.cannot_work else None


@of_person("work-destitute", "特困供养户有人务工", 5, "work_months", "5_16_010")
def destitute(one: Member, home: Home, ask: Ask) -> str | None:
    if SupportClass.DESTITUTE not in home.support_classes or not one.works:
        return None
    return f"特困供养户，务工 {one.work_months} 个月"


@of_person("work-under_age", "未满 16 周岁在务工", 1, "work_months", "1111_12", parameters=(WORK_AGE,))
def under_age(one: Member, home: Home, ask: Ask) -> str | None:
    if not one.works or one.age >= ask.setting(WORK_AGE, home.village):
        return None
    return f"{one.age} 周岁，务工 {one.work_months} 个月"


@of_person("work-student", "在校生在务工", 5, "work_months", "5_15_008", "5_15_009")
def student(one: Member, home: Home, ask: Ask) -> str | None:
    return f"在校（{one.schooling}），务工 {one.work_months} 个月" if one.works and one.is_student else None


@of_person("work-months", "务工时间超过 12 个月", 3, "work_months", "3_01_006")
def months(one: Member, home: Home, ask: Ask) -> str | None:
    return f"一年务工 {one.work_months} 个月" if one.works and one.work_months > 12 else None


@of_household("work-no_wage", "有人务工，没有工资性收入", 3, "income", "3_01_005")
def no_wage(home: Home, ask: Ask) -> str | None:
    workers = [one.name for one in home.members if one.works]
    if not workers or home.income is None or home.income.wage > 0:
        return None
    return f"{'、'.join(workers)}在务工，{home.income.ends_on:%Y-%m} 为止的收入里工资性收入是 0"


@of_household("work-no_worker", "有工资性收入，没有人务工", 3, "work_months", "2_01_015")
def no_worker(home: Home, ask: Ask) -> str | None:
    if not home.is_supported or home.income is None or any(one.works for one in home.members):
        return None
    # Welfare posts are paid as wages too, and are no migrant work.
    posts = (home.income.items or {}).get("wage", {})
    elsewhere = any("公益岗" in name and Decimal(str(amount or 0)) for name, amount in posts.items())
    if not home.income.wage or elsewhere:
        return None
    return f"工资性收入 {home.income.wage:,} 元，没有成员填务工时间"


def _month_wage(home: Home) -> Decimal | None:
    """The household's wages for each month of work that its members tell of."""
    total = sum((one.work_months for one in home.members if one.works), Decimal(0))
    return home.income.wage / total if home.income is not None and home.income.wage and total else None


@of_household(
    "work-wage",
    "月工资过低或过高",
    5,
    "income",
    "5_01_003",
    "5_01_004",
    "5_01_005",
    parameters=(WAGE_LEAST, WAGE_MOST),
)
def wage(home: Home, ask: Ask) -> str | None:
    monthly = _month_wage(home)
    least, most = ask.setting(WAGE_LEAST, home.village), ask.setting(WAGE_MOST, home.village)
    if monthly is None or least <= monthly <= most:
        return None
    return f"折合每月工资 {monthly:,.0f} 元，不在 {least:,} 到 {most:,} 元之间"


@of_household("work-wage_low", "月工资偏低", 5, "income", "5_01_006", "5_01_007", parameters=(WAGE_LEAST, WAGE_LOW))
def wage_low(home: Home, ask: Ask) -> str | None:
    monthly, low = _month_wage(home), ask.setting(WAGE_LOW, home.village)
    if monthly is None or not ask.setting(WAGE_LEAST, home.village) <= monthly < low:
        return None
    return f"折合每月工资 {monthly:,.0f} 元，低于 {low:,} 元，请核对务工时间和收入"


@of_person(
    "work-post_age",
    "公益岗位人员年龄不合",
    5,
    "measures",
    "5_12_001",
    "5_12_002",
    owner="township",
    parameters=(POST_FROM, POST_TO),
)
def post_age(one: Member, home: Home, ask: Ask) -> str | None:
    begins, ends = ask.setting(POST_FROM, home.village), ask.setting(POST_TO, home.village)
    mine = home.turn and any(h.category == c.PUBLIC_POST and h.beneficiary == one.key for h in home.turn.help)
    return (
        f"{one.age} 周岁在公益岗位，应为 {begins} 到 {ends - 1} 周岁" if mine and not begins <= one.age < ends else None
    )


@of_person(
    "work-post_away", "外出务工的人在公益岗位、帮扶车间", 5, "measures", "5_12_003", "5_12_004", owner="township"
)
def post_away(one: Member, home: Home, ask: Ask) -> str | None:
    help_ = [h for h in home.turn.help if h.beneficiary == one.key] if home.turn else []
    away = any((h.category, h.item) == (c.EMPLOYMENT, "劳务输出") for h in help_)
    near = any(h.category == c.PUBLIC_POST or (h.category, h.item) == (c.EMPLOYMENT, "帮扶车间") for h in help_)
    return "既有劳务输出，又有公益岗位或帮扶车间" if away and near else None


@of_household(
    "work-posts", "一户公益岗位过多", 5, "measures", "5_12_005", "5_12_006", owner="township", parameters=(POSTS,)
)
def posts(home: Home, ask: Ask) -> str | None:
    number = sum(one.category == c.PUBLIC_POST for one in home.turn.help) if home.turn else 0
    return f"一户有 {number} 个公益岗位" if number >= ask.setting(POSTS, home.village) else None
