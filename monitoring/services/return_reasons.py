"""A county's reasons for sending cases back, each with the words that a return begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services.audit import record
from monitoring.models import ReturnReason

EDIT_REASONS = "monitoring.edit_return_reasons"
MOST = 30
STANDARD = (
    ("触碰项没有说明", "请农户说明比对触碰的情况，附证明材料，补登记户说明。"),
    ("签字不全", "请补齐家庭成员签字（手印），重新上传承诺授权书。"),
    ("照片不清或缺少", "请重新拍摄并上传能看清的照片。"),
    ("收入测算不清", "请核对近 12 个月各项收入和支出，写明变化的原因。"),
    ("评议不合规", "请核对应到、实到和票数，必要时重新召开评议会。"),
    ("公示不合规", "请核对公示地点、天数和内容，必要时重新公示。"),
    ("类别或风险不准", "请按实际情况重新拟定类别和风险。"),
    ("其他", ""),
)


@dataclass(frozen=True)
class Reason:
    """A reason to choose; `pk` is None for a standard one that the county has not made its own."""

    title: str
    wording: str
    pk: int | None = None


def reasons_for(code: str) -> list[Reason]:
    """The reasons in use for a place with this division code: its county's, the standard ones where it has none."""
    own = ReturnReason.objects.standing().for_place(code)
    rows = [Reason(row.title, row.wording, row.pk) for row in own]
    return rows or [Reason(title, wording) for title, wording in STANDARD]


def keep_reason(
    *, county: Division, title: str, wording: str, instead_of: str = "", actor: User, at: datetime
) -> ReturnReason:
    """Add a reason, or put one in the place of another (by its title). The first change makes the standard list its own.

    Raises:
        Refused: no title, a title that is there already, or too many.
        Forbidden, OutOfScope: see `accounts.permissions.require`.
    """
    require(actor=actor, right=EDIT_REASONS, code=county.code, at=at)
    title, wording = " ".join(title.split()), wording.strip()
    if not title:
        raise Refused("请写退回原因。", field="title", code="missing")
    with transaction.atomic():
        rows = {row.title: row for row in _own(county, actor, at)}
        old = rows.get(instead_of) if instead_of else None
        if title in rows and rows[title] != old:
            raise Refused(f"已经有“{title}”。", field="title", code="taken")
        if old is None and len(rows) >= MOST:
            raise Refused(f"退回原因至多 {MOST} 条，请先停用不用的。", field="title", code="too_many")
        if old is not None:
            ReturnReason.objects.filter(pk=old.pk).update(retired_at=at)
        position = old.position if old else max((row.position for row in rows.values()), default=0) + 1
        kept = ReturnReason.objects.create(
            division=county, title=title, wording=wording, position=position, set_by=actor, set_at=at
        )
        record(actor=actor, at=at, action="return_reason.kept", target=kept, detail={"title": title})
    return kept


def retire_reason(*, county: Division, title: str, actor: User, at: datetime) -> None:
    """Offer a reason no longer; what was returned for it is still counted. Raises as `keep_reason`."""
    require(actor=actor, right=EDIT_REASONS, code=county.code, at=at)
    with transaction.atomic():
        rows = _own(county, actor, at)
        row = next((row for row in rows if row.title == title), None)
        if row is None:
            raise Refused(f"没有“{title}”这条原因。", code="unknown")
        if len(rows) == 1:
            raise Refused("至少要留一条退回原因。", code="last")
        ReturnReason.objects.filter(pk=row.pk).update(retired_at=at)
        record(actor=actor, at=at, action="return_reason.retired", target=row, detail={"title": title})


def _own(county: Division, actor: User, at: datetime) -> list[ReturnReason]:
    """The county's list; the standard one copied where it has none yet."""
    Division.objects.select_for_update().get(pk=county.pk)
    standing = ReturnReason.objects.standing().filter(division=county)
    if not standing.exists():
        ReturnReason.objects.bulk_create(
            ReturnReason(division=county, title=title, wording=wording, position=place, set_by=actor, set_at=at)
            for place, (title, wording) in enumerate(STANDARD, start=1)
        )
    return list(standing)
