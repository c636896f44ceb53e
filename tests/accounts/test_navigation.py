"""Which entry of the navigation a page belongs to."""

from __future__ import annotations

import pytest

from accounts.navigation import entry_of


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("home", "home"),
        ("clue-step", "clue-list"),
        ("closing-difference", "closing-board"),
        ("edition-detail", "closing-board"),
        ("quality-faults", "quality-overview"),
        ("household-change-record", "household-list"),
        ("line-act", "book-list"),
        ("layout-detail", "ledger-list"),
        ("measure-catalogue", "measure-catalogue"),
        ("measure-deliver", "plan-list"),
        ("password", ""),
        ("", ""),
    ],
)
def test_a_page_lies_under_the_entry_that_leads_to_it(page: str, entry: str) -> None:
    assert entry_of(page) == entry
