"""A visit that is being entered, as its pages show it: every section with last time's values, what was answered, its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Department, StoredFile, User
from monitoring.models import Visit, VisitDraft
from monitoring.services.visit_drafts import PHOTO, VisitSubject, answers_of, draft_of
from monitoring.services.visit_last import LastTime, last_time
from monitoring.services.visit_record import SEEN, income_a_head
from monitoring.services.visit_submit import Signer, colleagues, signers
from monitoring.visit_records import said_elsewhere
from monitoring.visit_sections import Ask, Section, sections_for

SECONDS_A_SECTION = 15


@dataclass(frozen=True)
class FieldLine:
    """One question on the page."""

    ask: Ask
    id: str
    value: Any
    last: str
    error: str = ""

    @property
    def is_changed(self) -> bool:
        return bool(self.last) and self.last != self.ask.words(self.value)

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        picked = self.value if isinstance(self.value, list) else [self.value]
        return [(value, label, value in picked) for value, label in self.ask.choices]


@dataclass(frozen=True)
class SectionLine:
    """One section: `state` is '' (unseen), open, same or changed; `elsewhere` is what other records say against last
    time."""

    section: Section
    state: str
    values: Mapping[str, Any]
    last: Mapping[str, Any]
    lead: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Sequence[str] = ()

    @property
    def key(self) -> str:
        return self.section.key

    @property
    def is_seen(self) -> bool:
        return self.state in SEEN

    @property
    def last_words(self) -> str:
        return self.section.summary(self.last)

    @property
    def words(self) -> str:
        return self.section.summary(self.values)

    @property
    def can_be_same(self) -> bool:
        """Whether last time's values answer all that has to be answered, and no record says otherwise."""
        if not self.section.compares or not self.last_words or self.elsewhere:
            return False
        return all(self.last.get(ask.name) for ask in self.section.asks if ask.needed)

    @property
    def fields(self) -> list[FieldLine]:
        # What a record contradicts is not filled in beforehand.
        given = self.values or ({} if self.elsewhere else self.last)
        return [
            FieldLine(
                ask,
                f"{self.key}-{ask.name}",
                given.get(ask.name, [] if ask.kind == "choices" else ""),
                ask.words(self.last.get(ask.name)),
                self.faults.get(ask.name, ""),
            )
            for ask in self.section.asks
        ]


@dataclass
class VisitEntry:
    """All that the pages of one visit need; read once a request."""

    subject: VisitSubject
    user: User
    today: date

    @cached_property
    def draft(self) -> VisitDraft | None:
        return draft_of(self.subject, self.user)

    @cached_property
    def uid(self) -> UUID:
        return self.draft.uid if self.draft else uuid4()

    @cached_property
    def answers(self) -> dict[str, dict[str, Any]]:
        return answers_of(self.draft)

    @cached_property
    def last(self) -> LastTime:
        return last_time(self.subject.household, on=self.today)

    @cached_property
    def elsewhere(self) -> Mapping[str, Sequence[str]]:
        return said_elsewhere(self.subject.household, on=self.today)

    @cached_property
    def colleagues(self) -> list[User]:
        return colleagues(self.subject, self.user, self.today)

    @cached_property
    def files(self) -> list[Any]:
        return list(self.draft.files.all()) if self.draft else []

    @property
    def photos(self) -> list[StoredFile]:
        return [one.file for one in self.files if one.slot == PHOTO]

    @cached_property
    def signers(self) -> list[Signer]:
        return signers(self.answers, self.files, self.last.head, self.user, self.colleagues)

    @cached_property
    def lines(self) -> list[SectionLine]:
        return [self.line(section) for section in sections_for(self.subject.kind)]

    def line(self, section: Section, *, values: Any = None, faults: Mapping[str, str] | None = None) -> SectionLine:
        """One section; `values` and `faults` are those of an answer that was just refused."""
        kept = self.answers.get(section.key, {})
        state = kept.get("state", "")
        shown = kept.get("values", {}) if values is None else values
        if section.key == "proof":
            state = "changed" if self.photos and all(one.is_done for one in self.signers) else ""
        return SectionLine(
            self._dressed(section),
            state,
            shown or self._suggested(section),
            self.last.values.get(section.key, {}) if section.compares else {},
            self._lead(section),
            faults or {},
            self.elsewhere.get(section.key, ()),
        )

    def _dressed(self, section: Section) -> Section:
        """The team's section with the names of the colleagues and, for a follow-up, the telephone."""
        if section.key != "team":
            return section
        names = tuple((user.username, f"{user.name} {user.unit}".strip()) for user in self.colleagues)
        asks = [replace(ask, choices=names) if ask.name == "companions" else ask for ask in section.asks]
        by_phone = self.subject.kind == Visit.Kind.FOLLOW_UP
        return replace(section, asks=tuple(ask for ask in asks if ask.name != "mode" or by_phone))

    def _suggested(self, section: Section) -> dict[str, Any]:
        """What is likely, where nothing has been answered; the user still has to go through the section."""
        if section.key == "team":
            return {"visited_on": self.today.isoformat(), "mode": "home"}
        if section.key == "finding" and self.subject.clue is not None:
            return {"risks": [self.subject.clue.risk]}
        return {}

    def _lead(self, section: Section) -> str:
        clue = self.subject.clue
        if section.key == "why" and clue is not None:
            told = clue.warning or clue.content.strip()[:200] or f"{clue.risk}方面可能有困难"
            return f"{dict(Department.choices).get(clue.department) or clue.get_channel_display()}：{told}"
        if section.key == "people":
            return "、".join(f"{one.person.name}（{one.relation}）" for one in self.last.members)
        if section.key == "income" and (last := self.last.values.get("income")):
            return f"上次人均纯收入 {income_a_head(last, max(len(self.last.members), 1)):,.0f} 元"
        return ""


def unseen_first(lines: Sequence[SectionLine]) -> tuple[list[SectionLine], list[SectionLine]]:
    """The sections that are still to be gone through, and the others."""
    return [line for line in lines if not line.is_seen], [line for line in lines if line.is_seen]
