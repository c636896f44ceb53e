"""Readings of one household for its page: what happened, what it earns, what departments and papers say."""
