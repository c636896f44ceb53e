"""The register of policy parameters: what each is, its default over time, its source; and their values in force.

Every amount, number of days and reading of an ambiguous text is one of these (contract section 6, domain.md 3.8). A
county or a township sets its own value from a day on (`PolicyValue`); a past day is judged by what was in force then.
The most specific place that has a value in force wins, then the latest value, then the default of that day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from accounts.audit_words import add_names
from monitoring.models.policy import PolicyValue

Kind = Literal["money", "percent", "days", "months", "number", "choice", "text", "flag"]
BEGINNING = date(1900, 1, 1)
# Beyond these a value is a slip of the keyboard, and dates and columns would run over.
LARGEST = {"days": 3_650, "months": 600, "number": 1_000_000, "money": 10**9, "percent": 10**4}


@dataclass(frozen=True)
class Parameter:
    """One parameter. `defaults` are (valid from, value) pairs, oldest first; money and percent are Decimal."""

    key: str
    title: str
    kind: Kind
    defaults: tuple[tuple[date, Any], ...]
    source: str
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    largest: int | None = None

    def default(self, on: date) -> Any:
        return next(value for start, value in reversed(self.defaults) if start <= on)

    def words(self, value: Any) -> str:
        """The value as a person reads it."""
        if value is None:
            return "没有填写"
        if self.kind == "flag":
            return "是" if value else "否"
        return dict(self.choices).get(value, f"{value:,}" if isinstance(value, Decimal) else str(value))

    def parse(self, stored: Any) -> Any:
        """The typed value of what PolicyValue keeps as JSON. ValueError in Chinese when it does not fit."""
        if self.kind in ("money", "percent"):
            return _amount(self, stored)
        if self.kind in ("days", "months", "number"):
            largest = self.largest or LARGEST[self.kind]
            if isinstance(stored, bool) or not isinstance(stored, int) or not self.least <= stored <= largest:
                raise ValueError(f"{self.title}应为 {self.least} 到 {largest} 的整数")
            return stored
        if self.kind == "flag":
            if not isinstance(stored, bool):
                raise ValueError(f"{self.title}应为 是 或 否")
            return stored
        if self.kind == "choice" and stored not in dict(self.choices):
            raise ValueError(f"{self.title}只能取：{'、'.join(label for _, label in self.choices)}")
        return str(stored)


def _amount(parameter: Parameter, stored: Any) -> Decimal:
    try:
        amount = Decimal(str(stored))
    except ArithmeticError as error:
        raise ValueError(f"{parameter.title}应为数字") from error
    if not amount.is_finite() or not 0 <= amount < LARGEST[parameter.kind]:
        raise ValueError(f"{parameter.title}应为不小于 0、小于 {LARGEST[parameter.kind]} 的数字")
    return amount


CONTRACT_5 = "系统默认值（首批规则）"
CONTRACT_6 = "系统默认值"
READINGS = (("and", "同时满足"), ("or", "满足其一"))


def fixed(key: str, title: str, kind: Kind, value: Any, source: str, **more: Any) -> Parameter:
    """A parameter with one default for all time."""
    return Parameter(key, title, kind, ((BEGINNING, value),), source, **more)


_PARAMETERS = (
    Parameter(
        "income_line",
        "监测范围（人均纯收入，元）",
        "money",
        (
            (BEGINNING, Decimal(6000)),
            (date(2022, 1, 1), Decimal(7000)),
            (date(2023, 1, 1), Decimal(7300)),
            (date(2024, 1, 1), Decimal(8700)),
            (date(2026, 1, 1), Decimal(8800)),
        ),
        CONTRACT_6,
    ),
    fixed("medical_burden_supported", "个人自付线：脱贫户、监测户（元）", "money", Decimal(5000), CONTRACT_5),
    fixed("medical_burden_others", "个人自付线：其他农户（元）", "money", Decimal(20000), CONTRACT_5),
    fixed("education_cost_line", "学年自付线（元）", "money", Decimal(10000), CONTRACT_5),
    fixed("disaster_loss_line", "直接经济损失线（元）", "money", Decimal(5000), CONTRACT_5),
    fixed("disaster_rooms_line", "倒损房屋间数线", "number", 1, CONTRACT_5),
    fixed("industry_loss_line", "产业损失线（元）", "money", Decimal(10000), CONTRACT_5),
    fixed("water_litres_line", "每人每天水量下限（升）", "number", 20, CONTRACT_5),
    fixed("water_minutes_line", "取水往返时间上限（分）", "number", 20, CONTRACT_5),
    fixed("water_shortage_line", "年缺水天数上限", "number", 36, CONTRACT_5),
    fixed("school_age_from", "义务教育起始周岁", "number", 6, CONTRACT_5),
    fixed("school_age_to", "义务教育截止周岁", "number", 15, CONTRACT_5),
    fixed("job_loss_months", "失业预警月数", "months", 3, CONTRACT_5),
    fixed("reopen_worse_percent", "再次预警须恶化的比例（%）", "percent", Decimal(20), CONTRACT_5),
    fixed("clock_days", "全程时限（天）", "days", 15, CONTRACT_6),
    fixed(
        "clock_kind",
        "时限口径",
        "choice",
        "calendar",
        CONTRACT_6,
        choices=(("calendar", "自然日"), ("working", "工作日")),
    ),
    fixed("due_soon_days", "临期提醒（剩余天数）", "days", 2, CONTRACT_6),
    fixed("dispatch_county_days", "县级分派（天）", "days", 1, CONTRACT_6),
    fixed("dispatch_township_days", "乡镇分派（天）", "days", 1, CONTRACT_6),
    fixed("check_days", "入户核实（天）", "days", 3, CONTRACT_6),
    fixed("comparison_days", "信息比对（天）", "days", 5, CONTRACT_6),
    fixed("appraisal_days", "民主评议（天）", "days", 5, "各地公开实施方案归纳：民主评议一步"),
    fixed("notice_days", "纳入公示（整天）", "days", 5, CONTRACT_6),
    fixed("notice_days_clear", "消除公示（整天）", "days", 5, CONTRACT_6),
    fixed(
        "notice_kind",
        "公示天数口径",
        "choice",
        "calendar",
        "各地公开实施方案归纳（5 天为自然日，个别地方为工作日）",
        choices=(("calendar", "自然日"), ("working", "工作日")),
    ),
    fixed(
        "notice_risk", "公示公告写出主要风险（因病、因残会露出健康）", "flag", False, "各地公示公告样式归纳（默认不写）"
    ),
    fixed("township_review_days", "乡镇审核（天）", "days", 2, CONTRACT_6),
    fixed("county_decision_days", "县级审定（天）", "days", 2, CONTRACT_6),
    fixed("recording_days", "录入标注（天）", "days", 3, CONTRACT_6),
    fixed("plan_days", "帮扶计划（纳入后天数）", "days", 10, CONTRACT_6),
    fixed("announcement_days", "公告（天）", "days", 5, CONTRACT_6),
    fixed("objection_days", "异议答复（天）", "days", 3, CONTRACT_6),
    fixed("green_channel_days", "先帮后补补办手续（天）", "days", 30, "各地公开实施方案归纳：绿色通道（默认待确认）"),
    fixed("visit_team", "入户人数下限", "number", 2, CONTRACT_6),
    fixed("visit_township_required", "入户须有乡镇人员", "flag", False, CONTRACT_6),
    fixed("visit_photos", "入户照片下限", "number", 1, CONTRACT_6),
    fixed("quorum_percent", "评议到会比例下限（%）", "percent", Decimal("66.67"), "村民委员会组织法第26条"),
    fixed("comparison_valid_months", "比对结果有效期（月）", "months", 6, CONTRACT_6),
    fixed("income_year_start_month", "收入年度起始月", "number", 10, CONTRACT_6, least=1, largest=12),
    fixed("exit_months", "识别满月数", "months", 6, CONTRACT_6),
    fixed("exit_income_months", "收入稳定月数", "months", 6, CONTRACT_6),
    fixed(
        "condition_valid_months",
        "三保障和饮水核实有效期（月）",
        "months",
        6,
        "各地风险消除条件归纳（有效期默认待确认）",
    ),
    fixed("exit_block_no_labour", "整户无劳动能力不标注消除", "flag", True, CONTRACT_6),
    fixed("follow_up_months", "监测期走访间隔（月）", "months", 1, "县级2022年工作方案：每月入户核查"),
    fixed("cleared_follow_up_months", "消除后走访间隔（月）", "months", 3, CONTRACT_6),
    fixed("cleared_follow_up_for_months", "消除后跟踪（月）", "months", 12, CONTRACT_6),
    fixed("focus_income", "收入重点户：人均纯收入低于（元）", "money", Decimal(10000), CONTRACT_6),
    fixed("focus_growth", "收入重点户：增速低于（%）", "percent", Decimal("5.5"), CONTRACT_6),
    fixed(
        "focus_reading",
        "收入重点户口径",
        "choice",
        "all",
        CONTRACT_6,
        choices=(("all", "三项同时"), ("any_two", "任意两项")),
    ),
    fixed("watch_share", "重点村：监测占比高于（%）", "percent", Decimal(3), CONTRACT_6),
    fixed("watch_joint_share", "重点村：脱贫和监测占比（%）", "percent", Decimal(5), CONTRACT_6),
    fixed("watch_joint_persons", "重点村：脱贫和监测人数", "number", 500, CONTRACT_6),
    fixed("watch_reading", "重点村口径", "choice", "and", CONTRACT_6, choices=READINGS),
    fixed("feed_due_day", "部门数据应推日（次月）", "number", 5, CONTRACT_6, least=1, largest=28),
    fixed("feed_change_percent", "部门数据量异常幅度（%）", "percent", Decimal(50), CONTRACT_6),
    fixed("feed_change_from_month", "从第几个月起比较数据量", "number", 4, CONTRACT_6),
    fixed("visit_draft_days", "走访草稿保留（天）", "days", 30, "产品默认设置（待县级确认）", least=1),
    fixed("application_address_hour", "申报：同一网络地址每小时", "number", 10, "产品默认设置（待县级确认）", least=1),
    fixed("application_village_day", "申报：一个村每天", "number", 60, "产品默认设置（待县级确认）", least=1),
    fixed("application_refused_days", "不予受理的申报保留（天）", "days", 180, "产品默认设置（待县级确认）", least=1),
    fixed("office_name", "主管部门名称", "text", "农业农村局", "各地公开实施方案归纳（机构改革前多为乡村振兴局）"),
)
PARAMETERS: dict[str, Parameter] = {parameter.key: parameter for parameter in _PARAMETERS}


def add_parameters(*parameters: Parameter) -> None:
    """Enter the parameters of a higher floor into the register, at start-up; the view log calls them by their titles."""
    PARAMETERS.update({parameter.key: parameter for parameter in parameters})
    add_names({parameter.key: parameter.title for parameter in parameters})


@dataclass(frozen=True)
class Setting:
    """A value in force: what, since when, by which source, for explanations."""

    key: str
    value: Any
    valid_from: date
    source: str

    def as_json(self) -> dict[str, str]:
        return {
            "value": "" if self.value is None else str(self.value),
            "valid_from": self.valid_from.isoformat(),
            "source": self.source,
        }


class PolicyBook:
    """All values that places have set, read once; answers any (key, day, place)."""

    def __init__(self, values: Iterable[PolicyValue] | None = None) -> None:
        self._values: dict[str, list[PolicyValue]] = {}
        rows = PolicyValue.objects.select_related("division").order_by("id") if values is None else values
        for row in rows:
            self._values.setdefault(row.key, []).append(row)

    def setting(self, key: str, *, on: date, code: str) -> Setting:
        """What was in force for the place with this 12-digit code on that day."""
        parameter = PARAMETERS[key]
        standing = [v for v in self._values.get(key, ()) if v.valid_from <= on and v.division.contains(code)]
        if standing:
            best = max(standing, key=lambda v: (v.division.level, v.valid_from, v.pk))
            return Setting(key, parameter.parse(best.value), best.valid_from, best.source)
        start, value = next((s, v) for s, v in reversed(parameter.defaults) if s <= on)
        return Setting(key, value, start, parameter.source)

    def value(self, key: str, *, on: date, code: str) -> Any:
        return self.setting(key, on=on, code=code).value

    def areas(self, keys: Iterable[str], *, on: date, county: str) -> list[str]:
        """Code prefixes below the county, longest first, that have values of their own for any of these keys."""
        prefixes = {
            value.division.prefix
            for key in keys
            for value in self._values.get(key, ())
            if value.valid_from <= on and value.division.prefix.startswith(county) and value.division.prefix != county
        }
        return sorted(prefixes, key=lambda prefix: (-len(prefix), prefix))


def value_of(key: str, *, on: date, code: str) -> Any:
    """One value; take a PolicyBook where many are needed."""
    return PolicyBook(PolicyValue.objects.filter(key=key).select_related("division")).value(key, on=on, code=code)
