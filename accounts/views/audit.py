"""The view log: who did or looked at what, when and for what purpose; by keys, with filters in the address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.audit_words import GROUPS, named, words_of
from accounts.errors import OutOfScope
from accounts.models import AuditEvent
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.services.users import MANAGE
from accounts.views.base import Page, keyset_page

VIEW_AUDIT = "accounts.view_audit"


class AuditPage(Page):
    def roles_that_read(self) -> frozenset[str]:
        """The user's roles; the log is not there for who is neither auditor nor administrator."""
        roles = scope_of(self.user).roles
        if not roles & (PERMISSIONS[VIEW_AUDIT] | PERMISSIONS[MANAGE]):
            raise OutOfScope
        return roles


@method_decorator(never_cache, name="dispatch")
class AuditLog(AuditPage):
    """Everything for an auditor; accounts and settings for an administrator; nothing for anybody else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        roles = self.roles_that_read()
        events = AuditEvent.objects.readable_by(self.user).select_related("actor")
        page = keyset_page(_filtered(events, request.GET), order=("-id",), query=request.GET)
        context = {
            "page": page,
            "lines": _lines(page.rows),
            "filters": request.GET,
            "groups": [(key, title) for key, (title, _) in GROUPS.items()],
            "whole": bool(roles & PERMISSIONS[VIEW_AUDIT]),
            "filtered": any(value for key, value in request.GET.items() if key not in ("after", "before")),
        }
        return render(request, "accounts/audit.html", context)


def _filtered(events: QuerySet[AuditEvent], filters: Mapping[str, str]) -> QuerySet[AuditEvent]:
    if who := filters.get("who", "").strip()[:60]:
        events = events.filter(Q(actor__name=who) | Q(actor__username=who.lower()))
    if (group := filters.get("what", "")) in GROUPS:
        condition = Q(pk__in=[])
        for beginning in GROUPS[group][1]:
            condition |= Q(action__startswith=beginning)
        events = events.filter(condition)
    if start := _moment(filters.get("from", "")):
        events = events.filter(at__gte=start)
    if end := _moment(filters.get("to", "")):
        events = events.filter(at__lt=end + timedelta(days=1))
    kind, key = filters.get("type", ""), filters.get("id", "")
    if kind and key:
        events = events.filter(target_type=kind[:60], target_id=key[:64])
    return events


def _moment(text: str) -> datetime | None:
    """The first moment of a day in China."""
    try:
        day = datetime.combine(date.fromisoformat(text), time())
        return timezone.make_aware(day).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _lines(events: list[AuditEvent]) -> list[dict[str, Any]]:
    names = _targets(events)
    return [
        {
            "event": event,
            "words": words_of(event.action),
            "target": names.get((event.target_type, event.target_id), ""),
            "told": _told(event.detail),
        }
        for event in events
    ]


def _targets(events: list[AuditEvent]) -> dict[tuple[str, str], str]:
    """What the events were about, in words; one query for each sort of row on the page."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.target_type and event.target_id.isdigit():
            wanted[event.target_type].add(event.target_id)
    found: dict[tuple[str, str], str] = {}
    for label, keys in wanted.items():
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue
        rows = model._default_manager.filter(pk__in=keys)
        links = [field.name for field in model._meta.get_fields() if field.many_to_one and not field.auto_created]
        for row in rows.select_related(*links) if links else rows:
            found[(label, str(row.pk))] = f"{model._meta.verbose_name} {named(str(row))}"
    return found


_TOLD = {
    "reason": "原因",
    "ledger": "台账",
    "rows": "行数",
    "key": "参数",
    "value": "取值",
    "source": "依据",
    "field": "内容",
    "period": "月份",
    "feed": "数据",
    "code": "代码",
    "on": "日期",
    "last_day": "最后一天",
    "masked": "是否脱敏",
}


def _told(detail: Mapping[str, Any]) -> str:
    """The details that say something to a reader; keys of rows do not."""
    parts = [
        f"{title} {named(str(detail[key]))}"
        for key, title in _TOLD.items()
        if key in detail and not isinstance(detail[key], dict | list)
    ]
    return "，".join(parts)
