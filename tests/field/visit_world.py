"""A household with a past, a clue about it, and a hand that fills in its visit: `from visit_world import Hand`."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from builders import make_condition, make_household, make_income
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import Division, User
from monitoring.models import Clue
from monitoring.services.clues import open_clue

JSON = {"Accept": "application/json"}


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def photo(*, size: tuple[int, int] = (800, 600), colour: str = "grey", exif: bool = False) -> SimpleUploadedFile:
    """A photo as a telephone makes it; with the position in it where asked."""
    out, marks = io.BytesIO(), Image.Exif()
    if exif:
        marks[0x010F] = "SECRETPHONE"
    Image.new("RGB", size, colour).save(out, "JPEG", exif=marks)
    return SimpleUploadedFile("IMG_1.jpg", out.getvalue(), "image/jpeg")


def known_household(village: Division, recorded_by: User) -> Any:
    """A household whose income and conditions are on record."""
    household = make_household(village)
    make_income(household, recorded_by=recorded_by)
    make_condition(household, recorded_by=recorded_by, house_grade="B")
    return household


@dataclass
class Hand:
    """Whoever enters the check of a clue through its pages."""

    user: User
    clue: Clue
    uid: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.client = sign_in(self.user)

    def address(self, name: str = "visit-new", *more: str) -> str:
        return reverse(name, args=[self.clue.household.uid, *more]) + f"?clue={self.clue.uid}"

    def see(self, name: str = "visit-new", *more: str) -> str:
        return self.client.get(self.address(name, *more)).content.decode()

    def answer(self, section: str, state: str = "changed", **values: Any) -> Any:
        headers = values.pop("headers", None)
        data = {"uid": str(self.uid), "state": state, **values}
        return self.client.post(self.address("visit-section", section), data, headers=headers)

    def same(self, *sections: str) -> None:
        for section in sections:
            assert self.answer(section, "same", on_list="1").status_code == 302, section

    def upload(self, file: Any, slot: str = "photo", headers: Any = None) -> Any:
        data = {"uid": str(self.uid), "slot": slot, "files": file}
        return self.client.post(self.address("visit-files"), data, headers=headers)

    def submit(self, headers: Any = None, **values: Any) -> Any:
        data = {"uid": str(self.uid), "version": str(self.clue.version), **values}
        return self.client.post(self.address("visit-check"), data, headers=headers)

    def everything(self, companion: User, finding: str = "true") -> None:
        """All that a household without change takes."""
        self.answer("why", happened="true", coping="help", difficulties="药费高")
        self.same("people", "work", "home", "school", "income")
        self.answer("spending", medical="3000", controlled="yes")
        self.answer("policies", policies="低保", measures="none")
        self.answer("finding", finding=finding, risks=["因病"])
        self.answer("team", visited_on="2026-11-10", companions=[companion.username])
        self.upload(photo())
        self.upload(photo(size=(300, 120), colour="white"), "sign:household")
        self.answer("proof", **{f"reason:sign:u:{one.username}": "paper" for one in (self.user, companion)})


def hand_of(user: User, village: Division, at: Any) -> Hand:
    household = known_household(village, user)
    return Hand(
        user, open_clue(household=household, risk="因病", channel="02", content="邻居说他住院了", actor=user, at=at)
    )
