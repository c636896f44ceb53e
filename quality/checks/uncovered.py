"""What the source asks for and the program cannot judge, each with the reason: shown on the page, so that nobody thinks
that it is in order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NotCovered:
    """A rule of the source that no check here stands for."""

    title: str
    refs: tuple[str, ...]
    reason: str


_CERTIFICATE = "登记只存 18 位证件号码，残疾证第 19、20 位和证件类型不保留"
_INSURANCE = "档案没有居民医保、职工医保、养老保险各自的列"
_JOB = "务工底册没有计划务工和就业需求两列；起止日期由底册自己保证先后"
_AREAS = "档案只有耕地一项面积"

NOT_COVERED: tuple[NotCovered, ...] = (
    NotCovered("残疾人没有残疾证、证件类型不是残疾人证", ("4_01_002", "4_12_003"), _CERTIFICATE),
    NotCovered("享受残疾补贴没有勾选", ("5_16_007",), "档案没有残疾补贴的领取记录"),
    NotCovered("居民医保、职工医保同时参加或都没有", ("2_12_015", "2_12_016", "2_01_008", "2_01_016"), _INSURANCE),
    NotCovered("养老保险为空", ("2_01_003",), _INSURANCE),
    NotCovered("参保补贴勾选随年度截止月变化", ("1111_06", "1111_09", "1111_13"), _INSURANCE),
    NotCovered("计划务工没有就业需求、新一段早于上一段结束", ("3_01_011",), _JOB),
    NotCovered("成员电话在不同县重复", ("5_15_021", "5_15_022"), "本系统只有本县的档案"),
    NotCovered("因灾没有灾种、其他风险没有备注", ("5_15_013", "5_15_014"), "监测周期没有灾种和备注列"),
    NotCovered("开发式帮扶汇总项与明细矛盾", ("5_11_031",), "汇总项由明细算出，不会矛盾"),
    NotCovered(
        "林地、退耕、林果、牧草地、水面面积",
        tuple(f"5_14_{number:03d}" for number in range(3, 13)),
        _AREAS,
    ),
    NotCovered("入户道路类型为空", ("5_14_017", "5_14_018", "5_14_019", "5_14_020"), "档案没有入户道路类型"),
    NotCovered("林地、牧草地等面积为空", ("5_19_001", "5_19_002", "5_19_004", "5_19_005", "5_19_006"), _AREAS),
    NotCovered(
        "行政村集体收入、卫生室、村医、客车、道路、厕所、低保特困残疾人数",
        ("countryside 1_03_*", "2_03_001", "countryside 3_03_*"),
        "行政村只登记农业人口",
    ),
)
