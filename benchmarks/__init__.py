"""Measurements of the whole month, the ledgers and the long lists, with their floors and baselines beside them."""
