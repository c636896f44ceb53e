"""The help of an episode as the papers of monitoring list it."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistance.models import Measure
from monitoring.models import Episode
from monitoring.printing.help import tell_help


def measures_for_paper(episode: Episode, on: date) -> list[dict[str, Any]]:
    """The measures that stand on a day, with what was delivered of them by then."""
    measures = Measure.objects.standing(on).filter(plan__episode=episode, starts_on__lte=on)
    rows = measures.select_related("type").prefetch_related("deliveries").order_by("type_id", "id")
    return [_line(serial, measure, on) for serial, measure in enumerate(rows, start=1)]


def _line(serial: int, measure: Measure, on: date) -> dict[str, Any]:
    given = [row for row in measure.deliveries.all() if row.withdrawn_at is None and row.delivered_on <= on]
    amount = sum(row.amount for row in given)
    return {
        "序号": serial,
        "措施大类": measure.type.category,
        "措施小类": measure.type.item,
        "内容": measure.content,
        "金额": f"{amount:,.2f}" if amount else "",
        "责任单位": measure.unit,
        "落实日期": f"{max(row.delivered_on for row in given):%Y-%m-%d}" if given else "",
        "状态": "已落实" if given else "未落实",
    }


def tell() -> None:
    tell_help(measures_for_paper)
