"""Department files on pages: bringing one, saying what its headings mean, that few rows are all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import make_household
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from feed_sending import AGREED, CHINA, send
from openpyxl import Workbook

from accounts.models import Division, StoredFile, User
from monitoring.feed_calendar import FEW
from monitoring.models import FeedBatch, FeedUpload, HeadingMapping
from monitoring.services.feed_originals import rebuild_evidence
from monitoring.services.feed_uploads import KEPT_FOR
from monitoring.services.feeds import import_feed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
OWN = ["编码", "群众", "身份识别码", "参保情况如何"]


class TestBringing:
    def test_a_file_is_taken_in_by_form_and_by_script(
        self, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client, path = signed_in(liaison), book()
        answer = send(client, path)
        batch = FeedBatch.objects.get()
        assert answer["Location"] == reverse("feed-detail", args=[batch.uid])
        assert send(client, path, by_script=True).json() == {"to": answer["Location"]}
        page = client.get(answer["Location"]).content.decode()
        assert "没有退回的行" in page and "还没有比对" in page

    def test_what_is_wrong_is_said_in_both_ways(self, liaison: User, signed_in: Any, tmp_path: Path) -> None:
        client, path = signed_in(liaison), tmp_path / "x.xlsx"
        path.write_bytes(b"no workbook at all \x00\x01")
        answer = send(client, path, by_script=True)
        assert answer.status_code == 400
        assert answer.json()["errors"]
        page = send(client, path)
        assert page.status_code == 400
        assert "没有导入，请更正" in page.content.decode()
        assert send(client, path, period="2026-13").status_code == 400
        assert not FeedBatch.objects.exists() and not FeedUpload.objects.exists()

    def test_a_month_that_has_not_come_is_refused(
        self, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        answer = send(signed_in(liaison), book(), period="2026-12", by_script=True)
        assert answer.json() == {"errors": ["数据月份：2026年12月还没有到，请改成这份数据所属的月份。"]}
        assert not FeedBatch.objects.exists()

    def test_a_csv_is_called_what_its_sender_called_it(self, liaison: User, signed_in: Any, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text(",".join(AGREED[:3]) + "\n1,李明,990101199001010011\n")
        client = signed_in(liaison)
        file = SimpleUploadedFile(f"{'十月' * 60}.csv", path.read_bytes())
        answer = client.post(reverse("feed-list"), {"feed": "insurance_status", "period": "2026-10", "file": file})
        page = client.get(answer["Location"]).content.decode()
        assert "表“十月十月" in page
        assert "upload”" not in page

    def test_it_is_told_what_a_file_replaces_and_what_a_mended_one_mends(
        self, liaison: User, signed_in: Any, book: Callable[..., Path], tmp_path: Path
    ) -> None:
        client = signed_in(liaison)
        wrong = {"number": "990101199001010013"}
        send(client, book())
        page = client.get(send(client, book(**wrong))["Location"]).content.decode()
        assert "替换了 参保.xlsx（1 行），传错了可以撤销。" in page
        base = FeedBatch.objects.current().get()
        back = tmp_path / "back.xlsx"
        back.write_bytes(b"".join(client.get(reverse("feed-errors", args=[base.uid])).streaming_content))
        page = client.get(send(client, back)["Location"]).content.decode()
        assert "参保状态 2026年10月补正表：1 行" in page and "这是补正表，只补" in page
        assert "补正过" in client.get(reverse("feed-detail", args=[base.uid])).content.decode()
        assert '<span class="sw-tag">补正</span>' in client.get(reverse("feed-list")).content.decode()

    def test_a_liaison_brings_and_sees_only_what_is_his_department_s(
        self, liaison: User, other_liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        send(signed_in(liaison), book())
        batch = FeedBatch.objects.get()
        stranger = signed_in(other_liaison)
        assert send(stranger, book()).status_code == 400
        for name in ("feed-detail", "feed-errors"):
            assert stranger.get(reverse(name, args=[batch.uid])).status_code == 404
        page = stranger.get(reverse("feed-list"), {"period": "2026-10"}).content.decode()
        assert "参保" not in page and "饮水" in page
        mine = signed_in(liaison).get(reverse("feed-list"), {"period": "2026-10"}).content.decode()
        assert "参保状态" in mine or "参保" in mine
        assert "饮水" not in mine

    def test_rejected_rows_are_listed_with_their_place_and_reason(
        self, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client = signed_in(liaison)
        answer = send(client, book(number="990101199001010013"))
        page = client.get(answer["Location"]).content.decode()
        assert "退回的行 1" in page and "下载退回的行" in page
        assert "990101199001010013" not in page

    def test_reasons_stand_over_the_rejected_rows_and_each_shows_its_own(
        self, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client = signed_in(liaison)
        address = send(client, book(number="990101199001010013"))["Location"]
        batch = FeedBatch.objects.get()
        wrong = {**batch.errors[0], "message": "证件号码990109************的校验位不对，请核对"}
        empty = {**batch.errors[0], "message": "证件号码为空，请补填"}
        other = {**batch.errors[0], "column": "日期", "message": "“十月”不是有效日期，应写成 2026-10-05 这样"}
        FeedBatch.objects.filter(pk=batch.pk).update(
            errors=[wrong, {**wrong, "message": wrong["message"].replace("990109", "990108")}, empty, other]
        )
        found = client.get(address).context["refused"]
        assert found.reasons == [("证件号码的校验位不对", 2), ("证件号码为空", 1), ("日期：不是有效日期", 1)]
        assert len(found.rows) == 4
        for words, number in found.reasons:
            page = client.get(address, {"reason": words})
            assert f"<b>{number} 行</b>" in page.content.decode()
            assert len(page.context["refused"].rows) == number
        assert len(client.get(address, {"reason": "没有这种"}).context["refused"].rows) == 4


class TestFarFewerRows:
    """A file that would replace one of several times its rows waits for its sender's yes, with both numbers."""

    @pytest.fixture
    def standing(self, bureau: User, village: Division, tmp_path: Path) -> FeedBatch:
        home = make_household(village, members=[{"name": f"赵{chr(ord('一') + n)}"} for n in range(FEW)])
        book = Workbook()
        book.active.append(AGREED)
        for place, row in enumerate(home.memberships.select_related("person"), start=1):
            book.active.append([place, row.person.name, row.person.id_number, "未参保"])
        book.save(tmp_path / "whole.xlsx")
        return import_feed(
            feed="insurance_status", path=tmp_path / "whole.xlsx", name="全县.xlsx", period=date(2026, 10, 1),
            actor=bureau, at=datetime.now(CHINA),
        ).batch  # fmt: skip

    def test_nothing_is_written_before_it_is_confirmed(
        self, standing: FeedBatch, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client = signed_in(liaison)
        address = send(client, book(), by_script=True).json()["to"]
        assert address == reverse("feed-replace", args=[FeedUpload.objects.get().uid, 1])
        page = client.get(address).content.decode()
        for words in ("全县.xlsx", f"{FEW} 行", "参保.xlsx", "1 行", "还没有导入"):
            assert words in page, words
        assert FeedBatch.objects.current().get() == standing
        answer = client.post(address)
        batch = FeedBatch.objects.current().get()
        assert answer["Location"] == reverse("feed-detail", args=[batch.uid])
        assert (batch.replaces, batch.rows) == (standing, 1)
        assert not FeedUpload.objects.exists()

    def test_it_can_be_thrown_away(
        self, standing: FeedBatch, liaison: User, other_liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        address = send(signed_in(liaison), book())["Location"]
        assert signed_in(other_liaison).get(address).status_code == 404
        assert signed_in(liaison).post(address, {"drop": "1"})["Location"] == reverse("feed-list")
        assert FeedBatch.objects.get() == standing
        assert not FeedUpload.objects.exists()

    def test_another_number_than_the_files_confirms_nothing(
        self, standing: FeedBatch, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        address = send(signed_in(liaison), book())["Location"]
        answer = signed_in(liaison).post(address.replace("/1/", "/4/"))
        assert answer["Location"] == address
        assert FeedBatch.objects.get() == standing

    def test_with_unknown_headings_it_is_asked_when_they_are_assigned(
        self, standing: FeedBatch, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client = signed_in(liaison)
        address = send(client, book(OWN))["Location"]
        chosen = {"column_1": "姓名", "column_2": "证件号码", "column_3": "参保状态"}
        asked = client.post(address, chosen).content.decode()
        assert 'name="confirmed_rows" value="1"' in asked
        assert FeedBatch.objects.get() == standing
        assert not HeadingMapping.objects.exists()
        client.post(address, {**chosen, "confirmed_rows": "1"})
        assert FeedBatch.objects.current().get().replaces == standing

    def test_the_command_asks_nothing(self, standing: FeedBatch, book: Callable[..., Path]) -> None:
        import_feed(
            feed="insurance_status", path=book(), name="a.xlsx", period=date(2026, 10, 1), actor=None,
            at=datetime.now(CHINA),
        )  # fmt: skip
        assert FeedBatch.objects.current().get().replaces == standing


class TestHeadings:
    def test_unknown_headings_are_assigned_once_and_known_the_next_month(
        self, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client = signed_in(liaison)
        answer = send(client, book(OWN))
        upload = FeedUpload.objects.get()
        assert answer["Location"] == reverse("feed-headings", args=[upload.uid])
        page = client.get(answer["Location"]).content.decode()
        for words in ("身份识别码", "还缺必需的列", "姓名（必需）", ">C<", "群众"):
            assert words in page, words
        assert "990101************" not in page or "张三" in page
        chosen = {"column_1": "姓名", "column_2": "证件号码", "column_3": "参保状态"}
        answer = client.post(answer["Location"], chosen)
        batch = FeedBatch.objects.get()
        assert answer["Location"] == reverse("feed-detail", args=[batch.uid])
        assert (batch.accepted, batch.matched) == (1, 1)
        assert not FeedUpload.objects.exists()
        assert "认了" in client.get(answer["Location"]).content.decode()
        answer = send(client, book(OWN, "b.xlsx"), period="2026-09")
        assert FeedBatch.objects.filter(period=date(2026, 9, 1)).exists()
        assert not FeedUpload.objects.exists()

    def test_a_line_break_in_a_cell_of_a_csv_file_hides_no_headings(
        self, liaison: User, signed_in: Any, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.csv"
        path.write_text(",".join(OWN) + '\r\n1,"张三\n",990101,未参保\r\n', encoding="utf-8")
        answer = send(signed_in(liaison), path)
        assert answer["Location"] == reverse("feed-headings", args=[FeedUpload.objects.get().uid])

    def test_the_original_reads_the_same_after_the_heading_is_forgotten(
        self, liaison: User, signed_in: Any, book: Callable[..., Path], clock: Any
    ) -> None:
        client = signed_in(liaison)
        address = send(client, book(OWN))["Location"]
        client.post(address, {"column_1": "姓名", "column_2": "证件号码", "column_3": "参保状态"})
        for mapping in HeadingMapping.objects.all():
            assert client.post(reverse("heading-forget", args=[mapping.uid])).status_code == 302
        assert not HeadingMapping.objects.exists()
        batch = FeedBatch.objects.select_related("file").get()
        rebuild_evidence(batch=batch, actor=liaison, at=datetime.now(CHINA))
        assert send(client, book(OWN, "c.xlsx"), period="2026-09")["Location"].startswith("/feeds/uploads/")

    def test_an_assignment_that_cannot_be_is_said_and_stores_nothing(
        self, liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        client = signed_in(liaison)
        address = send(client, book(OWN))["Location"]
        for chosen, words in (
            ({"column_1": "姓名"}, "还缺必需的列"),
            ({"column_1": "姓名", "column_2": "姓名"}, "选了两列"),
            ({"column_1": "没有这列", "column_2": "证件号码"}, "刷新后重选"),
            ({"column_99": "姓名"}, "刷新后重选"),
        ):
            page = client.post(address, chosen)
            assert page.status_code == 400
            assert words in page.content.decode(), words
        assert not HeadingMapping.objects.exists() and not FeedBatch.objects.exists()

    def test_agreed_headings_keep_their_meaning_whatever_was_learned(
        self, liaison: User, book: Callable[..., Path]
    ) -> None:
        HeadingMapping.objects.create(
            feed="insurance_status", column="参保状态", heading="姓名", folded="姓名", set_by=liaison,
            recorded_at=datetime.now(CHINA),
        )  # fmt: skip
        report = import_feed(
            feed="insurance_status", path=book(), name="a.xlsx", period=date(2026, 10, 1), actor=liaison,
            at=datetime.now(CHINA),
        )  # fmt: skip
        assert (report.counts.accepted, report.counts.matched) == (1, 1)

    def test_a_waiting_file_is_its_sender_s_alone_and_does_not_lie_for_ever(
        self, liaison: User, bureau: User, other_liaison: User, signed_in: Any, book: Callable[..., Path], clock: Any
    ) -> None:
        client = signed_in(liaison)
        address = send(client, book(OWN))["Location"]
        for user in (bureau, other_liaison):
            assert signed_in(user).get(address).status_code == 404
        assert client.post(address, {"drop": "1"}).status_code == 302
        assert not StoredFile.objects.exists()
        send(client, book(OWN))
        clock.shift(KEPT_FOR * 1.1)
        send(signed_in(liaison), book(OWN, "d.xlsx"))
        assert FeedUpload.objects.count() == 1

    def test_only_those_of_the_department_forget(
        self, liaison: User, other_liaison: User, signed_in: Any, book: Callable[..., Path]
    ) -> None:
        mapping = HeadingMapping.objects.create(
            feed="insurance_status", column="姓名", heading="群众", folded="群众", set_by=liaison,
            recorded_at=datetime.now(CHINA),
        )  # fmt: skip
        answer = signed_in(other_liaison).post(reverse("heading-forget", args=[mapping.uid]))
        assert answer.status_code in (403, 404)
        assert HeadingMapping.objects.exists()
