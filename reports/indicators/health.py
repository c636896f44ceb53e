"""Everybody insured, and at least the target share of the eligible costs of illness households reimbursed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from accounts.models import Division
from households.models import LivingCondition, Membership
from monitoring.models import FeedRow
from reports.asof.episodes import living_in
from reports.asof.problems import INSURANCE
from reports.indicators.base import Frame, Indicator, Judged, batches_by, chosen, percent, share_of
from reports.indicators.bills import bills
from reports.indicators.populations import ill_homes, of_scope
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Figures, Source
from reports.ledgers.telling import Told

NO, YES, UNKNOWN, NONE = 0, 1, 2, 3
_INSURED = {YES: "已参保", NO: "未参保", UNKNOWN: "参保情况待核实"}
_REACHED = {YES: "达到", NO: "没有达到", UNKNOWN: "费用列不全，算不出", NONE: "当年没有费用数据"}


def _members(reading: Reading) -> QuerySet[Any]:
    """Members of the day with `insured`: by the latest 参保状态 file, else by the latest visit that looked."""
    homes = of_scope("indicator_insured_scope", reading)
    rows = Membership.objects.as_of(reading.on, reading.known_at).filter(household__in=homes.values("pk"))
    rows = living_in(rows, reading.division, reading.on, "household", reading.known_at)
    file = batches_by(reading).filter(feed=INSURANCE.feed).order_by("-period").first()
    told = FeedRow.objects.none()
    if file is not None:
        family = batches_by(reading).filter(feed=INSURANCE.feed, period=file.period)
        told = FeedRow.objects.of(list(family)).filter(person__isnull=False)
    insured = told.filter(facts__contains="已参保").values("person_id")
    looks = _looks(reading)
    return rows.annotate(
        insured=Case(
            When(person__in=insured, then=Value(YES)),
            When(person__in=told.values("person_id"), then=Value(NO)),
            When(household__in=looks.filter(insurance_ok=True).values("household"), then=Value(YES)),
            When(household__in=looks.filter(insurance_ok=False).values("household"), then=Value(NO)),
            default=Value(UNKNOWN),
            output_field=IntegerField(),
        ),
    )


def _looks(reading: Reading) -> QuerySet[Any]:
    """The latest visit of each household that looked at its insurance."""
    rows = LivingCondition.objects.as_of(reading.on, reading.known_at).exclude(insurance_ok__isnull=True)
    mine = rows.filter(household=OuterRef("household"))
    later = mine.filter(Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), id__gt=OuterRef("id")))
    return rows.filter(~Exists(later))


def _tell_insured(row: Any) -> Told:
    return Told(None, f"{row.person.name}（{row.relation}） · {_INSURED[row.insured]}")


INSURED = Indicator(
    "Z2",
    "参保率",
    "衡阳县增收三年行动（2022）、青海省“十四五”规划：参保率 100%",
    "%",
    {"insured": Source(_members, "household", _tell_insured, related=("person",), counted="人", marks=("insured",))},
    (
        Figure("members", "insured"),
        Figure("insured", "insured", Q(insured=YES)),
        Figure("uninsured", "insured", Q(insured=NO)),
        Figure("insured_unknown", "insured", Q(insured=UNKNOWN)),
    ),
    (("应参保人", ("members",)), ("未参保人", ("uninsured",)), ("待核实人", ("insured_unknown",))),
    share_of("indicator_insured_target", "insured", "members", "insured_unknown"),
    "indicator_insured_target",
    ("indicator_insured_scope",),
    "≥",
    printed=("未参保人",),
    counted="人",
    note="按医保局最近一期参保状态数据逐人判断；数据里没有的人看最近一次走访核实的基本医疗，都没有的是待核实。"
    "参保率是知道情况的人里参保的占多少；有人未参保、目标达不到了才是未达标。",
)


def _billed(reading: Reading) -> QuerySet[Any]:
    """Illness households with `reached`: whether enough of the year's eligible costs was reimbursed."""
    aim = _aim(reading)
    homes = ill_homes(reading)
    found = bills(reading, homes)
    whole = [home for home, bill in found.items() if bill.inside > 0]
    enough = [home for home in whole if percent(found[home].paid, found[home].inside) >= aim]
    return homes.annotate(
        reached=Case(
            When(pk__in=enough, then=Value(YES)),
            When(pk__in=whole, then=Value(NO)),
            When(pk__in=list(found), then=Value(UNKNOWN)),
            default=Value(NONE),
            output_field=IntegerField(),
        )
    )


def _aim(reading: Reading) -> Decimal:
    aim: Decimal = chosen("indicator_reimbursed_target", reading)
    return aim


def _money(reading: Reading, units: list[Division]) -> list[Figures]:
    """The eligible costs and what was reimbursed of them, by place."""
    homes = ill_homes(reading)
    found = bills(reading, homes)
    places = dict(homes.filter(pk__in=list(found)).values_list("pk", "place"))
    sums = [{"costs": Decimal(0), "paid": Decimal(0)} for _ in units]
    for home, bill in found.items():
        for unit, total in zip(units, sums, strict=True):
            if unit.contains(places[home]):
                total["costs"] += bill.inside
                total["paid"] += bill.paid
    return list(sums)


def _judge(unit: Division, figures: Figures, frame: Frame) -> Judged:
    if frame.book.value("indicator_reimbursed_reading", on=frame.on, code=unit.county.code) == "each":
        return share_of("indicator_reimbursed_target", "reached", "billed", "bill_unknown")(unit, figures, frame)
    aim, missing = frame.value("indicator_reimbursed_target", unit), figures["bill_unknown"]
    if not figures["costs"]:
        return Judged("none", None, aim, missing)
    value = percent(figures["paid"], figures["costs"])
    return Judged("partial" if missing else "met" if value >= aim else "unmet", value, aim, missing)


REIMBURSED = Indicator(
    "Z3",
    "因病户报销比例",
    "衡阳县增收三年行动（2022）：未消除因病户目录内住院费用报销不低于 80%",
    "%",
    {"ill": Source(_billed, "", lambda row: Told(None, f"当年报销比例{_REACHED[row.reached]}"), marks=("reached",))},
    (
        Figure("ill", "ill"),
        Figure("billed", "ill", ~Q(reached=NONE)),
        Figure("reached", "ill", Q(reached=YES)),
        Figure("bill_unknown", "ill", Q(reached=UNKNOWN)),
    ),
    (("未消除因病户", ("ill",)), ("有费用户", ("billed",)), ("达到户", ("reached",)), ("算不出户", ("bill_unknown",))),
    _judge,
    "indicator_reimbursed_target",
    (
        "indicator_reimbursed_reading",
        "indicator_reimbursed_payers",
        "indicator_reimbursed_kinds",
        "indicator_illness_reading",
    ),
    "≥",
    _money,
    printed=("有费用户",),
    note="按医保局当年的高额医疗费用数据：目录内费用＝医疗总费用－个人自费；没有总费用的，用各项支付加个人自付。",
)
