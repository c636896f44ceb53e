"""Telephones: their form, and one number for many households. Numbers are never said, only whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from accounts.crypto import blind_indexes
from accounts.models import Division
from accounts.scope import in_division
from households.models import Household, Membership, Person
from quality.checks.base import Ask, Found, across, of_household, of_person, parameter
from quality.facts import Home, Member

MOBILE = re.compile(r"1[3-9][0-9]{9}")
SHARED = parameter("quality_phone_households", "同一电话出现在几户以上算重复", "number", 2, least=2)
_BATCH = 5_000


@of_household("phone-household", "户联系电话不是 11 位手机号", 2, "phone", "5_13_003")
def household_phone(home: Home, ask: Ask) -> str | None:
    return (
        f"户联系电话 {len(home.phone)} 位，不是 11 位手机号"
        if home.phone and not MOBILE.fullmatch(home.phone)
        else None
    )


@of_person("phone-person", "成员联系电话不是 11 位手机号", 2, "phone", "5_13_003")
def person_phone(one: Member, home: Home, ask: Ask) -> str | None:
    return f"联系电话 {len(one.phone)} 位，不是 11 位手机号" if one.phone and not MOBILE.fullmatch(one.phone) else None


@across("phone-shared", "不同农户用同一个电话", 2, "phone", "2_01_013", "2_01_014", "2_12_007", parameters=(SHARED,))
def shared(place: Division, ask: Ask) -> Iterator[Found]:
    """Counted over the whole county whatever the place, so that the check of one village says the same as the county's.

    Sixteen bytes a telephone in two arrays, sorted: flat memory.
    """
    most = _most_homes(*_marks(place.county, ask))
    for start in range(0, len(most), _BATCH):
        some = sorted(most)[start : start + _BATCH]
        villages = dict(Household.objects.within(place).filter(pk__in=some).values_list("pk", "village_id"))
        for key, village in sorted(villages.items()):
            if most[key] >= ask.setting(SHARED, village):
                yield Found(f"联系电话与另外 {most[key] - 1} 户相同", village, key)


def _most_homes(keys: np.ndarray, marks: np.ndarray) -> dict[int, int]:
    """Of households that share a telephone: with how many, itself among them, by the one shared most."""
    order = np.lexsort((keys, marks))
    keys, marks = keys[order], marks[order]
    pairs = np.ones(len(keys), dtype=np.bool_)
    pairs[1:] = (keys[1:] != keys[:-1]) | (marks[1:] != marks[:-1])
    keys, marks = keys[pairs], marks[pairs]
    found, counts = np.unique(marks, return_counts=True)
    often = dict(zip(found[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True))
    most: dict[int, int] = {}
    for key, mark in zip(keys.tolist(), marks.tolist(), strict=True):
        if mark in often:
            most[key] = max(most.get(key, 0), often[mark])
    return most


def _marks(place: Division, ask: Ask) -> tuple[np.ndarray, np.ndarray]:
    """A household's key beside eight bytes of the keyed digest of each of its telephones."""
    keys: list[np.ndarray] = []
    marks: list[np.ndarray] = []
    for owners, phones in _batches(place, ask):
        keys.append(np.array(owners, dtype=np.int64))
        digests = b"".join(one[:8] for one in blind_indexes("phone", phones))
        marks.append(np.frombuffer(digests, dtype=np.uint64))
    if not keys:
        return np.array([], dtype=np.int64), np.array([], dtype=np.uint64)
    return np.concatenate(keys), np.concatenate(marks)


def _batches(place: Division, ask: Ask) -> Iterator[tuple[list[int], list[str]]]:
    owners: list[int] = []
    phones: list[str] = []
    for owner, phone in _phones(place, ask):
        owners.append(owner)
        phones.append(phone)
        if len(owners) == _BATCH:
            yield owners, phones
            owners, phones = [], []
    if owners:
        yield owners, phones


def _phones(place: Division, ask: Ask) -> Iterator[tuple[int, str]]:
    homes = Household.objects.within(place).active(ask.on).filter(phone_sealed__isnull=False).order_by()
    for key, uid, blob in homes.values_list("pk", "uid", "phone_sealed").iterator(chunk_size=_BATCH):
        yield key, Household.phone.opened(uid, blob)
    rows = Membership.objects.as_of(ask.on).filter(
        in_division("household__village_id", place), person__phone_sealed__isnull=False
    )
    columns = ("household_id", "person__uid", "person__phone_sealed")
    for key, uid, blob in rows.order_by().values_list(*columns).iterator(chunk_size=_BATCH):
        yield key, Person.phone.opened(uid, blob)
