"""Many keys in one condition: `rows.filter(household__in=among(keys))`."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.db.models import BigIntegerField, Expression


class among(Expression):  # noqa: N801  # reads as the condition that it is
    """Keys handed to the database as one value. One parameter for each, which is what a list makes, costs more than
    finding the rows."""

    def __init__(self, keys: Collection[int]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.keys = tuple(keys)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return "(SELECT value FROM json_each(%s))", (json.dumps(self.keys),)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "(SELECT unnest(%s::bigint[]))", [list(self.keys)]
