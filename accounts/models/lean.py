"""Rows that become objects the short way."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class Lean(models.Model):
    """What a model that comes by ten thousands is: a row that was read is put into the object as it is. Django's own
    way gives every value to the constructor, and tells signals that nobody here listens to."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], *, fetch_mode: Any = None
    ) -> Self:
        new = cls.__new__(cls)
        state = ModelState()
        state.db, state.adding = db, False
        if fetch_mode is not None:  # Django 6.1 says how to ask for what was not read.
            state.fetch_mode = fetch_mode
        new.__dict__["_state"] = state
        # Fields that were not read are asked for when somebody wants them, as always.
        new.__dict__.update(zip(field_names, values, strict=True))
        return new
