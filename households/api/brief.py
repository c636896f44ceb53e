"""Households and persons as they are named inside other answers."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import Output
from accounts.api.serializers import Place
from households.heads import Rows, with_heads
from households.models import Household, Membership


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


def with_briefs(rows: Rows, path: str = "household") -> Rows:
    """Rows whose household (at `path`, "" for households themselves) has all that `HouseholdBrief` tells of it."""
    return with_heads(rows.select_related(f"{path}__village" if path else "village"), path)
