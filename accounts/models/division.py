"""Administrative divisions (行政区划)."""

from __future__ import annotations

from django.db import models

from accounts.querysets import DivisionQuerySet

# How many leading digits of the 12-digit code name each level; the rest are zeros.
PREFIX_LENGTHS = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}


def level_of(code: str) -> int:
    """Level of a 12-digit code by its trailing zeros: 1 province … 5 village."""
    significant = len(code.rstrip("0"))
    return next(level for level, length in PREFIX_LENGTHS.items() if significant <= length)


def lineage(code: str) -> tuple[str, str, str]:
    """The codes of the county and of the township that a place lies in or is, and its own."""
    county, township = (code[: PREFIX_LENGTHS[level]].ljust(12, "0") for level in (3, 4))
    return county, township, code


class Division(models.Model):
    """A place of one of five levels. The code is the key, so a subtree is a range of codes."""

    class Level(models.IntegerChoices):
        PROVINCE = 1, "省"
        CITY = 2, "市"
        COUNTY = 3, "县"
        TOWNSHIP = 4, "乡镇"
        VILLAGE = 5, "村"

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("级别", choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    rural_population = models.PositiveIntegerField("农业人口", null=True, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = "行政区划"
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "code"])]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The digits that all codes below this place begin with."""
        return self.code[: PREFIX_LENGTHS[self.level]]

    @property
    def code_range(self) -> tuple[str, str]:
        """First code of the subtree and the first code after it: `low <= code < high`, an index search everywhere."""
        return self.prefix.ljust(12, "0"), _next_prefix(self.prefix).ljust(12, "0")

    @property
    def county(self) -> Division:
        """The county that this place lies in; itself where it is one or lies above. Told by the code, without a query:
        of a place below only its code and level are filled in, enough for ranges and keys."""
        if self.level <= self.Level.COUNTY:
            return self
        return Division(code=self.code[: PREFIX_LENGTHS[self.Level.COUNTY]].ljust(12, "0"), level=self.Level.COUNTY)

    def contains(self, code: str) -> bool:
        return code.startswith(self.prefix)


def _next_prefix(prefix: str) -> str:
    head, last = prefix[:-1], prefix[-1]
    # ":" is the character after "9", so the range stays right where a carry would overflow.
    return head + chr(ord(last) + 1)
