"""Days and moments in China."""

from accounts.knowledge import end_of

__all__ = ["end_of"]
