"""The lookup `holds`: a name with these letters anywhere in it. Most people are called by the given name, which ends it."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import Contains


class Holds(Contains):
    """`contains` for names. PostgreSQL finds them by their single letters (migration 0004), whatever the place in the
    name and however few; its trigrams would need three, and a Chinese given name has two."""

    lookup_name = "holds"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        """As `contains`: the databases know their operators by the names of Django's own lookups."""
        return str(connection.operators["contains"] % rhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, column_params = self.process_lhs(compiler, connection)
        like, like_params = super().as_sql(compiler, connection)
        letters = list(dict.fromkeys(str(self.rhs)))
        return f"(string_to_array({column}, NULL) @> %s::text[] AND {like})", [*column_params, letters, *like_params]


CharField.register_lookup(Holds)
