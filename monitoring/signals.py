"""What higher floors may listen to. Sent inside the transaction: a listener that fails undoes the step.

Arguments of both: `episode` (Episode), `actor` (User), `at` (aware datetime).
"""

from __future__ import annotations

from django.dispatch import Signal

episode_enrolled = Signal()
episode_cleared = Signal()
