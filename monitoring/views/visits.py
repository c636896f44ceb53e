"""The pages on which a home visit is entered, section by section, on a telephone or at a desk, with or without script."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.services.pictures import picture_of
from accounts.views.base import Page, whole_number
from households.entry_checks import VISIT, Doubt, Entered, doubts_about
from households.models import Household
from monitoring.models import Clue
from monitoring.services.visit_drafts import PHOTO, VisitSubject, add_file, draft_of, drop_file, save_section
from monitoring.services.visit_record import REASONS
from monitoring.services.visit_submit import gaps, submit_draft
from monitoring.visit_lines import SECONDS_A_SECTION, SectionLine, VisitEntry, unseen_first
from monitoring.visit_sections import Section, section_of

LARGEST_PHOTO = 15 * 1024 * 1024


class VisitPage(Page):
    """A page of one visit: `?clue=` and `?case=` say what it is for."""

    def entry(self, request: HttpRequest, uid: str) -> VisitEntry:
        rows = Household.objects.visible_to(self.user).select_related("village__parent")
        household = get_object_or_404(rows, uid=uid)
        clue = _named(household.clues.select_related("household"), request, "clue")
        case = None if clue else _named(household.cases, request, "case")
        subject = VisitSubject(household, clue, case)
        subject.require_right(self.user, self.at)
        return VisitEntry(subject, self.user, timezone.localdate())

    def address(self, entry: VisitEntry, name: str = "visit-new", *more: str) -> str:
        """An address of this visit's pages."""
        subject = entry.subject
        query = f"?clue={subject.clue.uid}" if subject.clue else f"?case={subject.case.uid}" if subject.case else ""
        return reverse(name, args=[subject.household.uid, *more]) + query

    def show(self, entry: VisitEntry, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "entry": entry,
            "subject": entry.subject,
            "household": entry.subject.household,
            "list_address": self.address(entry),
            "files_address": self.address(entry, "visit-files"),
            "check_address": self.address(entry, "visit-check"),
            "reasons": REASONS,
            **more,
        }
        return render(self.request, f"monitoring/visit/{template}.html", context, status=status)

    def sectioned(self, entry: VisitEntry, lines: list[SectionLine]) -> list[dict[str, Any]]:
        return [{"line": line, "address": self.address(entry, "visit-section", line.key)} for line in lines]


