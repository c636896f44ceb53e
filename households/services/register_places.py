"""Which village a register row names: by county, township and village name, as the divisions are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import Division
from accounts.models.division import PREFIX_LENGTHS
from households import register
from sheets.clean import CellFault, quote, squeeze
from sheets.judge import Fault

DIVISION_UNKNOWN = "division_unknown"
_COUNTY, _TOWNSHIP = PREFIX_LENGTHS[Division.Level.COUNTY], PREFIX_LENGTHS[Division.Level.TOWNSHIP]


class Places:
    """Names of the divisions, folded. Villages of one name in different townships are kept apart."""

    def __init__(self, divisions: Iterable[tuple[str, str, int]]) -> None:
        self._counties: dict[str, set[str]] = defaultdict(set)
        self._townships: dict[str, list[str]] = defaultdict(list)
        self._villages: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._known: dict[tuple[str, str, str], str | Fault] = {}
        for code, name, level in divisions:
            folded = squeeze(name)
            if level == Division.Level.COUNTY:
                self._counties[folded].add(code[:_COUNTY])
            elif level == Division.Level.TOWNSHIP:
                self._townships[folded].append(code[:_TOWNSHIP])
            elif level == Division.Level.VILLAGE:
                self._villages[code[:_TOWNSHIP], folded].append(code)

    @classmethod
    def load(cls) -> Places:
        return cls(Division.objects.order_by("code").values_list("code", "name", "level"))

    def find(self, county: str, township: str, village: str) -> str | Fault:
        """The village's code, or what is wrong. A county that is not among the divisions narrows nothing."""
        key = county, township, village
        if key not in self._known:
            self._known[key] = self._find(*map(squeeze, key))
        return self._known[key]

    def _find(self, county: str, township: str, village: str) -> str | Fault:
        counties = self._counties.get(county, set())
        townships = [code for code in self._townships.get(township, []) if not counties or code[:_COUNTY] in counties]
        if not townships:
            return unknown(register.TOWNSHIP, f"{quote(township)}不在区划中，请核对乡镇名称，或先导入区划")
        villages = [code for prefix in townships for code in self._villages.get((prefix, village), [])]
        if not villages:
            return unknown(register.VILLAGE, f"{quote(township)}下没有{quote(village)}，请核对村名，或先导入区划")
        if len(villages) > 1:
            return unknown(register.VILLAGE, f"区划中有多个{quote(township)}{quote(village)}，请填写县名")
        return villages[0]


def unknown(column: str, message: str) -> Fault:
    return Fault(column, CellFault(DIVISION_UNKNOWN, message))
