"""Risks (致贫返贫风险) and monitored types, in the words of the national files and the spellings met in them."""

from __future__ import annotations

from django.db import models


class Risk(models.TextChoices):
    ILLNESS = "因病", "因病"
    DISABILITY = "因残", "因残"
    SCHOOLING_COST = "因学", "因学"
    DISASTER = "因自然灾害", "因自然灾害"
    ACCIDENT = "因意外事故", "因意外事故"
    INDUSTRY = "因产业项目失败", "因产业项目失败"
    EMPLOYMENT = "因务工就业不稳", "因务工就业不稳"
    LABOUR = "缺劳动力", "缺劳动力"
    HOUSING = "因安全住房", "因安全住房"
    WATER = "因安全饮水", "因安全饮水"
    EPIDEMIC = "因疫", "因疫"
    OTHER = "其他", "其他"
    INCOME = "收入", "收入"
    MEDICAL_GUARANTEE = "基本医疗", "基本医疗"
    COMPULSORY_SCHOOLING = "义务教育", "义务教育"


# Clue risks that are nobody's main risk (contract section 5).
CLUE_ONLY = frozenset({Risk.INCOME, Risk.MEDICAL_GUARANTEE, Risk.COMPULSORY_SCHOOLING})

SPELLINGS: dict[str, Risk] = {
    **{risk.value: risk for risk in Risk},
    "务工就业不稳": Risk.EMPLOYMENT,
    "因务工": Risk.EMPLOYMENT,
    "因就业不稳": Risk.EMPLOYMENT,
    "因缺劳动力": Risk.LABOUR,
    "缺劳力": Risk.LABOUR,
    "因产业失败": Risk.INDUSTRY,
    "产业项目失败": Risk.INDUSTRY,
    "因产业": Risk.INDUSTRY,
    "因灾": Risk.DISASTER,
    "自然灾害": Risk.DISASTER,
    "因意外": Risk.ACCIDENT,
    "意外事故": Risk.ACCIDENT,
    "住房安全": Risk.HOUSING,
    "因住房": Risk.HOUSING,
    "因住房安全": Risk.HOUSING,
    "安全住房": Risk.HOUSING,
    "饮水安全": Risk.WATER,
    "因饮水": Risk.WATER,
    "因饮水安全": Risk.WATER,
    "安全饮水": Risk.WATER,
    "因突发公共卫生事件": Risk.EPIDEMIC,
}


class MonitoredType(models.TextChoices):
    """监测对象类别 (domain.md 3.1)."""

    UNSTABLE = "脱贫不稳定户", "脱贫不稳定户"
    MARGINAL = "边缘易致贫户", "边缘易致贫户"
    SUDDEN = "突发严重困难户", "突发严重困难户"
