"""The households that life events are about."""

from __future__ import annotations

import pytest
from builders import make_household

from accounts.models import Division
from households.models import Household


@pytest.fixture
def home(village: Division) -> Household:
    """张三 (户主), 李四 (配偶), 张小明 (之子) in 石桥镇东沟村."""
    return make_household(village)


@pytest.fixture
def neighbour(village: Division) -> Household:
    return make_household(village, members=[{"name": "王五"}, {"name": "赵六", "relation": "配偶"}])


@pytest.fixture
def far(places: dict[str, Division]) -> Household:
    """A household in another county."""
    return make_household(places["990102100201"], members=[{"name": "钱七"}, {"name": "孙八", "relation": "之女"}])
