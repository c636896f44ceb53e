"""Who may import the register."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.errors import Forbidden
from accounts.models import Division, User
from accounts.permissions import may, require
from households.permissions import IMPORT_REGISTER


def require_register(*, actor: User | None, at: datetime) -> None:
    """Raise unless the actor may import the register of some county of this database.

    Raises:
        Forbidden, OutOfScope: see `accounts.permissions.require`.
    """
    counties = list(Division.objects.at_level(Division.Level.COUNTY).order_by("code").values_list("code", flat=True))
    if actor is not None and any(may(actor=actor, right=IMPORT_REGISTER, code=code, at=at) for code in counties):
        return
    require(actor=actor, right=IMPORT_REGISTER, code=counties[0] if counties else "0" * 12, at=at)


def require_villages(*, actor: User | None, villages: Iterable[str], at: datetime) -> None:
    """Raise unless the actor may import the register of every county that these villages lie in.

    Raises:
        Forbidden: names the counties that are not his.
    """
    if actor is None:
        return
    counties = {f"{code[:6]}000000" for code in villages}
    foreign = {code for code in counties if not may(actor=actor, right=IMPORT_REGISTER, code=code, at=at)}
    if foreign:
        names = Division.objects.filter(code__in=foreign).order_by("code").values_list("name", flat=True)
        raise Forbidden(f"文件涉及不归你管理的县：{'、'.join(names)}，请只导入本县的档案。")
