"""A row that stands for work which a worker does."""

from __future__ import annotations

import uuid

from django.db import models


class Job(models.Model):
    """What `accounts.jobs` keeps about a run, whose row is the truth about it. While it is queued, `heartbeat_at` says when
    its message was last sent. Its model adds `state` (queued, running and failed among others) and `error`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    queued_at = models.DateTimeField("发起时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    heartbeat_at = models.DateTimeField("心跳", null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField("启动次数", default=0)

    class Meta:
        abstract = True
