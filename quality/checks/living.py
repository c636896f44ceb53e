"""Living: areas and distances that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count

from accounts.models import Division
from accounts.scope import in_division
from households.models import Membership
from quality.checks.base import Ask, Found, across, of_household, parameter
from quality.facts import Home

FARMLAND = parameter("quality_farmland_most", "耕地面积上限（亩）", "money", Decimal(100))
ROAD = parameter("quality_road_most", "与村主干路距离上限（公里）", "money", Decimal(5))


@of_household("living-farmland", "耕地面积过大", 5, "farmland", "5_14_001", "5_14_002", parameters=(FARMLAND,))
def farmland(home: Home, ask: Ask) -> str | None:
    area, most = home.condition["farmland"], ask.setting(FARMLAND, home.village)
    if area is None or 0 <= area <= most:
        return None
    return f"耕地 {area:,} 亩，不在 0 到 {most:,} 亩之间"


@of_household("living-road", "与村主干路距离过远", 5, "road_km", "5_14_013", "5_14_014", parameters=(ROAD,))
def road(home: Home, ask: Ask) -> str | None:
    far, most = home.condition["road_km"], ask.setting(ROAD, home.village)
    return f"与村主干路 {far:,} 公里，超过 {most:,} 公里" if far is not None and far > most else None


def _villages(place: Division) -> list[Division]:
    return list(Division.objects.within(place).at_level(Division.Level.VILLAGE).order_by("code"))


@across("village-population", "行政村农业人口为空", 3, "population", "3_03_001", scope="village", owner="county")
def population(place: Division, ask: Ask) -> Iterator[Found]:
    for village in _villages(place):
        if village.rural_population is None:
            yield Found(f"{village.name}没有填农业人口", village.code)


@across("village-too_many", "登记人口超过行政村农业人口", 3, "population", "3_03_002", scope="village", owner="county")
def too_many(place: Division, ask: Ask) -> Iterator[Found]:
    rows = Membership.objects.as_of(ask.on).filter(in_division("household__village_id", place)).order_by()
    counts = dict(rows.values_list("household__village_id").annotate(number=Count("pk")))
    for village in _villages(place):
        people, most = counts.get(village.code, 0), village.rural_population
        if most is not None and people > most:
            yield Found(f"{village.name}登记 {people} 人，农业人口只有 {most} 人", village.code)
