"""The county's catalogue of measures."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.services.audit import record
from assistance.catalogue import CATEGORIES, STANDARD
from assistance.models import MeasureType
from assistance.permissions import require_catalogue


def add_type(*, category: str, item: str, developmental: bool, actor: User, at: datetime) -> MeasureType:
    """A further sub-item of one of the national categories; a retired one of that name is taken up again.

    Raises: Refused for an unknown category, an empty name or one that is in use; Forbidden.
    """
    require_catalogue(actor=actor, at=at)
    if category not in CATEGORIES:
        raise Refused(f"措施大类只能是：{'、'.join(CATEGORIES)}。", field="category")
    if not item.strip():
        raise Refused("请填写措施小类。", field="item")
    with transaction.atomic():
        kind, made = MeasureType.objects.get_or_create(
            category=category, item=item.strip(), defaults={"developmental": developmental}
        )
        if not made and not MeasureType.objects.filter(pk=kind.pk, active=False).update(
            active=True, developmental=developmental
        ):
            raise Refused(f"目录中已有“{kind}”。", field="item")
        kind.refresh_from_db()
        record(actor=actor, at=at, action="measure_type.added", target=kind, detail={"developmental": developmental})
    return kind


def retire_type(*, kind: MeasureType, actor: User, at: datetime) -> MeasureType:
    """Offer a sub-item no longer; measures that have it keep it. Raises: Refused when retired; Forbidden."""
    require_catalogue(actor=actor, at=at)
    with transaction.atomic():
        if not MeasureType.objects.filter(pk=kind.pk, active=True).update(active=False):
            raise Refused(f"“{kind}”已经停用。", code="retired")
        record(actor=actor, at=at, action="measure_type.retired", target=kind)
    kind.refresh_from_db()
    return kind


def install_standard(*, actor: User | None, at: datetime) -> int:
    """Add the standard sub-items that are missing; gives how many. Retired ones stay retired."""
    with transaction.atomic():
        made = [
            MeasureType.objects.get_or_create(category=c, item=i, defaults={"developmental": d})[1]
            for c, i, d in STANDARD
        ]
        if any(made):
            record(actor=actor, at=at, action="measure_type.installed", detail={"added": sum(made)})
    return sum(made)
