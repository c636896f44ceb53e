"""The help of an episode as the papers of monitoring list it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from assistance.models import Delivery, Measure
from monitoring.models import Episode
from monitoring.printing.help import tell_help

MOST_DAYS = 4


def measures_for_paper(episode: Episode, on: date) -> list[dict[str, Any]]:
    """The measures that stand on a day, with what was delivered of them by then."""
    measures = Measure.objects.standing(on).filter(plan__episode=episode, starts_on__lte=on)
    rows = measures.select_related("type", "beneficiary").prefetch_related("deliveries").order_by("type_id", "id")
    alike: dict[tuple[Any, ...], list[Measure]] = {}
    for row in rows:
        alike.setdefault((row.type_id, row.content, row.beneficiary_id, row.unit), []).append(row)
    return [_line(serial, found, on) for serial, found in enumerate(alike.values(), start=1)]


def _line(serial: int, alike: list[Measure], on: date) -> dict[str, Any]:
    """One line for measures that nothing tells apart, with how many they are and every day of a delivery."""
    measure, times = alike[0], f" ×{len(alike)}" if len(alike) > 1 else ""
    every = sorted((row for one in alike for row in one.deliveries.all()), key=lambda row: (row.delivered_on, row.pk))
    given = [row for row in every if row.withdrawn_at is None and row.delivered_on <= on]
    amount = sum(row.amount for row in given)
    return {
        "序号": serial,
        "措施大类": measure.type.category,
        "措施小类": f"{measure.type.item}{times}",
        "内容": f"{measure.content}（{measure.beneficiary.name}）" if measure.beneficiary else measure.content,
        "金额": f"{amount:,.2f}" if amount else "",
        "责任单位": measure.unit,
        "落实日期": "、".join(_days(given)),
        "状态": "已落实" if given else "未落实",
    }


def _days(given: list[Delivery]) -> list[str]:
    """Each day once, with how many deliveries it had; of many the first, the last and how many."""
    days = [f"{day:%Y-%m-%d}{f' ×{n}' if n > 1 else ''}" for day, n in Counter(r.delivered_on for r in given).items()]
    return days if len(days) <= MOST_DAYS else [f"{days[0][:10]} 到 {days[-1][:10]} 共 {len(given)} 次"]


def tell() -> None:
    tell_help(measures_for_paper)
