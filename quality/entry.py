"""The checks at entry: what a form would put into the register is judged before it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from households.entry_checks import REGISTER, VISIT, Doubt, Entered
from monitoring.policy import PolicyBook
from quality.checks import CHECKS, Ask, Check, Found
from quality.facts import Home, home_of

Faults = dict[tuple[str, str], tuple[Check, Found]]


def entered_values(entered: Entered) -> Iterator[Doubt]:
    """Warnings about values of the register: those at the fields entered, and what the values raise elsewhere."""
    if entered.form != REGISTER or not entered.values:
        return
    ask = Ask(entered.on, PolicyBook())
    before = home_of(entered.household, entered.on)
    of_person = entered.arrives or entered.person is not None
    key = entered.person.pk if entered.person is not None else 0
    after = before.with_member(key, entered.values) if of_person else before.with_values(entered.values)
    known = _faults(before, ask)
    for mark, (check, found) in _faults(after, ask).items():
        of_another = found.person is not None and of_person and found.person != key
        if check.field in entered.values and not of_another:
            yield Doubt(check.field, found.words)
        elif mark not in known and not entered.arrives:
            yield Doubt("", found.words)


def faults_of(home: Home, ask: Ask) -> list[tuple[Check, Found]]:
    """What the checks of one household find, the gravest first."""
    return sorted(_faults(home, ask).values(), key=lambda pair: (pair[0].level, pair[0].code))


def _faults(home: Home, ask: Ask) -> Faults:
    return {
        (check.code, found.subject): (check, found) for check in CHECKS.values() for found in check.find([home], ask)
    }


# --- visits: answers against each other and against the register ---


def visited_values(entered: Entered) -> Iterator[Doubt]:
    """Warnings about the answers of a visit, by section."""
    if entered.form != VISIT:
        return
    home = home_of(entered.household, entered.on)
    answers = {section: values for section, values in entered.values.items() if isinstance(values, Mapping)}
    yield from _people(answers.get("people", {}), home)
    yield from _work(answers)
    yield from _housing(answers.get("home", {}))
    yield from _school(answers.get("school", {}), home)


def _people(people: Mapping[str, Any], home: Home) -> Iterator[Doubt]:
    size, labour = _number(people.get("size")), _number(people.get("labour"))
    if size is not None and size != len(home.members):
        yield Doubt("people", f"填了 {size} 口人，登记的成员有 {len(home.members)} 人，有变动要另外登记")
    if labour is not None and size is not None and labour > size:
        yield Doubt("people", f"有劳动力的 {labour} 人，比家庭人口 {size} 人还多")
    elif labour is not None and labour != len(home.workers):
        yield Doubt("people", f"填了 {labour} 人有劳动力，登记的是 {len(home.workers)} 人")


def _work(answers: Mapping[str, Mapping[str, Any]]) -> Iterator[Doubt]:
    workers = _number(answers.get("work", {}).get("workers"))
    labour, wage = _number(answers.get("people", {}).get("labour")), _number(answers.get("income", {}).get("wage"))
    if workers is None:
        return
    if labour is not None and workers > labour:
        yield Doubt("work", f"在外务工 {workers} 人，比有劳动力的 {labour} 人还多")
    if workers and wage == 0:
        yield Doubt("income", f"有 {workers} 人在外务工，务工收入却是 0")
    if not workers and wage:
        yield Doubt("income", "没有人在外务工，却有务工收入；是公益岗位或零工的请在说明里写明")


def _housing(home: Mapping[str, Any]) -> Iterator[Doubt]:
    housing, grade = home.get("housing"), home.get("grade")
    if housing == "yes" and grade in ("C", "D"):
        yield Doubt("home", f"房屋等级是 {grade} 级，住房却选了安全")
    if housing == "no" and grade in ("A", "B"):
        yield Doubt("home", f"房屋等级是 {grade} 级，住房却选了不安全")


def _school(school: Mapping[str, Any], home: Home) -> Iterator[Doubt]:
    children = [one for one in home.members if 6 <= one.age <= 15]
    if school.get("schooling") == "no" and not children:
        yield Doubt("school", "填了有孩子没在上学，登记的成员里没有义务教育年龄的孩子")


def _number(value: Any) -> int | None:
    """A whole number that was answered; None for none."""
    try:
        return int(Decimal(str(value))) if value not in (None, "") else None
    except (InvalidOperation, ValueError):
        return None
