"""What makes two rows the same fact: keyed digests of the cleaned number and the own columns as read.

A column's values are hashed under a key, each different one once, multiplied by odd numbers that belong to the column
(two, for 128 bits) and added to the number's blind index; the sum goes through a keyed permutation. So the digest of a
row costs a few additions, and the database still holds nothing that says anything without the key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas.util import hash_array

from accounts.crypto import blind_index, scrambled
from monitoring.feeds import Feed
from sheets.columns import Amounts, Read, Words

Pairs = NDArray[np.uint64]
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Digests:
    """Digests of the rows of one feed, as two columns of 64 bits."""

    def __init__(self, feed: Feed) -> None:
        self._field = f"feed_row|{feed.name}"
        self._key = blind_index("feed_row", feed.name)
        self._columns = {column.name: _Column(self._key, column.name) for column in feed.columns}

    def of(self, indexes: Pairs, columns: Mapping[str, Read]) -> Pairs:
        """`indexes` are the blind indexes of the cleaned numbers; what is absent is empty."""
        sums = indexes.copy()
        for name, column in self._columns.items():
            column.add_to(sums, columns[name])
        return np.frombuffer(scrambled(self._field, sums.astype(">u8").tobytes()), dtype=">u8").reshape(-1, 2)


class _Column:
    """What one column adds to the digest of a row."""

    def __init__(self, key: bytes, name: str) -> None:
        own = blake2b(name.encode(), key=key, digest_size=24).digest()
        first, second, self._mask = np.frombuffer(own, dtype=np.uint64)
        self._factors = np.array([first, second], dtype=np.uint64) | np.uint64(1)
        self._key = key[:8].hex()
        self._values: Sequence[Any] = ()
        self._hashes = np.zeros(0, dtype=np.uint64)

    def add_to(self, sums: Pairs, column: Read) -> None:
        sums += self._hashed(column)[:, None] * self._factors

    def _hashed(self, column: Read) -> NDArray[np.uint64]:
        if isinstance(column, Amounts):
            return np.where(column.there, _mixed(column.millionths.view(np.uint64) ^ self._mask), np.uint64(0))
        if isinstance(column, Words):
            return self._of_words(column.values)[column.codes]
        return self._of_texts(column.values)

    def _of_words(self, values: Sequence[Any]) -> NDArray[np.uint64]:
        """The hashes of a file's different words, which grow from block to block."""
        if values is not self._values:
            self._values, self._hashes = values, np.zeros(0, dtype=np.uint64)
        fresh = values[len(self._hashes) :]
        if fresh:
            self._hashes = np.concatenate([self._hashes, self._of_texts(fresh)])
        return self._hashes

    def _of_texts(self, values: Sequence[Any]) -> NDArray[np.uint64]:
        texts = np.array(["" if value is None else value for value in values], dtype=object)
        return hash_array(texts, hash_key=self._key, categorize=False)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Neighbouring numbers spread over all 64 bits (SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _FIRST
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _SECOND
    return numbers ^ (numbers >> np.uint64(31))
