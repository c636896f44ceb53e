"""What records say of the four guarantees against the last look at them, for the next visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from households.models import Household
from reports.asof.problems import HOUSING, INSURANCE, SCHOOLING, WATER
from reports.household.guarantees import Records, guarantees

# The sections of a visit that ask about them (monitoring.visit_sections).
_SECTIONS = {SCHOOLING: "school", INSURANCE: "school", HOUSING: "home", WATER: "home"}


def contrary(household: Household, on: date) -> Iterator[tuple[str, str]]:
    """By section, each record that says otherwise where the household page no longer says what was seen."""
    for one in guarantees(household, Records.of(household), on):
        seen = next((said.ok for said in one.said if said.looked), True)
        if one.state == ("ok" if seen else "over"):
            continue
        for said in one.said:
            if said.ok is not seen:
                since = f"，{said.on:%Y-%m-%d}" if said.on else ""
                source = "" if said.source == one.title else f"{said.source} "
                yield _SECTIONS[one.topic], f"{one.title}：{source}{said.words}{since}"
