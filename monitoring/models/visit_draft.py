"""Visits that are being entered: kept after every answer, gone when they are handed in."""

from __future__ import annotations

import uuid

from django.db import models

from accounts.crypto import Sealed


class VisitDraft(models.Model):
    """What one user has entered so far of one visit. `uid` comes from the browser and becomes the visit's.

    `subject` names what the visit is for (`follow_up`, `clue:<uid>`, `case:<uid>`), so that a user has one draft for it.
    `answers` is sealed JSON: {section: {"state": open | same | changed, "values": {…}, "seq": n}}; a save with an older
    `seq` than the one kept came late and is passed over.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="visit_drafts", verbose_name="录入人")
    household = models.ForeignKey("households.Household", models.CASCADE, related_name="visit_drafts")
    subject = models.CharField(max_length=50)
    answers_sealed = models.BinaryField(null=True, editable=False)
    started_at = models.DateTimeField("开始时间")
    saved_at = models.DateTimeField("保存时间")

    answers = Sealed("answers_sealed")

    class Meta:
        verbose_name = "走访草稿"
        ordering = ["-saved_at"]
        indexes = [models.Index(fields=["saved_at"])]
        constraints = [
            models.UniqueConstraint(fields=["user", "household", "subject"], name="one_draft_for_a_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.subject}"


class DraftFile(models.Model):
    """A photo (slot `photo`) or somebody's signature (`sign:…`) of a draft."""

    draft = models.ForeignKey(VisitDraft, models.CASCADE, related_name="files")
    slot = models.CharField(max_length=80)
    file = models.ForeignKey("accounts.StoredFile", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "草稿附件"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["draft", "slot", "file"], name="draft_file_once")]

    def __str__(self) -> str:
        return self.slot
