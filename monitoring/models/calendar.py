"""Working days that differ from the week: holidays and make-up workdays of the State Council's notice."""

from __future__ import annotations

from django.db import models


class CalendarDay(models.Model):
    """A day whose kind an administrator entered; other days come from the shipped calendar, else from the week."""

    on = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("是否工作日")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = "工作日历"
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {'上班' if self.is_workday else '放假'}"
