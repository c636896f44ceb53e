"""Changing a row that somebody may have changed meanwhile: a write names the version that it saw."""

from __future__ import annotations

from typing import Any

from django.db.models import BinaryField, F, Model

from accounts.errors import Conflict, Refused

# Sealed values stand in no message; that they were not written is said.
_SEALED = {"phone_sealed": "联系电话", "id_sealed": "证件号码"}


def needed(version: int | None) -> int:
    """The version that a write names. Raises: Refused when it names none."""
    if version is None or isinstance(version, bool) or version < 1:
        raise Refused("缺少版本号：请先打开最新内容，再提交修改。", field="version", code="version_required")
    return version


def change(row: Model, *, version: int | None, **values: Any) -> None:
    """Write `values` and count the version up, if the row still has `version`; call inside a transaction.

    The condition is in the UPDATE itself, because `select_for_update` does nothing on SQLite. `row` then stands as the
    database has it.

    Raises:
        Refused: no version was named.
        Conflict: the row has another one by now; `details` has each value as submitted and as it stands.
    """
    manager = type(row)._default_manager
    if not manager.filter(pk=row.pk, version=needed(version)).update(version=F("version") + 1, **values):
        raise stale(manager.get(pk=row.pk), version, values)
    row.refresh_from_db(fields=["version", *values])


def stale(now: Model, version: int | None, values: dict[str, Any]) -> Conflict:
    """The refusal of a write that saw an older version."""
    message = (
        f"这条记录已被他人修改（你看到的是第{version}版，现在是第{getattr(now, 'version', 0)}版），请刷新后核对再提交。"
    )
    return Conflict(
        message, code="stale", details=[line for name in values if (line := _both(now, name, values[name]))]
    )


def _both(now: Model, name: str, mine: Any) -> str:
    field, theirs = now._meta.get_field(name), getattr(now, name)
    if isinstance(field, BinaryField):
        return f"{_SEALED[name]}：现值见页面，提交的未保存" if name in _SEALED else ""
    if mine == theirs:
        return ""
    label = getattr(field, "verbose_name", name)
    return f"{label}：你提交的是“{_shown(mine)}”，现在是“{_shown(theirs)}”"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
