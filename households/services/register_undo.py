"""What an import of the register changed, kept sealed with its batch, and taking it back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models.deletion import ProtectedError

from accounts.crypto import seal, unseal
from accounts.errors import Conflict, Refused
from accounts.models import User
from accounts.services.audit import record
from households import moves, register
from households.models import Household, LifeEvent, LivingCondition, Membership, Person, RegisterBatch
from households.plain import plain
from households.services.register_lock import hold_persons
from households.services.register_rights import require_register

_CHUNK = 500
_NAMED = 5
# Models whose changed rows are put back, by their name in the record.
_MODELS: dict[str, type[models.Model]] = {
    "household": Household,
    "person": Person,
    "membership": Membership,
    "condition": LivingCondition,
}
# In the order in which new rows can go.
_CREATED: dict[str, type[models.Model]] = {
    "event": LifeEvent,
    "condition": LivingCondition,
    "membership": Membership,
    "person": Person,
    "household": Household,
}


@dataclass
class Changes:
    """Primary keys of what an import made, and of what it changed the fields before and after."""

    created: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in _CREATED})
    before: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {name: {} for name in _MODELS})
    after: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {name: {} for name in _MODELS})
    parts: dict[str, list[Any]] = field(default_factory=dict)

    def made(self, kind: str, rows: Iterable[models.Model]) -> None:
        self.created[kind].extend(row.pk for row in rows)

    def changed(self, kind: str, pk: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Remember a change; of several to one field the first `before` and the last `after` count."""
        first = self.before[kind].setdefault(str(pk), {})
        for name, value in before.items():
            first.setdefault(name, plain(value))
        self.after[kind].setdefault(str(pk), {}).update({name: plain(value) for name, value in after.items()})

    def any(self) -> bool:
        return (
            any(self.created.values()) or any(self.before.values()) or any(bool(part) for part in self.parts.values())
        )


def _is_still(now: Any, kept: Any) -> bool:
    """Whether a field has what was kept of it; of a decimal its value, however many decimals the column had then."""
    if isinstance(now, Decimal) and isinstance(kept, str):
        return now == Decimal(kept)
    return bool(plain(now) == kept)


def keep_changes(batch: RegisterBatch, changes: Changes) -> None:
    """Seal the record into the batch."""
    plain = zlib.compress(json.dumps(asdict(changes), ensure_ascii=False, separators=(",", ":")).encode())
    RegisterBatch.objects.filter(pk=batch.pk).update(undo_sealed=seal(plain, _place(batch)))


def _read_changes(batch: RegisterBatch) -> Changes:
    if not batch.undo_sealed:
        raise Refused("这个批次没有可撤销的记录。")
    return Changes(**json.loads(zlib.decompress(unseal(bytes(batch.undo_sealed), _place(batch)))))


def _place(batch: RegisterBatch) -> str:
    return f"households.registerbatch|undo|{batch.uid}"


@transaction.atomic
def undo_register(*, batch: RegisterBatch, actor: User | None, at: datetime) -> None:
    """Take an import of the register back, while nothing later touched its rows.

    Raises:
        Conflict: it has been undone, a later import exists, or rows were touched since; names what stands in the way.
        Forbidden, OutOfScope: the actor may not import the register.
    """
    require_register(actor=actor, at=at)
    hold_persons(to_delete=True)
    locked = RegisterBatch.objects.select_for_update().get(pk=batch.pk)
    done = RegisterBatch.objects.filter(pk=batch.pk, state=RegisterBatch.State.DONE)
    if not done.update(state=RegisterBatch.State.UNDONE):
        raise Conflict("这次导入已经撤销过了。")
    if RegisterBatch.objects.filter(state=RegisterBatch.State.DONE, pk__gt=batch.pk).exists():
        raise Conflict("之后还有别的档案导入，请先撤销较晚的一次。")
    _take_back(_read_changes(locked), actor, at)
    record(actor=actor, at=at, action="register.undone", target=batch)


def _take_back(changes: Changes, actor: User | None, at: datetime) -> None:
    obstacles = _touched(changes)
    try:
        for part in register.PARTS:
            obstacles += part.undo(changes.parts.get(part.name, []), at=at)
        if obstacles:
            raise Conflict("导入之后有数据又被改动，不能整批撤销，请在各户中单独更正。", details=obstacles[:_NAMED])
        # First what is new, so that an old membership may be the current one again.
        _delete(changes)
        _put_back(changes)
        moves.moved(households=_relocated(changes), actor=actor, at=at)
    except ProtectedError as error:
        used = sorted({str(row._meta.verbose_name) for row in error.protected_objects})
        message = "这次导入的人员或农户已经有了后续记录，不能整批撤销，请在各户中单独更正。"
        raise Conflict(message, details=[f"已有{name}" for name in used]) from error


def _relocated(changes: Changes) -> list[Household]:
    """Households that are back in another village, where work in hand has to follow them."""
    moved = [key for key, fields in changes.before["household"].items() if "village_id" in fields]
    return list(_rows(Household, moved))


def _touched(changes: Changes) -> list[str]:
    """Rows that no longer are as the import left them, in words."""
    return [
        f"{_LABELS[kind]}{_name(row)}已被改动"
        for kind, model in _MODELS.items()
        for row in _rows(model, changes.after[kind])
        if any(not _is_still(getattr(row, name), value) for name, value in changes.after[kind][str(row.pk)].items())
    ] + [f"户{row.number}已被改动" for row in _rows(Household, changes.created["household"]) if row.version != 1]


_LABELS = {"household": "户", "person": "人员", "membership": "成员关系", "condition": "生活条件"}


def _name(row: models.Model) -> str:
    if isinstance(row, Membership | LivingCondition):
        return str(row.household)
    return str(row)


def _rows(model: type[models.Model], keys: Iterable[Any]) -> Iterable[Any]:
    wanted = [int(key) for key in keys]
    for start in range(0, len(wanted), _CHUNK):
        yield from model._default_manager.filter(pk__in=wanted[start : start + _CHUNK])


def _put_back(changes: Changes) -> None:
    for kind, model in _MODELS.items():
        for row in _rows(model, changes.before[kind]):
            fields = changes.before[kind][str(row.pk)]
            for name, value in fields.items():
                setattr(row, name, _typed(model, name)(value))
            row.save(update_fields=[_column(name) for name in fields])


def _column(name: str) -> str:
    return "phone_sealed" if name == "phone" else name


def _typed(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    if name == "phone":
        return lambda value: value
    converter: Callable[[Any], Any] = model._meta.get_field(name).to_python  # type: ignore[union-attr]
    return converter


def _delete(changes: Changes) -> None:
    """Delete what the import made, children first."""
    for kind, model in _CREATED.items():
        keys = changes.created[kind]
        for start in range(0, len(keys), _CHUNK):
            model._default_manager.filter(pk__in=keys[start : start + _CHUNK]).delete()
