"""Households and persons as they are named inside other answers."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet
from rest_framework import serializers

from accounts.api.fields import Output
from accounts.api.serializers import Place
from households.models import Household, Membership

Row = TypeVar("Row", bound=Model)


class MemberName(Output):
    """A person by name only."""

    uid = serializers.UUIDField()
    name = serializers.CharField()


class HouseholdBrief(Output):
    """A household in a list: who and where, nothing that needs a purpose."""

    uid = serializers.UUIDField()
    number = serializers.CharField()
    head = serializers.SerializerMethodField(help_text="户主姓名")
    village = Place()

    def get_head(self, household: Household) -> str:
        heads: list[Membership] = getattr(household, "heads", [])
        return heads[0].person.name if heads else ""


def with_heads(rows: QuerySet[Row], path: str = "") -> QuerySet[Row]:
    """Rows whose household (at `path`, "" for households themselves) knows its householder as `heads`: two queries for
    a whole page."""
    heads: Any = Membership.objects.heads().current().select_related("person")
    prefix = f"{path}__" if path else ""
    related = rows.select_related(f"{prefix}village")
    return related.prefetch_related(Prefetch(f"{prefix}memberships", heads, to_attr="heads"))
