"""Targets of the indicators, and how their texts are read where they allow two readings: parameters, dated, by place.

A target may differ by township; a reading decides what is counted, so it is the county's for all its places.
"""

from __future__ import annotations

from decimal import Decimal

from monitoring.policy import BEGINNING, Parameter, fixed

_TO_CONFIRM = "默认待县级确认"
SCOPES = (("supported", "脱贫户和监测户"), ("lifted", "脱贫户"), ("monitored", "监测户（风险未消除）"))

PARAMETERS = (
    fixed("indicator_fallback_target", "返贫致贫：每个村最多（户）", "number", 0, "六盘水市2022年工作部署"),
    fixed(
        "indicator_fallback_reading",
        "返贫致贫口径",
        "choice",
        "returned",
        f"六盘水市2022年工作部署（{_TO_CONFIRM}）",
        choices=(("returned", "当年风险消除后回退或重新识别的户"), ("poor", "脱贫户、监测户中最近收入低于监测范围的户")),
    ),
    fixed("indicator_insured_target", "参保率：应达到（%）", "percent", Decimal(100), "衡阳县增收三年行动（2022）、青海省“十四五”规划"),
    fixed(
        "indicator_insured_scope",
        "参保率：算谁",
        "choice",
        "supported",
        f"衡阳县增收三年行动（2022）、青海省“十四五”规划（{_TO_CONFIRM}）",
        choices=(*SCOPES, ("ill", "未消除的因病户")),
    ),
    fixed("indicator_reimbursed_target", "因病户报销比例：应达到（%）", "percent", Decimal(80), "衡阳县增收三年行动（2022）"),
    fixed(
        "indicator_reimbursed_reading",
        "因病户报销比例：怎样算达标",
        "choice",
        "total",
        f"衡阳县增收三年行动（2022）（{_TO_CONFIRM}）",
        choices=(("total", "合起来算一个比例"), ("each", "每户都要达到")),
    ),
    fixed(
        "indicator_reimbursed_payers",
        "因病户报销比例：算哪些报销",
        "choice",
        "three",
        f"衡阳县增收三年行动（2022）（{_TO_CONFIRM}）",
        choices=(("three", "基本医保、大病保险、医疗救助"), ("basic", "只算基本医保")),
    ),
    fixed(
        "indicator_reimbursed_kinds",
        "因病户报销比例：算哪些费用",
        "choice",
        "inpatient",
        f"衡阳县增收三年行动（2022）（{_TO_CONFIRM}）",
        choices=(("inpatient", "只算住院"), ("all", "住院和门诊")),
    ),
    fixed(
        "indicator_illness_reading",
        "因病户口径",
        "choice",
        "any",
        f"衡阳县增收三年行动（2022）（{_TO_CONFIRM}）",
        choices=(("any", "风险中有因病"), ("main", "主要风险是因病")),
    ),
    fixed("indicator_dropout_target", "失学辍学：最多（户）", "number", 0, "六盘水市2022年工作部署、青海省“十四五”规划"),
    fixed("indicator_house_target", "住房不安全：最多（户）", "number", 0, "青海省“十四五”规划"),
    fixed("indicator_zero_job_target", "零就业家庭：最多（户）", "number", 0, "六盘水市2022年工作部署、衡阳县增收三年行动（2022）"),
    fixed(
        "indicator_zero_job_scope",
        "零就业家庭：算谁",
        "choice",
        "supported",
        f"六盘水市2022年工作部署、衡阳县增收三年行动（2022）（{_TO_CONFIRM}）",
        choices=(*SCOPES, ("all", "全部农户")),
    ),
    Parameter(
        "indicator_growth_average",
        "收入增速：全县农村居民平均（%）",
        "percent",
        ((BEGINNING, None),),
        "衡阳县增收三年行动（2022）（由县级按统计公布填写，没有填写就不判断）",
    ),
    fixed(
        "indicator_growth_scope",
        "收入增速、负增长、重点户：算谁",
        "choice",
        "supported",
        f"衡阳县增收三年行动（2022）（{_TO_CONFIRM}）",
        choices=SCOPES,
    ),
    fixed("indicator_coverage", "收入指标：至少多少户有两年收入才判断（%）", "percent", Decimal(80), _TO_CONFIRM),
    fixed("indicator_decrease_target", "收入负增长户：最多（户）", "number", 0, "县级2022年工作方案"),
    Parameter(
        "indicator_key_villages_target",
        "重点跟踪村：最多（个）",
        "number",
        ((BEGINNING, None),),
        "衡阳县增收三年行动（2022）（原文没有定数，没有填写就只列数）",
    ),
    fixed("indicator_focus_target", "收入重点户：有帮扶措施的应达到（%）", "percent", Decimal(100), "衡阳县增收三年行动（2022）"),
)  # fmt: skip
