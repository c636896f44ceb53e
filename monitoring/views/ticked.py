"""The rows that are ticked on a list to be dealt with together, each as it stood there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.views.base import whole_number


def ticked(items: Iterable[str]) -> dict[str, int]:
    """uid → version of the rows, which a page sends as `uid:version`; what is no such pair is left out."""
    found: dict[str, int] = {}
    for item in items:
        name, _, written = item.rpartition(":")
        version = whole_number(written)
        if version is not None:
            try:
                found[str(UUID(name))] = version
            except ValueError:
                continue
    return found