class NewVisit(VisitPage):
    """The sections of a visit: the unseen first, each with what was last known; the dock names the next one."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        entry = self.entry(request, uid)
        clue = entry.subject.clue
        if clue is not None and clue.state != Clue.State.TO_VERIFY and entry.draft is None:
            messages.info(request, "这条线索现在不在待核实这一步，下面写着它到了哪里。")
            return redirect("clue-detail", uid=clue.uid)
        todo, done = unseen_first(entry.lines)
        minutes = math.ceil(len(todo) * SECONDS_A_SECTION / 60)
        return self.show(
            entry,
            "list",
            todo=self.sectioned(entry, todo),
            done=self.sectioned(entry, done),
            total=len(entry.lines),
            minutes=minutes,
        )


class VisitSection(VisitPage):
    """One section: its questions, or one tap that it is as it was last time."""

    def get(self, request: HttpRequest, uid: str, section: str) -> HttpResponse:
        entry = self.entry(request, uid)
        return self._page(entry, entry.line(self._declared(entry, section)))

    def post(self, request: HttpRequest, uid: str, section: str) -> HttpResponse:
        entry = self.entry(request, uid)
        declared = self._declared(entry, section)
        given = _given(request, declared)
        try:
            _, faults = save_section(
                subject=entry.subject,
                uid=_uuid(request.POST.get("uid")),
                section=section,
                state=request.POST.get("state", "changed"),
                values=given,
                seq=whole_number(request.POST.get("seq"), digits=15) or 0,
                actor=self.user,
                at=self.at,
            )
        except Refused as refusal:
            return self._refused(entry, refusal)
        if _wants_json(request):
            return JsonResponse({"saved": _clock(self), "faults": faults}, status=200)
        if faults:
            return self._page(entry, entry.line(declared, values=given, faults=faults), status=400)
        return redirect(self._next(entry, request))

    def _declared(self, entry: VisitEntry, key: str) -> Section:
        declared = section_of(entry.subject.kind, key)
        if declared is None:
            raise Http404
        return declared

    def _refused(self, entry: VisitEntry, refusal: Refused) -> HttpResponse:
        if refusal.status in (403, 404):
            raise refusal
        if _wants_json(self.request):
            return JsonResponse({"refused": refusal.message, "code": refusal.code}, status=refusal.status)
        messages.error(self.request, refusal.message)
        return redirect(self.address(entry))

    def _next(self, entry: VisitEntry, request: HttpRequest) -> str:
        """The next unseen section where the user was on one; the list where he confirmed on the list."""
        if "on_list" in request.POST:
            return self.address(entry)
        fresh = VisitEntry(entry.subject, self.user, entry.today)
        todo, _ = unseen_first(fresh.lines)
        return self.address(fresh, "visit-section", todo[0].key) if todo else self.address(fresh, "visit-check")

    def _page(self, entry: VisitEntry, line: SectionLine, status: int = 200) -> HttpResponse:
        keys = [one.key for one in entry.lines]
        more = {"position": keys.index(line.key) + 1, "total": len(keys)}
        address = self.address(entry, "visit-section", line.key)
        return self.show(entry, "section", status=status, line=line, address=address, **more)


class VisitCheck(VisitPage):
    """All answers once more before the visit is handed in, and what is still missing."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        return self._page(self.entry(request, uid))

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        entry = self.entry(request, uid)
        try:
            visit = submit_draft(
                subject=entry.subject,
                uid=_uuid(request.POST.get("uid")),
                version=whole_number(request.POST.get("version")),
                actor=self.user,
                at=self.at,
            )
        except Refused as refusal:
            return self._refused(request, uid, refusal)
        to = reverse("visit-detail", args=[visit.uid]) + "?done=1"
        return JsonResponse({"done": to}) if _wants_json(request) else redirect(to)

    def _refused(self, request: HttpRequest, uid: str, refusal: Refused) -> HttpResponse:
        if refusal.status in (403, 404):
            raise refusal
        if _wants_json(request):
            sentences = [refusal.message, *refusal.details]
            return JsonResponse({"refused": "\n".join(sentences), "code": refusal.code}, status=refusal.status)
        return self._page(self.entry(request, uid), refusal=refusal, status=refusal.status)

    def _page(self, entry: VisitEntry, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
        missing = gaps(entry.subject, entry.answers, entry.files, entry.signers, self.at)
        found = [{"gap": gap, "address": self.address(entry, "visit-section", gap.section)} for gap in missing]
        unseen = [line for line in entry.lines if not line.is_seen and not line.section.must]
        return self.show(
            entry,
            "check",
            status=status,
            rows=self.sectioned(entry, entry.lines),
            gaps=found,
            unseen=self.sectioned(entry, unseen),
            refusal=refusal,
            doubts=self._doubts(entry),
        )

    def _doubts(self, entry: VisitEntry) -> list[dict[str, Any]]:
        """What looks doubtful about the answers, each with the section that it stands in."""
        titles = {line.key: line.section.title for line in entry.lines}
        found = doubts_about(Entered(entry.subject.household, entry.today, entry.answers, form=VISIT))
        return [self._doubt(entry, one, titles[one.field]) for one in found if one.field in titles]

    def _doubt(self, entry: VisitEntry, doubt: Doubt, title: str) -> dict[str, Any]:
        address = self.address(entry, "visit-section", doubt.field)
        return {"title": title, "words": doubt.words, "address": address}


class VisitFiles(VisitPage):
    """Photos and signatures on their way in, and out again (`drop`)."""

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        entry = self.entry(request, uid)
        slot = request.POST.get("slot", PHOTO)
        try:
            kept = self._drop(entry, slot) if "drop" in request.POST else self._add(entry, slot)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            if _wants_json(request):
                return JsonResponse({"refused": refusal.message, "code": refusal.code}, status=refusal.status)
            messages.error(request, refusal.message)
            kept = []
        if _wants_json(request):
            return JsonResponse({"saved": _clock(self), "files": kept})
        return redirect(self.address(entry, "visit-section", "proof"))

    def _add(self, entry: VisitEntry, slot: str) -> list[str]:
        uploads = self.request.FILES.getlist("files")
        if not uploads:
            raise Refused("没有选照片。点“拍照”，拍好再存。", field="files", code="invalid")
        kept = []
        for upload in uploads:
            if upload.size is None or upload.size > LARGEST_PHOTO:
                raise Refused("照片超过 15 MB，请换一张小的。", field="files", code="too_large")
            _, file = add_file(
                subject=entry.subject,
                uid=_uuid(self.request.POST.get("uid")),
                slot=slot,
                name=upload.name or "",
                content=upload.read(),
                actor=self.user,
                at=self.at,
            )
            kept.append(self.address(entry, "visit-draft-file", file.sha256))
        return kept

    def _drop(self, entry: VisitEntry, slot: str) -> list[str]:
        sha256 = self.request.POST.get("drop", "")
        drop_file(subject=entry.subject, slot=slot, sha256=sha256, actor=self.user, at=self.at)
        return []


class VisitDraftFile(VisitPage):
    """A photo or signature of the user's own draft, small."""

    def get(self, request: HttpRequest, uid: str, sha256: str) -> HttpResponse:
        entry = self.entry(request, uid)
        draft = draft_of(entry.subject, self.user)
        link = next((one for one in draft.files.all() if one.file.sha256 == sha256), None) if draft else None
        if link is None:
            raise Http404
        content, kind = picture_of(link.file, small=True)
        answer = HttpResponse(content, content_type=kind)
        answer["Cache-Control"] = f"private, max-age={int(timedelta(minutes=30).total_seconds())}"
        return answer


def _given(request: HttpRequest, section: Section) -> dict[str, Any]:
    if section.key == "proof":
        return {key: value for key, value in request.POST.items() if isinstance(value, str)}
    lists = {ask.name for ask in section.asks if ask.kind == "choices"}
    return {
        ask.name: request.POST.getlist(ask.name) if ask.name in lists else request.POST.get(ask.name, "")
        for ask in section.asks
    }


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _clock(page: Page) -> str:
    return f"{timezone.localtime(page.at):%H:%M}"


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()


def _named(rows: Any, request: HttpRequest, name: str) -> Any:
    """The row of the household that the address names, or None; an address that names another's is no page."""
    given = request.GET.get(name)
    if not given:
        return None
    try:
        return get_object_or_404(rows.all(), uid=UUID(given))
    except ValueError as error:
        raise Http404 from error
