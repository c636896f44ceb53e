"""From the answers of a visit, section by section, to what the service of visits keeps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from households.services.conditions import GROUPS
from monitoring.services.visit_last import LastTime
from monitoring.visit_sections import INCOME, OK, SECTIONS
from monitoring.visit_values import amount_of, own_payments

Answers = Mapping[str, Mapping[str, Any]]
SEEN = ("same", "changed")
REASONS = (
    ("paper", "已在纸质表上签字"),
    ("print", "不会写字，已在纸质表上按手印"),
    ("unable", "身体原因不能签字"),
    ("refused", "本人不肯签字"),
    ("absent", "没有能签字的人在场"),
)
# Signed all the same, only not on the screen.
ON_PAPER = frozenset({"paper", "print"})
HOUSEHOLD_SLOT = "sign:household"


def seen(answers: Answers) -> dict[str, dict[str, Any]]:
    """The values of the sections that were gone through; what was only begun does not count."""
    return {key: dict(one["values"]) for key, one in answers.items() if one["state"] in SEEN}


def content_of(answers: Answers, *, signed: bool, reason: str) -> dict[str, Any]:
    """What `record_visit` takes as content."""
    values = seen(answers)
    finding, why, proof = values.get("finding", {}), values.get("why", {}), values.get("proof", {})
    words = {
        "finding": finding.get("finding", ""),
        "risks": finding.get("risks", []),
        "advice": finding.get("advice", ""),
        "difficulties": why.get("difficulties", ""),
        "coping": _words("why", "coping", why),
        "policies": values.get("policies", {}).get("policies", ""),
        "unsigned_reason": reason,
        **{name: proof.get(name, "") for name in ("latitude", "longitude", "accuracy")},
    }
    by_phone = values.get("team", {}).get("mode") == "phone"
    return {"signed": signed, "by_phone": by_phone, **{name: value for name, value in words.items() if value}}


def income_of(answers: Answers, last: LastTime) -> dict[str, Any] | None:
    """The income record: on a confirmed income the sub-items of the last one, else one sub-item a kind."""
    values = seen(answers)
    if "income" not in values:
        return None
    spending = values.get("spending", {})
    amounts = {name: amount_of(values["income"], name) for name in INCOME}
    items: Mapping[str, Any] = {name: {GROUPS[name][1]: str(value)} for name, value in amounts.items() if value}
    if answers["income"]["state"] == "same" and last.income is not None and last.income.items:
        items = last.income.items
    size = values.get("people", {}).get("size")
    income = {"items": items, "claims": str(amount_of(spending, "claims")), "own_payments": str(own_payments(spending))}
    return {**income, "members": int(size)} if size else income


def condition_of(answers: Answers) -> dict[str, Any] | None:
    """The living conditions as far as they were looked at."""
    values = seen(answers)
    home, school = values.get("home", {}), values.get("school", {})
    asked = {
        "housing_ok": home.get("housing"),
        "water_ok": home.get("water"),
        "schooling_ok": school.get("schooling"),
        "insurance_ok": school.get("insurance"),
        "spending_controlled": values.get("spending", {}).get("controlled"),
    }
    flags = {name: value == OK for name, value in asked.items() if value}
    grade = home.get("grade", "")
    if not flags and not grade:
        return None
    note = "；".join(part["note"] for part in (home, school) if part.get("note"))
    return {**flags, "house_grade": grade, "note": note}


def income_a_head(values: Mapping[str, Any], people: int) -> Decimal:
    """Net income a head, two decimals; for showing."""
    *kinds, cost = (amount_of(values, name) for name in INCOME)
    return ((sum(kinds, Decimal(0)) - cost) / max(people, 1)).quantize(Decimal("0.01"))


def _words(section: str, name: str, values: Mapping[str, Any]) -> str:
    asks = next(one.asks for one in SECTIONS if one.key == section)
    return next(ask for ask in asks if ask.name == name).words(values.get(name))
