"""Python's cyclic garbage collection, out of the way while many rows come to be."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects between two looks at the youngest ones; Python's own 700 is three rows of a wide ledger.
_MANY = 50_000


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection meanwhile.

    Rows are lists of plain values, which hold no cycles; looking through twenty thousand of them
    over and over while they come to be costs a third of the whole reading.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Few collections meanwhile, and none of what is there already.

    For rows made of models, of which some do hold cycles: memory stays bounded, and a third of the
    whole writing is saved.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_MANY, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
