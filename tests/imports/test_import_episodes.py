"""Episodes that a register carries: their turns, their risks, what a later file corrects and what none does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from import_files import (
    AT,
    monitored,
    number,
    register_row,
    tally,
)

from households.models import BEGINNING, Household
from monitoring.models import Episode, EpisodeEvent

Take = Callable[..., Any]


# --- episodes ---


def turns() -> list[tuple[str, date]]:
    standing = EpisodeEvent.objects.filter(withdrawn_at__isnull=True)
    return list(standing.order_by("pk").values_list("kind", "happened_on"))


@pytest.mark.parametrize(
    ("given", "state", "expected"),
    [
        (monitored(), "monitored", [("identified", date(2023, 6, 1))]),
        (monitored(since=""), "monitored", [("identified", BEGINNING)]),
        (monitored(since=datetime(2023, 6, 9)), "monitored", [("identified", date(2023, 6, 9))]),
        (
            monitored(cleared="是", until="202405"),
            "cleared",
            [("identified", date(2023, 6, 1)), ("cleared", date(2024, 5, 1))],
        ),
        (monitored(cleared="是"), "cleared", [("identified", date(2023, 6, 1)), ("cleared", date(2023, 6, 1))]),
        (monitored(cleared="是", since=""), "cleared", [("identified", BEGINNING), ("cleared", BEGINNING)]),
        (monitored(until="202405"), "monitored", [("identified", date(2023, 6, 1))]),
    ],
)
def test_a_monitored_household_has_its_episode(given: Any, state: str, expected: Any, take_register: Take) -> None:
    take_register([register_row("H1", number(1)), register_row("H1", number(2), relation="配偶", **given)])
    episode = Episode.objects.get()
    assert (episode.state, episode.main_risk, episode.monitored_type) == (state, "因病", "边缘易致贫户")
    assert (episode.from_register, turns()) == (True, expected)


@pytest.mark.parametrize(
    ("written", "risk"),
    [
        ("务工就业不稳", "因务工就业不稳"),
        ("因缺劳动力", "缺劳动力"),
        ("因产业失败", "因产业项目失败"),
        ("因残，因病", "因残"),
    ],
)
def test_risks_are_read_in_their_spellings(written: str, risk: str, take_register: Take) -> None:
    take_register([register_row("H1", number(1), **monitored(written))])
    assert (Episode.objects.get().main_risk, Household.objects.get().needs_mending) == (risk, "")


def test_a_risk_outside_the_catalogue_is_kept_as_other_and_flagged(take_register: Take) -> None:
    take_register([register_row("H1", number(1), **monitored("缺土地"))])
    assert Episode.objects.get().main_risk == "其他"
    assert "缺土地" in Household.objects.get().needs_mending


def test_a_later_file_corrects_the_episode_and_withdraws_what_it_said(take_register: Take) -> None:
    take_register([register_row("H1", number(1), **monitored())])
    report = take_register(
        [register_row("H1", number(1), **monitored("因残", "是", "202301", "202405"))], name="b.xlsx"
    )
    assert tally(report) == (0, 1, 0)
    assert turns() == [("identified", date(2023, 1, 1)), ("cleared", date(2024, 5, 1))]
    assert EpisodeEvent.objects.filter(withdrawn_at=AT).count() == 1
    assert (Episode.objects.get().main_risk, Episode.objects.get().state) == ("因残", "cleared")
    assert tally(take_register([register_row("H1", number(1), **monitored("因残", "是", "202301", "202405"))])) == (
        0,
        0,
        1,
    )


def test_what_a_workflow_has_touched_no_file_changes(take_register: Take) -> None:
    take_register([register_row("H1", number(1), **monitored())])
    episode = Episode.objects.get()
    EpisodeEvent.objects.create(episode=episode, kind="secured", happened_on=date(2026, 10, 1), recorded_at=AT)
    take_register([register_row("H1", number(1), **monitored(cleared="是"))], name="b.xlsx")
    assert Episode.objects.get().state == "monitored"
