"""The played year: the stage keeps time, and a small county is built, imported, matched and served by real services."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.errors import Refused
from accounts.models import Role, User
from accounts.scope import scope_of
from assistance.services.catalogue import install_standard
from demo import build as demo_build
from demo.stage import Stage, Story, moment
from demo.year import last_months
from monitoring.models import Case, Clue, Episode, FeedBatch, MatchRun, Transition, Visit

NOW = moment(date(2026, 11, 21), 12)


def test_stories_act_in_the_order_of_their_moments_and_stop_at_now() -> None:
    seen: list[str] = []
    stage = Stage(NOW, lambda at, acts: None)

    def story(name: str, *days_before: int) -> Story:
        for days in days_before:
            yield NOW - timedelta(days=days)
            seen.append(f"{name}{days}")

    stage.begin(story("a", 9, 5, -1))
    stage.begin(story("b", 7, 1))
    stage.play()
    assert seen == ["a9", "b7", "a5", "b1"]


def test_a_refusal_ends_the_story_and_is_kept() -> None:
    stage = Stage(NOW, lambda at, acts: None)

    def story() -> Story:
        yield NOW - timedelta(days=1)
        raise Refused("不行")

    stage.begin(story())
    stage.play()
    assert stage.refusals == ["story：不行"]


def test_later_is_in_office_hours_and_after() -> None:
    stage = Stage(NOW, lambda at, acts: None)
    late = datetime(2026, 11, 1, 15, 30, tzinfo=UTC)  # 23:30 in China
    for _ in range(50):
        at = stage.later(late, 1, 2)
        assert at > late
        assert 8 <= at.hour <= 17
        assert at.date() in (date(2026, 11, 2), date(2026, 11, 3))


def test_the_months_are_the_last_three_whole_ones() -> None:
    assert last_months(NOW) == [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]
    assert last_months(moment(date(2026, 1, 1)))[0] == date(2025, 10, 1)


@pytest.mark.slow
def test_a_small_county_lives_a_year(db: None, data_dir: Path, tmp_path: Path, capsys: Any) -> None:
    # Tests that empty the tables, which xdist may have run before in this process, empty the shipped catalogue too.
    install_standard(actor=None, at=NOW)
    logins = demo_build.build(120, tmp_path / "ledgers", demo_build.Progress())

    captured = capsys.readouterr()
    assert "未办成" not in captured.err
    assert {login.role for login in logins} == set(Role.labels)
    for login in logins:
        user = User.objects.get(username=login.username)
        assert user.check_password(login.password)
        assert scope_of(user).roles
    assert FeedBatch.objects.count() == 19 * 3 - 1
    assert MatchRun.objects.done().count() == 3
    assert Clue.objects.closed().exists()
    assert Clue.objects.open().exists()
    assert Case.objects.filter(state="done").exists()
    assert Episode.objects.filter(from_register=False).exists()
    assert Visit.objects.filter(kind="follow_up").exists()
    assert Transition.objects.count() > 100
    assert list((tmp_path / "ledgers").glob("T1-*.xlsx"))
