"""What a visit asks, section by section (domain.md F2, F9): one declaration for forms, drafts, summaries and the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from households.models import LivingCondition
from monitoring.models import Visit
from monitoring.risks import Risk

AskKind = Literal["text", "area", "money", "number", "choice", "choices", "date"]
Kind = Visit.Kind
CHECK = frozenset({Kind.CHECK})
OTHERS = frozenset({Kind.CLEARING, Kind.FOLLOW_UP})
ALL = CHECK | OTHERS
OK, NOT_OK = "yes", "no"


@dataclass(frozen=True)
class Ask:
    """One question. Money is yuan over the last twelve months for the whole household; `brief` puts the answer into a
    summary."""

    name: str
    title: str
    kind: AskKind = "text"
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    longest: int = 200
    hint: str = ""
    brief: str = "{}"

    def words(self, value: Any) -> str:
        """The answer as a person reads it; nothing for no answer."""
        if value in (None, "", []):
            return ""
        if self.kind == "choices":
            return "、".join(dict(self.choices).get(one, one) for one in value)
        if self.kind == "choice":
            return dict(self.choices).get(value, "")
        return f"{Decimal(value):,.0f} 元" if self.kind == "money" and value.replace(".", "").isdigit() else str(value)


@dataclass(frozen=True)
class Section:
    """One page of a visit. A section that `compares` can be confirmed as being as it was last time."""

    key: str
    title: str
    asks: tuple[Ask, ...]
    kinds: frozenset[str] = ALL
    compares: bool = True
    must: bool = False
    lead: str = ""

    def summary(self, values: Mapping[str, Any]) -> str:
        """The answers in one line."""
        parts = ((ask, ask.words(values.get(ask.name))) for ask in self.asks)
        return "，".join(ask.brief.format(words) for ask, words in parts if words and words != "0 元")


def _choice(name: str, title: str, *choices: tuple[str, str], needed: bool = True, brief: str = "{}") -> Ask:
    return Ask(name, title, "choice", choices, needed=needed, brief=brief)


def _money(name: str, title: str, hint: str = "") -> Ask:
    return Ask(name, title, "money", hint=hint, brief=f"{title} {{}}")


def _note(title: str, name: str = "note") -> Ask:
    return Ask(name, title, "text")


RISKS = Ask("risks", "风险类型", "choices", tuple((risk, risk) for risk in Risk.values), hint="可选多个，至多五个。")
ADVICE = Ask("advice", "建议", "area", longest=500, brief="建议：{}")
DEMAND = Ask("demand", "农户的诉求", "area", longest=500, brief="诉求：{}")
INCOME = ("wage", "business", "property", "transfer", "cost")
PAYMENTS = ("medical", "education", "housing", "other")

SECTIONS: tuple[Section, ...] = (
    Section(
        "why",
        "这次为什么来",
        (
            _choice(
                "happened",
                "线索说的情况属实吗",
                ("true", "属实"),
                ("partly", "有出入"),
                ("false", "没有这回事"),
                brief="情况{}",
            ),
            _choice(
                "coping",
                "家里自己应对得了吗",
                ("able", "应对得了"),
                ("help", "要帮一把"),
                ("unable", "应对不了"),
                brief="家里{}",
            ),
            Ask("difficulties", "主要困难", "area", longest=1000, hint="写花了什么钱、少了什么收入、缺什么人手。"),
        ),
        kinds=CHECK,
        compares=False,
        must=True,
    ),
    Section(
        "people",
        "家里的人",
        (
            Ask("size", "家庭人口", "number", needed=True, brief="{} 口人"),
            Ask("labour", "有劳动力的", "number", needed=True, brief="{} 人有劳动力"),
            _note("谁有变化，什么时候"),
        ),
        lead="出生、去世、婚嫁、迁移和换户主，另在农户页办理。",
    ),
    Section(
        "work",
        "务工就业",
        (
            Ask("workers", "在外务工人数", "number", needed=True, brief="{} 人在外务工"),
            _note("谁在哪里做什么，有什么变化"),
        ),
    ),
    Section(
        "home",
        "住房和饮水",
        (
            _choice("housing", "住房安全吗", (OK, "安全"), (NOT_OK, "不安全"), brief="住房{}"),
            _choice("grade", "房屋等级", *LivingCondition.Grade.choices, needed=False),
            _choice("water", "饮水安全吗", (OK, "安全"), (NOT_OK, "有问题"), brief="饮水{}"),
            _note("哪里不安全；水量、水质、取水方便、保证率有什么问题"),
        ),
    ),
    Section(
        "school",
        "上学和医保",
        (
            _choice("schooling", "义务教育", (OK, "孩子都在上学，或没有适龄孩子"), (NOT_OK, "有孩子没在上学")),
            _choice("insurance", "基本医保", (OK, "全家都参保"), (NOT_OK, "有人没参保")),
            _note("谁没上学、谁没参保"),
        ),
    ),
    Section(
        "income",
        "收入（近 12 个月）",
        (
            _money("wage", "务工收入"),
            _money("business", "种养和经营收入"),
            _money("property", "土地流转和分红"),
            _money("transfer", "补贴、养老金、低保金"),
            _money("cost", "种养和经营花的本钱"),
            _choice(
                "cause",
                "比上次少，主要因为",
                ("work", "务工少了"),
                ("farm", "种养亏了"),
                ("other", "其他"),
                needed=False,
                brief="比上次少，因为{}",
            ),
        ),
        lead="全家合计，一项没有就空着。",
    ),
    Section(
        "spending",
        "支出（近 12 个月）",
        (
            _money("medical", "看病自付", "医保报销以后，合规的自己付的部分。"),
            _money("education", "上学自付"),
            _money("housing", "修房建房自付"),
            _money("other", "其他合规自付"),
            _money("claims", "保险理赔收入"),
            _choice("controlled", "这些大额支出控制住了吗", (OK, "控制住了"), (NOT_OK, "还在增加"), brief="大额支出{}"),
        ),
        lead="一项没有就空着。",
    ),
    Section(
        "policies",
        "享受政策和帮扶",
        (
            Ask("policies", "现在享受的政策", "area", longest=500),
            _choice(
                "measures",
                "帮扶措施落实了吗",
                ("all", "都落实了"),
                ("part", "有的没落实"),
                ("none", "没有帮扶措施"),
                brief="措施{}",
            ),
            _note("哪项没落实"),
        ),
    ),
    Section(
        "finding",
        "核实结论",
        (Ask("finding", "核实结论", "choice", tuple(Visit.Finding.choices), needed=True), RISKS, ADVICE, DEMAND),
        kinds=CHECK,
        compares=False,
        must=True,
        lead="按你们看到的选，由镇里审核。",
    ),
    Section(
        "finding",
        "新的风险和诉求",
        (
            _choice("new_risk", "有没有新的风险", (NOT_OK, "没有"), (OK, "有"), brief="{}新的风险"),
            RISKS,
            DEMAND,
            ADVICE,
        ),
        kinds=OTHERS,
        compares=False,
        must=True,
    ),
    Section(
        "team",
        "哪天去的，谁去的",
        (
            Ask("visited_on", "日期", "date", needed=True),
            _choice("mode", "方式", ("home", "入户"), ("phone", "电话"), needed=False),
            Ask("companions", "同去的人", "choices"),
            Ask("others", "名单上没有的人", "area", hint="一行一个，写“姓名，单位”。", longest=300),
        ),
        compares=False,
        must=True,
    ),
    Section("proof", "照片和签字", (), compares=False, must=True),
)


def sections_for(kind: str) -> list[Section]:
    """The sections of a kind of visit in the order in which they are gone through."""
    return [section for section in SECTIONS if kind in section.kinds]


def section_of(kind: str, key: str) -> Section | None:
    return next((section for section in sections_for(kind) if section.key == key), None)
