"""The code lists that a ledger's columns offer as drop-downs (domain.md 5.6), by heading.

A workbook warns of another word and takes it: who fills a printed ledger on may have one that no list has.
"""

from __future__ import annotations

from typing import Final

from assistance.catalogue import CATEGORIES
from assistance.models import Measure
from households.models import Category, LabourSkill, LivingCondition
from households.models.person import RELATIONS
from monitoring.models import Clue, Visit
from monitoring.risks import CLUE_ONLY, MonitoredType, Risk
from monitoring.workflow.case_inputs import METHOD
from records.books.labour_losses import DISABILITIES
from records.models import Asset, LabourLoss, Problem

Words = tuple[str, ...]

YES_NO: Final[Words] = ("是", "否")
_HELD: Final[Words] = ("有", "无")
_TYPES: Final[Words] = tuple(MonitoredType.values)
_RISKS: Final[Words] = tuple(risk for risk in Risk.values if risk not in CLUE_ONLY)
_CLEARED_BY: Final[Words] = tuple(word for word, _ in METHOD.choices)
_EXIT = ("收入半年稳定", "高于当年范围", "刚性支出", "三保障", "饮水", "风险消除")
_YES_NO_ALONE = (
    *("风险是否已消除", "整户无劳动能力兜底保障户", "是否超期", "是否触发", "是否监测对象", "是否重点", "是否转线索"),
    *("是否负增长", "是否低于1万元且增速低于5.5%", "是否已务工", "是否点对点输送", "清零"),
    *("居民医保", "职工医保", "居民养老", "职工养老"),
)

CHOICES: Final[dict[Words, Words]] = {
    **{(heading,): YES_NO for heading in _YES_NO_ALONE},
    **{("消除条件", heading): YES_NO for heading in _EXIT},
    **{("三保障及饮水", heading): _HELD for heading in ("义务教育", "医疗", "住房", "饮水")},
    **{("致贫返贫风险", str(place)): _RISKS for place in range(1, 6)},
    ("异议", "是否成立"): YES_NO,
    ("风险类型",): tuple(Risk.values),
    ("户类型",): tuple(Category.values),
    ("监测对象类别",): _TYPES,
    ("类别",): _TYPES,
    ("风险消除方式",): _CLEARED_BY,
    ("消除方式",): _CLEARED_BY,
    ("性别",): ("男", "女"),
    ("证件类型",): ("居民身份证", "残疾人证"),
    ("与户主关系",): tuple(RELATIONS),
    ("政治面貌",): ("中共党员", "中共预备党员", "共青团员", "群众"),
    ("劳动技能",): tuple(LabourSkill.values),
    ("成员状态",): ("正常", "自然增加", "自然减少"),
    ("残疾", "类别"): DISABILITIES,
    ("残疾", "等级"): ("一级", "二级", "三级", "四级"),
    ("线索来源",): tuple(Clue.Channel.labels),
    ("核实结论",): tuple(Visit.Finding.labels),
    ("措施大类",): CATEGORIES,
    ("状态",): tuple(Measure.State.labels),
    ("情形",): ("消除回退", "重新识别"),
    ("议题",): ("纳入", "风险消除", "回退", "重新识别"),
    ("安全等级",): tuple(LivingCondition.Grade.values),
    ("劳动能力",): tuple(LabourLoss.Degree.labels),
    ("资产类别",): tuple(Asset.Kind.labels),
    ("资产状况",): tuple(Asset.Condition.labels),
    ("反馈层级",): tuple(Problem.Level.labels),
}
