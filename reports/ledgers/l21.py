"""L21 村级重点跟踪台账: every village against the thresholds of key tracking, who answers for it and what is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from accounts.models import Division
from households.models import Category
from monitoring.policy import PolicyBook
from records.models import KeyVillage
from reports.asof import episodes as q
from reports.boards.tracking import watched
from reports.boards.villages import VillageBoard
from reports.ledgers.base import Body, Line, Reading, Sample
from reports.ledgers.column import Column
from reports.ledgers.summary import Figure, Figures, Shown, SummaryLedger, Table
from reports.ledgers.t1 import rural_population
from sheets.text import Cell


def _share(key: str) -> Any:
    """What the village board counts under a key, of the rural population."""

    def share(unit: Division, figures: Figures) -> Cell:
        people = rural_population(unit)
        return round(figures[key] / people, 6) if people else None

    return share


class KeyVillageLedger(SummaryLedger):
    """One row a village. Where its rural population is not known it cannot be judged: 是否重点 stays empty."""

    code = "L21"
    title = "村级重点跟踪台账"
    unit = "户、人"
    paper = "A4"
    freeze = 3
    sources = VillageBoard.sources
    figures = (
        Figure("lifted", "members", Q(household__category=Category.LIFTED)),
        Figure("homes", "standing", Q(kind__in=q.OPEN)),
        *VillageBoard.figures,
    )
    shown = (
        Shown(("农村人口",), lambda unit, _: rural_population(unit), 9),
        Shown(("脱贫人口",), "lifted", 9),
        Shown(("监测户", "户"), "homes", 7),
        Shown(("监测户", "人"), "monitored", 7),
        Shown(("监测人口占比%",), _share("monitored"), 9, "percent"),
        Shown(("脱贫+监测占比%",), _share("joint"), 9, "percent"),
        Shown(("脱贫+监测人数",), "joint", 9),
        Shown(("是否重点",), lambda _, figures: figures["is_key"], 8, "text"),
        Shown(("触发条件",), lambda _, figures: figures["why"], 14, "text"),
        Shown(("跟踪责任人",), lambda _, figures: figures["tracker"], 12, "text"),
        Shown(("措施",), lambda _, figures: figures["measures"], 26, "text"),
    )

    def units(self, division: Division) -> list[Division]:
        places = Division.objects.within(division).at_level(Division.Level.VILLAGE)
        return list(places.select_related("parent"))

    def tables(self, reading: Reading, places: Sequence[Division]) -> dict[str, Table]:
        book, tables = PolicyBook(), super().tables(reading, places)
        rows = KeyVillage.objects.as_of(reading.on, reading.known_at).within(reading.division).order_by("from_on", "id")
        kept = {row.division_id: row for row in rows}
        for village, figures in (line for table in tables.values() for line in table):
            found, row = watched(village, figures, book, reading.on), kept.get(village.code)
            figures["is_key"] = "" if found.share is None else "是" if found.why else "否"
            figures["why"] = found.why
            figures["tracker"], figures["measures"] = (row.tracker, row.measures) if row else ("", "")
        return tables

    def total(self, table: Table) -> Figures:
        keys = sum(1 for _, figures in table if figures["is_key"] == "是")
        counted = [(unit, {key: figures[key] for key in self._nothing()}) for unit, figures in table]
        words = {"is_key": f"{keys}个", "why": "", "tracker": "", "measures": ""}
        return super().total(counted) | words

    def laid_out(self, reading: Reading, table: Table) -> Body:
        whole = self._whole(reading, table)
        return Body(whole.totals, (line.cells for line in whole.lines))

    def sample(self, reading: Reading, most: int) -> Sample:
        return self._whole(reading, self.table(reading))

    def _whole(self, reading: Reading, table: Table) -> Sample:
        lines = [
            Line([None, unit.parent.name if unit.parent else "", *self._cells(unit, row)], unit) for unit, row in table
        ]
        total = self._cells(reading.division, self.total(table))
        return Sample(["", "合计", "", *total[1:]], lines, len(lines))

    def _cells(self, unit: Division, figures: Figures) -> list[Cell]:
        return [unit.name, *(shown.of(unit, figures) for shown in self.shown)]

    def opens(self) -> dict[int, tuple[str, ...]]:
        return {place + 1: path for place, path in super().opens().items()}


# The two columns of places take the place of 单位.
KeyVillageLedger.columns = (
    KeyVillageLedger.columns[0], Column(("乡镇",), 10), Column(("村",), 10), *KeyVillageLedger.columns[2:]
)  # fmt: skip
