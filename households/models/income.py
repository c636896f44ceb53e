"""Household income over a window of twelve months (domain.md 3.3, 4.7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models

from households.querysets import IncomeQuerySet

_CENT = Decimal("0.01")
MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2, "default": Decimal(0)}


class Income(models.Model):
    """Four kinds of income, production costs, claims and eligible own payments, with their sub-items.

    `items` holds the sub-items as {"wage": {"务工收入": "12000.00", …}, …}; each total is their sum.
    """

    class Basis(models.TextChoices):
        ANNUAL = "annual", "年度收入"
        IDENTIFY = "identify", "识别时前12个月"
        CLEAR = "clear", "消除时前12个月"
        VISIT = "visit", "走访采集"

    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="incomes", verbose_name="农户", db_index=False
    )
    basis = models.CharField("口径", max_length=10, choices=Basis.choices)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    members = models.PositiveSmallIntegerField("计算人数")
    wage = models.DecimalField("工资性收入", **MONEY)
    business = models.DecimalField("生产经营性收入", **MONEY)
    property_income = models.DecimalField("财产性收入", **MONEY)
    transfer = models.DecimalField("转移性收入", **MONEY)
    business_cost = models.DecimalField("生产经营性支出", **MONEY)
    claims = models.DecimalField("理赔收入", **MONEY)
    own_payments = models.DecimalField("合规自付支出", **MONEY)
    items = models.JSONField("明细", default=dict)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")

    objects = IncomeQuerySet.as_manager()

    class Meta:
        verbose_name = "家庭收入"
        ordering = ["household_id", "-ends_on", "-id"]
        indexes = [
            # The year before, of each household of a county; its last year.
            models.Index(fields=["household", "basis", "ends_on", "id"]),
            models.Index(fields=["basis", "ends_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.get_basis_display()} {self.ends_on}"

    @property
    def net(self) -> Decimal:
        return net_of(self)

    @property
    def net_per_capita(self) -> Decimal:
        return net_per_capita_of(self)

    @property
    def reference_per_capita(self) -> Decimal:
        """Income held against the line: net + claims - eligible own payments, a head (domain.md 3.3, inferred)."""
        return a_head(self.net + self.claims - self.own_payments, self.members)


def net_of(income: Any) -> Decimal:
    """The net income of whatever has the parts of an income: the model, or a row read without one."""
    total: Decimal = income.wage + income.business + income.property_income + income.transfer - income.business_cost
    return total


def a_head(amount: Decimal, members: int) -> Decimal:
    return in_cents(amount / members)


def in_cents(amount: Decimal) -> Decimal:
    """As it is shown; rules look at the amount itself."""
    return amount.quantize(_CENT)


def net_per_capita_of(income: Any) -> Decimal:
    """The same for each of the members that it is reckoned for."""
    return a_head(net_of(income), income.members)
