"""A NUL in an address or a form is a bad request, not a fault of the program."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PLACES = (
    "/households/?q=",
    "/households/?division=",
    "/quality/faults/?division=",
    "/quality/?division=",
    "/closing/?division=",
)
PLACES += (
    "/clues/?division=",
    "/plans/?division=",
    "/ledgers/T1/?division=",
    "/records/jobs/?q=",
    "/editions/check/?hash=",
)


@pytest.mark.parametrize("address", PLACES)
def test_a_nul_in_an_address_is_no_fault(client: Client, bureau: User, address: str) -> None:
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{address}%00").status_code < 500


@pytest.mark.parametrize(
    ("address", "name"), [("/quality/", "division"), ("/closing/", "division"), ("/households/", "id_number")]
)
def test_a_nul_in_a_form_is_no_fault(client: Client, bureau: User, address: str, name: str) -> None:
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address, {name: "\0"}).status_code < 500
