"""Editions: what the ledgers of a closed month say for ever."""

from __future__ import annotations

from django.db import models

from reports.querysets import EditionQuerySet, EditionSheetQuerySet


class Edition(models.Model):
    """The ledgers of one county for one month as they were accepted. A month reopened and closed again has a second
    one; the first stays. Never updated or deleted.

    `known_at` is the moment whose knowledge it holds: what was recorded later comes into it as an adjustment.
    """

    county = models.ForeignKey("accounts.Division", models.PROTECT, related_name="editions", verbose_name="县")
    month = models.DateField("月份", help_text="当月第一天")
    number = models.PositiveSmallIntegerField("版次")
    as_of = models.DateField("截至")
    known_at = models.DateTimeField("结账时点")
    frozen_at = models.DateTimeField("封存时间")
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="结账人")

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "结账版"
        ordering = ["-month", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["county", "month", "number"], name="one_edition_of_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.month:%Y-%m} 第{self.number}版"

    @property
    def version_word(self) -> str:
        """How it is asked for: 'v2'."""
        return f"v{self.number}"


class EditionSheet(models.Model):
    """One ledger of one place in an edition. The content is kept sealed, the sheets of lower places being cut out of
    the county's or the township's; `sha256` is over the canonical form of this sheet (reports/frozen.py), and its
    first digits are printed on it. Never updated or deleted.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="sheets", verbose_name="结账版")
    ledger = models.CharField("台账", max_length=10)
    title = models.CharField("台账名称", max_length=60)
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="+", verbose_name="地方")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    rows = models.PositiveIntegerField("行数")
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+", verbose_name="封存内容")

    objects = EditionSheetQuerySet.as_manager()

    class Meta:
        verbose_name = "封存台账"
        ordering = ["edition_id", "ledger", "division_id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "ledger", "division"], name="one_sheet_of_a_ledger_and_place"),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.ledger} {self.division}"

    @property
    def code(self) -> str:
        """The short form of the hash as it is printed: 'A1B2-C3D4-E5F6-0718'."""
        digits = self.sha256[:16].upper()
        return "-".join(digits[i : i + 4] for i in range(0, 16, 4))
