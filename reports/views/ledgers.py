"""Pages of the ledgers: choose, look, open a number."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.models import Division
from accounts.permissions import may
from accounts.views.base import Page
from reports.boards import BOARDS
from reports.ledgers import LEDGERS, Ledger
from reports.ledgers.i1 import BOARDS as INDICATOR_BOARDS
from reports.ledgers.places import beside, row_beside
from reports.ledgers.summary import SummaryLedger
from reports.models import Edition, ExportRun
from reports.permissions import EXPORT_WHOLE
from reports.services.drill import drill
from reports.services.preview import preview_ledger
from reports.views.choice import Choice, read_choice

# Rows in the drawer; the page of the same address has more.
IN_DRAWER = 20


class LedgerList(Page):
    """All ledgers, for a place and month, and the user's last exports."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = read_choice(request.GET, user=self.user, today=timezone.localdate())
        offered = _offered(choice) if choice else []
        context = {
            "choice": choice,
            "summaries": [one for one in offered if isinstance(one, SummaryLedger)],
            "details": [one for one in offered if not isinstance(one, SummaryLedger) and not one.group],
            "national": [one for one in offered if one.group == "national"],
            "exports": ExportRun.objects.visible_to(self.user).select_related("division")[:6],
        }
        return render(request, "reports/ledgers.html", context, status=400 if choice and choice.error else 200)


def _offered(choice: Choice) -> list[Ledger]:
    """The ledgers that there are for the chosen place."""
    return [one for one in LEDGERS.values() if choice.division.level in one.levels]


class LedgerPreview(Page):
    """One ledger as it would be printed: its first rows, every number of a summary a link to what it counts."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        ledger = _ledger(name)
        choice = _choice(self, request)
        if (other := request.GET.get("ledger", "")) in LEDGERS and other != ledger.code:
            return redirect(f"{_address(other)}?{choice.query}")
        preview = preview_ledger(
            name=ledger.code,
            division=choice.division,
            as_of=choice.as_of,
            actor=self.user,
            at=self.at,
            known=choice.known,
        )
        context = {
            "choice": choice,
            "preview": preview,
            "ledger": ledger,
            "ledgers": [(one.code, f"{one.code} {one.title}") for one in _offered(choice)],
            "editions": Edition.objects.of(choice.division, choice.month),
            "as_closed": preview.reading.known_at is not None,
            "opens": preview.opens,
            "exports": ExportRun.objects.visible_to(self.user).count(),
            "may_see_layout": ledger.fixed_layout(preview.reading) is None,
            "may_whole": may(actor=self.user, right=EXPORT_WHOLE, code=choice.division.code, at=self.at),
        }
        return render(request, "reports/ledger.html", context, status=400 if choice.error else 200)


class LedgerCell(Page):
    """What lies behind one number: a page, or the drawer beside the ledger."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        choice = _choice(self, request)
        in_drawer = bool(request.headers.get("HX-Request"))
        found = drill(
            name=_counted(name),
            division=choice.division,
            unit=_unit(choice.division, request.GET.get("unit", "")),
            path=tuple(request.GET.get("path", "").split("·")),
            as_of=choice.as_of,
            actor=self.user,
            at=self.at,
            known=choice.known,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            **({"most": IN_DRAWER} if in_drawer else {}),
        )
        context = {
            "choice": choice,
            "drill": found,
            "address": f"{request.path}?{request.GET.urlencode()}",
        }
        return render(request, "reports/cell_drawer.html" if in_drawer else "reports/cell.html", context)


def _ledger(name: str) -> Ledger:
    ledger = LEDGERS.get(name.upper())
    if ledger is None:
        raise Http404
    return ledger


def _counted(name: str) -> str:
    """The code of a ledger, board or indicator whose numbers open."""
    if name.upper() not in LEDGERS | BOARDS | INDICATOR_BOARDS:
        raise Http404
    return name.upper()


def _choice(page: Page, request: HttpRequest) -> Choice:
    choice = read_choice(request.GET, user=page.user, today=timezone.localdate())
    if choice is None:
        raise Http404
    return choice


def _address(code: str) -> str:
    return reverse("ledger-preview", args=[code])


def _unit(division: Division, code: str) -> Division | None:
    """The row that the number stands in; none for 合计."""
    if not code:
        return None
    place, key = beside(code)
    unit: Division | None = Division.objects.within(division).filter(code=place).first()
    if unit is None:
        raise Http404
    return row_beside(unit, key) if key else unit
