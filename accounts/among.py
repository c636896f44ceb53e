"""The lookup `among`: a number is one of very many, given to the database as one value."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignKey, Lookup


class Among(Lookup):
    """`household__among=keys` is `household__in=keys` for a thousand keys: one parameter instead of a thousand, which
    cost more to prepare, to write and to parse than many a query takes."""

    lookup_name = "among"
    # The keys are numbers already; preparing each by itself is what this is to save.
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Any) -> None:
        super().__init__(lhs, frozenset(rhs))

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        """The keys as one text. Raises EmptyResultSet where there are none: the query is then not asked."""
        if not self.rhs:
            raise EmptyResultSet
        return ",".join(map(str, map(int, self.rhs)))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, "{" + self.process_rhs(compiler, connection) + "}"]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        keys = "[" + self.process_rhs(compiler, connection) + "]"
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, keys]


Field.register_lookup(Among)
ForeignKey.register_lookup(Among)
