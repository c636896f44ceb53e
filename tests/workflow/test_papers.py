"""Papers come from the data: A4 pages, Word files, a county's own templates; posted ones name nothing personal."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from builders import make_household
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from journeys import Office

from accounts.errors import Refused
from accounts.models import Division, User
from monitoring.desk.dossier import dossier_of
from monitoring.models import Case, PaperTemplate, Transition
from monitoring.policy import PolicyBook
from monitoring.printing.blueprints import standard_template
from monitoring.printing.catalogue import EDITABLE, PAPERS, papers_of
from monitoring.printing.fields import _opinion, day_words
from monitoring.printing.filling import check_template, fill
from monitoring.printing.placeholders import ROWS, WORDS
from monitoring.services.paper_templates import replace_template, template_of

pytestmark = pytest.mark.django_db
PHONE = "13812340000"


def _sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def case(office: Office) -> Case:
    """A decided identification, so that every paper of an identification makes sense."""
    household = make_household(office.village)
    household.phone = PHONE
    household.save()
    case = office.submitted(office.posted(office.prepared(office.case_of(office.verified(household)))))
    return office.decided(case)


def _words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _template(*lines: str, table: tuple[str, ...] = ()) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    if table:
        made = document.add_table(rows=0, cols=1)
        for line in table:
            made.add_row().cells[0].text = line
    document.save(out)
    return out.getvalue()


def test_every_paper_of_a_decided_case_is_a_page(office: Office, case: Case) -> None:
    client = _sign_in(office.owner)
    names = [paper.name for paper in papers_of(dossier_of(case))]
    assert names == [
        "application", "comparison", "minutes", "signin", "notice", "objections", "report", "announcement",
    ]  # fmt: skip
    listed = client.get(reverse("case-papers", args=[case.uid])).content.decode()
    opened = client.get(reverse("case-detail", args=[case.uid])).content.decode()
    for name in names:
        assert PAPERS[name].title in listed
        assert reverse("case-paper", args=[case.uid, name]) in opened
        answer = client.get(reverse("case-paper", args=[case.uid, name]))
        assert answer.status_code == 200, name
        assert "张三" in answer.content.decode() or name == "signin"


def test_a_paper_that_makes_no_sense_yet_is_not_there(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    client = _sign_in(office.owner)
    for name in ("announcement", "notice", "exit", "objections", "nothing"):
        assert client.get(reverse("case-paper", args=[case.uid, name])).status_code == 404, name
    assert client.get(reverse("case-paper-word", args=[case.uid, "notice"])).status_code == 404


def test_the_report_is_of_the_day_on_which_the_village_handed_it_up(office: Office, case: Case, clock: Any) -> None:
    last = case.transitions.filter(target=Case.State.AT_TOWNSHIP).latest("id")
    clock.shift(timedelta(days=40))
    text = _sign_in(office.owner).get(reverse("case-paper", args=[case.uid, "report"])).content.decode()
    assert f"村民委员会<br>{day_words(timezone.localdate(last.recorded_at))}" in text


def test_a_clearing_prints_its_assessment_with_the_evidence(office: Office) -> None:
    case = office.assessed(office.ready_to_clear().household)
    text = _sign_in(office.owner).get(reverse("case-paper", args=[case.uid, "exit"])).content.decode()
    assert "风险消除评估表" in text
    assert "住房安全有保障" in text
    assert "2026-10-31 核实：有保障" in text
    assert "间隔 10 个月" in text


@pytest.mark.parametrize("name", [name for name, paper in PAPERS.items() if paper.public])
def test_what_is_posted_names_no_number_telephone_or_risk(office: Office, case: Case, name: str) -> None:
    client = _sign_in(office.owner)
    page = client.get(reverse("case-paper", args=[case.uid, name])).content.decode()
    sheet = page[page.index("<article") : page.index("</article>")]
    word = _words(client.get(reverse("case-paper-word", args=[case.uid, name])).content)
    for text in (sheet, word):
        assert "张三" in text
        assert "边缘易致贫户" in text
        for hidden in ("990101", "9901", "138", "因病", "健康", case.household.number):
            assert hidden not in text, (name, hidden)


def test_the_application_masks_numbers(office: Office, case: Case) -> None:
    text = _sign_in(office.owner).get(reverse("case-paper", args=[case.uid, "application"])).content.decode()
    number = case.household.memberships.first().person.id_number
    assert number not in text
    assert f"{number[:6]}************" in text
    assert PHONE not in text


def test_papers_of_other_places_are_not_there(case: Case, colleague: User, outsider: User) -> None:
    for user in (colleague, outsider):
        for name in ("case-paper", "case-paper-word"):
            assert _sign_in(user).get(reverse(name, args=[case.uid, "minutes"])).status_code == 404


def test_a_visit_is_printed_with_places_to_sign(office: Office, case: Case) -> None:
    visit = case.clue.visits.get()
    text = _sign_in(office.owner).get(reverse("visit-print", args=[visit.uid])).content.decode()
    assert "防止返贫动态监测入户核实表" in text
    assert "户主签字（手印）" in text
    assert "没看" in text


# --- Word ---


@pytest.mark.parametrize("name", EDITABLE)
def test_the_words_that_a_county_may_use_are_those_that_the_paper_has(case: Case, name: str) -> None:
    values = EDITABLE[name].read(dossier_of(case), timezone.localdate(), PolicyBook())
    assert set(values) == WORDS[name] | set(ROWS[name])
    for rows, words in ROWS[name].items():
        assert set(values[rows][0]) == set(words)


@pytest.mark.parametrize("name", EDITABLE)
def test_the_standard_templates_are_good_ones(office: Office, case: Case, name: str) -> None:
    check_template(standard_template(name), name)
    if not EDITABLE[name].fits(dossier_of(case)):
        content = fill(
            standard_template(name), EDITABLE[name].read(dossier_of(case), timezone.localdate(), PolicyBook())
        )
    else:
        answer = _sign_in(office.owner).get(reverse("case-paper-word", args=[case.uid, name]))
        assert answer["Content-Disposition"].startswith("attachment")
        content = answer.content
    text = _words(content)
    assert "{{" not in text
    assert "东沟村" in text


def test_values_are_words_never_markup_or_code() -> None:
    content = fill(_template("{{村名}}"), {"村名": "<w:t>{{7*7}}</w:t> & 村"})
    assert "<w:t>{{7*7}}</w:t> & 村" in _words(content)


BAD = {
    "unknown word": (_template("{{电话}}"), "没有“电话”这个字段"),
    "attribute of a word": (_template("{{户主.__class__}}"), "名单里没有"),
    "code": (_template("{% for x in range(9) %}{{x}}{% endfor %}"), "循环只能用在名单上"),
    "sum": (_template("{{ 7*7 }}"), "不能写算式"),
    "call": (_template("{{ 户主() }}"), "不能写算式"),
    "set": (_template("{% set a = 户主 %}"), "不能写算式"),
    "include": (_template("{% include 'x' %}"), "不能写算式"),
    "filter": (_template("{{ 户主|length }}"), "不能写算式"),
    "open brace": (_template("{% for row in 成员 %}"), "没有成对"),
    "field of a row": (
        _template(table=("{%tr for row in 成员 %}", "{{row.电话}}", "{%tr endfor %}")),
        "名单里没有“电话”",
    ),
    "no package": (b"PK\x03\x04 broken", "不是 Word 文档"),
    "not a document": (b"hello", "不是 Word 文档"),
}


@pytest.mark.parametrize("why", BAD)
def test_a_template_that_asks_for_what_is_not_there_is_refused_in_words(why: str) -> None:
    content, words = BAD[why]
    with pytest.raises(Refused) as refusal:
        check_template(content, "application")
    assert any(words in detail for detail in refusal.value.details), refusal.value.details


def test_a_notice_refuses_what_may_not_be_posted() -> None:
    with pytest.raises(Refused) as refusal:
        check_template(_template("{{证件号码}} {{风险}}"), "notice")
    assert len(refusal.value.details) == 2
    assert all("公示公告里不能用" in detail for detail in refusal.value.details)


def _with_part(name: str, content: str) -> bytes:
    out = io.BytesIO(_template("{{村名}}"))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "content", "words"),
    [
        ("word/vbaProject.bin", "x", "带有宏"),
        ("word/_rels/more.xml.rels", '<a TargetMode="External"/>', "链接"),
        ("word/more.xml", '<!DOCTYPE a [<!ENTITY b "c">]>', "不完整"),
        ("word/footnotes.xml", "{{村名}}", "脚注"),
    ],
)
def test_a_template_that_runs_or_reaches_out_is_refused(part: str, content: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_template(_with_part(part, content), "notice")
    assert any(words in detail for detail in refusal.value.details)


def test_a_bomb_is_not_unpacked() -> None:
    out = io.BytesIO(_template("{{村名}}"))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/a.xml", b"0" * 30_000_000)
    with pytest.raises(Refused, match="没有采用"):
        check_template(out.getvalue(), "notice")


def test_a_county_puts_its_own_template_in_place_and_takes_it_back(
    office: Office, case: Case, county: Division
) -> None:
    client = _sign_in(office.bureau)
    own = SimpleUploadedFile("公示.docx", _template("关于{{户主}}户的公示（{{村名}}）"))
    assert client.post(reverse("template-list"), {"paper": "notice", "file": own}).status_code == 302
    text = _words(_sign_in(office.owner).get(reverse("case-paper-word", args=[case.uid, "notice"])).content)
    assert text.strip() == "关于张三户的公示（东沟村）"
    assert "公示.docx" in client.get(reverse("template-list")).content.decode()
    client.post(reverse("template-list"), {"restore": "notice"})
    assert "现将结果公示如下" in _words(template_of("notice", case.village_id))
    assert PaperTemplate.objects.get().retired_at is not None


def test_a_refused_template_says_what_to_mend_and_leaves_the_old_one(office: Office, county: Division) -> None:
    bad = SimpleUploadedFile("公示.docx", _template("{{证件号码}}"))
    answer = _sign_in(office.bureau).post(reverse("template-list"), {"paper": "notice", "file": bad})
    assert answer.status_code == 400
    assert "公示公告里不能用“证件号码”" in answer.content.decode()
    assert not PaperTemplate.objects.exists()


def test_only_the_county_changes_templates(office: Office, county: Division, administrator: User) -> None:
    for user in (office.leader, office.owner, administrator):
        with pytest.raises(Refused):
            replace_template(
                county=county, paper="notice", content=_template("{{村名}}"), name="a.docx", actor=user, at=office.at
            )


def test_the_template_in_use_is_downloaded_by_whom_it_serves(
    office: Office, hire: Callable[..., User], case: Any
) -> None:
    answer = _sign_in(office.owner).get(reverse("template-file", args=["minutes"]))
    assert "{{会议名称}}" in _words(answer.content)
    assert _sign_in(office.owner).get(reverse("template-file", args=["comparison"])).status_code == 404


@pytest.mark.parametrize(
    ("action", "note", "words"),
    [
        ("review_pass", "同意", "同意。"),
        ("review_pass", "同意上报县级。", "同意上报县级。"),
        ("review_pass", "材料齐全", "同意。材料齐全。"),
        ("decide_pass", "", "同意。"),
        ("review_reject", "收入高于监测线", "不同意。收入高于监测线。"),
        ("review_reject", "不同意，收入高于监测线", "不同意，收入高于监测线。"),
    ],
)
def test_an_opinion_says_its_verdict_once(action: str, note: str, words: str) -> None:
    step = Transition(action=action, note=note, happened_on=date(2026, 11, 9))
    assert _opinion(step).startswith(f"{words}　") and "2026年11月9日" in _opinion(step)
