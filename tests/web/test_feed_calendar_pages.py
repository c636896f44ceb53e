"""The calendar of department files, and what the match made of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from feed_sending import CHINA, send

from accounts.models import Division, User
from monitoring.feed_calendar import BEFORE, LATE, MISSING, NOT_YET, ON_TIME, feed_calendar
from monitoring.models import FeedBatch, FeedReply, Hit, MatchRun
from monitoring.services.feeds import import_feed

sys.path += [str(Path(__file__).parents[1] / "matching")]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
COUNTY = "990101000000"


class TestCalendar:
    def _deliver(self, feed: str, month: int, day: datetime, book: Callable[..., Path]) -> None:
        path = book(name=f"{feed}-{month}.xlsx")
        import_feed(feed=feed, path=path, name="a.xlsx", period=date(2026, month, 1), actor=None, at=day)

    def test_each_feed_is_in_time_late_missing_or_still_to_come(self, book: Callable[..., Path]) -> None:
        self._deliver("insurance_status", 10, datetime(2026, 11, 3, 9, tzinfo=CHINA), book)
        self._deliver("insurance_status", 9, datetime(2026, 10, 8, 9, tzinfo=CHINA), book)

        def states(period: date, today: date) -> dict[str, str]:
            found = feed_calendar(names=["insurance_status", "water"], period=period, today=today, code=COUNTY)
            return {line.feed.name: line.state for line in found.lines}

        october, november = date(2026, 10, 1), date(2026, 11, 5)
        assert states(october, november) == {"insurance_status": ON_TIME, "water": NOT_YET}
        assert states(october, date(2026, 11, 6)) == {"insurance_status": ON_TIME, "water": MISSING}
        assert states(date(2026, 9, 1), november) == {"insurance_status": LATE, "water": MISSING}

    def test_the_day_the_tint_and_the_months_before_are_shown(self, book: Callable[..., Path]) -> None:
        self._deliver("insurance_status", 10, datetime(2026, 11, 9, 9, tzinfo=CHINA), book)
        found = feed_calendar(
            names=["insurance_status"], period=date(2026, 10, 1), today=date(2026, 11, 10), code=COUNTY
        )
        (line,) = found.lines
        assert [cell.day for cell in line.cells if cell.came] == [9]
        assert [cell.day for cell in line.cells if cell.tint == "late"] == [6, 7, 8, 9]
        assert (line.late_days, line.history) == (4, [BEFORE] * 5)
        assert found.due_on == date(2026, 11, 5)

    def test_a_strange_month_is_no_error(self, bureau: User, signed_in: Any) -> None:
        client = signed_in(bureau)
        for period in ("9999-12", "0001-01", "x", "2026-13"):
            assert client.get(reverse("feed-list"), {"period": period}).status_code == 200

    def test_it_costs_the_same_however_many_files_came(
        self, bureau: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client = signed_in(bureau)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("feed-list"), {"period": "2026-10"})
            return len(queries)

        few = cost()
        for month in (6, 7, 8, 9, 10):
            self._deliver("insurance_status", month, datetime(2026, month + 1, 3, 9, tzinfo=CHINA), book)
        assert cost() <= few + 1


class TestResults:
    @pytest.fixture
    def place(self, clock: Any, county: Division, village: Division, tmp_path: Path) -> Any:
        from match_place import Place

        return Place(county, village, tmp_path)

    @pytest.fixture
    def run(self, place: Any, household: Any) -> MatchRun:
        from match_place import OCTOBER

        person = household.memberships.first().person
        place.send("insurance_status", OCTOBER, {"who": person, "参保状态": "未参保"})
        place.match(OCTOBER)
        return MatchRun.objects.get()

    @pytest.mark.parametrize("by", ["", "rule", "department", "township", "nonsense"])
    def test_a_run_is_shown_by_rule_department_and_township(
        self, by: str, run: MatchRun, bureau: User, signed_in: Any
    ) -> None:
        client = signed_in(bureau)
        page = client.get(reverse("run-detail", args=[run.uid]), {"by": by})
        assert page.status_code == 200
        said = page.content.decode()
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/clues/\?[^"]+)"', said)]
        assert len(links) == 2
        for link in links:
            assert "XS990101" in client.get(link).content.decode(), link

    def test_a_liaison_reads_numbers_of_his_file_and_no_household(
        self, run: MatchRun, liaison: User, household: Any, signed_in: Any
    ) -> None:
        client = signed_in(liaison)
        batch = FeedBatch.objects.get()
        page = client.get(reverse("feed-detail", args=[batch.uid])).content.decode()
        assert "形成线索" in page and Hit.objects.count() == 1
        assert household.number not in page and "/clues/" not in page
        for name, args in (("run-detail", [run.uid]), ("run-changes", [run.uid, "new"])):
            assert client.get(reverse(name, args=args)).status_code == 404
        assert "试算以县为单位" in client.get(reverse("what-if")).content.decode()

    def test_months_against_each_other_open_as_lists(
        self, run: MatchRun, place: Any, household: Any, bureau: User, signed_in: Any
    ) -> None:
        from match_place import NOVEMBER

        place.match(NOVEMBER)
        later = MatchRun.objects.exclude(pk=run.pk).get()
        client = signed_in(bureau)
        gone = client.get(reverse("run-changes", args=[later.uid, "gone"]))
        assert household.number in gone.content.decode()
        assert client.get(reverse("run-changes", args=[later.uid, "new"])).status_code == 200
        assert client.get(reverse("run-changes", args=[later.uid, "other"])).status_code == 404
        assert client.get(reverse("run-changes", args=[run.uid, "new"])).status_code == 404

    def test_the_county_tells_the_department_what_came_of_its_month(
        self, run: MatchRun, liaison: User, bureau: User, signed_in: Any
    ) -> None:
        uid = FeedBatch.objects.get().uid
        path, reply = reverse("feed-detail", args=[uid]), reverse("feed-reply", args=[uid])
        assert "县里还没有回告" in signed_in(liaison).get(path).content.decode()
        answer = signed_in(bureau).post(reply, {"note": "请动员参保"}, follow=True)
        assert "已回告医保局" in answer.content.decode()
        page = signed_in(liaison).get(path).content.decode()
        assert "触发 1 户次" in page and "请动员参保" in page
        given = FeedReply.objects.get()
        assert (given.results["clues"], given.results["open"], given.replied_by) == (1, 1, bureau)

    def test_nothing_is_told_before_the_match(
        self, liaison: User, bureau: User, book: Callable[..., Path], signed_in: Any
    ) -> None:
        send(signed_in(liaison), book())
        answer = signed_in(bureau).post(reverse("feed-reply", args=[FeedBatch.objects.get().uid]), follow=True)
        assert "还没有比对结果" in answer.content.decode()
        assert not FeedReply.objects.exists()

    def test_a_department_tells_itself_nothing(
        self, run: MatchRun, liaison: User, other_liaison: User, signed_in: Any
    ) -> None:
        reply = reverse("feed-reply", args=[FeedBatch.objects.get().uid])
        assert [signed_in(who).post(reply).status_code for who in (liaison, other_liaison)] == [403, 404]
