"""The shared builders make lawful households."""

from __future__ import annotations

from datetime import date

import pytest
from builders import make_condition, make_episode, make_household, make_income

from accounts.models import Division, User
from households.models import Person
from sheets.clean import clean_id


@pytest.mark.django_db
def test_a_built_household_has_lawful_distinct_numbers(village: Division, owner: User) -> None:
    first, second = make_household(village), make_household(village, category="脱贫户")
    numbers = [person.id_number for person in Person.objects.all()]
    assert len(set(numbers)) == 6
    assert [clean_id(number, date(2026, 1, 1)) for number in numbers] == numbers
    assert make_episode(first).main_risk == "因病"
    assert make_income(second, recorded_by=owner, per_head=9000).net_per_capita == 9000
    assert make_condition(second).water_ok
