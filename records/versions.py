"""The standing versions of one line, and what becomes of them: pure, no rows of the database.

Every function takes the standing versions in the order of their days and gives the versions that are to stand after
it; `difference` says which of them must be withdrawn and which written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from accounts.errors import Refused

Values = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """What a line says from a day until the day before another. `key` is its row, None while it has none; `home` the
    household that it was written for, which is no part of what it says."""

    from_on: date
    to_on: date | None
    values: Values
    key: int | None = None
    home: int | None = None

    def holds(self, on: date) -> bool:
        return self.from_on <= on and (self.to_on is None or on < self.to_on)

    def same(self, other: Version) -> bool:
        return (self.from_on, self.to_on, self.values) == (other.from_on, other.to_on, other.values)


Versions = Sequence[Version]


def difference(before: Versions, after: Versions) -> tuple[list[Version], list[Version]]:
    """(to withdraw, to write): what both have stays as it is."""
    gone = [version for version in before if not any(version.same(other) for other in after)]
    new = [version for version in after if not any(version.same(other) for other in before)]
    return gone, [replace(version, key=None) for version in new]


def begun(versions: Versions, new: Version) -> list[Version]:
    """One more version. Refused where another holds on one of its days."""
    if new.to_on is not None and new.to_on <= new.from_on:
        raise Refused("截止日期要晚于起始日期。", field="to_on", code="date_order")
    after = sorted([*versions, new], key=lambda version: version.from_on)
    for earlier, later in zip(after, after[1:], strict=False):
        if earlier.to_on is None or earlier.to_on > later.from_on:
            raise Refused(
                f"与 {earlier.from_on} 起的记录在时间上重叠，请改用变更或更正。", field="from_on", code="overlap"
            )
    return after


def changed(versions: Versions, values: Values, on: date, home: int | None = None) -> list[Version]:
    """Other values from a day on, until the version in force on it ends."""
    there = in_force(versions, on)
    rest = [version for version in versions if version is not there]
    new = Version(on, there.to_on, values, home=home or there.home)
    kept = [replace(there, to_on=on)] if there.from_on < on else []
    return begun([*rest, *kept], new)


def corrected(versions: Versions, wrong: Version, right: Version) -> list[Version]:
    """What was written wrong written anew, its days too."""
    return begun([version for version in versions if version is not wrong], right)


def ended(versions: Versions, on: date) -> list[Version]:
    """No longer so from a day on; what was to begin later goes too."""
    kept = [version for version in versions if version.from_on < on]
    if not kept:
        raise Refused("这一天之前没有记录；整条录错的请撤回。", field="on", code="date_order")
    last = kept[-1]
    if last.to_on is not None and last.to_on <= on:
        raise Refused(f"这条记录已于 {last.to_on} 截止。", field="on", code="ended")
    return [*kept[:-1], replace(last, to_on=on)]


def in_force(versions: Versions, on: date) -> Version:
    """The version of a day. Refused where there is none."""
    found = next((version for version in versions if version.holds(on)), None)
    if found is None:
        raise Refused(f"{on} 没有有效的记录，请核对日期；要恢复的请重新录入。", field="on", code="not_in_force")
    return found


def stint_of(versions: Versions) -> list[Version]:
    """The last run of versions without a gap between them."""
    run = [versions[-1]]
    for earlier in reversed(versions[:-1]):
        if earlier.to_on != run[0].from_on:
            break
        run.insert(0, earlier)
    return run


@dataclass(frozen=True)
class Row:
    """What a list says of a line: the values that it gives (a blank gives none), and its days where it has them."""

    given: Values
    starts: date | None = None
    ends: date | None = None
    home: int | None = None


def merged(versions: Versions, row: Row, *, on: date, dated: bool = False) -> list[Version]:
    """The versions after a list of the day `on`. `dated`: the row's first day says since when its values hold.

    Refused where the list is older than what is held, or its days do not fit.
    """
    if not versions:
        return begun([], Version(row.starts or on, row.ends, row.given, home=row.home))
    if _begins_again(versions[-1], row, on):
        new = Version(row.starts or on, row.ends, {**versions[-1].values, **row.given}, home=row.home)
        return begun(versions, new)
    if dated and row.starts is not None:
        return _as_of_its_day(versions, row, row.starts)
    after = _with_start(versions, row)
    return _with_values(_with_end(after, row), row, on)


def _begins_again(last: Version, row: Row, on: date) -> bool:
    """Whether the line had ended and the row says that it is there again."""
    if last.to_on is None:
        return False
    if row.starts is not None:
        return row.starts >= last.to_on
    return row.ends is None and on >= last.to_on


def _as_of_its_day(versions: Versions, row: Row, day: date) -> list[Version]:
    first = stint_of(versions)[0]
    if day < first.from_on:
        values = {**first.values, **row.given}
        if values == first.values:
            return corrected(versions, first, replace(first, from_on=day))
        return begun(versions, Version(day, first.from_on, values, home=row.home))
    there = in_force(versions, day)
    values = {**there.values, **row.given}
    return list(versions) if values == there.values else changed(versions, values, day, row.home)


def _with_start(versions: Versions, row: Row) -> list[Version]:
    """The line's first day as the row has it: the one written wrong put right, or a change from a later day on."""
    stint = stint_of(versions)
    first, last = stint[0], stint[-1]
    if row.starts is None or row.starts == first.from_on:
        return list(versions)
    differs = {**last.values, **row.given} != last.values
    if row.starts < first.from_on or (len(stint) == 1 and not differs):
        return corrected(versions, first, replace(first, from_on=row.starts))
    if not differs:
        return list(versions)
    if row.starts < last.from_on:
        raise older(last)
    return changed(versions, {**last.values, **row.given}, row.starts, row.home)


def _with_end(versions: list[Version], row: Row) -> list[Version]:
    last = versions[-1]
    if row.ends is None or row.ends == last.to_on:
        return versions
    return corrected(versions, last, replace(last, to_on=row.ends))


def _with_values(versions: list[Version], row: Row, on: date) -> list[Version]:
    """What the row says beside its days: from the list's day on, or for what is over by then, put right."""
    last = versions[-1]
    values = {**last.values, **row.given}
    if values == last.values:
        return versions
    over = last.to_on is not None and last.to_on <= on
    ahead = row.starts is not None and len(stint_of(versions)) == 1 and on < last.from_on
    if over or ahead or on == last.from_on:
        return corrected(versions, last, replace(last, values=values))
    if on < last.from_on:
        raise older(last)
    return changed(versions, values, on, row.home)


def older(last: Version) -> Refused:
    return Refused(f"已有 {last.from_on} 起的记录，比这份名册新，请核对数据日期。", field="from_on", code="older")
